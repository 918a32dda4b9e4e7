"""What clinicedc's audit columns cannot hold is cut, whoever writes it and however."""

import socket
from collections.abc import Iterable
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.contrib.sites.models import Site

from edc_retinopathy.accounts.provisioning import create_camera_account
from edc_retinopathy.auth_objects import RETINOPATHY_CAMERA_ROLE, RETINOPATHY_ROLE
from edc_retinopathy.models import CameraAccount, CameraSession, FileAccess, SessionFile
from edc_retinopathy.models.audit_columns import AuditedModel
from tests import factories
from tests.admin.pages import change_url, logged_in, submit
from tests.api.client import CameraApi

IDENTIFIER = factories.FEMALE_IDENTIFIER
# As Django allows for a user, and Linux for a host.
LONG_NAME = "camera-of-the-eye-clinic-" * 6
LONG_HOST = "the-web-server-of-the-eye-clinic-" + "x" * 31


@pytest.fixture
def camera(session: CameraSession) -> CameraApi:
    """The API as a camera calls it whose account's name is as long as Django allows."""
    user = factories.find_or_create_user(LONG_NAME, role=RETINOPATHY_CAMERA_ROLE)
    return CameraApi(factories.token_of(user))


def _values(records: Iterable[Any], name: str) -> set[str]:
    return {getattr(record, name) for record in records}


def test_a_camera_of_a_long_name_does_all_that_a_camera_does(
    camera: CameraApi, session: CameraSession
) -> None:
    assert camera.resolve(IDENTIFIER, device_id="D" * 100).status_code == 200
    assert camera.upload(IDENTIFIER).status_code == 201
    assert camera.upload(IDENTIFIER).status_code == 200
    assert camera.status(IDENTIFIER).json()["uploaded"] == ["left"]
    session.refresh_from_db()
    assert session.user_modified == LONG_NAME[:50]
    file = SessionFile.objects.get()
    assert file.user_created == LONG_NAME[:50]
    assert factories.image_path(session, "photo.jpg").stat().st_size == file.file_size
    # The history names the account itself.
    history = file.history.get()
    assert (history.user_created, history.history_user.username) == (LONG_NAME[:50], LONG_NAME)
    newest = session.history.latest()
    assert (newest.user_modified, newest.history_user.username) == (LONG_NAME[:50], LONG_NAME)


def test_a_person_of_a_long_name_saves_reopens_and_looks(session: CameraSession) -> None:
    user = factories.find_or_create_user(LONG_NAME, role=RETINOPATHY_ROLE)
    file = factories.store_file(session, "left")
    browser = logged_in(user)
    assert submit(browser, change_url(session), device_id="CAM-9").status_code == 302
    session.refresh_from_db()
    assert (session.device_id, session.user_modified) == ("CAM-9", LONG_NAME[:50])
    session.reopen(user=user)
    response = browser.get(f"/edc_retinopathy/files/{file.pk}/")
    assert b"".join(response) == b"stored earlier"
    assert FileAccess.objects.get().username == LONG_NAME


def test_a_host_of_a_long_name_stores_what_is_sent(
    monkeypatch: pytest.MonkeyPatch, camera_user: User, session: CameraSession
) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: LONG_HOST)
    camera = CameraApi(factories.token_of(camera_user))
    assert camera.resolve(IDENTIFIER, device_id="CAM-1").status_code == 200
    assert camera.upload(IDENTIFIER).status_code == 201
    create_camera_account("fundus", Site.objects.get(pk=factories.ALPHA_SITE))
    session.reopen(user=camera_user)
    for records in (SessionFile.objects.all(), CameraAccount.objects.all()):
        assert _values(records, "hostname_modified") == {LONG_HOST[:50]}
        assert _values(records[0].history.all(), "hostname_modified") == {LONG_HOST[:50]}
    session.refresh_from_db()
    assert session.hostname_modified == LONG_HOST[:50]


@pytest.mark.parametrize("name", ["user_created", "user_modified", "hostname_created"])
def test_updates_of_many_rows_and_bulk_inserts_are_cut(session: CameraSession, name: str) -> None:
    column = CameraSession._meta.get_field(name)
    CameraSession.objects.filter(pk=session.pk).update(**{name: "é" * 200})
    session.refresh_from_db()
    assert getattr(session, name) == "é" * column.max_length
    setattr(session, name, "x" * 200)
    CameraSession.history.bulk_history_create([session], update=True)
    assert getattr(session.history.latest(), name) == "x" * column.max_length
    # Asked for by its whole name, a record is found.
    assert session.history.filter(**{name: "x" * 200}).count() == 1


def test_every_model_with_audit_columns_cuts_them() -> None:
    ours = [
        model
        for model in apps.get_app_config("edc_retinopathy").get_models()
        if any(field.name == "user_created" for field in model._meta.fields)
    ]
    assert len(ours) >= 6
    names = [field.name for field in AuditedModel._meta.fields if hasattr(field, "migrated_as")]
    assert names == [
        "user_created",
        "user_modified",
        "hostname_created",
        "hostname_modified",
        "device_created",
        "device_modified",
    ]
    for model in ours:
        for name in names:
            assert hasattr(model._meta.get_field(name), "migrated_as"), (model, name)
