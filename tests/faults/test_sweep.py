"""Temporary files of uploads that died are swept; those of uploads in progress never."""

import fcntl
import os
import time
from contextlib import closing
from unittest.mock import patch

import pytest
from pytest_django import Settings

from edc_retinopathy.errors import StorageError
from edc_retinopathy.models import CameraSession
from edc_retinopathy.storage import receive, sweep_stale
from edc_retinopathy.storage.local.filesystem import locked_if_free
from edc_retinopathy.storage.local.stale import stale_files
from tests.contents import photograph
from tests.faults.plan import Action, Fault, Point, When
from tests.invariants import assert_stored, temporary_files
from tests.servers import Server, answer_of, form, wait_until
from tests.storage import StorageOnDisk

CONTENT = photograph(1, size=700_000)
# Nothing is too young for such a sweep.
AT_ONCE = -1
LONG_AGO_SECONDS = 7200


@pytest.fixture
def _storage_of_the_server(server: Server, settings: Settings) -> None:
    settings.EDC_RETINOPATHY_STORAGE_DIR = server.storage.directory


def leave_temporary_file(server: Server, session: CameraSession) -> None:
    with pytest.raises(ConnectionError):
        server.upload(session, CONTENT, fault=str(Fault(Point.WRITE, When.AFTER, Action.KILL, 2)))
    assert len(temporary_files(server.storage)) == 1


@pytest.mark.usefixtures("_storage_of_the_server")
def test_a_running_upload_is_never_swept(server: Server, session: CameraSession) -> None:
    leave_temporary_file(server, session)
    body = form(CONTENT)
    with closing(server.begin_upload(session, len(body))) as client:
        client.send(body[: len(body) // 2])
        wait_until(lambda: len(temporary_files(server.storage)) == 2, what="the upload is received")
        # What the dead worker left goes; what a living one holds stays, however old it looks.
        for path in temporary_files(server.storage):
            os.utime(path, (0, 0))
        assert sweep_stale(older_than_seconds=AT_ONCE) == 1
        assert sweep_stale() == 0
        assert len(temporary_files(server.storage)) == 1
        client.send(body[len(body) // 2 :])
        assert answer_of(client).status == 201
    assert_stored(server.storage, session, {"photo.jpg": CONTENT})
    assert temporary_files(server.storage) == []


@pytest.mark.usefixtures("_storage_of_the_server")
def test_the_next_upload_sweeps_what_is_stale(server: Server, session: CameraSession) -> None:
    leave_temporary_file(server, session)
    # Too young: it might be an upload that has just begun.
    assert server.upload(session, photograph(2), name="second.jpg").status == 201
    (left,) = temporary_files(server.storage)
    long_ago = time.time() - LONG_AGO_SECONDS
    os.utime(left, (long_ago, long_ago))
    assert server.upload(session, photograph(3), name="third.jpg").status == 201
    assert temporary_files(server.storage) == []
    stored = {"second.jpg": photograph(2), "third.jpg": photograph(3)}
    assert_stored(server.storage, session, stored)


@pytest.mark.usefixtures("_storage_of_the_server")
def test_a_sweep_leaves_what_is_published(server: Server, session: CameraSession) -> None:
    assert server.upload(session, CONTENT).status == 201
    assert sweep_stale(older_than_seconds=AT_ONCE) == 0
    assert_stored(server.storage, session, {"photo.jpg": CONTENT})


def test_a_clock_that_is_ahead_takes_no_new_file(
    storage: StorageOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another machine has made it, and does not hold its lock yet."""
    incoming = storage.images / ".incoming"
    incoming.mkdir()
    new, old = incoming / "new.part", incoming / "old.part"
    for path in (new, old):
        path.write_bytes(b"half")
    long_ago = time.time() - LONG_AGO_SECONDS
    os.utime(old, (long_ago, long_ago))
    hours_ahead = time.time() + 5 * 3600
    monkeypatch.setattr(time, "time", lambda: hours_ahead)
    assert sweep_stale() == 1
    assert list(incoming.iterdir()) == [new]


def test_a_stale_file_is_held_while_it_is_dealt_with(storage: StorageOnDisk) -> None:
    """And a name that is another file's by then is not the stale file's any more."""
    incoming = storage.images / ".incoming"
    incoming.mkdir()
    old = incoming / "old.part"
    old.write_bytes(b"half")
    os.utime(old, (0, 0))
    for path in stale_files():
        with pytest.raises(BlockingIOError), locked_if_free(path):
            pass
    flock = fcntl.flock

    def exchange(fd: int, operation: int) -> None:
        flock(fd, operation)
        old.unlink()
        old.write_bytes(b"another")
        os.utime(old, (0, 0))

    with patch.object(fcntl, "flock", exchange):
        assert list(stale_files()) == []


def test_an_upload_whose_file_was_swept_before_it_was_locked_is_refused(
    storage: StorageOnDisk,
) -> None:
    flock = fcntl.flock

    def sweep(fd: int, operation: int) -> None:
        for path in (storage.images / ".incoming").iterdir():
            path.unlink()
        flock(fd, operation)

    with patch.object(fcntl, "flock", sweep), pytest.raises(StorageError):
        receive()
