"""Tokens are shown once and nowhere else, and open nothing but the API."""

import logging
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from edc_retinopathy.api import views
from edc_retinopathy.models import CameraSession, SessionFile
from tests import factories
from tests.admin.pages import logged_in
from tests.api.client import BASE, CameraApi, assert_error
from tests.samples import small_png

IDENTIFIER = factories.FEMALE_IDENTIFIER
UNKNOWN_TOKEN = "f" * 40


def test_no_log_has_a_token(
    camera_user: User,
    session: CameraSession,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for logger in ("", "django.request", "django.security", "edc_retinopathy"):
        caplog.set_level(logging.DEBUG, logger=logger)
    token = factories.token_of(camera_user)
    camera, unknown = CameraApi(token), CameraApi(UNKNOWN_TOKEN)
    camera.client.raise_request_exception = False
    for api in (camera, unknown):
        api.ping()
        api.resolve(IDENTIFIER, device_id="CAM-1")
        api.upload(IDENTIFIER)
        api.upload(IDENTIFIER, content=small_png())
        api.upload(IDENTIFIER, content=b"rubbish", name="b.jpg")
        api.status(IDENTIFIER)
        api.client.get(f"{BASE}/nothing/")
        api.client.delete(f"{BASE}/ping/")
    with monkeypatch.context() as patch:
        # An error that nobody foresaw is logged with its traceback.
        patch.setattr(views, "ResolvedSerializer", lambda session: 1 // 0)
        assert_error(camera.resolve(IDENTIFIER), 500, "server_error")
    assert "ZeroDivisionError" in caplog.text
    assert len(caplog.records) > 5
    for record in caplog.records:
        said = f"{record.getMessage()} {record.__dict__}"
        if record.name != "django.db.backends":
            assert token not in said
            assert UNKNOWN_TOKEN not in said


def test_no_answer_has_a_token(camera_user: User, session: CameraSession) -> None:
    token = factories.token_of(camera_user)
    api = CameraApi(token)
    answers = [api.ping(), api.resolve(IDENTIFIER), api.upload(IDENTIFIER), api.status(IDENTIFIER)]
    for answer in answers:
        assert token not in answer.content.decode()
        assert token not in str(dict(answer.items()))


def test_no_page_has_a_token(superuser: User, camera_user: User, session: CameraSession) -> None:
    from edc_retinopathy.models import CameraAccount

    token = factories.token_of(camera_user)
    account = CameraAccount.objects.create(user=camera_user)
    below = "/edc_retinopathy/admin/edc_retinopathy/cameraaccount/"
    for page in ("", f"{account.pk}/change/", f"{account.pk}/history/"):
        response = logged_in(superuser).get(below + page)
        assert response.status_code == 200
        assert camera_user.username in response.content.decode()
        assert token not in response.content.decode()


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Token",
        "Token ",
        "Bearer {token}",
        "Basic {token}",
        "Token {token} {token}",
        "Token {token}x",
        "Token {prefix}",
        "Token \x00",
        "Token é",
        "{token}",
    ],
)
def test_only_the_whole_token_in_its_header_counts(
    camera_user: User, session: CameraSession, header: str
) -> None:
    token = factories.token_of(camera_user)
    value = header.format(token=token, prefix=token[:-1])
    response = Client(SERVER_NAME="localhost").get(f"{BASE}/ping/", HTTP_AUTHORIZATION=value)
    assert_error(response, 401, {"not_authenticated", "authentication_failed"})
    assert response["WWW-Authenticate"] == "Token"


@pytest.mark.parametrize("where", ["query", "cookie", "session"])
def test_nothing_else_authenticates(camera_user: User, clinician: User, where: str) -> None:
    client: Any = logged_in(clinician) if where == "session" else Client(SERVER_NAME="localhost")
    token = factories.token_of(camera_user)
    if where == "cookie":
        client.cookies["token"] = token
    query = {"token": token} if where == "query" else {}
    assert_error(client.get(f"{BASE}/ping/", query), 401, "not_authenticated")


def test_an_account_that_is_closed_is_refused(camera_user: User, session: CameraSession) -> None:
    api = CameraApi(factories.token_of(camera_user))
    User.objects.filter(pk=camera_user.pk).update(is_active=False)
    for response in (api.ping(), api.resolve(IDENTIFIER), api.upload(IDENTIFIER)):
        assert_error(response, 401, "authentication_failed")
    assert not SessionFile.objects.exists()


def test_a_refusal_names_the_permission_and_the_group(
    clinician: User, session: CameraSession
) -> None:
    response = CameraApi(factories.token_of(clinician)).upload(IDENTIFIER)
    body = assert_error(response, 403, "permission_denied")
    assert "edc_retinopathy.add_sessionfile" in body["error"]
    assert "RETINOPATHY_CAMERA" in body["error"]
