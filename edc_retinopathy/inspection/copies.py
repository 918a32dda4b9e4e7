"""Is the same image stored elsewhere? One query, by two indexes, across all sites.

What it gives are places, to be counted: who may not see another site's files learns from a finding
that there is a copy, never where.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.db import router
from django.db.models import CharField, F, UUIDField

from edc_retinopathy.choices import DICOMS, IMAGES, FileType
from edc_retinopathy.models import SessionFile, SessionFileFacts
from edc_retinopathy.models.prepared import Parameter, PreparedQuery

from .said import Copies

HAVE_COPIES = IMAGES | DICOMS
# An image that is in so many places is looked at anyway.
MOST_PLACES = 200


@dataclass(frozen=True, slots=True)
class Place:
    """Where another file holds the same image, once or several times."""

    camera_session_id: UUID
    subject_id: UUID
    file_type: FileType


def places_of_copies(session_file: SessionFile, sop_instance_uid: str) -> list[Place]:
    """Where other files have the same bytes, or the same SOP instance UID if there is one.

    Of images and DICOM files: reports of two exams may well be equal.
    """
    if session_file.file_content_type not in HAVE_COPIES:
        return []
    using = router.db_for_write(SessionFile)
    rows = _prepared(using, has_uid=bool(sop_instance_uid)).rows(
        file=session_file.pk, checksum=session_file.checksum, uid=sop_instance_uid
    )
    return [Place(session, subject, FileType(file_type)) for session, subject, file_type in rows]


def count_copies(session_file: SessionFile, places: list[Place], subject_id: UUID) -> Copies:
    """How many subjects, sessions and sessions with the other eye have the image, and should not.

    In one session one eye's image may have two names: that is no harm.
    """
    eye = FileType(session_file.file_type).eye
    own = [place for place in places if place.subject_id == subject_id]
    sessions = {place.camera_session_id for place in own}
    return Copies(
        other_subjects=len({place.subject_id for place in places} - {subject_id}),
        other_sessions=len(sessions - {session_file.camera_session_id}),
        other_eyes=len({p.camera_session_id for p in own if p.file_type.eye != eye}),
    )


def is_new_place(session_file: SessionFile, places: list[Place]) -> bool:
    """Whether the file is the first copy at its place: then the other files' findings change."""
    eye = FileType(session_file.file_type).eye
    here = session_file.camera_session_id
    is_there = any(p.camera_session_id == here and p.file_type.eye == eye for p in places)
    return bool(places) and not is_there


def keys_of_copies(session_file: SessionFile, *, most: int) -> list[UUID]:
    """The other files that hold the same image as a stored one, at whatever site."""
    if session_file.file_content_type not in HAVE_COPIES:
        return []
    uid = stored_instance_uid(session_file)
    others = SessionFile.objects.using(router.db_for_write(SessionFile)).exclude(pk=session_file.pk)
    found = _with_bytes(others, session_file.checksum).order_by().values_list("pk", flat=True)
    if uid:
        same = others.filter(facts__sop_instance_uid=uid).order_by().values_list("pk", flat=True)
        found = found.union(same).order_by()
    return list(found[:most])


def stored_instance_uid(session_file: SessionFile) -> str:
    """The SOP instance UID that is kept of a stored file; empty if there is none."""
    facts = SessionFileFacts.objects.using(router.db_for_write(SessionFile))
    uids = facts.filter(pk=session_file.pk).values_list("sop_instance_uid", flat=True)
    return uids.first() or ""


def _with_bytes(files: Any, checksum: Any) -> Any:
    contents = [content_type.value for content_type in sorted(HAVE_COPIES)]
    return files.filter(checksum=checksum, file_content_type__in=contents)


@cache
def _prepared(using: str, *, has_uid: bool) -> PreparedQuery[SessionFile]:
    file: Any = Parameter("file", UUIDField())
    files = SessionFile.objects.using(using).order_by().exclude(pk=file)

    def places(queryset: Any) -> Any:
        subject = F("camera_session__registered_subject_id")
        return queryset.values_list("camera_session_id", subject, "file_type")

    found = places(_with_bytes(files, Parameter("checksum", CharField())))
    if not has_uid:
        return PreparedQuery(found.distinct()[:MOST_PLACES])
    # Two queries in one: for "or" across two tables no index would serve.
    uid: Any = Parameter("uid", CharField())
    found = found.union(places(files.filter(facts__sop_instance_uid=uid))).order_by()
    return PreparedQuery(found[:MOST_PLACES])
