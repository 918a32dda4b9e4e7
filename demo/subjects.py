"""The demo's invented subjects and their camera sessions, in every state there is."""

import random
import string
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from clinicedc_constants import FEMALE, MALE, NO, NOT_APPLICABLE, NOT_EVALUATED, YES
from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models import Count
from django.utils import timezone
from edc_identifier.checkdigit_mixins import LuhnMixin
from edc_registration.models import RegisteredSubject
from tqdm import tqdm

from demo.sites import ALPHA, BRAVO
from edc_retinopathy.choices import CONTRAINDICATION_FIELDS, ReportType
from edc_retinopathy.models import CameraSession
from edc_retinopathy.models.activity_updates import record_reopening

if TYPE_CHECKING:
    from django.db.models import QuerySet

PROTOCOL = "105"
# How many subjects with an open, empty session there are at least after each start.
OPEN_SESSIONS = {ReportType.COMBINED: 28, ReportType.PER_EYE: 8}
# Cameras of exams in the past, by which those whose files are still to be sent are found again.
WHOLE_EXAM_DEVICE, BROKEN_OFF_DEVICE, FLAWED_DEVICE = "CAM-002", "CAM-003", "CAM-004"
# One session for each of ``demo.flawed_exams``.
FLAWED_EXAMS = 6


@dataclass(frozen=True)
class Past:
    """A session in the past, told by what differs from an open one that nothing is against."""

    days_ago: int
    device_id: str = ""
    report_type: ReportType = ReportType.COMBINED
    site_id: int = ALPHA.site_id
    answers: dict[str, str] = field(default_factory=dict)


UNANSWERED = dict.fromkeys(CONTRAINDICATION_FIELDS, "")
PAST = (
    *(Past(days, WHOLE_EXAM_DEVICE) for days in (1, 4, 12)),
    Past(30, WHOLE_EXAM_DEVICE, ReportType.PER_EYE),
    *(Past(days, BROKEN_OFF_DEVICE) for days in (0, 2, 6)),
    *(Past(1, FLAWED_DEVICE) for _ in range(FLAWED_EXAMS)),
    Past(1, answers={"photosensitive": YES}),
    Past(3, answers={"ocular_interventions": YES, "retinal_conditions": YES}),
    Past(9, answers={"pregnant": YES}),
    # Left to expire: not evaluated, and no camera ever asked for them.
    *(Past(days, answers={"visual_impairment": NOT_EVALUATED}) for days in (7, 14, 21)),
    *(Past(days, answers=UNANSWERED) for days in (0, 0)),
    *(Past(days, site_id=BRAVO.site_id) for days in (0, 0, 1, 5)),
)


def make_past_sessions() -> None:
    """Fill an empty database with subjects who were examined, or could not be, of late."""
    if CameraSession.objects.exists():
        return
    with transaction.atomic():
        for past in tqdm(PAST, unit="subject", desc="Sessions of the past"):
            gender = FEMALE if past.answers.get("pregnant") == YES else None
            subject = _new_subject(past.site_id, gender)
            report_datetime = timezone.now() - timedelta(days=past.days_ago, minutes=5)
            session = _session(subject, past.report_type, report_datetime, past.device_id)
            for name, answer in past.answers.items():
                setattr(session, name, answer)
            session.save()


def add_open_sessions() -> None:
    """Make as many subjects with an open, empty session as are missing, at the first site."""
    missing = [
        report_type
        for report_type, wanted in OPEN_SESSIONS.items()
        for _ in range(wanted - _open_and_empty(report_type).count())
    ]
    with transaction.atomic():
        for report_type in tqdm(missing, unit="subject", desc="Open sessions", disable=not missing):
            _session(_new_subject(ALPHA.site_id), report_type, timezone.now()).save()


def renew_visit_of_today() -> str:
    """Make another session of the subject whose exam each start shows; give its identifier."""
    subject = RegisteredSubject.objects.filter(site_id=ALPHA.site_id).earliest("subject_identifier")
    _session(subject, ReportType.COMBINED, timezone.now()).save()
    return str(subject.subject_identifier)


def reopened_subjects() -> dict[str, list[str]]:
    """Reopen the open, empty sessions; give their subjects' identifiers by report type."""
    for report_type in ReportType:
        for key in list(_open_and_empty(report_type).values_list("pk", flat=True)):
            record_reopening(key, timezone.now(), using=DEFAULT_DB_ALIAS)
    return {
        report_type.value: list(
            _open_and_empty(report_type)
            .order_by("subject_identifier")
            .values_list("subject_identifier", flat=True)
        )
        for report_type in ReportType
    }


def past_sessions_without_files(device_id: str) -> list[CameraSession]:
    """Give the sessions of the past whose files the camera still has to send."""
    sessions = CameraSession.objects.filter(device_id=device_id, files=None)
    return list(sessions.order_by("subject_identifier"))


def _open_and_empty(report_type: ReportType) -> "QuerySet[CameraSession]":
    """Give the sessions that could take a whole exam, of subjects who have no other session."""
    nothing_against = {name: NO for name in CONTRAINDICATION_FIELDS if name != "pregnant"}
    once = RegisteredSubject.objects.alias(sessions=Count("camera_sessions")).filter(sessions=1)
    return CameraSession.objects.filter(
        site_id=ALPHA.site_id,
        report_type=report_type,
        device_id="",
        activity__last_resolved_datetime=None,
        files=None,
        pregnant__in=(NO, NOT_APPLICABLE),
        registered_subject__in=once.values("pk"),
        **nothing_against,
    )


def _new_subject(site_id: int, gender: str | None = None) -> RegisteredSubject:
    """Register the next subject of a site; the same number always makes the same person."""
    number = RegisteredSubject.objects.filter(site_id=site_id).count() + 1
    stem = f"{PROTOCOL}-{site_id}-{number:04}"
    check_digit = LuhnMixin().calculate_checkdigit(stem.replace("-", ""))
    person = random.Random(stem)  # noqa: S311 (invented people, not secrets)
    return RegisteredSubject.objects.create(
        subject_identifier=f"{stem}-{check_digit}",
        site_id=site_id,
        gender=gender or person.choice((FEMALE, MALE)),
        dob=date(1950, 1, 1) + timedelta(days=person.randrange(365 * 50)),
        initials="".join(person.choices(string.ascii_uppercase, k=2)),
        registration_datetime=timezone.now(),
    )


def _session(
    subject: RegisteredSubject,
    report_type: ReportType,
    report_datetime: datetime,
    device_id: str = "",
) -> CameraSession:
    """Build a session, not saved yet, with nothing that speaks against photographs."""
    answers = dict.fromkeys(CONTRAINDICATION_FIELDS, NO)
    if subject.gender == MALE:
        answers["pregnant"] = NOT_APPLICABLE
    return CameraSession(
        registered_subject=subject,
        site_id=subject.site_id,
        report_datetime=report_datetime,
        report_type=report_type,
        device_id=device_id,
        user_created="clinician",
        **answers,
    )
