"""A file on its way in: written once, measured and hashed as it arrives."""

import errno
import fcntl
import hashlib
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from uuid import uuid4

from edc_retinopathy import conf
from edc_retinopathy.errors import FileTooLarge

from .filesystem import FILE_MODE, locked_if_free, make_directory, storage_errors

logger = logging.getLogger(__name__)

STALE_AFTER_SECONDS = 3600
# How much arrives before the disk is told to begin with it.
WRITE_BACK_BYTES = 1024 * 1024


def incoming_dir() -> Path:
    """Where uploads are written until they are published: on the same filesystem, so that
    publishing is a link."""
    return conf.images_dir() / ".incoming"


class IncomingFile:
    """One temporary file, whose size and SHA-256 are known when the last byte is written.

    It holds a lock for as long as it lives, by which the sweep tells an upload in progress from
    what a killed process left. Use as a context manager, or call :meth:`discard`: unless it
    was published, nothing of it stays.
    """

    def __init__(self) -> None:
        self.size = 0
        self._written_back = 0
        self._begun = time.monotonic()
        self._limit = conf.max_file_size_bytes()
        self._hash = hashlib.sha256()
        self._fd = -1
        with storage_errors("opening a temporary file"):
            directory = incoming_dir()
            make_directory(directory)
            self.path = directory / f"{uuid4()}.part"
            self._fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, FILE_MODE)
            try:
                fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if not self.is_at(self.path):
                    # Swept before it was locked: a clock went astray.
                    raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
            except OSError:
                self.discard()
                raise

    @property
    def checksum(self) -> str:
        """SHA-256 of the bytes written so far, in lower-case hexadecimal."""
        return self._hash.hexdigest()

    @property
    def age_seconds(self) -> float:
        """How long ago its first byte was awaited."""
        return time.monotonic() - self._begun

    def write(self, chunk: bytes | bytearray | memoryview) -> None:
        """Append; raises ``FileTooLarge`` as soon as it is over the limit, or ``StorageError``."""
        self.size += len(chunk)
        if self.size > self._limit:
            raise too_large()
        self._hash.update(chunk)
        view = memoryview(chunk)
        with storage_errors("writing"):
            # A write may be short, above all when the disk is nearly full.
            while view:
                view = view[os.write(self._fd, view) :]
        if self.size - self._written_back >= WRITE_BACK_BYTES:
            self._begin_to_write_back()

    def _begin_to_write_back(self) -> None:
        """Let the disk begin with what has arrived: the flush in the end has less left to wait for.

        Linux starts to write dirty pages that are not needed any more, and waits for none
        (posix_fadvise(2)). Only advice: what it does not do, the flush does.
        """
        if hasattr(os, "posix_fadvise"):
            length = self.size - self._written_back
            with suppress(OSError):
                os.posix_fadvise(self._fd, self._written_back, length, os.POSIX_FADV_DONTNEED)
        self._written_back = self.size

    def flush(self) -> None:
        """Put the bytes on the disk, so that a published name never has fewer of them."""
        with storage_errors("flushing to disk"):
            os.fsync(self._fd)

    @contextmanager
    def reader(self) -> Iterator[BufferedReader]:
        """The bytes, from the first one, for whoever has to judge them."""
        with storage_errors("reading back"), os.fdopen(os.dup(self._fd), "rb") as stream:
            stream.seek(0)
            yield stream

    def is_at(self, path: Path) -> bool:
        """Whether this very file, and no other, has the name ``path``."""
        try:
            return os.path.samestat(os.fstat(self._fd), path.lstat())
        except FileNotFoundError:
            return False

    def discard(self) -> None:
        """Remove the temporary name and free the file; harmless when repeated.

        Raises nothing: what the disk does not let go is swept later, and what happened before
        decides the answer.
        """
        if self._fd < 0:
            return
        fd, self._fd = self._fd, -1
        try:
            # The name goes while the lock is held, so that the sweep never meets it unlocked.
            self.path.unlink(missing_ok=True)
        except OSError as e:
            logger.error("A temporary file could not be removed: %s.", e.strerror)  # noqa: TRY400
        finally:
            with suppress(OSError):
                os.close(fd)

    def __enter__(self) -> "IncomingFile":
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.discard()


def too_large() -> FileTooLarge:
    """The error for an upload over the limit, saying the limit."""
    limit = round(conf.max_file_size_bytes() / conf.BYTES_PER_MIB, 3)
    return FileTooLarge(f"The file is larger than {limit:g} MiB, the largest accepted.")


def stale_files(*, older_than_seconds: float = STALE_AFTER_SECONDS) -> Iterator[Path]:
    """Temporary files that no living process holds and nobody has written to lately.

    By the clock of the filesystem, which dates them: this machine's own may be hours ahead of it,
    and a file that another machine has just made is not locked yet. Each is locked while the
    caller deals with it.
    """
    try:
        entries = os.scandir(incoming_dir())
    except FileNotFoundError:
        return
    cutoff: float | None = None
    with entries:
        for entry in entries:
            # Gone since the listing, held, or nothing that an upload made: not ours to judge.
            with suppress(OSError):
                cutoff = cutoff or _time_in(incoming_dir()) - older_than_seconds
                if entry.stat(follow_symlinks=False).st_mtime < cutoff:
                    with locked_if_free(Path(entry.path)) as found:
                        if found.st_mtime < cutoff:
                            yield Path(entry.path)


def _time_in(directory: Path) -> float:
    """What time it is on the filesystem of a directory, in seconds since 1970."""
    with TemporaryFile(dir=directory) as new:
        return os.fstat(new.fileno()).st_mtime


def sweep_stale(*, older_than_seconds: float = STALE_AFTER_SECONDS) -> int:
    """Remove the :func:`stale_files`; gives how many there were. Safe beside running uploads."""
    count = 0
    try:
        for path in stale_files(older_than_seconds=older_than_seconds):
            path.unlink(missing_ok=True)
            count += 1
    except OSError as e:
        # What cannot be swept now is in nobody's way, least of all the upload's that asks for it.
        logger.warning("Stale temporary files could not be swept: %s.", e.strerror)
    return count
