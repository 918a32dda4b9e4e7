"""Builders of the records that tests begin with.

Encryption makes a subject cost some 140 ms and a session 50 ms: find what is there before
creating it, and create no more than a test looks at.
"""

import hashlib
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone
from edc_auth.models import Role
from edc_registration.models import RegisteredSubject
from rest_framework.authtoken.models import Token

from edc_retinopathy.models import CameraSession, SessionActivity, SessionFile
from edc_retinopathy.sessions import pinning
from edc_retinopathy.sessions.choice import session_to_resolve
from edc_retinopathy.storage import key_of
from tests.samples import EXTENSIONS, HTML, JPEG, PDF

ALPHA_SITE = 10
BRAVO_SITE = 20
ALPHA_HOST = "localhost"
BRAVO_HOST = "bravo.localhost"

FEMALE_IDENTIFIER = "105-10-0001-2"
MALE_IDENTIFIER = "105-10-0002-3"
BRAVO_IDENTIFIER = "105-20-0001-4"
UNKNOWN_IDENTIFIER = "105-10-9999-9"

ANSWERED_NO = {
    "pregnant": "No",
    "visual_impairment": "No",
    "retinal_conditions": "No",
    "ocular_interventions": "No",
    "photosensitive": "No",
}
CONTRAINDICATED = {**ANSWERED_NO, "photosensitive": "Yes"}
# Longer than a session stays open by default (120 minutes).
LONG_AGO_MINUTES = 600


def minutes_ago(minutes: float) -> datetime:
    """The moment that many minutes before now."""
    return timezone.now() - timedelta(minutes=minutes)


def find_or_create_subject(
    identifier: str,
    *,
    site_id: int = ALPHA_SITE,
    gender: str = "F",
    initials: str = "AB",
    dob: date = date(1980, 6, 15),
) -> RegisteredSubject:
    """The subject of this identifier, registered now if it is not yet."""
    found = RegisteredSubject.objects.filter(subject_identifier=identifier).first()
    if found is not None:
        return found
    return RegisteredSubject.objects.create(
        subject_identifier=identifier,
        site_id=site_id,
        gender=gender,
        initials=initials,
        # Name, date of birth and initials together are unique.
        first_name=f"NAME{identifier[-8:].replace('-', '')}",
        dob=dob,
    )


def find_or_create_user(
    username: str,
    *,
    role: str | None = None,
    site_ids: Iterable[int] = (ALPHA_SITE,),
    **fields: Any,
) -> User:
    """The user of this name, created now with a role and profile sites if there is none yet."""
    user = User.objects.filter(username=username).first()
    if user is None:
        # Complete, as edc_notification's check asks.
        details = {"first_name": "Test", "last_name": username, "email": f"{username}@example.org"}
        user = User.objects.create(
            username=username, **{"is_staff": True, "is_active": True, **details, **fields}
        )
        user.userprofile.sites.add(*site_ids)
        if role is not None:
            user.userprofile.roles.add(Role.objects.get(name=role))
    # Afresh: permissions are cached on the instance.
    return User.objects.get(pk=user.pk)


def token_of(user: User) -> str:
    """The key of the user's API token, made now if there is none yet."""
    return str(Token.objects.get_or_create(user=user)[0].key)


def create_session(
    subject: RegisteredSubject, *, minutes: float = 1, **fields: Any
) -> CameraSession:
    """A new session of a subject at its site, reported so many minutes ago."""
    return CameraSession.objects.create(
        **{
            "registered_subject": subject,
            "report_datetime": minutes_ago(minutes),
            "site_id": subject.site_id,
            **fields,
        }
    )


def set_moments(session: CameraSession, **moments: datetime | None) -> None:
    """Write timestamps of a session, and of what cameras did, straight into the database."""
    reported = moments.pop("report_datetime", None)
    if reported:
        CameraSession.objects.filter(pk=session.pk).update(report_datetime=reported)
    SessionActivity.objects.filter(pk=session.pk).update(**moments)
    count_anew(session)


def count_anew(session: CameraSession) -> None:
    """Let the session's activity follow what a test wrote straight into the database."""
    session.refresh_from_db()
    SessionActivity.objects.correct(session)


def pin(session: CameraSession, *, device_id: str, user: Any) -> None:
    """Let a camera resolve the session, which has to be the one that is chosen."""
    found = session_to_resolve(session.subject_identifier, (session.site_id,))
    assert found.pk == session.pk
    pinning.pin(found, device_id=device_id, user=user)


def store_file(
    session: CameraSession,
    file_type: str,
    *,
    name: str = "",
    content: bytes = b"stored earlier",
    content_type: str = JPEG,
    received: datetime | None = None,
    **fields: Any,
) -> SessionFile:
    """A stored file of a session: its record, and its bytes where the contract says they are."""
    name = name or f"{file_type}{EXTENSIONS[content_type]}"
    path = image_path(session, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return SessionFile.objects.create(
        camera_session=session,
        file_type=file_type,
        original_filename=name,
        filename_key=name.casefold(),
        stored_filename=key_of(session.pk, name),
        file_content_type=content_type,
        file_size=len(content),
        checksum=hashlib.sha256(content).hexdigest(),
        capture_datetime=received or timezone.now(),
        received_datetime=received or timezone.now(),
        **{"is_image": content_type not in {PDF, HTML}, **fields},
    )


def complete(session: CameraSession, *, received: datetime | None = None) -> CameraSession:
    """Store what a session with a combined report needs."""
    for file_type in ("left", "right"):
        store_file(session, file_type, received=received)
    store_file(session, "report", content_type=HTML, received=received)
    return session


def image_path(session: CameraSession, name: str) -> Path:
    """Where the contract keeps a file: ``<storage>/images/<session pk>/<original filename>``."""
    return Path(settings.EDC_RETINOPATHY_STORAGE_DIR) / "images" / str(session.pk) / name
