"""The database refuses the commit for good, as it does when the session was deleted meanwhile."""

import pytest
from django.db import IntegrityError, connection

from edc_retinopathy.models import CameraSession, SessionFile
from tests.api.client import CameraApi, assert_error
from tests.contents import photograph
from tests.faults.test_failing_disk import upload
from tests.invariants import assert_whole, temporary_files
from tests.storage import StorageOnDisk

CONTENT = photograph(1)


def refuse() -> None:
    raise IntegrityError("a foreign key that is checked at the commit")


def test_a_refused_commit_leaves_nothing_behind(
    camera: CameraApi,
    session: CameraSession,
    storage: StorageOnDisk,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patches:
        patches.setattr(connection, "commit", refuse)
        response = upload(camera, session, CONTENT)

    assert_error(response, 503, "server_busy")
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
        assert_error(upload(camera, session, CONTENT), 503, "server_busy")
    assert left_by_a_crash.read_bytes() == CONTENT
    assert upload(camera, session, CONTENT).status_code == 201
