"""What to do with a file that has no record: give it one, or set it aside; never delete it.

A crash between publication and commit leaves such a file. The camera's retry adopts it by
itself; this is for those that no camera sends again.
"""

import re

from django.db import IntegrityError, router, transaction
from django.db.models import Q

from edc_retinopathy import content, storage
from edc_retinopathy.choices import ContentType, Eye, FileType, ReportType
from edc_retinopathy.errors import NoSession, RetinopathyError
from edc_retinopathy.files.extensions import require_harmless_extension
from edc_retinopathy.files.inspecting import inspect_new, subject_of
from edc_retinopathy.files.names import filename_key, require_safe_filename
from edc_retinopathy.files.versions import allowed_version_on_disk, supersede
from edc_retinopathy.logs import events
from edc_retinopathy.logs.events import Event
from edc_retinopathy.models import CameraSession, SessionFile
from edc_retinopathy.sessions.transactions import hold_session, recording
from edc_retinopathy.storage import Kind, StoredFile

# The eye as fundus cameras put it into file names (oculus sinister, oculus dexter), and
# as the camera's client reads it from there.
EYE_IN_NAME = re.compile(r"(?<![A-Za-z])(OS|OD)(?![A-Za-z])", re.IGNORECASE)
EYES = {"OS": Eye.LEFT, "OD": Eye.RIGHT}
ADOPTER = "audit_session_files"
NOT_REGULAR = "it is no regular file"


class CannotAdopt(Exception):  # noqa: N818
    """Why a file stays without a record."""


def adopt(file: StoredFile, *, is_dry_run: bool) -> str:
    """Record the file in the session whose directory it is in; gives what was (or would be) done.

    The file type follows from the content, the eye from the name. Raises ``CannotAdopt`` if
    either is not certain, the file is not whole, or its name is in use.
    """
    session_file, facts = _record_for(file)
    done = f"adopted as {session_file.file_type}"
    if is_dry_run:
        return f"would be {done}"
    try:
        using = router.db_for_write(SessionFile)
        with recording(using):
            hold_session(session_file.camera_session_id, using)
            session_file.save(using=using, force_insert=True)
            if session_file.version > 1:
                supersede(session_file, using)
            subject = subject_of(session_file.camera_session)
            inspect_new(session_file, facts, subject, using=using)
            # No upload can publish or replace the name from here on; one may have before.
            storage.adopt(file.key, token=file.token, checksum=session_file.checksum)
    except FileNotFoundError as e:
        raise CannotAdopt("an upload replaced it meanwhile") from e
    except IntegrityError as e:
        raise CannotAdopt("it has a record by now, or a twin of it has") from e
    events.log(
        Event.ADOPTED,
        session_file=session_file.pk,
        camera_session=session_file.camera_session_id,
        size=session_file.file_size,
    )
    return done


def quarantine(file: StoredFile, *, is_dry_run: bool) -> str:
    """Move the file to ``images/.quarantine/``; gives what was (or would be) done.

    Raises ``CannotAdopt`` if an upload gave it a record meanwhile.
    """
    if storage.stat(file.key).kind is not Kind.REGULAR:
        raise CannotAdopt(NOT_REGULAR)
    if is_dry_run:
        return "would be set aside in quarantine"
    using = router.db_for_write(SessionFile)
    with recording(using):
        _hold_name(file, using)
        try:
            storage.set_aside(file.key)
        except FileNotFoundError as e:
            raise CannotAdopt("an upload set it aside meanwhile") from e
        finally:
            transaction.set_rollback(True, using=using)
    return "set aside in quarantine"


def _hold_name(file: StoredFile, using: str) -> None:
    """Insert a record that is rolled back later: until then no upload can use the name.

    The constraint decides, not a look beforehand. Where no upload can use it in any case, nothing
    is inserted: no session's name, or one whose twin is stored, which nothing ever deletes.
    """
    session = _session_of(file)
    if session is None:
        return
    claim = _claim(storage.stat(file.key), session)
    try:
        hold_session(session.pk, using)
        with transaction.atomic(using=using):
            claim.save(using=using, force_insert=True)
    except NoSession:
        return
    except IntegrityError as e:
        if not _is_twin_stored(claim, using):
            raise CannotAdopt("it has a record by now") from e


def _is_twin_stored(claim: SessionFile, using: str) -> bool:
    """Whether a twin's record is in the way of this one, and no record of this very file."""
    taken = Q(stored_filename=claim.stored_filename) | Q(
        camera_session_id=claim.camera_session_id, filename_key=claim.filename_key
    )
    records = SessionFile.objects.using(using).filter(taken)
    names = list(records.values_list("stored_filename", flat=True))
    # Compared here: MariaDB takes names for equal that differ in case.
    return bool(names) and claim.stored_filename not in names


def _session_of(file: StoredFile) -> CameraSession | None:
    """The session in whose directory the file lies, by a name that an upload can have."""
    parts = storage.session_and_name(file.key)
    if parts is None:
        return None
    return CameraSession.objects.filter(pk=parts[0]).defer("initials").first()


def _claim(file: StoredFile, session: CameraSession) -> SessionFile:
    on_disk = file.key.rpartition("/")[2]
    name, version = allowed_version_on_disk(session.pk, on_disk)
    return SessionFile(
        camera_session=session,
        original_filename=name,
        filename_key=filename_key(name),
        version=version,
        stored_filename=file.key,
        file_size=file.size,
        capture_datetime=file.modified,
        received_datetime=file.modified,
        user_created=ADOPTER,
    )


def _record_for(file: StoredFile) -> tuple[SessionFile, content.Facts]:
    stored = storage.stat(file.key)
    if stored.kind is not Kind.REGULAR:
        raise CannotAdopt(NOT_REGULAR)
    session = _session_of(file)
    if session is None:
        raise CannotAdopt("it is in no session's directory")
    if session.is_withdrawn:
        raise CannotAdopt("its session was withdrawn")
    record = _claim(stored, session)
    name = record.original_filename
    try:
        require_safe_filename(name)
        with storage.open_stored(file.key) as stream:
            content_type = content.detect(stream, record.file_size)
            file_type = _file_type_of(content_type, name, session)
            facts = content.check_content(stream, record.file_size, file_type)
            stream.seek(0)
            record.checksum = storage.sha256_of(stream)
        require_harmless_extension(name, facts.content_type)
    except RetinopathyError as e:
        raise CannotAdopt(e.message) from e
    record.file_type = file_type
    record.file_content_type = facts.content_type
    record.is_image = facts.is_image
    return record, facts


def _file_type_of(content_type: ContentType | None, name: str, session: CameraSession) -> FileType:
    eyes = {EYES[code.upper()] for code in EYE_IN_NAME.findall(name)}
    is_combined = session.report_type == ReportType.COMBINED
    candidates = [
        file_type
        for file_type in FileType
        if content_type in file_type.accepts
        and ({file_type.eye} == eyes or (file_type.eye is None and is_combined))
    ]
    if len(candidates) != 1:
        raise CannotAdopt("its content and name do not tell which eye or report it is")
    return candidates[0]
