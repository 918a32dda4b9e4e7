"""What is on the disk, for the audit: directories and files, without reading any."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from edc_retinopathy import conf


@dataclass(frozen=True, slots=True)
class FileOnDisk:
    """A file below ``images/``: its path, its name there, and its inode number."""

    path: Path
    stored_filename: str
    inode: int


def session_directories() -> Iterator[str]:
    """The names of the directories below ``images/``, but for those of our own (hidden)."""
    with os.scandir(conf.images_dir()) as entries:
        for entry in entries:
            if not entry.name.startswith("."):
                yield entry.name


def files_in(directory: str) -> Iterator[FileOnDisk]:
    """Everything in one of them; a file directly below ``images/`` counts as its own directory."""
    top = conf.images_dir() / directory
    if not top.is_dir():
        yield FileOnDisk(top, directory, top.lstat().st_ino)
        return
    for folder, _, names in os.walk(top):
        for name in names:
            path = Path(folder) / name
            stored_filename = str(path.relative_to(conf.images_dir()))
            try:
                yield FileOnDisk(path, stored_filename, path.lstat().st_ino)
            except FileNotFoundError:
                # Gone since the listing: an upload that failed after its publication.
                continue
