"""What lies on disk, as the tests compare it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class StorageOnDisk:
    """The storage directory of one test, and Django's directory for temporary uploads."""

    directory: Path
    spool: Path

    @property
    def images(self) -> Path:
        """The directory of the stored files."""
        return self.directory / "images"

    def files(self) -> dict[str, bytes]:
        """Every file, temporary ones included: its path below its directory, and its bytes."""
        return {
            str(path.relative_to(root)): path.read_bytes()
            for root in (self.directory, self.spool)
            for path in root.rglob("*")
            if path.is_file()
        }
