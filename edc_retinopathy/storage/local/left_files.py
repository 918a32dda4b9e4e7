"""What a person does, by the audit, with a file without a record that a crash left."""

import errno
import os

from .filesystem import settled_file, without_names
from .inventory import token_of
from .layout import path_of
from .published import flush_name
from .quarantine import move_to_quarantine
from .reading import sha256_of_open


def adopt(key: str, *, token: str, checksum: str) -> None:
    """Flush a file that a crash left, and its name, so that a record may refer to it.

    The caller holds the record's uniqueness. Raises ``FileNotFoundError`` if the file is not the
    one of this token and checksum any more, ``ServerBusy``, ``StorageError`` and ``OSError``.
    """
    path = path_of(key)
    with without_names(), settled_file(path) as fd:
        if token_of(os.fstat(fd)) != token or sha256_of_open(fd) != checksum:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        os.fsync(fd)
        flush_name(path)


def set_aside(key: str) -> None:
    """Move a file without a record to the quarantine, once no upload has a hand in it.

    The caller holds the name, so that no upload can use it meanwhile. Raises
    ``FileNotFoundError`` if it is gone, ``ServerBusy``, ``StorageError`` and ``OSError``.
    """
    path = path_of(key)
    with without_names(), settled_file(path):
        move_to_quarantine(path)
