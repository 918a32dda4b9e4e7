"""Several files of one name in a session: which is stored where, and which may come next.

A name is stored once, and a person may allow a next version of it. Each version has a name of its
own on disk; the camera's name stays in the record.
"""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

from django.db import router
from django.db.models import Max
from django.utils import timezone

from edc_retinopathy.inspection.bookkeeping import close_findings
from edc_retinopathy.models import CameraSession, Refusal, SessionActivity, SessionFile

from .names import MAX_FILENAME_BYTES

VERSION_OF_NAME = re.compile(r"(.+)~([1-9]\d{0,8})\Z")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a version of a name goes; ``attempt`` counts the places that were taken by others."""

    version: int = 1
    attempt: int = 0


def name_on_disk(original_filename: str, place: Place = Place()) -> str:
    """``photo.jpg``, then ``photo~2.jpg``: the name by which a version is stored.

    A camera may send a file that is called ``photo~2.jpg``: who comes second there has ``~1`` for
    each place that was taken (``photo~2~1.jpg``). The stem is cut where a name grows too long.
    """
    mark = (f"~{place.version}" if place.version > 1 else "") + "~1" * place.attempt
    if not mark:
        return original_filename
    path = PurePosixPath(original_filename)
    room = MAX_FILENAME_BYTES - len(mark)
    # An extension that fills the name is none.
    suffix = path.suffix if len(path.suffix.encode()) < room else ""
    stem = original_filename.removesuffix(suffix).encode()[: room - len(suffix.encode())]
    return f"{stem.decode(errors='ignore')}{mark}{suffix}"


def allowed_version_on_disk(camera_session_id: UUID, name: str) -> tuple[str, int]:
    """The camera's name, and the version, of a file without a record in a session's directory.

    A version if it is the one that comes next and a person has allowed it; else the name is what
    a camera sent.
    """
    path = PurePosixPath(name)
    if found := VERSION_OF_NAME.match(path.stem):
        original, version = f"{found[1]}{path.suffix}", int(found[2])
        if newest_version(camera_session_id, original) + 1 == version and is_allowed(
            camera_session_id, original, version
        ):
            return original, version
    return name, 1


def newest_version(camera_session_id: UUID | None, original_filename: str) -> int:
    """The number of the newest version of the name in the session; 0 if there is none."""
    files = SessionFile.objects.using(router.db_for_write(SessionFile))
    newest = files.filter(
        camera_session_id=camera_session_id, original_filename=original_filename
    ).aggregate(newest=Max("version"))["newest"]
    return int(newest or 0)


def is_allowed(camera_session_id: UUID, original_filename: str, version: int) -> bool:
    """True if a person has allowed this version of the name.

    It is used up by the record of the version, of which the database takes only one.
    """
    refusals = Refusal.objects.using(router.db_for_write(SessionFile))
    names = refusals.filter(
        camera_session_id=camera_session_id,
        file_name=original_filename,
        allowed_version=version,
    ).values_list("file_name", flat=True)
    # Compared here: MariaDB takes names for equal that differ in case.
    return original_filename in set(names)


def supersede(session_file: SessionFile, using: str, *, user: Any = None) -> None:
    """Mark the versions before this one, in their history too; their bytes stay.

    In the transaction that records this one.
    """
    now = timezone.now()
    earlier = list(
        SessionFile.objects.using(using)
        .current()
        .filter(
            camera_session_id=session_file.camera_session_id,
            filename_key=session_file.filename_key,
            version__lt=session_file.version,
        )
    )
    for file in earlier:
        file.superseded_datetime = file.modified = now
        file.user_modified = session_file.user_created
    fields = ["superseded_datetime", "modified", "user_modified"]
    SessionFile.objects.using(using).bulk_update(earlier, fields)
    SessionFile.history.bulk_history_create(earlier, update=True, default_user=user)
    close_findings(earlier, using=using, by=session_file.user_created)
    # What they counted for is counted anew without them.
    sessions = CameraSession.objects.using(using).defer("initials")
    SessionActivity.objects.using(using).correct(sessions.get(pk=session_file.camera_session_id))
