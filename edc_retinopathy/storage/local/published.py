"""Files get their names: without overwriting, durably, and taken back only by who gave them."""

import errno
import os
from contextlib import ExitStack
from functools import lru_cache
from pathlib import Path

from edc_retinopathy.errors import StorageError

from .filesystem import flush_directory, make_directory, settled_file, storage_errors
from .incoming import IncomingFile
from .layout import path_of
from .quarantine import move_to_quarantine
from .reading import sha256_at, sha256_of_open

# Each time the name was free, and taken by the next look.
LINK_ATTEMPTS = 10

# What opening says of a name that is in the way and no file of an upload: a directory, a
# symbolic link, a socket, or a file of somebody else's.
FOREIGN = frozenset({errno.EISDIR, errno.ELOOP, errno.ENXIO, errno.EACCES, errno.EPERM})


def publish(incoming: IncomingFile, key: str) -> bool:
    """Give the received file its lasting name, durably and without overwriting anything.

    The caller holds the record's uniqueness (an uncommitted insert), so that a file already
    in place has no record: a crash left it. The same bytes are adopted; other bytes are
    set aside in quarantine, where nothing deletes them. Raises ``StorageError`` and
    ``ServerBusy``, after which the received file has not the name. True if the name is new,
    False if its file was adopted.
    """
    path = path_of(key)
    with storage_errors("publishing"):
        is_new_directory = make_directory(path.parent)
        is_new = _link_or_adopt(incoming, path)
        try:
            flush_name(path, is_new_directory=is_new_directory)
        except OSError:
            # Nothing refers to the name yet: the record is not committed.
            if is_new:
                path.unlink(missing_ok=True)
            raise
    return is_new


def _link_or_adopt(incoming: IncomingFile, path: Path) -> bool:
    """True if the file was linked, False if one with the same bytes was there, now flushed."""
    for _ in range(LINK_ATTEMPTS):
        try:
            os.link(incoming.path, path)
        except FileExistsError:
            # NFS can lose the answer to a link that was made, and ask again (link(2)).
            if incoming.is_at(path):
                return True
            if _adopt_or_set_aside(incoming, path):
                return False
        else:
            return True
    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))


def _adopt_or_set_aside(incoming: IncomingFile, path: Path) -> bool:
    """Flush what has the name if it is the same bytes, else set it aside; True if it was adopted.

    False as well if the name is free by now.
    """
    with ExitStack() as stack:
        try:
            fd = stack.enter_context(settled_file(path))
        except FileNotFoundError:
            # The upload that had put it there has taken it back.
            return False
        except OSError as e:
            if e.errno not in FOREIGN:
                raise
        else:
            if os.fstat(fd).st_size == incoming.size and sha256_of_open(fd) == incoming.checksum:
                # The crash that left it may have come before its bytes reached the disk.
                os.fsync(fd)
                return True
        move_to_quarantine(path)
    return False


def restore(incoming: IncomingFile, key: str) -> bool:
    """Publish again what a record has and the disk has lost; True if it had.

    Raises ``StorageError`` if something else has the name: only a person may touch it. What was
    brought back stays, also if it could not be flushed: there is a record of it.
    """
    path = path_of(key)
    with storage_errors("looking at the stored file"):
        is_new_directory = make_directory(path.parent)
        try:
            os.link(incoming.path, path)
            is_lost = True
        except FileExistsError:
            is_lost = False
        if not is_lost and (
            path.lstat().st_size != incoming.size or sha256_at(path) != incoming.checksum
        ):
            raise StorageError(
                "The file stored earlier was changed on the disk. A data manager must look at it."
            )
        flush_name(path, is_new_directory=is_new_directory)
    return is_lost


def flush_name(path: Path, *, is_new_directory: bool = False) -> None:
    """Flush the directory of a published file, and that directory's own name."""
    flush_directory(path.parent)
    if is_new_directory:
        flush_directory(path.parent.parent)
    else:
        found = path.parent.stat()
        flush_name_once(path.parent, found.st_dev, found.st_ino)


@lru_cache(maxsize=10_000)
def flush_name_once(directory: Path, device: int, inode: int) -> None:
    """Flush a session directory's own name, once in the life of this process.

    For a directory that was there already: another upload may have made it, and not flushed it
    yet. What raised is not remembered.
    """
    flush_directory(directory.parent)


def withdraw(incoming: IncomingFile, key: str) -> None:
    """Take back a name that was just published, when its record certainly is not committed.

    Whoever would adopt the file waits until ``incoming`` is discarded.
    """
    path = path_of(key)
    with storage_errors("withdrawing"):
        if incoming.is_at(path):
            path.unlink(missing_ok=True)
