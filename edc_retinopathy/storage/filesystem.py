"""Small operations on files and directories that reach the disk before they return."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from edc_retinopathy.errors import StorageError

DIRECTORY_MODE = 0o750
FILE_MODE = 0o640


@contextmanager
def storage_errors(doing: str) -> Iterator[None]:
    """Turn an ``OSError`` into ``StorageError``; the message says what failed, never a path."""
    try:
        yield
    except OSError as e:
        reason = errno.errorcode.get(e.errno or 0, "unknown error")
        raise StorageError(
            f"The file could not be stored: {doing} failed ({reason}). Nothing of it was kept."
        ) from e


def flush_directory(path: Path) -> None:
    """Make the names in a directory survive a power cut (fsync(2), "Calling fsync() does not
    necessarily ensure that the entry in the directory ... has also reached disk")."""
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def make_directory(path: Path) -> None:
    """Make a directory if it is not there; its parent must be. The caller flushes the parent."""
    with suppress(FileExistsError):
        path.mkdir(DIRECTORY_MODE)
