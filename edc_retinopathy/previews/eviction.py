"""Keeps the cache below its bound: what was looked at longest ago goes."""

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from edc_retinopathy import conf

from .places import FILE_MODE, NotHad, lock, make_directory

# What is written until the cache is measured again, and how full it is left, in parts of the bound.
MEASURED_EVERY = 0.05
LEFT = 0.9
BYTES_PER_MARK = 1024
# What a killed process was writing, if it is older.
STALE_SECONDS = 60 * 60


def note_written(count: int) -> None:
    """Count what was written; now and then, make room."""
    bound = conf.preview_cache_bytes()
    with suppress(OSError):
        if _grown_by(count) >= bound * MEASURED_EVERY:
            make_room(bound)


def make_room(bound: int) -> None:
    """Remove what was used longest ago until 90 % of the bound are left, if it is over that.

    Whoever is sent such a picture has it open, and gets all of it.
    """
    with suppress(NotHad), lock("evict", seconds=0):
        _counter().unlink(missing_ok=True)
        found = sorted(_all_files(conf.preview_dir()))
        total = sum(size for _, size, _ in found)
        for modified, size, path in found:
            is_stale = path.endswith(".part") and time.time() - modified > STALE_SECONDS
            if total > bound * LEFT or is_stale:
                _remove(Path(path))
                total -= size


def _grown_by(count: int) -> int:
    """How much was written since the cache was measured: the counter is as long as that in KiB."""
    path = _counter()
    make_directory(path.parent)
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, FILE_MODE)
    try:
        os.write(fd, b"." * (count // BYTES_PER_MARK + 1))
        return os.fstat(fd).st_size * BYTES_PER_MARK
    finally:
        os.close(fd)


def _counter() -> Path:
    return conf.preview_dir() / ".written"


def _all_files(directory: Path) -> Iterator[tuple[float, int, str]]:
    """When each file was last used, its size and path; of earlier versions of the renderer too."""
    for shelves in directory.glob("v*"):
        for parent, _, names in os.walk(shelves):
            for name in names:
                path = f"{parent}/{name}"
                with suppress(FileNotFoundError):
                    found = os.lstat(path)
                    yield found.st_mtime, found.st_size, path


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()
        # Not empty, mostly.
        path.parent.rmdir()
