"""What was made of one file: a directory named by the checksum of its bytes.

Another version of a file has other bytes, so it never shows this one's picture. Everything is
written beside its place and renamed, so that whoever reads meets all of it or nothing.
"""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO
from uuid import uuid4

from .places import FILE_MODE, make_directory, shelves_dir
from .reasons import Reason
from .sizes import Size

# A failure is tried again after so long: a codec may have been updated, a machine less busy.
FAILURE_LASTS_SECONDS = 24 * 60 * 60
COSTLY_LASTS_SECONDS = 60 * 60
# Looked at since, a picture stays longer.
TOUCHED_AFTER_SECONDS = 60 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a frame: widths and heights by size, or why there is nothing.

    ``rules`` are those by which it was refused: limits, and the codecs that there were.
    """

    frames: int = 1
    sizes: dict[str, list[int]] = field(default_factory=dict)
    reason: Reason | None = None
    rules: str = ""
    since: float = 0.0


class Shelf:
    """The pictures of the file of this checksum; ``rules`` are those of today."""

    def __init__(self, checksum: str, *, rules: str) -> None:
        self.checksum = checksum
        self._rules = rules
        self._directory = shelves_dir() / checksum[:2] / checksum

    @property
    def lock_name(self) -> str:
        """The lock to hold while one is made. Few files share it, so that locks stay few."""
        return self.checksum[:2]

    def known(self, frame: int) -> Known | None:
        """What is known of a frame; None if nothing is, or a failure may be over."""
        try:
            said = json.loads(self._path_of_known(frame).read_bytes())
            reason = said.pop("reason")
            known = Known(**said, reason=Reason(reason) if reason else None)
        # Missing, or written by other code.
        except (OSError, ValueError, TypeError, KeyError):
            return None
        return None if known.reason is not None and self._is_over(known) else known

    def path(self, size: Size, frame: int) -> Path:
        """Where a picture is, if it is there."""
        return self._directory / f"{frame}-{size}.jpg"

    def has(self, size: Size, frame: int) -> bool:
        """Whether a picture is there, or it is known that there is none."""
        known = self.known(frame)
        if known is None:
            return False
        return known.reason is not None or (size in known.sizes and self.path(size, frame).exists())

    @contextmanager
    def new_file(self) -> Iterator["NewFile"]:
        """A file to write to; unless it is kept, nothing of it stays."""
        path = make_directory(self._directory) / f".{uuid4()}.part"
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE)
        with os.fdopen(fd, "r+b") as file:
            try:
                yield NewFile(file, path)
            finally:
                path.unlink(missing_ok=True)

    def keep_known(self, frame: int, known: Known) -> None:
        """Write down what is known of a frame."""
        said = asdict(known) | {"rules": self._rules, "since": time.time()}
        with self.new_file() as output:
            output.file.write(json.dumps(said).encode())
            output.keep_as(self._path_of_known(frame))

    def touch(self, size: Size, frame: int) -> None:
        """Remember that a picture was looked at; once an hour is enough."""
        with suppress(OSError):
            path = self.path(size, frame)
            if time.time() - path.stat().st_mtime > TOUCHED_AFTER_SECONDS:
                os.utime(path)

    def _path_of_known(self, frame: int) -> Path:
        return self._directory / f"{frame}.json"

    def _is_over(self, known: Known) -> bool:
        lasts = COSTLY_LASTS_SECONDS if known.reason == Reason.TOO_COSTLY else FAILURE_LASTS_SECONDS
        return known.rules != self._rules or not 0 <= time.time() - known.since < lasts


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that is being written, beside its place."""

    file: IO[bytes]
    path: Path

    def keep_as(self, path: Path) -> int:
        """Put it in its place, whole, also after a power cut; gives its size in bytes."""
        self.file.flush()
        os.fsync(self.file.fileno())
        self.path.replace(path)
        return os.fstat(self.file.fileno()).st_size
