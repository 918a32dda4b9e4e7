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
from typing import Self
from uuid import uuid4

from edc_retinopathy import conf
from edc_retinopathy.storage.limits import too_large

from .filesystem import FILE_MODE, make_directory, storage_errors
from .layout import incoming_dir

logger = logging.getLogger(__name__)

# How much arrives before the disk is told to begin with it.
WRITE_BACK_BYTES = 1024 * 1024


def receive() -> "IncomingFile":
    """A new file on its way in."""
    return IncomingFile()


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

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.discard()
