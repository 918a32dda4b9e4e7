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


@pytest.mark.parametrize("of_the_same_size", [True, False])
def test_a_retry_leaves_changed_bytes_to_a_person(
    camera: CameraApi,
    session: CameraSession,
    caplog: pytest.LogCaptureFixture,
    *,
    of_the_same_size: bool,
) -> None:
    identifier = session.subject_identifier
    path = image_path(session, camera.upload(identifier).json()["original_filename"])
    changed = path.read_bytes()[:-1] + b"?" if of_the_same_size else b"changed"
    path.write_bytes(changed)
    assert_error(camera.upload(identifier), 500, "storage_error")
    assert path.read_bytes() == changed
    # Nor is the database quoted, which names the file when it refuses a second one.
    assert "storage_error" in caplog.text
    assert "IntegrityError" not in caplog.text


def test_no_log_names_the_subject(
    camera: CameraApi, session: CameraSession, caplog: pytest.LogCaptureFixture
) -> None:
    identifier = session.subject_identifier
    assert_error(camera.upload(identifier, "nothing"), 400, "invalid_file_type")
    assert_error(camera.upload(f"{identifier}-x"), 404, "no_session")
    assert "invalid_file_type" in caplog.text
    assert identifier not in caplog.text


def test_no_log_of_a_failing_disk_names_the_subject(
    camera: CameraApi, session: CameraSession, caplog: pytest.LogCaptureFixture
) -> None:
    name = f"{session.subject_identifier}_OS.jpg"
    # A file where the session's directory should be: the error of the system names the link.
    image_path(session, name).parent.write_bytes(b"")
    response = camera.upload(session.subject_identifier, name=name)
    assert_error(response, 500, "storage_error")
    # The traceback is there, and says what the system said.
    assert "Not a directory" in caplog.text
    assert "_link_or_adopt" in caplog.text
    assert session.subject_identifier not in caplog.text
