"""What is on the disk, without reading any file."""

import os
import stat as modes
from collections.abc import Iterator
from contextlib import suppress

from edc_retinopathy.errors import StorageError
from edc_retinopathy.storage.interface import Kind, StoredFile

from .filesystem import is_held, without_names
from .layout import images_dir, path_of


def stat(key: str) -> StoredFile:
    """What the disk says of a file; a link, of itself.

    Raises ``FileNotFoundError``, ``StorageError`` if it is not below ``images/``, and ``OSError``.
    """
    with without_names():
        return _stored_file(key, path_of(key).lstat())


def is_on_its_way(key: str) -> bool:
    """Whether the upload that has published it holds its lock."""
    with suppress(OSError, StorageError):
        return is_held(path_of(key))
    return False


def inventory() -> Iterator[StoredFile]:
    """Everything below ``images/`` but for what is ours there (hidden); follows no links.

    A directory that cannot be read comes as itself. What goes away meanwhile is left out.
    """
    with os.scandir(images_dir()) as entries:
        for entry in entries:
            if not entry.name.startswith("."):
                yield from _files_of(entry, entry.name)


def _files_of(entry: "os.DirEntry[str]", key: str) -> Iterator[StoredFile]:
    if entry.is_dir(follow_symlinks=False):
        with suppress(OSError), os.scandir(entry.path) as children:
            for child in children:
                yield from _files_of(child, f"{key}/{child.name}")
            return
    with suppress(FileNotFoundError), without_names():
        yield _stored_file(key, entry.stat(follow_symlinks=False))


def _stored_file(key: str, found: os.stat_result) -> StoredFile:
    if modes.S_ISREG(found.st_mode):
        kind = Kind.REGULAR
    else:
        kind = Kind.LINK if modes.S_ISLNK(found.st_mode) else Kind.OTHER
    return StoredFile(
        key=key,
        token=token_of(found),
        size=found.st_size,
        modified_seconds=found.st_mtime,
        kind=kind,
    )


def token_of(found: os.stat_result) -> str:
    """The inode number: another file has another, and ``find DIR -inum N`` finds it by it."""
    return str(found.st_ino)
