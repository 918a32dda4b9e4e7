"""``GET <subject_identifier>/status/``: what is here, and what is missing?"""

from datetime import datetime
from typing import Any

import pytest

from edc_retinopathy.models import CameraSession, SessionFile
from tests import factories
from tests.api.client import CameraApi, assert_error
from tests.samples import DICOM, HTML, encapsulated_pdf_dicom
from tests.storage import StorageOnDisk

IDENTIFIER = factories.FEMALE_IDENTIFIER


def test_status_of_an_empty_session(camera: CameraApi, session: CameraSession) -> None:
    response = camera.status(IDENTIFIER)
    assert response.status_code == 200
    body = response.json()
    assert {"camera_session_id", "subject_identifier", "report_datetime"} <= set(body)
    assert body["camera_session_id"] == body["eye_exam_register_id"] == str(session.pk)
    assert body["subject_identifier"] == IDENTIFIER
    assert body["uploaded"] == []
    assert sorted(body["missing"]) == ["left", "report", "right"]
    assert body["complete"] is False


def test_status_gives_the_report_datetime_in_iso_format(
    camera: CameraApi, session: CameraSession
) -> None:
    answered = datetime.fromisoformat(camera.status(IDENTIFIER).json()["report_datetime"])
    session.refresh_from_db()
    assert answered == session.report_datetime


def test_status_of_a_complete_combined_session(camera: CameraApi, session: CameraSession) -> None:
    factories.complete(session)
    body = camera.status(IDENTIFIER).json()
    assert sorted(body["uploaded"]) == ["left", "report", "right"]
    assert body["missing"] == []
    assert body["complete"] is True


def test_an_eye_is_satisfied_by_its_dicom(camera: CameraApi, session: CameraSession) -> None:
    factories.store_file(session, "left_dicom", content_type=DICOM)
    body = camera.status(IDENTIFIER).json()
    assert body["uploaded"] == ["left_dicom"]
    assert sorted(body["missing"]) == ["report", "right"]


@pytest.mark.parametrize("eye", ["left", "right"])
def test_an_eye_is_still_missing_of_which_a_dicom_that_is_no_image_came(
    camera: CameraApi, session: CameraSession, storage: StorageOnDisk, eye: str
) -> None:
    content, dicom = encapsulated_pdf_dicom(), f"{eye}_dicom"
    response = camera.upload(IDENTIFIER, dicom, content, name="document.dcm")
    assert response.status_code == 201
    assert SessionFile.objects.get().is_image is False
    assert storage.files() == {f"images/{session.pk}/document.dcm": content}
    body = camera.status(IDENTIFIER).json()
    assert body["uploaded"] == [dicom]
    assert sorted(body["missing"]) == ["left", "report", "right"]
    assert body["complete"] is False


def test_two_dicoms_and_one_report_are_a_complete_exam(
    camera: CameraApi, session: CameraSession
) -> None:
    factories.store_file(session, "left_dicom", content_type=DICOM)
    factories.store_file(session, "right_dicom", content_type=DICOM)
    factories.store_file(session, "report", content_type=HTML)
    body = camera.status(IDENTIFIER).json()
    assert body["missing"] == []
    assert body["complete"] is True


def test_several_files_of_one_type_are_listed_once(
    camera: CameraApi, session: CameraSession
) -> None:
    factories.store_file(session, "left", name="a.jpg")
    factories.store_file(session, "left", name="b.jpg")
    assert camera.status(IDENTIFIER).json()["uploaded"] == ["left"]


def test_a_combined_report_does_not_satisfy_a_per_eye_session(
    camera: CameraApi, subject: Any
) -> None:
    session = factories.create_session(subject, report_type="per_eye")
    factories.complete(session)
    body = camera.status(IDENTIFIER).json()
    assert sorted(body["missing"]) == ["left_report", "right_report"]
    assert body["complete"] is False


def test_per_eye_reports_do_not_satisfy_a_combined_session(
    camera: CameraApi, session: CameraSession
) -> None:
    for file_type in ("left_report", "right_report"):
        factories.store_file(session, file_type, content_type=HTML)
    assert sorted(camera.status(IDENTIFIER).json()["missing"]) == ["left", "report", "right"]


def test_status_changes_nothing(camera: CameraApi, session: CameraSession) -> None:
    before = CameraSession.objects.filter(pk=session.pk).values().get()
    camera.status(IDENTIFIER)
    assert CameraSession.objects.filter(pk=session.pk).values().get() == before


@pytest.mark.parametrize("identifier", [factories.UNKNOWN_IDENTIFIER, "é漢字", "a b"])
def test_status_of_an_unknown_subject_finds_no_session(camera: CameraApi, identifier: str) -> None:
    assert_error(camera.status(identifier), 404, "no_session")


def test_status_of_a_subject_without_sessions_finds_no_session(
    camera: CameraApi, subject: Any
) -> None:
    assert_error(camera.status(IDENTIFIER), 404, "no_session")


def test_status_without_the_permission_is_denied(session: CameraSession) -> None:
    stranger = factories.find_or_create_user("stranger")
    api = CameraApi(factories.token_of(stranger))
    assert_error(api.status(IDENTIFIER), 403, "permission_denied")


def test_status_without_a_token_is_not_authenticated(session: CameraSession) -> None:
    assert_error(CameraApi(None).status(IDENTIFIER), 401, "not_authenticated")
