"""Temporary files that killed processes left, told from those of uploads in progress."""

import logging
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile

from .filesystem import locked_if_free
from .layout import incoming_dir

logger = logging.getLogger(__name__)

STALE_AFTER_SECONDS = 3600


def stale() -> Iterator[str]:
    """The stale files, each by its directory and name; locked while the caller deals with it."""
    for path in stale_files():
        yield f"{path.parent.name}/{path.name}"


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
