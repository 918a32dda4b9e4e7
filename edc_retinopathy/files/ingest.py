"""The one use case: a received file becomes a record and a published file, or neither."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.db import IntegrityError, connections, router

from edc_retinopathy import conf, content, storage
from edc_retinopathy.choices import FileType
from edc_retinopathy.errors import ChecksumMismatch, FilenameConflict, InvalidFilename, StorageError
from edc_retinopathy.inspection.said import Subject
from edc_retinopathy.logs.quiet import quiet
from edc_retinopathy.models import SessionFile
from edc_retinopathy.sessions.chosen import ChosenSession
from edc_retinopathy.sessions.transactions import hold_session, recording

from .admission import Caller, require_admission, require_room
from .extensions import require_harmless_extension
from .inspecting import inspect_new
from .names import filename_key, require_safe_filename
from .versions import Place, is_allowed, name_on_disk, supersede

logger = logging.getLogger(__name__)

OTHER_CHECKSUM = "The bytes received do not match the checksum sent with them. Send the file again."
OTHER_BYTES = (
    "A different file of this name is already stored in this session. It was left untouched."
)

# Each time the place was free, and taken by the next look.
PLACE_ATTEMPTS = 10

# How long the database connection may have been silent while a slow link delivered the body. The
# usual limits of others begin at a minute.
SILENCE_SECONDS = 60

# The first that MySQL and MariaDB promise to hold; the other databases hold the whole calendar.
EARLIEST_ON_MYSQL = datetime(1000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """What is known of a file before it is looked at; ``checksum`` is SHA-256, lower-case hex."""

    file_type: FileType
    original_filename: str
    capture_datetime: datetime
    checksum: str | None = None
    device_id: str = ""
    remote_address: str | None = None


def receive_file(
    session: ChosenSession,
    incoming: storage.IncomingFile,
    *,
    upload: Upload,
    caller: Caller,
) -> tuple[SessionFile, bool]:
    """Record and publish a file of a session; gives the record and whether it is new.

    A retry (same session, name and bytes) gives the record there is, whichever version it is.
    Other bytes of a name are its next version, if a person has allowed that. Raises
    ``InvalidFilename``, ``ChecksumMismatch``, ``InvalidContent``, ``FilenameConflict``,
    ``SessionFull``, ``StorageError``, ``ServerBusy``, and what ``require_admission`` raises; after
    each of them nothing of the file is kept. A database error passes through: if the commit was
    under way, the published file stays, because the record may be there too.
    """
    with incoming:
        facts = _judge(incoming, upload)
        # On disk before the database is asked, so that no lock is held meanwhile.
        incoming.flush()
        _reconnect_after_silence(incoming)
        session_file = SessionFile(
            camera_session_id=session.pk,
            site_id=session.site_id,
            file_type=upload.file_type,
            original_filename=upload.original_filename,
            filename_key=filename_key(upload.original_filename),
            file_content_type=facts.content_type,
            is_image=facts.is_image,
            file_size=incoming.size,
            checksum=incoming.checksum,
            capture_datetime=_storable(upload.capture_datetime),
            device_id=upload.device_id,
            remote_address=upload.remote_address,
            user_created=caller.user.get_username(),
        )
        subject = Subject(pk=session.registered_subject_id, identifier=session.subject_identifier)
        place, refusal = Place(), None
        for _ in range(PLACE_ATTEMPTS):
            session_file.version = place.version
            session_file.stored_filename = storage.key_of(
                session.pk, name_on_disk(upload.original_filename, place)
            )
            refusal = _record_and_publish(session_file, incoming, facts, subject, caller)
            if refusal is None:
                return session_file, True
            require_admission(session.pk, caller)
            stored = _of_this_name(session_file)
            if found := _already_stored(session_file, incoming, stored):
                return found, False
            place = _next_place(session_file, stored, place, refusal)
        raise refusal or StorageError("No name on the disk was free for the file.")


def _judge(incoming: storage.IncomingFile, upload: Upload) -> content.Facts:
    """What the bytes say of a file that may be stored; raises what is wrong with it."""
    require_safe_filename(upload.original_filename)
    if upload.checksum is not None and upload.checksum != incoming.checksum:
        raise ChecksumMismatch(OTHER_CHECKSUM)
    with incoming.reader() as stream:
        facts = content.check_content(stream, incoming.size, upload.file_type)
        require_harmless_extension(upload.original_filename, facts.content_type)
        if clamd_address := conf.clamd_address():
            content.scan(stream, clamd_address)
    return facts


def _storable(moment: datetime) -> datetime:
    """The moment, or the nearest that the database holds."""
    if connections[router.db_for_write(SessionFile)].vendor == "mysql":
        return max(moment, EARLIEST_ON_MYSQL)
    return moment


def _reconnect_after_silence(incoming: storage.IncomingFile) -> None:
    """Drop a connection that a server, a pooler or a firewall may have given up meanwhile."""
    if incoming.age_seconds > SILENCE_SECONDS:
        connections[router.db_for_write(SessionFile)].close()


def _record_and_publish(
    session_file: SessionFile,
    incoming: storage.IncomingFile,
    facts: content.Facts,
    subject: Subject,
    caller: Caller,
) -> IntegrityError | None:
    """Insert, judge again, inspect, publish, commit; why the database refuses, if it does.

    The unique constraints decide who of several is first. Who is second waits for the first to
    commit and is refused then. So a file that is in place already, while the insert went through,
    has no record.
    """
    using = router.db_for_write(SessionFile)
    is_published, refusal = False, None
    try:
        with recording(using):
            hold_session(session_file.camera_session_id, using)
            # The history is written in bulk: the signal's way costs a query for each foreign key.
            session_file.skip_history_when_saving = True
            session_file.save(using=using, force_insert=True)
            # After the insert, by which also SQLite holds back all others.
            admitted = require_admission(session_file.camera_session_id, caller)
            require_room(admitted)
            _follow(session_file, admitted.site_id, using)
            if session_file.version > 1:
                supersede(session_file, using, user=caller.user)
            _file_history().bulk_history_create([session_file], default_user=caller.user)
            inspect_new(session_file, facts, subject, using=using, user=caller.user)
            is_published = storage.publish(incoming, session_file.stored_filename)
    # Left behind here: chained to what follows, its words, which quote the record, would be logged.
    except IntegrityError as e:
        refusal = quiet(e)
    if refusal is not None and is_published:
        # By the commit. Nothing can refer to the file.
        storage.withdraw(incoming, session_file.stored_filename)
    return refusal


def _follow(session_file: SessionFile, site_id: int, using: str) -> None:
    """Put the file where its session is now: somebody may have moved that to another site."""
    if session_file.site_id != site_id:
        session_file.site_id = site_id
        SessionFile.objects.using(using).filter(pk=session_file.pk).update(site_id=site_id)


@cache
def _file_history() -> Any:
    """The manager of the history, which simple_history would build anew at each access."""
    return SessionFile.history


def _of_this_name(attempted: SessionFile) -> list[SessionFile]:
    """The records of the name and of its twins, newest version first."""
    records = SessionFile.objects.using(router.db_for_write(SessionFile))
    return list(
        records.filter(
            camera_session_id=attempted.camera_session_id, filename_key=attempted.filename_key
        ).order_by("-version")
    )


def _already_stored(
    attempted: SessionFile, incoming: storage.IncomingFile, stored: list[SessionFile]
) -> SessionFile | None:
    """The version that is this very file, None if none is; raises if the name is a twin's."""
    if any(file.original_filename != attempted.original_filename for file in stored):
        raise InvalidFilename(
            "A file is already stored in this session whose name differs only in upper and "
            "lower case or in Unicode form."
        )
    found = next((file for file in stored if file.checksum == attempted.checksum), None)
    if found and storage.restore(incoming, found.stored_filename):
        logger.error("The bytes of session file %s were missing; a retry brought them.", found.pk)
    return found


def _next_place(
    attempted: SessionFile, stored: list[SessionFile], place: Place, refusal: IntegrityError
) -> Place:
    """Where to try next to store a file whose place was taken.

    Raises ``FilenameConflict`` unless a person has allowed a next version, and ``refusal`` if no
    place was taken: then it is the server's fault.
    """
    version = stored[0].version + 1 if stored else 1
    if version > 1 and not is_allowed(
        attempted.camera_session_id, attempted.original_filename, version
    ):
        raise FilenameConflict(OTHER_BYTES)
    if version != place.version:
        return Place(version)
    # The version is free: the name on disk is that of another file's version, or the other way.
    records = SessionFile.objects.using(router.db_for_write(SessionFile))
    if not records.filter(stored_filename=attempted.stored_filename).exists():
        raise refusal
    return Place(version, place.attempt + 1)
