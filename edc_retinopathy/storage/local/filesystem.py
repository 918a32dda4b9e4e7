"""Small operations on files and directories: durable, locked, and with errors that name no path."""

import errno
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from edc_retinopathy.errors import ServerBusy, StorageError

DIRECTORY_MODE = 0o750
FILE_MODE = 0o640

# An upload that is taken back is over in milliseconds.
LOCK_WAIT_SECONDS = 10.0
LOCK_POLL_SECONDS = 0.01


@contextmanager
def storage_errors(doing: str) -> Iterator[None]:
    """Turn an ``OSError`` into ``StorageError``; the message says what failed, never a path."""
    try:
        yield
    except OSError as e:
        reason = errno.errorcode.get(e.errno or 0, "unknown error")
        # Logged with its traceback, but without the names of files: they name subjects.
        cause = OSError(e.errno, e.strerror).with_traceback(e.__traceback__)
        raise StorageError(
            f"The file could not be stored: {doing} failed ({reason}). Nothing of it was kept."
        ) from cause


@contextmanager
def without_names() -> Iterator[None]:
    """Let an ``OSError`` say what is wrong, but not with which file: names hold identifiers."""
    try:
        yield
    except OSError as e:
        raise type(e)(e.errno, e.strerror).with_traceback(e.__traceback__) from None


def flush_directory(path: Path) -> None:
    """Make the names in a directory survive a power cut (fsync(2), "Calling fsync() does not
    necessarily ensure that the entry in the directory ... has also reached disk")."""
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def make_directory(path: Path) -> bool:
    """Make a directory unless it is there; True if it was made, and the caller flushes its parent.

    The parent must be there.
    """
    try:
        path.mkdir(DIRECTORY_MODE)
    except FileExistsError:
        return False
    return True


@contextmanager
def settled_file(path: Path) -> Iterator[int]:
    """A descriptor of the regular file at ``path``, locked, once no upload has a hand in it.

    An upload holds the lock of its file until it is over (see ``IncomingFile``): before, it may
    still take the name back. Raises ``FileNotFoundError`` if the name is gone by then,
    ``ServerBusy`` if the upload does not end, and ``OSError`` for what is no file, or not ours to
    open.
    """
    # For writing, which nobody does: NFS grants an exclusive lock on nothing less (flock(2)).
    fd = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
    try:
        _lock(fd)
        if not os.path.samestat(os.fstat(fd), path.lstat()):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        yield fd
    finally:
        os.close(fd)


def _lock(fd: int) -> None:
    # Not by waiting in the system, without end: the caller may hold locks of the database.
    until = time.monotonic() + LOCK_WAIT_SECONDS
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise ServerBusy("Another upload of this file is not over yet.") from None
            time.sleep(LOCK_POLL_SECONDS)
        else:
            return


def is_held(path: Path) -> bool:
    """Whether a living upload holds the lock of the file; raises ``OSError`` as above."""
    fd = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(fd)
    return False


@contextmanager
def locked_if_free(path: Path) -> Iterator[os.stat_result]:
    """Hold the lock of a file that nobody holds; gives what the file is like.

    Raises ``BlockingIOError`` if somebody holds it, ``FileNotFoundError`` if the name is another
    file's by now, and ``OSError`` as above.
    """
    fd = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        found = os.fstat(fd)
        if not os.path.samestat(found, path.lstat()):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        yield found
    finally:
        os.close(fd)
