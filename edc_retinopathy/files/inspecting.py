"""Inspection of stored files: when they are received, adopted, and whenever a rule has changed."""

import logging
from collections.abc import Iterable
from functools import partial
from uuid import UUID

from django.db import DatabaseError, router, transaction
from django.utils import timezone

from edc_retinopathy import conf, content, storage
from edc_retinopathy.choices import ContentType, Eye, FileType
from edc_retinopathy.errors import InvalidContent, NoSession
from edc_retinopathy.inspection.bookkeeping import update_findings, write_findings
from edc_retinopathy.inspection.copies import Copy, copies_of, copies_of_stored, count_copies
from edc_retinopathy.inspection.kept import kept_facts, kept_instance_uid
from edc_retinopathy.inspection.patient import patient_match
from edc_retinopathy.inspection.rules import CODES_OF_COPIES, Found, inspect, inspect_copies
from edc_retinopathy.inspection.said import Said
from edc_retinopathy.logs.quiet import quiet
from edc_retinopathy.models import SessionFile
from edc_retinopathy.models.session_file import SessionFileQuerySet
from edc_retinopathy.sessions.transactions import hold_session, recording

from .extensions import extension_belongs

logger = logging.getLogger(__name__)

INSPECTOR = "inspect_session_files"
# Of an image that is stored everywhere not all files are looked at again at once.
MOST_OTHERS = 20


def inspect_new(
    session_file: SessionFile, facts: content.Facts, *, using: str, user: object = None
) -> None:
    """Write down the facts and the findings of a file whose record was just inserted.

    In the transaction of the record. One query and, of an exam without findings, one statement.
    Raises ``InvalidContent`` if the installation stores no file with one of the findings.
    """
    copies = copies_of(session_file, kept_instance_uid(facts))
    said = _said(session_file, copies)
    found = inspect(facts, said)
    _require_none_rejected(found)
    match = patient_match(facts.patient_id, said.subject_identifier, said.patient_id_pattern)
    kept_facts(session_file, facts, match).save(using=using, force_insert=True)
    session_file.unresolved_findings = write_findings(session_file, found, using=using, user=user)
    _look_at_others_on_commit(copies, session_file.user_created, using=using)


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
        copies = copies_of(session_file, kept_instance_uid(facts))
        said = _said(session_file, copies)
        match = patient_match(facts.patient_id, said.subject_identifier, said.patient_id_pattern)
        kept_facts(session_file, facts, match).save(using=using)
        changed = update_findings(session_file, inspect(facts, said), using=using, by=INSPECTOR)
        _look_at_others_on_commit(copies, INSPECTOR, using=using)
    return changed


def _require_none_rejected(found: Iterable[Found]) -> None:
    rejected = conf.reject_findings()
    for f in found:
        if f.code in rejected:
            raise InvalidContent(f"{f.message} Files with such a finding are not kept: {f.code}.")


def _said(session_file: SessionFile, copies: list[Copy]) -> Said:
    return Said(
        eye=_eye(session_file),
        subject_identifier=session_file.camera_session.subject_identifier,
        captured=session_file.capture_datetime,
        received=session_file.received_datetime,
        time_zone=timezone.get_current_timezone(),
        has_fitting_extension=extension_belongs(
            session_file.original_filename, ContentType(session_file.file_content_type)
        ),
        patient_id_pattern=conf.patient_id_pattern(),
        max_pixels=conf.max_pixels(),
        copies=count_copies(session_file, copies),
    )


def _eye(session_file: SessionFile) -> Eye | None:
    return FileType(session_file.file_type).eye


def _look_at_others_on_commit(copies: list[Copy], by: str, *, using: str) -> None:
    """The other files hold the same image too: which of them is wrong, nobody knows yet."""
    for copy in copies[:MOST_OTHERS]:
        transaction.on_commit(partial(_look_at_copies, copy.file_id, by), using=using)


def _look_at_copies(pk: UUID, by: str) -> None:
    """Let the findings of one file that are about copies be as they are now.

    The file that was just stored is safe. If this fails, ``inspect_session_files`` makes up for it.
    """
    using = router.db_for_write(SessionFile)
    try:
        with recording(using):
            session_file = _with_session(using).get(pk=pk)
            hold_session(session_file.camera_session_id, using)
            found = inspect_copies(_said(session_file, copies_of_stored(session_file)))
            update_findings(session_file, found, using=using, by=by, codes=CODES_OF_COPIES)
    except (DatabaseError, NoSession) as e:
        logger.warning("Session file %s was not inspected again.", pk, exc_info=quiet(e))


def _with_session(using: str) -> SessionFileQuerySet:
    files = SessionFile.objects.using(using).select_related("camera_session")
    return files.defer("camera_session__initials")
