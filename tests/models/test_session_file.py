"""A session file: unique where it must be, versioned, and protecting its session."""

from collections.abc import Callable
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.db.models import ProtectedError

from edc_retinopathy.models import CameraSession, SessionFile
from tests import factories
from tests.api.client import sha256
from tests.samples import DICOM, HTML, JPEG, PDF, PNG


@pytest.fixture
def stored(session: CameraSession) -> SessionFile:
    """A stored file."""
    return factories.store_file(session, "left", name="photo.jpg", content=b"some bytes")


def test_the_fields_of_the_contract_are_there(stored: SessionFile) -> None:
    stored = SessionFile.objects.get(pk=stored.pk)
    assert stored.file_type == "left"
    assert stored.original_filename == "photo.jpg"
    assert stored.stored_filename == f"{stored.camera_session_id}/photo.jpg"
    assert stored.file_content_type == "image/jpeg"
    assert stored.file_size == len(b"some bytes")
    assert stored.checksum == sha256(b"some bytes")
    assert stored.capture_datetime is not None
    assert stored.received_datetime is not None
    assert len(str(stored.pk)) == 36


def test_a_session_knows_its_files(session: CameraSession, stored: SessionFile) -> None:
    assert list(session.files.all()) == [stored]


def test_one_name_once_in_a_session(session: CameraSession, stored: SessionFile) -> None:
    with transaction.atomic(), pytest.raises(IntegrityError):
        factories.store_file(session, "right", name="photo.jpg")


def test_one_name_in_two_sessions(
    stored: SessionFile, create_session: Callable[..., CameraSession]
) -> None:
    factories.store_file(create_session(), "left", name="photo.jpg")
    assert SessionFile.objects.filter(original_filename="photo.jpg").count() == 2


def test_one_path_once(stored: SessionFile, create_session: Callable[..., CameraSession]) -> None:
    other = factories.store_file(create_session(), "left", name="photo.jpg")
    other.stored_filename = stored.stored_filename
    with transaction.atomic(), pytest.raises(IntegrityError):
        other.save()


def test_uniqueness_is_the_databases_and_not_only_a_check() -> None:
    fields = [
        tuple(constraint.fields)
        for constraint in SessionFile._meta.constraints
        if isinstance(constraint, models.UniqueConstraint)
    ]
    assert ("camera_session", "original_filename", "version") in fields
    assert SessionFile._meta.get_field("stored_filename").unique


def test_a_session_with_files_cannot_be_deleted(
    session: CameraSession, stored: SessionFile
) -> None:
    with transaction.atomic(), pytest.raises(ProtectedError):
        session.delete()
    assert SessionFile.objects.filter(pk=stored.pk).exists()


def test_a_record_has_a_history(stored: SessionFile) -> None:
    assert stored.history.count() == 1
    assert stored.history.get().checksum == stored.checksum


def test_large_files_can_be_recorded(session: CameraSession) -> None:
    stored = factories.store_file(session, "left")
    stored.file_size = 5 * 2**30
    stored.save()
    stored.refresh_from_db()
    assert stored.file_size == 5 * 2**30


@pytest.mark.parametrize(
    ("content_type", "is_image"),
    [(JPEG, True), (PNG, True), (DICOM, True), (PDF, False), (HTML, False)],
)
def test_the_migration_says_what_is_an_image(
    session: CameraSession, content_type: str, *, is_image: bool
) -> None:
    migration: Any = import_module("edc_retinopathy.migrations.0002_files_that_are_no_image")
    stored = factories.store_file(session, "left", content_type=content_type, is_image=True)
    migration.mark_reports(apps, SimpleNamespace(connection=connection))
    stored.refresh_from_db()
    assert stored.is_image is is_image
    assert stored.history.get().is_image is is_image


@pytest.mark.parametrize(
    ("content_type", "is_image", "label"),
    [
        (DICOM, True, "DICOM"),
        (DICOM, False, "DICOM, no image"),
        (JPEG, True, "JPEG"),
        (HTML, False, "HTML"),
    ],
)
def test_the_content_is_named_for_people(content_type: str, label: str, *, is_image: bool) -> None:
    assert SessionFile(file_content_type=content_type, is_image=is_image).content_label == label
