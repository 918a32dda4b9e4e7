"""``POST resolve/``: which session is to receive the files of a subject folder?"""

from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.utils import timezone

from edc_retinopathy.auth_objects import RETINOPATHY_GRADER_ROLE, RETINOPATHY_ROLE
from edc_retinopathy.models import CameraSession
from tests import factories
from tests.api.client import BASE, CameraApi, assert_error

IDENTIFIER = factories.FEMALE_IDENTIFIER


def test_resolve_names_the_session(camera: CameraApi, session: CameraSession) -> None:
    response = camera.resolve(IDENTIFIER, device_id="CAM-001")
    assert response.status_code == 200
    body = response.json()
    assert {key: body[key] for key in ("subject_identifier", "camera_session_id", "uploaded")} == {
        "subject_identifier": IDENTIFIER,
        "camera_session_id": str(session.pk),
        "uploaded": [],
    }


def test_resolve_repeats_the_session_under_the_name_that_newer_clients_read(
    camera: CameraApi, session: CameraSession
) -> None:
    assert camera.resolve(IDENTIFIER).json()["eye_exam_register_id"] == str(session.pk)


def test_resolve_lists_each_uploaded_file_type_once_and_sorted(
    camera: CameraApi, session: CameraSession
) -> None:
    factories.store_file(session, "right")
    factories.store_file(session, "left_dicom", name="second.dcm")
    factories.store_file(session, "left_dicom", name="first.dcm")
    assert camera.resolve(IDENTIFIER).json()["uploaded"] == ["left_dicom", "right"]


def test_resolve_does_not_need_a_device(camera: CameraApi, session: CameraSession) -> None:
    assert camera.resolve(IDENTIFIER).status_code == 200
    session.refresh_from_db()
    assert session.device_id == ""


def test_resolve_fills_an_empty_device(camera: CameraApi, session: CameraSession) -> None:
    camera.resolve(IDENTIFIER, device_id="CAM-001")
    session.refresh_from_db()
    assert session.device_id == "CAM-001"


def test_resolve_accepts_a_device_of_100_characters(
    camera: CameraApi, session: CameraSession
) -> None:
    assert camera.resolve(IDENTIFIER, device_id="D" * 100).status_code == 200
    session.refresh_from_db()
    assert session.device_id == "D" * 100


def test_resolve_keeps_the_device_that_was_there(camera: CameraApi, subject: Any) -> None:
    session = factories.create_session(subject, device_id="CAM-007")
    assert camera.resolve(IDENTIFIER, device_id="CAM-001").status_code == 200
    session.refresh_from_db()
    assert session.device_id == "CAM-007"


def test_resolve_remembers_when_it_resolved_the_session(
    camera: CameraApi, session: CameraSession
) -> None:
    before = timezone.now()
    camera.resolve(IDENTIFIER)
    session.refresh_from_db()
    assert session.activity.last_resolved_datetime is not None
    assert before <= session.activity.last_resolved_datetime <= timezone.now()


def test_resolve_again_answers_the_same_and_remembers_the_later_moment(
    camera: CameraApi, session: CameraSession
) -> None:
    earlier = factories.minutes_ago(30)
    first = camera.resolve(IDENTIFIER).json()
    factories.set_moments(session, last_resolved_datetime=earlier)
    assert camera.resolve(IDENTIFIER).json() == first
    session.refresh_from_db()
    assert session.activity.last_resolved_datetime is not None
    assert session.activity.last_resolved_datetime > earlier


def test_resolve_changes_nothing_else_in_the_session(
    camera: CameraApi, session: CameraSession
) -> None:
    ignored = {"device_id"}
    # Audit fields tell of the change itself.
    ignored |= {"modified", "user_modified", "hostname_modified", "device_modified", "revision"}
    before = _values(session, ignored)
    camera.resolve(IDENTIFIER, device_id="CAM-001")
    assert _values(CameraSession.objects.get(pk=session.pk), ignored) == before


def test_unsuccessful_resolve_remembers_nothing(camera: CameraApi, session: CameraSession) -> None:
    factories.complete(session)
    assert_error(camera.resolve(IDENTIFIER, device_id="CAM-001"), 400, "no_eligible_session")
    session.refresh_from_db()
    assert session.activity.last_resolved_datetime is None
    assert session.device_id == ""


@pytest.mark.parametrize("identifier", [factories.UNKNOWN_IDENTIFIER, "nobody", "é漢字"])
def test_resolve_of_an_unknown_subject_finds_no_session(camera: CameraApi, identifier: str) -> None:
    assert_error(camera.resolve(identifier), 404, "no_session")


