"""The records of a country: many sessions at five sites, with their files and accesses.

The same for every run but for the moment it ends at. Written in batches, past what ``save`` does:
encrypting initials one by one would take an hour, so all sessions carry a copy of one value.
"""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import batched
from typing import Any
from uuid import UUID

from clinicedc_constants import YES
from django.contrib.auth.models import User
from django.contrib.sites.models import Site
from django.db import connection, transaction
from django.utils import timezone
from edc_registration.models import RegisteredSubject

from edc_retinopathy.choices import AccessKind, AuditResult, ContentType, FileType, ReportType
from edc_retinopathy.models import (
    CameraSession,
    FileAccess,
    Finding,
    Refusal,
    SessionActivity,
    SessionFile,
    SessionFileFacts,
    StorageAudit,
)
from edc_retinopathy.storage import key_of

from .country_problems import cameras_of, facts_of, findings_of, refusals_of

BATCH = 2000
SITES = (10, 20, 30, 40, 50)
# So many files and accesses there are for each session, on average.
FILES_PER_SESSION = 4
SESSIONS_PER_SUBJECT = 5
CAMERAS_PER_SITE = 4
YEARS = timedelta(days=3 * 365)
READERS = 12
AUDITS = 150
CLEARED = ("No", "No", "No", "No", "No")
SCREENINGS = (
    *[CLEARED] * 94,
    *[("No", "No", "Yes", "No", "No")] * 3,
    *[("", "", "", "", "")] * 3,
)
EXTENSIONS = {
    ContentType.JPEG: ".jpg",
    ContentType.DICOM: ".dcm",
    ContentType.HTML: ".html",
}
COMBINED = (FileType.REPORT, FileType.LEFT_DICOM, FileType.RIGHT_DICOM)
PER_EYE = (
    FileType.LEFT_REPORT,
    FileType.RIGHT_REPORT,
    FileType.LEFT_DICOM,
    FileType.RIGHT_DICOM,
)
IMAGES = (FileType.LEFT, FileType.RIGHT)


@dataclass
class Country:
    """What is written, and the dice that decide it."""

    sessions: int
    ends: datetime
    dice: random.Random
    initials: bytes

    def key(self) -> UUID:
        """A key like those that the models make."""
        return UUID(int=self.dice.getrandbits(128), version=4)


def make_country(sessions: int) -> None:
    """Write it into an empty database in which the sites are."""
    first = RegisteredSubject.objects.create(
        subject_identifier="105-10-00000-0",
        site_id=SITES[0],
        gender="F",
        initials="AB",
        first_name="NAME",
        dob=date(1980, 1, 1),
    )
    session = CameraSession.objects.create(registered_subject=first, site_id=SITES[0])
    stored = CameraSession.objects.filter(pk=session.pk).with_stored_initials().get()
    country = Country(
        sessions,
        timezone.now(),
        random.Random(20260101),  # noqa: S311
        str(stored.stored_initials).encode(),
    )
    with transaction.atomic():
        subjects = _subjects(country)
        _write(RegisteredSubject, subjects)
        made: list[CameraSession] = []
        _write(CameraSession, _kept(_sessions(country, subjects), made))
        files: list[SessionFile] = []
        _write(SessionFile, _kept(_files(country, made), files))
        SessionActivity.objects.all().delete()
        for batch in batched(made, BATCH):
            SessionActivity.objects.bulk_create(SessionActivity.objects.counted(batch))
        _write(FileAccess, _accesses(country, files))
        _write(StorageAudit, _audits(country))
        _write(SessionFileFacts, facts_of(files, country.dice))
        _write(Finding, findings_of(files, country.dice))
        cameras = cameras_of(list(Site.objects.filter(pk__in=SITES)), CAMERAS_PER_SITE)
        _write(Refusal, refusals_of(made, cameras, country.ends, country.dice))
        for model in (CameraSession, SessionFile, Finding, Refusal):
            _copy_to_history(model)


def make_reader(username: str, site_ids: Iterable[int], role: Any) -> User:
    """An account that may see every list, at these sites."""
    user = User.objects.create_user(username, is_staff=True, is_superuser=True)
    user.userprofile.sites.set(Site.objects.filter(pk__in=list(site_ids)))
    if role is not None:
        user.userprofile.roles.add(role)
    return user


def _write(model: Any, records: Iterable[Any]) -> None:
    for batch in batched(records, BATCH):
        model.objects.bulk_create(batch)


def _kept[T](records: Iterable[T], into: list[T]) -> Iterator[T]:
    for record in records:
        into.append(record)
        yield record


