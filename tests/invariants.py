"""What must hold after whatever went wrong: the promises of the storage, read from the disk."""

from dataclasses import dataclass
from pathlib import Path

from edc_retinopathy.models import CameraSession, SessionFile
from tests.api.client import sha256
from tests.storage import StorageOnDisk


@dataclass(frozen=True)
class StoredFile:
    """A published file as it lies on disk; any change of it shows."""

    content: bytes
    inode: int
    modified_ns: int


def stored_file(storage: StorageOnDisk, stored_filename: str) -> StoredFile:
    """The published file of this name."""
    path = storage.images / stored_filename
    found = path.stat()
    return StoredFile(path.read_bytes(), found.st_ino, found.st_mtime_ns)


def published(storage: StorageOnDisk, session: CameraSession) -> dict[str, StoredFile]:
    """Every published file of a session by its name, recorded or not."""
    directory = storage.images / str(session.pk)
    if not directory.is_dir():
        return {}
    return {
        path.name: stored_file(storage, f"{session.pk}/{path.name}") for path in directory.iterdir()
    }


def temporary_files(storage: StorageOnDisk) -> list[Path]:
    """Uploads on their way in, and whatever Django spooled."""
    incoming = storage.images / ".incoming"
    return [*(incoming.iterdir() if incoming.is_dir() else []), *storage.spool.iterdir()]


def quarantined(storage: StorageOnDisk, session: CameraSession) -> list[bytes]:
    """What was set aside because it was in the way of an upload to this session."""
    directory = storage.images / ".quarantine" / str(session.pk)
    return [path.read_bytes() for path in directory.rglob("*") if path.is_file()]


def assert_whole(storage: StorageOnDisk, session: CameraSession) -> dict[str, bytes]:
    """Assert that every record of a session has its whole file; give what the records promise."""
    contents = {}
    for record in SessionFile.objects.filter(camera_session_id=session.pk):
        content = (storage.images / record.stored_filename).read_bytes()
        assert len(content) == record.file_size
        assert sha256(content) == record.checksum
        assert record.stored_filename == f"{session.pk}/{record.original_filename}"
        contents[record.original_filename] = content
    return contents


def assert_stored(
    storage: StorageOnDisk, session: CameraSession, expected: dict[str, bytes]
) -> None:
    """Assert that exactly these files are recorded, once in the history, and published, whole."""
    assert assert_whole(storage, session) == expected
    assert {name: f.content for name, f in published(storage, session).items()} == expected
    assert SessionFile.history.filter(camera_session_id=session.pk).count() == len(expected)
