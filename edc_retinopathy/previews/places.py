"""Where pictures lie, and the locks that processes of one machine hold there::

    <preview dir>/v1/<ab>/<checksum>/<frame>.json           what there is, or why there is nothing
    <preview dir>/v1/<ab>/<checksum>/<frame>-<size>.jpg     the pictures
    <preview dir>/.locks/<ab>, .locks/slot-<n>, .locks/evict  held while one is made, or removed
    <preview dir>/.written                                  grows with what is written

All of it may be deleted at any time, and is made again. Names are checksums: of no person.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from edc_retinopathy import conf

# Raise it when pictures of the same file come to look different.
RENDERER_VERSION = 1
DIRECTORY_MODE = 0o750
FILE_MODE = 0o640
POLL_SECONDS = 0.02


class NotHad(Exception):  # noqa: N818
    """Somebody else held the lock for too long."""


def shelves_dir() -> Path:
    """The directory of what this version of the renderer makes."""
    return conf.preview_dir() / f"v{RENDERER_VERSION}"


def locks_dir() -> Path:
    """The directory of the locks."""
    return conf.preview_dir() / ".locks"


def make_directory(path: Path) -> Path:
    """The directory, which is there now."""
    path.mkdir(DIRECTORY_MODE, parents=True, exist_ok=True)
    return path


@contextmanager
def lock(*names: str, seconds: float) -> Iterator[None]:
    """Hold one of these locks, whichever is free first; a process that is killed lets go of it.

    Raises ``NotHad`` if none is had within ``seconds``. Whoever deletes the directory meanwhile
    lets two in, which does the same work twice, and no harm.
    """
    deadline = time.monotonic() + seconds
    fds = [_open(name) for name in names]
    try:
        while not any(_is_had(fd) for fd in fds):
            if time.monotonic() >= deadline:
                raise NotHad
            time.sleep(POLL_SECONDS)
        yield
    finally:
        for fd in fds:
            os.close(fd)


def _open(name: str) -> int:
    path = make_directory(locks_dir()) / name
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, FILE_MODE)
    except FileNotFoundError:
        # Deleted since.
        make_directory(path.parent)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, FILE_MODE)


def _is_had(fd: int) -> bool:
    with suppress(BlockingIOError):
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False
