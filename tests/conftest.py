"""Fixtures for the whole suite: storage of each test's own, subjects, sessions and users."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from edc_registration.models import RegisteredSubject
from pytest_django import DjangoDbBlocker, Settings

from edc_retinopathy.auth_objects import (
    RETINOPATHY_CAMERA_ROLE,
    RETINOPATHY_GRADER_ROLE,
    RETINOPATHY_ROLE,
)
from edc_retinopathy.models import CameraSession
from tests import factories
from tests.api.client import CameraApi
from tests.storage import StorageOnDisk


def _female() -> RegisteredSubject:
    return factories.find_or_create_subject(factories.FEMALE_IDENTIFIER)


def _male() -> RegisteredSubject:
    return factories.find_or_create_subject(factories.MALE_IDENTIFIER, gender="M", initials="CD")


def _bravo_subject() -> RegisteredSubject:
    return factories.find_or_create_subject(
        factories.BRAVO_IDENTIFIER, site_id=factories.BRAVO_SITE, initials="EF"
    )


def _camera_user() -> User:
    return factories.find_or_create_user("camera", role=RETINOPATHY_CAMERA_ROLE, is_staff=False)


def _bravo_camera_user() -> User:
    return factories.find_or_create_user(
        "camera_bravo",
        role=RETINOPATHY_CAMERA_ROLE,
        site_ids=[factories.BRAVO_SITE],
        is_staff=False,
    )


def _clinician() -> User:
    return factories.find_or_create_user("clinician", role=RETINOPATHY_ROLE)


@pytest.fixture(scope="session")
def committed_records(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Records that most tests read, written once; tests roll their changes back.

    A test that flushes the database removes them; the fixtures below then create what is missing.
    """
    with django_db_blocker.unblock():
        for find_or_create in (_female, _male, _bravo_subject, _clinician):
            find_or_create()
        for find_or_create_camera in (_camera_user, _bravo_camera_user):
            factories.token_of(find_or_create_camera())


@pytest.fixture(autouse=True)
def storage(settings: Settings, tmp_path: Path) -> StorageOnDisk:
    """An empty storage directory, which the settings point to."""
    directory = tmp_path / "storage"
    (directory / "images").mkdir(parents=True)
    spool = tmp_path / "spool"
    spool.mkdir()
    settings.EDC_RETINOPATHY_STORAGE_DIR = directory
    settings.FILE_UPLOAD_TEMP_DIR = str(spool)
    return StorageOnDisk(directory, spool)


@pytest.fixture
def subject(committed_records: None, db: None) -> RegisteredSubject:
    """A female subject of site alpha, without sessions."""
    return _female()


@pytest.fixture
def male_subject(committed_records: None, db: None) -> RegisteredSubject:
    """A male subject of site alpha, without sessions."""
    return _male()


@pytest.fixture
def bravo_subject(committed_records: None, db: None) -> RegisteredSubject:
    """A subject of site bravo, without sessions."""
    return _bravo_subject()


@pytest.fixture
def session(subject: RegisteredSubject) -> CameraSession:
    """An open, empty session of the female subject."""
    return factories.create_session(subject)


@pytest.fixture
def create_session(subject: RegisteredSubject) -> Callable[..., CameraSession]:
    """A builder of sessions of the female subject; see ``factories.create_session``."""

    def create(**fields: Any) -> CameraSession:
        return factories.create_session(subject, **fields)

    return create


@pytest.fixture
def camera_user(committed_records: None, db: None) -> User:
    """The camera account of site alpha."""
    return _camera_user()


@pytest.fixture
def bravo_camera_user(committed_records: None, db: None) -> User:
    """The camera account of site bravo."""
    return _bravo_camera_user()


@pytest.fixture
def clinician(committed_records: None, db: None) -> User:
    """A clinician of site alpha, who creates sessions."""
    return _clinician()


@pytest.fixture
def grader(db: None) -> User:
    """A grader of site alpha, who reads."""
    return factories.find_or_create_user("grader", role=RETINOPATHY_GRADER_ROLE)


@pytest.fixture
def superuser(db: None) -> User:
    """A superuser with site alpha in the profile."""
    return factories.find_or_create_user("administrator", is_superuser=True)


@pytest.fixture
def bravo_clinician(db: None) -> User:
    """A clinician of site bravo."""
    return factories.find_or_create_user(
        "clinician_bravo", role=RETINOPATHY_ROLE, site_ids=[factories.BRAVO_SITE]
    )


@pytest.fixture
def camera(camera_user: User) -> CameraApi:
    """The API as the camera of site alpha calls it."""
    return CameraApi(factories.token_of(camera_user))


@pytest.fixture
def bravo_camera(bravo_camera_user: User) -> CameraApi:
    """The API as the camera of site bravo calls it, at its own host."""
    return CameraApi(factories.token_of(bravo_camera_user), host=factories.BRAVO_HOST)
