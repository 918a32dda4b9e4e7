"""What is on the disk, for the audit: names and inode numbers, without reading any file."""

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from edc_retinopathy import conf

from .filesystem import is_held, without_names


@dataclass(frozen=True, slots=True)
class FileOnDisk:
    """Something below ``images/`` that is no directory: its path, its name there, its inode."""

    path: Path
    stored_filename: str
    inode: int

    @property
    def is_on_its_way(self) -> bool:
        """Whether an upload has published it and is not over yet: its record may be on its way."""
        with suppress(OSError):
            return is_held(self.path)
        return False

    @property
    def is_regular(self) -> bool:
        """Whether it is a file, and no symbolic link, socket or unreadable directory."""
        return stat.S_ISREG(self.path.lstat().st_mode)


def files_on_disk() -> Iterator[FileOnDisk]:
    """Everything below ``images/`` but for what is ours there (hidden); follows no links.

    A directory that cannot be read comes as itself. What goes away meanwhile is left out.
    """
    with os.scandir(conf.images_dir()) as entries:
        for entry in entries:
            if not entry.name.startswith("."):
                yield from _files_of(entry, entry.name)


def _files_of(entry: "os.DirEntry[str]", name: str) -> Iterator[FileOnDisk]:
    if entry.is_dir(follow_symlinks=False):
        with suppress(OSError), os.scandir(entry.path) as children:
            for child in children:
                yield from _files_of(child, f"{name}/{child.name}")
            return
    with suppress(FileNotFoundError), without_names():
        yield FileOnDisk(Path(entry.path), name, entry.stat(follow_symlinks=False).st_ino)
