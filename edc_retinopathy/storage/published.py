"""Published files: put in place without overwriting, opened for reading, never changed."""

import hashlib
import os
from functools import lru_cache
from io import BufferedReader
from pathlib import Path
from uuid import uuid4

from edc_retinopathy import conf
from edc_retinopathy.errors import StorageError

from .filesystem import flush_directory, make_directory, storage_errors
from .incoming import IncomingFile


def published_path(stored_filename: str) -> Path:
    """The absolute path of a stored file; raises ``StorageError`` if it would leave ``images/``."""
    path = conf.images_dir() / stored_filename
    if ".." in path.parts or Path(stored_filename).is_absolute():
        raise StorageError("The stored file name leaves the storage directory.")
    return path


def publish(incoming: IncomingFile, stored_filename: str) -> bool:
    """Give the received file its lasting name, durably and without overwriting anything.

    The caller holds the record's uniqueness (an uncommitted insert), so that a file already
    in place has no record: a crash left it. The same bytes are adopted; other bytes are
    set aside in quarantine, where nothing deletes them. Raises ``StorageError``, after which
    the name is as it was before. True if the name is new, False if its file was adopted.
    """
    path = published_path(stored_filename)
    with storage_errors("publishing"):
        make_directory(path.parent)
        try:
            os.link(incoming.path, path)
        except FileExistsError:
            if _same_bytes(incoming, path):
                flush_file(path)
                return False
            set_aside(path)
            os.link(incoming.path, path)
        try:
            flush_directory(path.parent)
            flush_name_once(path.parent, path.parent.stat().st_ino)
        except OSError:
            # Nothing refers to the name yet: the record is not committed.
            path.unlink(missing_ok=True)
            raise
    return True


def restore(incoming: IncomingFile, stored_filename: str) -> bool:
    """Publish again what a record has and the disk has lost; True if it had.

    Raises ``StorageError`` if the stored file is there with another size: only a person may
    touch it.
    """
    path = published_path(stored_filename)
    with storage_errors("looking at the stored file"):
        if not path.exists():
            publish(incoming, stored_filename)
            return True
        if path.stat().st_size != incoming.size:
            raise StorageError(
                "The file stored earlier was changed on the disk. A data manager must look at it."
            )
    return False


@lru_cache(maxsize=10_000)
def flush_name_once(directory: Path, inode: int) -> None:
    """Flush a session directory's own name, once in the life of this process.

    Also where it was there already: another upload may have made it, and not flushed it yet. What
    raised is not remembered.
    """
    flush_directory(directory.parent)


def withdraw(stored_filename: str) -> None:
    """Take back a name that was just published, when its record certainly is not committed."""
    with storage_errors("withdrawing"):
        published_path(stored_filename).unlink(missing_ok=True)


def open_published(stored_filename: str) -> BufferedReader:
    """Open a stored file for reading; raises ``FileNotFoundError`` if it is missing."""
    return published_path(stored_filename).open("rb")


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes in lower-case hexadecimal; constant memory."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _same_bytes(incoming: IncomingFile, path: Path) -> bool:
    return path.stat().st_size == incoming.size and sha256_of(path) == incoming.checksum


def flush_file(path: Path) -> None:
    """Put a published file and its name on the disk, before a record refers to it."""
    # The crash that left the file may have come before its bytes reached the disk.
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
    flush_directory(path.parent)


def quarantine_dir() -> Path:
    """Where files without a record are kept that were in the way of an upload."""
    return conf.images_dir() / ".quarantine"


def set_aside(path: Path) -> None:
    """Move a file without a record to quarantine, durably; the caller holds its record's name."""
    make_directory(quarantine_dir())
    directory = quarantine_dir() / path.parent.name
    make_directory(directory)
    # A name of its own length, so that a long one still fits with the suffix.
    path.rename(directory / f"{uuid4()}{path.suffix[:20]}")
    for changed in (directory, quarantine_dir(), path.parent):
        flush_directory(changed)
