"""Published files: put in place without overwriting, opened for reading, never changed."""

import errno
import hashlib
import os
from contextlib import ExitStack
from functools import lru_cache
from io import BufferedReader
from pathlib import Path

from edc_retinopathy import conf
from edc_retinopathy.errors import StorageError

from .filesystem import flush_directory, make_directory, settled_file, storage_errors, without_names
from .incoming import IncomingFile
from .quarantine import set_aside

# Each time the name was free, and taken by the next look.
LINK_ATTEMPTS = 10

# What opening says of a name that is in the way and no file of an upload: a directory, a
# symbolic link, a socket, or a file of somebody else's.
FOREIGN = frozenset({errno.EISDIR, errno.ELOOP, errno.ENXIO, errno.EACCES, errno.EPERM})

LINKED = "There is a symbolic link in place of the session's directory."


def published_path(stored_filename: str) -> Path:
    """The absolute path of a stored file.

    Raises ``StorageError`` if it would leave ``images/``, by its name or by a symbolic link in
    place of the session's directory. ``images/`` itself may be a link or a mount.
    """
    directory = conf.images_dir()
    path = directory / stored_filename
    if ".." in path.parts or Path(stored_filename).is_absolute():
        raise StorageError("The stored file name leaves the storage directory.")
    for part in Path(stored_filename).parts[:-1]:
        directory /= part
        if directory.is_symlink():
            raise StorageError(LINKED)
    return path


def publish(incoming: IncomingFile, stored_filename: str) -> bool:
    """Give the received file its lasting name, durably and without overwriting anything.

    The caller holds the record's uniqueness (an uncommitted insert), so that a file already
    in place has no record: a crash left it. The same bytes are adopted; other bytes are
    set aside in quarantine, where nothing deletes them. Raises ``StorageError`` and
    ``ServerBusy``, after which the received file has not the name. True if the name is new,
    False if its file was adopted.
    """
    path = published_path(stored_filename)
    with storage_errors("publishing"):
        is_new_directory = make_directory(path.parent)
        is_new = _link_or_adopt(incoming, path)
        try:
            _flush_name(path, is_new_directory=is_new_directory)
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
            if _is_adopted(incoming, path):
                return False
        else:
            return True
    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))


def _is_adopted(incoming: IncomingFile, path: Path) -> bool:
    """Flush the file at ``path`` if it has the same bytes; else clear the name, and give False."""
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
            if os.fstat(fd).st_size == incoming.size and _sha256_of_open(fd) == incoming.checksum:
                # The crash that left it may have come before its bytes reached the disk.
                os.fsync(fd)
                return True
        set_aside(path)
    return False


def adopt_published(path: Path, *, inode: int, checksum: str) -> None:
    """Flush a file that a crash left, and its name, so that a record may refer to it.

    The caller holds the record's uniqueness. Raises ``FileNotFoundError`` if the file is not the
    one of this inode and checksum any more, and ``OSError``.
    """
    with settled_file(path) as fd:
        if os.fstat(fd).st_ino != inode or _sha256_of_open(fd) != checksum:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        os.fsync(fd)
        _flush_name(path)


def restore(incoming: IncomingFile, stored_filename: str) -> bool:
    """Publish again what a record has and the disk has lost; True if it had.

    Raises ``StorageError`` if something else has the name: only a person may touch it. What was
    brought back stays, also if it could not be flushed: there is a record of it.
    """
    path = published_path(stored_filename)
    with storage_errors("looking at the stored file"):
        is_new_directory = make_directory(path.parent)
        try:
            os.link(incoming.path, path)
            is_lost = True
        except FileExistsError:
            is_lost = False
        if not is_lost and (
            path.lstat().st_size != incoming.size or sha256_of(path) != incoming.checksum
        ):
            raise StorageError(
                "The file stored earlier was changed on the disk. A data manager must look at it."
            )
        _flush_name(path, is_new_directory=is_new_directory)
    return is_lost


def _flush_name(path: Path, *, is_new_directory: bool = False) -> None:
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


def withdraw(incoming: IncomingFile, stored_filename: str) -> None:
    """Take back a name that was just published, when its record certainly is not committed.

    Whoever would adopt the file waits until ``incoming`` is discarded.
    """
    path = published_path(stored_filename)
    with storage_errors("withdrawing"):
        if incoming.is_at(path):
            path.unlink(missing_ok=True)


def open_published(stored_filename: str) -> BufferedReader:
    """Open a stored file for reading.

    Raises ``FileNotFoundError`` if it is missing, or a symbolic link in its place, and ``OSError``;
    neither names the file.
    """
    with without_names():
        try:
            return open(published_path(stored_filename), "rb", opener=_open_no_link)
        except StorageError as e:
            raise FileNotFoundError(errno.ENOENT, e.message) from None
        except OSError as e:
            if e.errno == errno.ELOOP:
                raise FileNotFoundError(errno.ENOENT, e.strerror) from None
            raise


def _open_no_link(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes in lower-case hexadecimal; constant memory; follows no link."""
    with open(path, "rb", opener=_open_no_link) as stream:
        return _sha256_of_open(stream.fileno())


def _sha256_of_open(fd: int) -> str:
    """As ``sha256_of``, from where the descriptor stands."""
    with open(fd, "rb", closefd=False) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
