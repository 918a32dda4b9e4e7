"""Where files without a record go that were in the way: kept whole, and never deleted."""

import logging
from pathlib import Path
from uuid import uuid4

from .filesystem import flush_directory, make_directory
from .layout import images_dir, quarantine_dir

logger = logging.getLogger(__name__)


def move_to_quarantine(path: Path) -> None:
    """Move a file without a record to ``.quarantine/<session pk>/<uuid>/<its name>``, durably.

    The caller holds the name, so that no upload can use it meanwhile. Logs the UUID: the rest
    may name a subject. Raises ``OSError``; then the file has its old name or the new one.
    """
    of_session = quarantine_dir() / path.parent.name
    directory = of_session / str(uuid4())
    for wanted in (quarantine_dir(), of_session, directory):
        make_directory(wanted)
    path.rename(directory / path.name)
    for changed in (directory, of_session, quarantine_dir(), images_dir(), path.parent):
        flush_directory(changed)
    logger.warning("A file without a record was set aside in quarantine as %s.", directory.name)
