"""Incoming and published files: locks, adoption, and what is taken back."""

import errno
import fcntl
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from edc_retinopathy.errors import ServerBusy, StorageError
from edc_retinopathy.storage import IncomingFile, publish, receive, restore, sweep_stale, withdraw
from tests.servers import PATIENCE_SECONDS
from tests.storage import StorageOnDisk

NAME = "session/photo.jpg"
CONTENT = b"the bytes of a photograph"


def received(content: bytes = CONTENT) -> IncomingFile:
    """A file that has arrived, and is not published yet."""
    incoming = receive()
    incoming.write(content)
    incoming.flush()
    return incoming


@pytest.fixture
def path(storage: StorageOnDisk) -> Path:
    """Where a file of that name is published."""
    return storage.images / NAME


class Waiting:
    """A second upload that publishes the name in another thread, as soon as it may."""

    def __init__(self, content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
        self.is_new: bool | None = None
        self.content = content
        self.has_come_to_the_lock = threading.Event()
        self.thread = threading.Thread(target=self.run)
        monkeypatch.setattr(fcntl, "flock", self.flock)

    def run(self) -> None:
        """Publish."""
        with received(self.content) as incoming:
            self.is_new = publish(incoming, NAME)

    def flock(self, fd: int, operation: int, flock: Any = fcntl.flock) -> None:
        """Lock; only the second upload meets a lock that is held."""
        try:
            flock(fd, operation)
        except BlockingIOError:
            self.has_come_to_the_lock.set()
            raise

    def start(self) -> None:
        """Begin, and come to the lock that the first upload holds."""
        self.thread.start()
        assert self.has_come_to_the_lock.wait(PATIENCE_SECONDS)


@pytest.fixture(params=[CONTENT, b"other bytes"], ids=["the same bytes", "other bytes"])
def second(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Waiting]:
    """Another upload of the name."""
    waiting = Waiting(request.param, monkeypatch)
    yield waiting
    waiting.thread.join()


def test_what_an_upload_takes_back_is_never_what_another_relies_on(
    path: Path, second: Waiting
) -> None:
    """The database has refused the first one's record; the second one's is inserted by now."""
    with received() as first:
        assert publish(first, NAME)
        second.start()
        assert second.is_new is None
        withdraw(first, NAME)
    second.thread.join()
    assert second.is_new
    assert path.read_bytes() == second.content


def test_an_upload_takes_back_no_file_but_its_own(path: Path) -> None:
    with received() as first, received(b"other bytes") as other:
        assert publish(first, NAME)
        path.unlink()
        assert publish(other, NAME)
        withdraw(first, NAME)
    assert path.read_bytes() == b"other bytes"


def test_a_lock_that_is_never_released_is_an_error(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edc_retinopathy.storage.local.filesystem.LOCK_WAIT_SECONDS", 0.05)
    with received() as first, received() as second:
        assert publish(first, NAME)
        with pytest.raises(ServerBusy):
            publish(second, NAME)
    assert path.read_bytes() == CONTENT


def test_a_link_whose_answer_was_lost_is_known_again(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """NFS asks again, and is told that the name exists."""
    link = os.link

    def link_twice(*args: Any) -> None:
        link(*args)
        link(*args)

    with received() as incoming:
        monkeypatch.setattr(os, "link", link_twice)
        assert publish(incoming, NAME)
    assert path.read_bytes() == CONTENT


def test_a_quarantine_that_cannot_be_made_is_an_error(storage: StorageOnDisk, path: Path) -> None:
    (storage.images / ".quarantine").symlink_to("nowhere")
    path.parent.mkdir()
    path.write_bytes(b"left by a crash")
    with received() as incoming, pytest.raises(StorageError):
        publish(incoming, NAME)
    assert path.read_bytes() == b"left by a crash"


def test_what_was_brought_back_stays_even_if_it_cannot_be_flushed(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another retry may have been told meanwhile that it is there."""

    def fail(fd: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with received() as incoming, monkeypatch.context() as patches:
        patches.setattr(os, "fsync", fail)
        with pytest.raises(StorageError):
            restore(incoming, NAME)
    assert path.read_bytes() == CONTENT
    with received() as incoming:
        assert not restore(incoming, NAME)


@pytest.mark.parametrize("kind", ["directory", "link", "dangling link", "pipe"])
def test_what_is_no_file_is_set_aside(storage: StorageOnDisk, path: Path, kind: str) -> None:
    elsewhere = storage.directory / "elsewhere"
    elsewhere.write_bytes(CONTENT)
    path.parent.mkdir()
    if kind == "directory":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to(elsewhere if kind == "link" else "nowhere")
    with received() as incoming:
        assert publish(incoming, NAME)
    # Not through the link: the bytes have to be below images/.
    assert not path.is_symlink()
    assert path.read_bytes() == CONTENT
    assert elsewhere.read_bytes() == CONTENT
    (kept,) = (storage.images / ".quarantine" / "session").glob("*/photo.jpg")
    assert not kept.is_file() or kept.is_symlink()


def test_one_entry_that_cannot_be_judged_does_not_end_the_sweep(storage: StorageOnDisk) -> None:
    incoming = storage.images / ".incoming"
    (incoming / "a directory").mkdir(parents=True)
    (incoming / "a link").symlink_to("nowhere")
    for number in range(3):
        (incoming / f"{number}.part").write_bytes(b"half")
    assert sweep_stale(older_than_seconds=-1) == 3
    assert {path.name for path in incoming.iterdir()} == {"a directory", "a link"}


def test_a_refused_lock_leaves_no_temporary_file(
    storage: StorageOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: Any) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(StorageError):
        receive()
    assert [path for path in storage.directory.rglob("*") if path.is_file()] == []
