"""Inspection of stored files: when they are received, adopted, and whenever a rule has changed."""

import logging
from collections.abc import Iterable
from functools import cache, partial
from uuid import UUID

from django.db import DatabaseError, router, transaction
from django.utils import timezone

from edc_retinopathy import conf, content, storage
from edc_retinopathy.choices import ContentType, Eye, FileType
from edc_retinopathy.errors import InvalidContent, NoSession
from edc_retinopathy.inspection.bookkeeping import update_findings, write_findings
from edc_retinopathy.inspection.copies import (
    Place,
    count_copies,
    is_new_place,
    keys_of_copies,
    places_of_copies,
    stored_instance_uid,
)
from edc_retinopathy.inspection.kept import kept_facts, kept_instance_uid
from edc_retinopathy.inspection.patient import patient_match
from edc_retinopathy.inspection.rules import (
    CODES_OF_COPIES,
    HEADER_CODES,
    Found,
    inspect,
    inspect_copies,
)
from edc_retinopathy.inspection.said import Said, Subject
from edc_retinopathy.logs.quiet import quiet
from edc_retinopathy.models import CameraSession, SessionFile, SessionFileFacts
from edc_retinopathy.models.prepared import PreparedInsert
from edc_retinopathy.models.session_file import SessionFileQuerySet
from edc_retinopathy.sessions.transactions import hold_session, recording

from .extensions import extension_belongs

logger = logging.getLogger(__name__)

INSPECTOR = "inspect_session_files"
# Of an image that is stored everywhere not all files are looked at again at once.
MOST_OTHERS = 20


def inspect_new(
    session_file: SessionFile,
    facts: content.Facts,
    subject: Subject,
    *,
    using: str,
    user: object = None,
) -> None:
    """Write down the facts and the findings of a subject's file whose record was just inserted.

    In the transaction of the record. One query and, of an exam without findings, one statement.
    Raises ``InvalidContent`` if the installation stores no file with one of the findings.
    """
    places = places_of_copies(session_file, kept_instance_uid(facts))
    said = _said(session_file, places, subject)
    found = inspect(facts, said)
    _require_none_rejected(found)
    match = patient_match(facts.patient_id, said.subject_identifier, said.patient_id_pattern)
    _facts_of_new(using).insert(kept_facts(session_file, facts, match))
    session_file.unresolved_findings = write_findings(session_file, found, using=using, user=user)
    if is_new_place(session_file, places):
        _look_at_others_on_commit(session_file, session_file.user_created, using=using)


@cache
def _facts_of_new(using: str) -> PreparedInsert[SessionFileFacts]:
    return PreparedInsert(SessionFileFacts, using)


def inspect_again(pk: UUID) -> int:
    """Read a stored file again and let its facts and findings be as the rules of today say.

    Gives how many findings changed. Raises ``OSError`` if its bytes are missing or unreadable, and
    ``StorageError``. What a setting rejects today is stored, and stays.
    """
    using = router.db_for_write(SessionFile)
    session_file = _with_session(using).get(pk=pk)
    with storage.open_stored(session_file.stored_filename) as stream:
        content_type = ContentType(session_file.file_content_type)
        facts = content.examine(stream, session_file.file_size, content_type)
    with recording(using):
        hold_session(session_file.camera_session_id, using)
        places = places_of_copies(session_file, kept_instance_uid(facts))
        said = _said(session_file, places, subject_of(session_file.camera_session))
        match = patient_match(facts.patient_id, said.subject_identifier, said.patient_id_pattern)
        kept_facts(session_file, facts, match).save(using=using)
        changed = update_findings(
            session_file, inspect(facts, said), using=using, by=INSPECTOR, codes=HEADER_CODES
        )
        if places:
            _look_at_others_on_commit(session_file, INSPECTOR, using=using)
    return changed


def _require_none_rejected(found: Iterable[Found]) -> None:
    rejected = conf.reject_findings()
    for f in found:
        if f.code in rejected:
            raise InvalidContent(f"{f.message} Files with such a finding are not kept: {f.code}.")


def subject_of(session: CameraSession) -> Subject:
    """Whose session it is."""
    return Subject(pk=session.registered_subject_id, identifier=session.subject_identifier)


def _said(session_file: SessionFile, places: list[Place], subject: Subject) -> Said:
    return Said(
        eye=_eye(session_file),
        subject_identifier=subject.identifier,
        captured=session_file.capture_datetime,
        received=session_file.received_datetime,
        time_zone=timezone.get_current_timezone(),
        has_fitting_extension=extension_belongs(
            session_file.original_filename, ContentType(session_file.file_content_type)
        ),
        patient_id_pattern=conf.patient_id_pattern(),
        max_pixels=conf.max_pixels(),
        copies=count_copies(session_file, places, subject.pk),
    )


def _eye(session_file: SessionFile) -> Eye | None:
    return FileType(session_file.file_type).eye


def _look_at_others_on_commit(session_file: SessionFile, by: str, *, using: str) -> None:
    """The other files hold the same image too: which of them is wrong, nobody knows yet.

    The file that was just stored is safe. If this fails, ``inspect_session_files`` makes up for it.
    """
    transaction.on_commit(partial(_look_at_others, session_file, by, using), using=using)


def _look_at_others(session_file: SessionFile, by: str, using: str) -> None:
    try:
        for pk in keys_of_copies(session_file, most=MOST_OTHERS):
            _look_at_copies(pk, by, using)
    except (DatabaseError, NoSession) as e:
        logger.warning(
            "Copies of session file %s were not inspected.", session_file.pk, exc_info=quiet(e)
        )


def _look_at_copies(pk: UUID, by: str, using: str) -> None:
    """Let the findings of one file that are about copies be as they are now."""
    with recording(using):
        session_file = _with_session(using).get(pk=pk)
        hold_session(session_file.camera_session_id, using)
        places = places_of_copies(session_file, stored_instance_uid(session_file))
        subject = subject_of(session_file.camera_session)
        found = inspect_copies(_said(session_file, places, subject))
        update_findings(session_file, found, using=using, by=by, codes=CODES_OF_COPIES)


def _with_session(using: str) -> SessionFileQuerySet:
    files = SessionFile.objects.using(using).select_related("camera_session")
    return files.defer("camera_session__initials")
