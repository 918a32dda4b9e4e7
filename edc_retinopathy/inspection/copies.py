"""Is the same image stored elsewhere? One query, by two indexes, across all sites.

What it gives are numbers and keys for further queries: who may not see another site's files learns
from a finding that there is a copy, never where.
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

# An image that is stored so often is looked at anyway.
MOST_COPIES = 200


@dataclass(frozen=True, slots=True)
class Copy:
    """Another file with the same image."""

    file_id: UUID
    camera_session_id: UUID
    subject_id: UUID
    file_type: FileType


def copies_of(session_file: SessionFile, sop_instance_uid: str) -> list[Copy]:
    """Other files with the same bytes, or the same SOP instance UID if there is one.

    Of images and DICOM files: reports of two exams may well be equal.
    """
    if session_file.file_content_type not in IMAGES | DICOMS:
        return []
    using = router.db_for_write(SessionFile)
    rows = _prepared(using, has_uid=bool(sop_instance_uid)).rows(
        file=session_file.pk, checksum=session_file.checksum, uid=sop_instance_uid
    )
    # Some databases give a key as text.
    return [
        Copy(UUID(str(file)), UUID(str(session)), UUID(str(subject)), FileType(file_type))
        for file, session, subject, file_type in rows
    ]


def copies_of_stored(session_file: SessionFile) -> list[Copy]:
    """As :func:`copies_of`, by the facts that are kept of a stored file."""
    facts = SessionFileFacts.objects.filter(pk=session_file.pk).first()
    return copies_of(session_file, facts.sop_instance_uid if facts else "")


def count_copies(session_file: SessionFile, copies: list[Copy]) -> Copies:
    """How many of the copies are elsewhere than they can be. A copy of one eye in one session is
    the same image under two names, which is no harm.
    """
    subject_id = session_file.camera_session.registered_subject_id
    own = [copy for copy in copies if copy.subject_id == subject_id]
    eye = FileType(session_file.file_type).eye
    return Copies(
        other_subject=len(copies) - len(own),
        other_session=sum(c.camera_session_id != session_file.camera_session_id for c in own),
        other_eye=sum(c.file_type.eye != eye for c in own),
    )


@cache
def _prepared(using: str, *, has_uid: bool) -> PreparedQuery[SessionFile]:
    file: Any = Parameter("file", UUIDField())
    files = SessionFile.objects.using(using).order_by().exclude(pk=file)

    def columns(queryset: Any) -> Any:
        subject = F("camera_session__registered_subject_id")
        return queryset.values_list("pk", "camera_session_id", subject, "file_type")

    checksum: Any = Parameter("checksum", CharField())
    contents = [content_type.value for content_type in sorted(IMAGES | DICOMS)]
    found = columns(files.filter(checksum=checksum, file_content_type__in=contents))
    if has_uid:
        # Two queries in one: for "or" across two tables no index would serve.
        uid: Any = Parameter("uid", CharField())
        found = found.union(columns(files.filter(facts__sop_instance_uid=uid))).order_by()
    return PreparedQuery(found[:MOST_COPIES])
