"""Stored files, opened for reading; no link is followed."""

import errno
import os
from io import FileIO
from pathlib import Path

from edc_retinopathy.errors import StorageError
from edc_retinopathy.storage.streams import StoredStream, sha256_of

from .filesystem import without_names
from .layout import path_of


def open_stored(key: str) -> StoredStream:
    """Open a stored file for reading.

    Raises ``FileNotFoundError`` if it is missing, or a symbolic link in its place, and ``OSError``;
    neither names the file.
    """
    with without_names():
        try:
            return _open(path_of(key))
        except StorageError as e:
            raise FileNotFoundError(errno.ENOENT, e.message) from None
        except OSError as e:
            if e.errno == errno.ELOOP:
                raise FileNotFoundError(errno.ENOENT, e.strerror) from None
            raise


def _open(path: Path) -> StoredStream:
    raw = FileIO(path, "rb", opener=_open_no_link)
    return StoredStream(raw, os.fstat(raw.fileno()).st_size)


def _open_no_link(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW)


def sha256_at(path: Path) -> str:
    """SHA-256 of a file's bytes, in lower-case hexadecimal."""
    with _open(path) as stream:
        return sha256_of(stream)


def sha256_of_open(fd: int) -> str:
    """The same from where the descriptor stands, which stays open."""
    with open(fd, "rb", closefd=False) as stream:
        return sha256_of(stream)
