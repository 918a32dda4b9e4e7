"""What a place must be able to do that keeps files: the functions of the door, and what they give.

Whoever calls them knows keys (:mod:`.keys`), streams and tokens: no path, no inode, no descriptor.
Whatever is raised names no file, because names hold identifiers of subjects.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from io import BufferedReader
from typing import Protocol, Self
from uuid import UUID

from .streams import StoredStream


class Kind(Enum):
    """What has a key: an upload makes regular files alone."""

    REGULAR = "regular"
    LINK = "link"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """What the storage knows of a file without reading it.

    ``size`` is in bytes, ``modified_seconds`` since 1970. Another file that comes to have the key
    has another ``token``.
    """

    key: str
    token: str
    size: int
    modified_seconds: float
    kind: Kind

    @property
    def modified(self) -> datetime:
        """When its bytes were last written."""
        return datetime.fromtimestamp(self.modified_seconds, tz=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """Why nothing can be stored, in words for who sets it up; ``check_id`` is its system check."""

    check_id: str
    message: str
    hint: str


class IncomingFile(Protocol):
    """A file on its way in: measured and hashed as it arrives. Unless published, nothing stays."""

    @property
    def size(self) -> int:
        """How many bytes have been written."""

    @property
    def checksum(self) -> str:
        """SHA-256 of them, in lower-case hexadecimal."""

    @property
    def age_seconds(self) -> float:
        """How long ago its first byte was awaited."""

    def write(self, chunk: bytes | bytearray | memoryview) -> None:
        """Append; raises ``FileTooLarge`` as soon as it is over the limit, or ``StorageError``."""

    def flush(self) -> None:
        """Make the bytes survive a power cut; raises ``StorageError``."""

    def reader(self) -> AbstractContextManager[BufferedReader]:
        """The bytes, from the first one, for whoever has to judge them."""

    def discard(self) -> None:
        """Forget what was not published; raises nothing, and is harmless when repeated."""

    def __enter__(self) -> Self:
        """Itself."""

    def __exit__(self, *exc_info: object) -> None:
        """Discard it."""


class Storage[Incoming: IncomingFile](Protocol):
    """The door. A module with these functions is a storage."""

    def receive(self) -> Incoming:
        """A new file on its way in; raises ``StorageError``."""

    def publish(self, incoming: Incoming, key: str) -> bool:
        """Give a received file its key, durably and without overwriting; True if it is new there.

        The caller holds the record's uniqueness, so that a file in place already has no record: the
        same bytes are adopted (False), others set aside. Raises ``StorageError``, ``ServerBusy``.
        """

    def withdraw(self, incoming: Incoming, key: str) -> None:
        """Take back what was just published, and nothing else; raises ``StorageError``."""

    def restore(self, incoming: Incoming, key: str) -> bool:
        """Publish again what a record has and the storage has lost; True if it had.

        Raises ``StorageError`` if other bytes are there.
        """

    def open_stored(self, key: str) -> StoredStream:
        """Open a stored file; raises ``FileNotFoundError`` if there is none, and ``OSError``."""

    def stat(self, key: str) -> StoredFile:
        """What is known of a file; raises ``FileNotFoundError``, ``StorageError``, ``OSError``."""

    def inventory(self) -> Iterator[StoredFile]:
        """All that is stored, in constant memory, whoever put it there."""

    def is_on_its_way(self, key: str) -> bool:
        """Whether an upload has published it and is not over yet: its record may be on its way."""

    def adopt(self, key: str, *, token: str, checksum: str) -> None:
        """Make durable what a crash left, so that a record may refer to it.

        The caller holds the record's uniqueness. Raises ``FileNotFoundError`` if another file has
        the key by now, ``ServerBusy``, ``StorageError`` and ``OSError``.
        """

    def set_aside(self, key: str) -> None:
        """Put a file without a record where no upload meets it, durably; it is never deleted.

        The caller holds the name, so that no upload can use it meanwhile. Raises
        ``FileNotFoundError``, ``ServerBusy``, ``StorageError`` and ``OSError``.
        """

    def stale(self) -> Iterator[str]:
        """What killed processes left of files on their way in, each by a key of its own."""

    def sweep_stale(self) -> int:
        """Remove all of that; gives how many there were. Safe beside running uploads."""

    def require_free_space(self, incoming_bytes: int) -> None:
        """Raise ``StorageError`` if that many bytes more would leave too little space free."""

    def x_accel_path(self, key: str) -> str | None:
        """Where nginx finds the file (``X-Accel-Redirect``); None where the app sends it itself."""

    def audit_lock(self, audit: UUID | int) -> AbstractContextManager[None]:
        """Hold an audit for as long as it runs; a process that is killed lets go of it.

        Raises ``BlockingIOError`` if it is held already, and ``OSError`` where nothing can be
        written.
        """

    def obstacle(self) -> Obstacle | None:
        """Why nothing can be stored as it is set up; None if nothing is in the way."""
