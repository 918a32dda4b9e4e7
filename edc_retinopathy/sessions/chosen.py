"""What a camera's request needs to know of the session that is meant, and no more.

Each kind says what it is read from: ``COLUMNS`` are the names of values to be asked of a queryset
of sessions, of which ``of`` makes it. All are as they were when the session was chosen.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Self
from uuid import UUID

from edc_retinopathy.choices import Eye, FileType, ReportType
from edc_retinopathy.models import CameraSession
from edc_retinopathy.models.session_activity_queryset import FLAGS
from edc_retinopathy.models.session_progress import missing_types, shown_eyes, uploaded_types

# All of a session's fields but what its history leaves out, and the initials: to decrypt and to
# encrypt them again would cost 23 ms and two queries.
STORED = tuple(
    column.attname
    for column in CameraSession._meta.concrete_fields  # noqa: SLF001 - documented
    if column.name not in {"initials", "eligibility"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenSession:
    """Where an upload goes.

    Whether it is contraindicated or expired says the database, which has chosen by that.
    """

    COLUMNS: ClassVar[tuple[str, ...]] = (
        "id",
        "site_id",
        "subject_identifier",
        "registered_subject_id",
        "device_id",
        "is_contraindicated",
        "has_expired",
    )

    pk: UUID
    site_id: int
    subject_identifier: str
    registered_subject_id: UUID
    device_id: str
    is_contraindicated: bool
    has_expired: bool

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """From the values of its columns, by their names."""
        return cls(**cls.values_of(row))

    @classmethod
    def values_of(cls, row: Mapping[str, Any]) -> dict[str, Any]:
        """Its fields, by their names, from those of its columns."""
        known = {name: row[name] for name in ChosenSession.COLUMNS[1:]}
        return {"pk": row["id"], **known}


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionInProgress(ChosenSession):
    """With what has arrived: the types of its files, and the eyes of which there is an image."""

    COLUMNS: ClassVar[tuple[str, ...]] = (
        *ChosenSession.COLUMNS,
        "report_datetime",
        "report_type",
        *(f"activity__{name}" for name in FLAGS),
    )

    report_datetime: datetime
    report_type: ReportType
    uploaded: tuple[FileType, ...]
    shown: tuple[Eye, ...]

    @classmethod
    def values_of(cls, row: Mapping[str, Any]) -> dict[str, Any]:
        """With those of the activity."""
        flags = {name: row[f"activity__{name}"] for name in FLAGS}
        return {
            # By its name: ``slots`` makes the class anew, and ``super()`` means the first one.
            **super(SessionInProgress, cls).values_of(row),
            "report_datetime": row["report_datetime"],
            "report_type": ReportType(row["report_type"]),
            "uploaded": uploaded_types(flags),
            "shown": shown_eyes(flags),
        }

    @property
    def missing(self) -> list[FileType]:
        """What is expected and not here yet; an eye is named by its image's file type."""
        return missing_types(self.report_type, self.uploaded, self.shown)

    @property
    def is_complete(self) -> bool:
        """True when nothing is missing."""
        return not self.missing


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvableSession(SessionInProgress):
    """What a camera that resolves is answered with, if it may be, and what it is pinned with.

    ``is_open``: neither contraindicated nor complete; ``is_going_on``: it is the one last resolved,
    and its exam is not over. ``stored`` is the row as the database has it, initials encrypted.
    """

    COLUMNS: ClassVar[tuple[str, ...]] = tuple(
        dict.fromkeys(
            (*SessionInProgress.COLUMNS, "is_open", "is_going_on", "stored_initials", *STORED)
        )
    )

    is_open: bool
    is_going_on: bool
    stored: Mapping[str, Any] = field(repr=False)

    @classmethod
    def values_of(cls, row: Mapping[str, Any]) -> dict[str, Any]:
        """With what only a resolve asks."""
        known = {name: row[name] for name in ("is_open", "is_going_on")}
        return {**super(ResolvableSession, cls).values_of(row), **known, "stored": row}
