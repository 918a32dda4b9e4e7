"""The database refuses the record for a reason of its own: that is the server's error, and told."""

import logging

import pytest
from django.db import IntegrityError, connection

from edc_retinopathy.files import ingest
from edc_retinopathy.models import CameraSession, SessionFile
from tests.api.client import CameraApi, assert_error
from tests.contents import photograph
from tests.faults.test_failing_disk import upload
from tests.invariants import assert_whole, temporary_files
from tests.storage import StorageOnDisk

CONTENT = photograph(1)
NAME = "105-10-0001-2_OS.jpg"


def refuse() -> None:
    raise IntegrityError("a foreign key that is checked at the commit", f"key ({NAME})")


def test_a_refused_commit_leaves_nothing_behind(
    camera: CameraApi,
    session: CameraSession,
    storage: StorageOnDisk,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with monkeypatch.context() as patches, caplog.at_level(logging.INFO):
        patches.setattr(connection, "commit", refuse)
        response = upload(camera, session, CONTENT, NAME)

    assert_error(response, 500, "server_error")
    # The cause is in the log, its words, which quote the record, are not.
    assert "IntegrityError" in caplog.text
    assert "test_refused_commit.py" in caplog.text
    assert NAME not in caplog.text
    assert session.subject_identifier not in caplog.text
    assert not SessionFile.objects.filter(camera_session=session).exists()
    assert assert_whole(storage, session) == {}
    assert list((storage.images / str(session.pk)).iterdir()) == []
    assert temporary_files(storage) == []


def test_a_refused_commit_leaves_a_file_that_was_there_before(
    camera: CameraApi,
    session: CameraSession,
    storage: StorageOnDisk,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    left_by_a_crash = storage.images / str(session.pk) / "photo.jpg"
    left_by_a_crash.parent.mkdir()
    left_by_a_crash.write_bytes(CONTENT)
    with monkeypatch.context() as patches:
        patches.setattr(connection, "commit", refuse)
        assert_error(upload(camera, session, CONTENT), 500, "server_error")
    assert left_by_a_crash.read_bytes() == CONTENT
    assert upload(camera, session, CONTENT).status_code == 201


@pytest.mark.parametrize("of", ["the file's record", "its history"])
def test_a_constraint_that_is_not_ours(
    camera: CameraApi,
    session: CameraSession,
    storage: StorageOnDisk,
    monkeypatch: pytest.MonkeyPatch,
    of: str,
) -> None:
    """As a project's own trigger or check may be: nobody else has the name."""
    manager = ingest._file_history() if of == "its history" else SessionFile
    name = "bulk_history_create" if of == "its history" else "save"
    monkeypatch.setattr(manager, name, lambda *args, **kwargs: refuse())
    assert_error(upload(camera, session, CONTENT), 500, "server_error")
    assert not SessionFile.objects.filter(camera_session=session).exists()
    assert storage.files() == {}
