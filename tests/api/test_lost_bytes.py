"""A retry meets a record whose bytes the disk has lost, or changed."""

import pytest

from edc_retinopathy.models import CameraSession, SessionFile
from tests.api.client import CameraApi, assert_error
from tests.factories import image_path


def test_a_retry_brings_back_lost_bytes(camera: CameraApi, session: CameraSession) -> None:
    identifier = session.subject_identifier
    first = camera.upload(identifier)
    assert first.status_code == 201
    path = image_path(session, first.json()["original_filename"])
    content = path.read_bytes()
    path.unlink()
    assert camera.upload(identifier).status_code == 200
    assert path.read_bytes() == content
    assert SessionFile.objects.filter(camera_session=session).count() == 1


def test_a_retry_leaves_changed_bytes_to_a_person(
    camera: CameraApi, session: CameraSession
) -> None:
    identifier = session.subject_identifier
    path = image_path(session, camera.upload(identifier).json()["original_filename"])
    path.write_bytes(b"changed")
    assert_error(camera.upload(identifier), 500, "storage_error")
    assert path.read_bytes() == b"changed"


def test_no_log_names_the_subject(
    camera: CameraApi, session: CameraSession, caplog: pytest.LogCaptureFixture
) -> None:
    identifier = session.subject_identifier
    assert_error(camera.upload(identifier, "nothing"), 400, "invalid_file_type")
    assert_error(camera.upload(f"{identifier}-x"), 404, "no_session")
    assert "invalid_file_type" in caplog.text
    assert identifier not in caplog.text
