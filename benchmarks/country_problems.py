"""What is wrong in the records of a country: facts and findings of files, and refusals.

Of every twentieth file something was found, of which half was answered; the cameras were refused
22,000 times, of which 2,000 are open, or as many for each session.
"""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model

from edc_retinopathy.accounts.provisioning import create_camera_account
from edc_retinopathy.choices import (
    DICOMS,
    ContentType,
    Endpoint,
    FileType,
    FindingCode,
    PatientMatch,
    RefusalState,
    Severity,
)
from edc_retinopathy.inspection.rules import RULES, RULES_VERSION
from edc_retinopathy.models import CameraSession, Finding, Refusal, SessionFile, SessionFileFacts

# Shares, or one of so many.
COPIES = 0.005
WITH_FINDINGS = 0.05
WITH_TWO = 0.2
RESOLVED = 0.5
SESSIONS_PER_OPEN_REFUSAL = 50
SESSIONS_PER_CLOSED_REFUSAL = 5
YEARS = timedelta(days=3 * 365)
# What is seen how often; the rest is rare.
CODES = (
    *[FindingCode.CLOCK_SKEW] * 40,
    *[FindingCode.PATIENT_MISMATCH] * 20,
    *[FindingCode.LATERALITY_MISMATCH] * 15,
    *[FindingCode.SAME_IMAGE_OTHER_SESSION] * 10,
    *FindingCode,
)
REFUSED = (
    *["invalid_content"] * 8,
    *["no_eligible_session"] * 6,
    *["filename_conflict"] * 3,
    *["no_session"] * 2,
    "checksum_mismatch",
    "session_full",
)
CLOSED = (
    *[RefusalState.SUCCEEDED] * 16,
    *[RefusalState.DISMISSED] * 2,
    RefusalState.REOPENED,
    RefusalState.ALLOWED,
)
SEVERITIES: dict[FindingCode, Severity] = {rule.code: rule.severity for rule in RULES}


def facts_of(files: list[SessionFile], dice: random.Random) -> Iterator[SessionFileFacts]:
    """What each file says of itself; a few images are copies of another one."""
    uid = ""
    for file in files:
        is_dicom = file.file_content_type in DICOMS
        if not (uid and dice.random() < COPIES):
            uid = f"2.25.{dice.getrandbits(127)}"
        yield SessionFileFacts(
            session_file=file,
            site_id=file.site_id,
            rows=2000 if file.is_image else None,
            columns=3000 if file.is_image else None,
            transfer_syntax_uid="1.2.840.10008.1.2.4.50" if is_dicom else "",
            sop_class_uid="1.2.840.10008.5.1.4.1.1.77.1.5.1" if is_dicom else "",
            sop_instance_uid=uid if is_dicom else "",
            study_instance_uid=f"2.25.{file.camera_session_id.int % 2**127}" if is_dicom else "",
            image_laterality=("L" if "left" in file.file_type else "R") if is_dicom else "",
            manufacturer="Maker" if is_dicom else "",
            manufacturer_model_name="Model" if is_dicom else "",
            device_serial_number=file.device_id if is_dicom else "",
            patient_match=PatientMatch.YES if is_dicom else PatientMatch.ABSENT,
            rules_version=RULES_VERSION,
        )


def findings_of(files: list[SessionFile], dice: random.Random) -> Iterator[Finding]:
    """What inspection saw in some, resolved or not."""
    for file in files:
        if dice.random() < WITH_FINDINGS:
            wanted = 2 if dice.random() < WITH_TWO else 1
            for code in {dice.choice(CODES) for _ in range(wanted)}:
                yield _finding(file, code, dice)


def _finding(file: SessionFile, code: FindingCode, dice: random.Random) -> Finding:
    finding = Finding(
        id=UUID(int=dice.getrandbits(128), version=4),
        session_file=file,
        site_id=file.site_id,
        created=file.received_datetime,
        found_datetime=file.received_datetime,
        code=code,
        # Rules of pixels are none of these: what they see is a hint.
        severity=SEVERITIES.get(code, Severity.HINT),
        message="What inspection says of such a file.",
    )
    if dice.random() < RESOLVED:
        finding.resolved_datetime = file.received_datetime + timedelta(days=2)
        finding.resolved_by, finding.reason = "manager", "Seen, and all right."
    return finding


def cameras_of(sites: list[Any], per_site: int) -> dict[int, list[Any]]:
    """The accounts of the cameras, by site."""
    accounts: dict[int, list[Any]] = {}
    for site in sites:
        for number in range(per_site):
            name = f"camera-{site.pk}-{number}"
            create_camera_account(name, site)
            user = get_user_model().objects.get(username=name)
            accounts.setdefault(site.pk, []).append(user)
    return accounts


def refusals_of(
    sessions: list[CameraSession],
    cameras: dict[int, list[Any]],
    ends: datetime,
    dice: random.Random,
) -> Iterator[Refusal]:
    """What the cameras tried in vain: what is open lately, the rest over the years."""
    for wanted, states, since in (
        (len(sessions) // SESSIONS_PER_OPEN_REFUSAL, (RefusalState.OPEN,), timedelta(days=60)),
        (len(sessions) // SESSIONS_PER_CLOSED_REFUSAL, CLOSED, YEARS),
    ):
        for _ in range(wanted):
            session = dice.choice(sessions)
            account = dice.choice(cameras[session.site_id])
            first = ends - since * dice.random()
            yield _refusal(session, account, first, dice.choice(states), dice)


def _refusal(
    session: CameraSession, account: Any, first: datetime, state: RefusalState, dice: random.Random
) -> Refusal:
    code = dice.choice(REFUSED)
    is_resolve = code == "no_eligible_session"
    file_type = FileType.LEFT_DICOM
    name = f"{session.subject_identifier}_{file_type}_{dice.getrandbits(48):012x}.dcm"
    is_closed = state != RefusalState.OPEN
    return Refusal(
        id=UUID(int=dice.getrandbits(128), version=4),
        cause=f"{dice.getrandbits(256):064x}",
        account=account,
        username=account.get_username(),
        device_id=session.device_id,
        site_id=session.site_id,
        endpoint=Endpoint.RESOLVE if is_resolve else Endpoint.UPLOAD,
        subject_identifier=session.subject_identifier,
        file_type="" if is_resolve else file_type,
        file_name="" if is_resolve else name,
        code=code,
        message=f"The {ContentType.DICOM.label} file is refused, and this says why.",
        created=first,
        first_datetime=first,
        last_datetime=first + timedelta(minutes=dice.randrange(1, 3000)),
        count=dice.randrange(1, 3000),
        camera_session=session,
        state=state,
        closed_datetime=first + timedelta(days=3) if is_closed else None,
        closed_by="manager" if is_closed else "",
    )
