"""Where everything lies, on one filesystem, so that publishing is a link::

    images/<session pk>/<original filename>       published files, never overwritten
    images/.incoming/<uuid>.part                  uploads on their way in
    images/.quarantine/<session pk>/<uuid>/...    files without a record that were in the way
    images/.audit-<pk>.lock                       held by an audit that runs

What begins with a dot is ours; the keys of stored files do not.
"""

from pathlib import Path, PurePosixPath

from edc_retinopathy import conf
from edc_retinopathy.errors import StorageError

LINKED = "There is a symbolic link in place of the session's directory."


def images_dir() -> Path:
    """The directory of all of it, ``images`` below the storage directory."""
    return conf.storage_dir() / "images"


def incoming_dir() -> Path:
    """Where uploads are written until they are published."""
    return images_dir() / ".incoming"


def quarantine_dir() -> Path:
    """Where all goes that is set aside."""
    return images_dir() / ".quarantine"


def path_of(key: str) -> Path:
    """The absolute path of a stored file.

    Raises ``StorageError`` if it would leave ``images/``, by its name or by a symbolic link in
    place of the session's directory. ``images/`` itself may be a link or a mount.
    """
    directory = images_dir()
    below = PurePosixPath(key)
    if ".." in below.parts or below.is_absolute():
        raise StorageError("The stored file name leaves the storage directory.")
    path = directory / below
    for part in below.parts[:-1]:
        directory /= part
        if directory.is_symlink():
            raise StorageError(LINKED)
    return path