def _subjects(country: Country) -> list[RegisteredSubject]:
    return [
        RegisteredSubject(
            id=country.key(),
            subject_identifier=f"105-{site_id}-{number:05}-{number % 10}",
            site_id=site_id,
            gender=country.dice.choice("FM"),
            dob=date(1970, 1, 1) + timedelta(days=number % 12_000),
        )
        for number in range(1, country.sessions // SESSIONS_PER_SUBJECT + 1)
        for site_id in [country.dice.choice(SITES)]
    ]


def _sessions(country: Country, subjects: list[Any]) -> Iterator[CameraSession]:
    dice = country.dice
    for number in range(country.sessions):
        subject = subjects[number % len(subjects)]
        reported = country.ends - YEARS * dice.random()
        camera = f"CAM-{subject.site_id}-{dice.randrange(CAMERAS_PER_SITE)}"
        pregnant, visual, retinal, ocular, light = dice.choice(SCREENINGS)
        yield CameraSession(
            id=country.key(),
            created=reported,
            site_id=subject.site_id,
            registered_subject=subject,
            subject_identifier=subject.subject_identifier,
            initials=country.initials,
            gender=subject.gender,
            age_in_years=reported.year - 1970 - number % 30,
            report_datetime=reported,
            report_type=dice.choice((*[ReportType.COMBINED] * 4, ReportType.PER_EYE)),
            device_id=camera,
            pregnant="N/A" if pregnant and subject.gender == "M" else pregnant,
            visual_impairment=visual,
            retinal_conditions=retinal,
            ocular_interventions=ocular,
            photosensitive=light,
        )


def _files(country: Country, sessions: list[CameraSession]) -> Iterator[SessionFile]:
    """Of most sessions all files and an image or two beside; of some the first ones, or none."""
    dice = country.dice
    for session in sessions:
        wanted = COMBINED if session.report_type == ReportType.COMBINED else PER_EYE
        lot = dice.random()
        if lot < 0.05 or session.retinal_conditions == YES:  # noqa: PLR2004
            continue
        if lot < 0.15:  # noqa: PLR2004
            wanted = wanted[: dice.randrange(1, len(wanted))]
        else:
            wanted = (*wanted, *IMAGES[: dice.randrange(3)])
        resolved = session.report_datetime + timedelta(minutes=dice.randrange(1, 60))
        for position, file_type in enumerate(wanted):
            yield _file(country, session, file_type, resolved + timedelta(seconds=9 * position))


def _file(
    country: Country, session: CameraSession, file_type: FileType, received: datetime
) -> SessionFile:
    content_type = next(t for t in EXTENSIONS if t in file_type.accepts)
    is_report = content_type is ContentType.HTML
    name = f"{session.subject_identifier}_{file_type}_{country.dice.getrandbits(48):012x}"
    name += EXTENSIONS[content_type]
    return SessionFile(
        id=country.key(),
        created=received,
        camera_session=session,
        site_id=session.site_id,
        file_type=file_type,
        original_filename=name,
        filename_key=name.casefold(),
        stored_filename=key_of(session.pk, name),
        file_content_type=content_type,
        is_image=not is_report,
        file_size=country.dice.randrange(20_000, 9_000_000),
        checksum=f"{country.dice.getrandbits(256):064x}",
        capture_datetime=received,
        received_datetime=received,
        device_id=session.device_id,
        remote_address="192.0.2.7",
        last_audit_datetime=country.ends,
        last_audit_result=(
            AuditResult.OK if country.dice.random() < 0.9999 else AuditResult.CHANGED  # noqa: PLR2004
        ),
    )


def _accesses(country: Country, files: list[SessionFile]) -> Iterator[FileAccess]:
    dice = country.dice
    for _ in range(country.sessions * FILES_PER_SESSION):
        file = dice.choice(files)
        yield FileAccess(
            session_file=file,
            site_id=file.site_id,
            username=f"reader{dice.randrange(READERS):02}",
            kind=AccessKind.DOWNLOAD if dice.random() < 0.1 else AccessKind.VIEW,  # noqa: PLR2004
            accessed_datetime=min(
                country.ends, file.received_datetime + timedelta(days=9) * dice.random()
            ),
            remote_address="192.0.2.9",
        )


def _audits(country: Country) -> Iterator[StorageAudit]:
    for week in range(AUDITS):
        begun = country.ends - timedelta(weeks=week)
        yield StorageAudit(
            started_datetime=begun, finished_datetime=begun + timedelta(hours=2), scope="all"
        )


def _copy_to_history(model: Any) -> None:
    """One version of each record, written by the database itself; the record's key names it."""
    history = model.history.model
    quote = connection.ops.quote_name
    common = [
        quote(field.column)
        for field in model._meta.concrete_fields  # noqa: SLF001 - documented
        if field.column in {other.column for other in history._meta.concrete_fields}  # noqa: SLF001
    ]
    names = ", ".join(common)
    table, history_table = quote(model._meta.db_table), quote(history._meta.db_table)  # noqa: SLF001
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {history_table} ({names}, history_id, history_date, history_type) "  # noqa: S608
            f"SELECT {names}, id, created, '+' FROM {table} "
            f"WHERE id NOT IN (SELECT id FROM {history_table})"
        )
