"""A session that was entered by mistake is taken back: kept, with a reason, and never chosen."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from edc_retinopathy.models import CameraSession, SessionFile
from edc_retinopathy.sessions.withdrawal import CannotWithdraw, withdraw
from tests import factories
from tests.api.client import CameraApi, assert_error
from tests.factories import minutes_ago, set_moments
from tests.storage import StorageOnDisk

IDENTIFIER = factories.FEMALE_IDENTIFIER
CreateSession = Callable[..., CameraSession]


def test_it_stays_with_who_when_and_why(session: CameraSession, clinician: User) -> None:
    before = timezone.now()
    withdraw(session, reason="Entered twice.", user=clinician)
    stored = CameraSession.objects.get(pk=session.pk)
    assert stored.is_withdrawn
    assert stored.withdrawn_datetime is not None
    assert before <= stored.withdrawn_datetime <= timezone.now()
    assert stored.withdrawn_reason == session.withdrawn_reason == "Entered twice."
    assert stored.user_modified == clinician.username
    version = stored.history.latest()
    assert (version.withdrawn_reason, version.history_user) == ("Entered twice.", clinician)
    assert (version.initials, version.subject_identifier) == (
        session.initials,
        session.subject_identifier,
    )


def test_one_that_has_files_or_was_withdrawn_is_left(
    session: CameraSession, create_session: CreateSession, clinician: User
) -> None:
    factories.store_file(session, "left")
    with pytest.raises(CannotWithdraw):
        withdraw(session, reason="Entered twice.", user=clinician)
    other = create_session()
    withdraw(other, reason="First.", user=clinician)
    with pytest.raises(CannotWithdraw):
        withdraw(other, reason="Second.", user=clinician)
    session.refresh_from_db()
    other.refresh_from_db()
    assert not session.is_withdrawn
    assert session.history.count() == 1
    assert other.withdrawn_reason == "First."


def test_a_form_that_was_open_meanwhile_does_not_take_it_back(
    session: CameraSession, clinician: User
) -> None:
    as_read = CameraSession.objects.get(pk=session.pk)
    withdraw(session, reason="Entered twice.", user=clinician)
    as_read.photosensitive = "No"
    as_read.save()
    session.refresh_from_db()
    assert session.is_withdrawn
    assert session.withdrawn_reason == "Entered twice."
    assert session.photosensitive == "No"


def test_alone_it_is_as_if_there_were_none(
    camera: CameraApi, session: CameraSession, clinician: User, storage: StorageOnDisk
) -> None:
    assert camera.resolve(IDENTIFIER).status_code == 200
    withdraw(session, reason="Entered twice.", user=clinician)
    by_id = {"camera_session_id": str(session.pk)}
    for response in (
        camera.resolve(IDENTIFIER),
        camera.status(IDENTIFIER),
        camera.upload(IDENTIFIER),
        camera.upload(IDENTIFIER, query=by_id),
    ):
        assert_error(response, 404, "no_session")
    assert not SessionFile.objects.exists()
    assert storage.files() == {}


def test_it_gives_way_to_an_older_one_although_it_was_resolved_last(
    camera: CameraApi, create_session: CreateSession, clinician: User
) -> None:
    older, newer = create_session(minutes=60), create_session(minutes=5)
    set_moments(newer, last_resolved_datetime=minutes_ago(2))
    withdraw(newer, reason="Entered twice.", user=clinician)
    for response in (
        camera.status(IDENTIFIER),
        camera.resolve(IDENTIFIER),
        camera.upload(IDENTIFIER),
    ):
        assert response.json()["camera_session_id"] == str(older.pk)


def test_it_is_not_reopened_by_activity_of_its_own(
    camera: CameraApi, session: CameraSession, clinician: User
) -> None:
    withdraw(session, reason="Entered twice.", user=clinician)
    set_moments(session, last_reopened_datetime=timezone.now())
    assert_error(camera.resolve(IDENTIFIER), 404, "no_session")