def test_resolve_of_a_subject_without_sessions_finds_no_session(
    camera: CameraApi, subject: Any
) -> None:
    assert_error(camera.resolve(IDENTIFIER), 404, "no_session")


@pytest.mark.parametrize("value", [None, "", ["105-10-0001-2"], {"is": "105-10-0001-2"}])
def test_malformed_subject_identifier_is_an_invalid_request(
    camera: CameraApi, session: CameraSession, value: Any
) -> None:
    assert_error(camera.resolve(value), 400, "invalid_request", fields={"subject_identifier"})


def test_missing_subject_identifier_is_an_invalid_request(
    camera: CameraApi, session: CameraSession
) -> None:
    response = camera.client.post(f"{BASE}/resolve/", {"device_id": "CAM-001"}, format="json")
    assert_error(response, 400, "invalid_request", fields={"subject_identifier"})


@pytest.mark.parametrize("device_id", ["D" * 101, ["CAM-001"], {"is": "CAM-001"}, "CAM\0001"])
def test_malformed_device_is_an_invalid_request(
    camera: CameraApi, session: CameraSession, device_id: Any
) -> None:
    response = camera.resolve(IDENTIFIER, device_id=device_id)
    assert_error(response, 400, "invalid_request", fields={"device_id"})
    session.refresh_from_db()
    assert session.device_id == ""


def test_every_malformed_field_is_reported_at_once(
    camera: CameraApi, session: CameraSession
) -> None:
    response = camera.resolve("", device_id="D" * 101)
    fields = {"subject_identifier", "device_id"}
    assert_error(response, 400, "invalid_request", fields=fields)


@pytest.mark.parametrize("body", [b"[]", b'"105-10-0001-2"', b"null", b"7"])
def test_json_that_is_no_object_is_refused(
    camera: CameraApi, session: CameraSession, body: bytes
) -> None:
    response = camera.client.generic(
        "POST", f"{BASE}/resolve/", body, content_type="application/json"
    )
    assert response.status_code == 400
    assert response.json()["code"] == "invalid_request"


def test_resolve_without_the_permission_is_denied(session: CameraSession) -> None:
    stranger = factories.find_or_create_user("stranger")
    assert_error(_api(stranger).resolve(IDENTIFIER), 403, "permission_denied")
    session.refresh_from_db()
    assert session.activity.last_resolved_datetime is None


@pytest.mark.parametrize("role", [RETINOPATHY_GRADER_ROLE, RETINOPATHY_ROLE])
def test_an_account_that_may_only_read_by_api_cannot_prolong_a_session_or_set_its_device(
    subject: Any, role: str
) -> None:
    session = factories.create_session(subject)
    reader = _api(factories.find_or_create_user(f"reads_{role}", role=role))
    before = _values(CameraSession.objects.get(pk=session.pk), set())
    history = session.history.count()
    for fields in ({"device_id": "CAM-001"}, {}):
        body = assert_error(reader.resolve(IDENTIFIER, **fields), 403, "permission_denied")
        assert "edc_retinopathy.add_sessionfile" in body["error"]
        assert "view_camerasession" not in body["error"]
        assert "RETINOPATHY_CAMERA" in body["error"]
    assert _values(CameraSession.objects.get(pk=session.pk), set()) == before
    assert session.history.count() == history
    assert reader.ping().status_code == 200
    assert reader.status(IDENTIFIER).status_code == 200


def test_an_account_that_may_upload_but_not_look_cannot_resolve(session: CameraSession) -> None:
    sender = factories.find_or_create_user("sender")
    sender.user_permissions.add(Permission.objects.get(codename="add_sessionfile"))
    body = assert_error(_api(sender).resolve(IDENTIFIER), 403, "permission_denied")
    assert "edc_retinopathy.view_camerasession" in body["error"]
    assert "add_sessionfile" not in body["error"]


def test_a_refusal_names_all_permissions_that_are_missing(session: CameraSession) -> None:
    stranger = _api(factories.find_or_create_user("stranger"))
    body = assert_error(stranger.resolve(IDENTIFIER), 403, "permission_denied")
    for permission in ("edc_retinopathy.view_camerasession", "edc_retinopathy.add_sessionfile"):
        assert permission in body["error"]


def test_errors_do_not_repeat_the_subject_identifier(camera: CameraApi, subject: Any) -> None:
    body = assert_error(camera.resolve(IDENTIFIER), 404, "no_session")
    assert IDENTIFIER not in body["error"]


def _api(user: User) -> CameraApi:
    return CameraApi(factories.token_of(user))


def _values(session: CameraSession, ignored: set[str]) -> dict[str, str | datetime | None]:
    names = [f.attname for f in session._meta.concrete_fields if f.attname not in ignored]
    return {name: getattr(session, name) for name in names}
