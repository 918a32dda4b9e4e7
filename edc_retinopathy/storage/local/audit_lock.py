"""Tells an audit that still runs from one that was interrupted."""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from .filesystem import FILE_MODE
from .layout import images_dir


@contextmanager
def audit_lock(audit: UUID | int) -> Iterator[None]:
    """Hold an audit for as long as it runs; a process that is killed lets go of it.

    Raises ``BlockingIOError`` if it is held already, and ``OSError`` where nothing can be written.
    """
    path = images_dir() / f".audit-{audit}.lock"
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, FILE_MODE)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        try:
            is_gone = not os.path.samestat(os.fstat(fd), path.lstat())
        except FileNotFoundError:
            is_gone = True
        if is_gone:
            # Whoever held it has just ended.
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        try:
            yield
        finally:
            path.unlink(missing_ok=True)
    finally:
        os.close(fd)
