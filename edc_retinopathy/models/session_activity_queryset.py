"""How the rows of what cameras do with sessions are found, counted anew, and compared."""

from collections.abc import Iterable
from datetime import datetime
from operator import itemgetter
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.apps import apps
from django.db import models, transaction

from edc_retinopathy.choices import (
    FileType,
    Progress,
    ReportType,
)

from .requirements import EYE_REQUIREMENTS, REQUIREMENTS, Requirement

if TYPE_CHECKING:
    from .camera_session import CameraSession
    from .session_activity import SessionActivity

# Of a session, as its row of what cameras do has them too.
COPIED = ("site_id", "report_datetime", "report_type")

# What is counted of a session's files: its type, whether it is an image, when it came, its bytes,
# and since when it is an earlier version, which takes room and counts for the exam no more.
type FileFacts = tuple[str, bool, datetime, int, datetime | None]


def has_file_field(file_type: FileType) -> str:
    """The name of the field that says whether a session has a file of this type."""
    return f"has_{file_type.value}"


def is_met_fields(requirement: Requirement) -> list[str]:
    """The names of the fields any of which says that a session has what is required."""
    if requirement.needs_image:
        return [f"shows_{requirement.file_type.value}"]
    return [has_file_field(file_type) for file_type in requirement.satisfied_by]


def fields_of_file(file_type: str, *, is_image: bool) -> list[str]:
    """The names of the fields that a file of this type makes true."""
    known = [known for known in FileType if known.value == file_type]
    names = [has_file_field(known) for known in known]
    for eye in EYE_REQUIREMENTS:
        if is_image and file_type in eye.satisfied_by:
            names += is_met_fields(eye)
    return names


FLAGS = (
    *(has_file_field(file_type) for file_type in FileType),
    *(name for eye in EYE_REQUIREMENTS for name in is_met_fields(eye)),
)

# What :meth:`SessionActivityQuerySet.counted` finds out.
STORED = (
    *COPIED,
    "last_received_datetime",
    "latest_datetime",
    "file_count",
    "stored_bytes",
    *FLAGS,
    "progress",
    "completed_datetime",
)


class SessionActivityQuerySet(models.QuerySet["SessionActivity"]):
    """Rows that follow their sessions, and are counted anew by their files."""

    def of(self, session: "CameraSession | UUID") -> "SessionActivityQuerySet":
        """The row of one session, given by itself or by its key."""
        return self.filter(pk=getattr(session, "pk", session))

    def follow(self, session: "CameraSession") -> "SessionActivity | None":
        """Copy what the session says by now; gives the row as it was, None if there was none.

        Another report type asks for other files: whether they are there is found out anew.
        """
        before = self.of(session).select_for_update().first()
        if before is None or any(getattr(before, n) != getattr(session, n) for n in COPIED):
            self._write(session, before)
        return before

    def correct(self, session: "CameraSession", *, is_dry_run: bool = False) -> bool:
        """Count the session's files anew; gives whether what was stored differs from them."""
        with transaction.atomic(using=self.db):
            # Uploads that have counted their file are waited for.
            before = self.of(session).select_for_update().first()
            if before is not None and not self.differing([session], [before]):
                return False
            if not is_dry_run:
                self._write(session, before)
        return True

    def differing(
        self, sessions: Iterable["CameraSession"], rows: Iterable["SessionActivity"]
    ) -> list[UUID]:
        """The keys of the sessions whose row is missing or not as it should be."""
        rows = list(rows)
        stored = {row.pk: row for row in rows}
        return [
            row.pk
            for row in self.counted(sessions, rows)
            if row.pk not in stored
            or any(getattr(stored[row.pk], name) != getattr(row, name) for name in STORED)
        ]

    def _write(self, session: "CameraSession", before: "SessionActivity | None") -> None:
        (row,) = self.counted([session], [before] if before else [])
        if before is None:
            row.save(using=self.db, force_insert=True)
        else:
            self.of(session).update(**{name: getattr(row, name) for name in STORED})

    def counted(
        self, sessions: Iterable["CameraSession"], rows: Iterable["SessionActivity"] = ()
    ) -> list["SessionActivity"]:
        """The rows as they should be, by the files there are; what cameras asked is as in ``rows``.

        Nothing is written.
        """
        sessions = list(sessions)
        files: dict[UUID, list[FileFacts]] = {session.pk: [] for session in sessions}
        session_file: Any = apps.get_model("edc_retinopathy", "SessionFile")
        facts = ("file_type", "is_image", "received_datetime", "file_size", "superseded_datetime")
        of_sessions = session_file.objects.using(self.db).filter(camera_session_id__in=list(files))
        for key, *fact in of_sessions.order_by().values_list("camera_session_id", *facts):
            files[key].append(tuple(fact))
        known = {row.pk: row for row in rows}
        return [
            self._counted(session, files[session.pk], known.get(session.pk)) for session in sessions
        ]

    def _counted(
        self, session: "CameraSession", files: list[FileFacts], row: "SessionActivity | None"
    ) -> "SessionActivity":
        activity = self.model(
            camera_session_id=session.pk, **{name: getattr(session, name) for name in COPIED}
        )
        if row is not None:
            activity.last_resolved_datetime = row.last_resolved_datetime
            activity.last_reopened_datetime = row.last_reopened_datetime
        # Since when each field is true.
        since: dict[str, datetime] = {}
        for file_type, is_image, received, size, superseded in sorted(files, key=itemgetter(2)):
            for name in [] if superseded else fields_of_file(file_type, is_image=is_image):
                since.setdefault(name, received)
                setattr(activity, name, True)
            activity.last_received_datetime = received
            activity.file_count += 1
            activity.stored_bytes += size
        met = [
            [since[name] for name in is_met_fields(requirement) if name in since]
            for requirement in REQUIREMENTS[ReportType(session.report_type)]
        ]
        if all(met):
            activity.completed_datetime = max(min(moments) for moments in met)
        activity.progress = (
            Progress.COMPLETE if all(met) else Progress.BEGUN if files else Progress.NONE
        )
        activity.latest_datetime = max(
            moment
            for moment in (
                activity.report_datetime,
                activity.last_resolved_datetime,
                activity.last_reopened_datetime,
                activity.last_received_datetime,
            )
            if moment
        )
        return activity
