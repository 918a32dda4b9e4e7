"""What the database computes of a session agrees with what the model says of it."""

from itertools import combinations, product
from typing import Any

import pytest
from django.utils.timezone import localdate

from edc_retinopathy.choices import Eligibility, FileType, ReportType
from edc_retinopathy.models import CameraSession, SessionFile
from edc_retinopathy.sessions.state import SessionState
from tests import factories

pytestmark = pytest.mark.django_db

ANSWERS = ("Yes", "No", "not_evaluated", "")
MOMENTS = ("report_datetime", "last_resolved_datetime", "last_reopened_datetime", "upload")


def annotated(session: CameraSession) -> CameraSession:
    """The session as the querysets see it."""
    return CameraSession.objects.with_state().get(pk=session.pk)


@pytest.mark.parametrize("pregnant", ["Yes", "No", "N/A", ""])
@pytest.mark.parametrize("photosensitive", ANSWERS)
def test_the_screening(session: CameraSession, pregnant: str, photosensitive: str) -> None:
    answers: dict[str, Any] = factories.ANSWERED_NO | {
        "pregnant": pregnant,
        "photosensitive": photosensitive,
    }
    CameraSession.objects.filter(pk=session.pk).update(**answers)
    session.refresh_from_db()
    sessions = CameraSession.objects.filter(pk=session.pk)
    assert annotated(session).is_contraindicated == (session.contraindicated is True)
    assert sessions.contraindicated().exists() == (session.contraindicated is True)
    assert sessions.eligible().exists() == (session.contraindicated is False)
    assert sessions.unanswered().exists() == (session.contraindicated is None)


@pytest.mark.parametrize("recent", [*MOMENTS, None])
def test_expiry(session: CameraSession, recent: str | None) -> None:
    long_ago = factories.minutes_ago(factories.LONG_AGO_MINUTES)
    moments = dict.fromkeys(MOMENTS[:3], long_ago)
    received = long_ago
    if recent == "upload":
        received = factories.minutes_ago(1)
    elif recent:
        moments[recent] = factories.minutes_ago(1)
    factories.set_moments(session, **moments)
    stored = factories.store_file(session, FileType.LEFT)
    SessionFile.objects.filter(pk=stored.pk).update(received_datetime=received)
    factories.count_anew(session)
    assert SessionState.of(session).is_expired == (recent is None)
    assert annotated(session).has_expired == (recent is None)
    assert SessionState.of(annotated(session)) == SessionState.of(session)


@pytest.mark.parametrize("minutes", [0, None])
def test_nothing_expires_where_no_time_is_set(
    session: CameraSession, minutes: int | None, settings: Any
) -> None:
    settings.EDC_RETINOPATHY_SESSION_EXPIRE_MINUTES = minutes
    factories.set_moments(session, report_datetime=factories.minutes_ago(60 * 24 * 365 * 20))
    assert not SessionState.of(session).is_expired
    assert not annotated(session).has_expired


@pytest.mark.parametrize("files", ["none", "some", "all"])
@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("is_withdrawn", [True, False])
@pytest.mark.parametrize("is_expired", [True, False])
def test_every_combination(
    *, session: CameraSession, files: str, answer: str, is_withdrawn: bool, is_expired: bool
) -> None:
    """Such as no page makes too: what is withdrawn has no files."""
    if files == "all":
        factories.complete(session)
    elif files == "some":
        factories.store_file(session, FileType.LEFT)
    withdrawn_datetime = factories.minutes_ago(1) if is_withdrawn else None
    answers = factories.ANSWERED_NO | {"photosensitive": answer}
    sessions = CameraSession.objects.filter(pk=session.pk)
    sessions.update(withdrawn_datetime=withdrawn_datetime, **answers)
    if is_expired:
        long_ago = factories.minutes_ago(factories.LONG_AGO_MINUTES)
        SessionFile.objects.update(received_datetime=long_ago)
        factories.set_moments(session, report_datetime=long_ago)
    session.refresh_from_db()
    state = SessionState.of(session)
    assert SessionState.of(annotated(session)) == state
    found = {
        "contraindicated": sessions.contraindicated().exists(),
        "eligible": sessions.eligible().exists(),
        "complete": sessions.complete().exists(),
        "has_no_files": sessions.without_files().exists(),
        "is_withdrawn": sessions.withdrawn().exists(),
        "accepts": (sessions.in_use() & sessions.exclude(photosensitive="Yes")).exists(),
        "has_expired": bool(annotated(session).has_expired),
        "is_open": sessions.open_on(localdate(session.report_datetime)).exists(),
    }
    assert found == {
        "contraindicated": state.eligibility is Eligibility.CONTRAINDICATED,
        "eligible": state.eligibility is Eligibility.ELIGIBLE,
        "complete": state.is_complete,
        "has_no_files": not state.uploaded,
        "is_withdrawn": state.is_withdrawn,
        "accepts": state.accepts_uploads,
        "has_expired": state.is_expired,
        "is_open": state.is_open,
    }
    assert (state.is_expired, state.is_withdrawn) == (is_expired, is_withdrawn)


@pytest.mark.parametrize("report_type", ReportType.values)
def test_completeness(session: CameraSession, report_type: str) -> None:
    CameraSession.objects.filter(pk=session.pk).update(report_type=report_type)
    session.refresh_from_db()
    files = {file_type: factories.store_file(session, file_type) for file_type in FileType}
    seen = set()
    for size in range(len(files) + 1):
        for present in combinations(files, size):
            SessionFile.objects.filter(camera_session=session).update(file_type="none")
            for file_type in present:
                SessionFile.objects.filter(pk=files[file_type].pk).update(file_type=file_type)
            factories.count_anew(session)
            found = annotated(session)
            sessions = CameraSession.objects.filter(pk=session.pk).with_uploaded_file_types()
            assert set(found.uploaded_file_types) == set(present)
            assert sessions.complete().exists() == found.is_complete
            assert sessions.begun().exists() != found.is_complete
            seen.add(found.is_complete)
    assert seen == {True, False}


@pytest.mark.parametrize("report_type", ReportType.values)
def test_completeness_where_files_are_no_images(session: CameraSession, report_type: str) -> None:
    CameraSession.objects.filter(pk=session.pk).update(report_type=report_type)
    session.refresh_from_db()
    files = [factories.store_file(session, file_type) for file_type in FileType]
    seen = set()
    for images in product((True, False), repeat=len(files)):
        for stored, is_image in zip(files, images, strict=True):
            SessionFile.objects.filter(pk=stored.pk).update(is_image=is_image)
        factories.count_anew(session)
        asked = CameraSession.objects.get(pk=session.pk)
        found = annotated(session)
        sessions = CameraSession.objects.filter(pk=session.pk).with_uploaded_file_types()
        assert found.missing_file_types == asked.missing_file_types
        assert found.uploaded_file_types == asked.uploaded_file_types == sorted(FileType)
        assert sessions.complete().exists() == found.is_complete == asked.is_complete
        assert sessions.begun().exists() != found.is_complete
        seen.add(found.is_complete)
    assert seen == {True, False}
