"""What changes while an upload arrives is judged before its file is recorded."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.authtoken.models import Token

from edc_retinopathy.models import CameraSession, SessionFile
from edc_retinopathy.sessions.withdrawal import withdraw
from edc_retinopathy.storage import IncomingFile
from tests import factories
from tests.api.client import CameraApi, assert_error
from tests.contents import photograph
from tests.storage import StorageOnDisk

IDENTIFIER = factories.FEMALE_IDENTIFIER


def revoke_token(user: User, session: CameraSession) -> None:
    """As ``create_camera_account --revoke`` does."""
    Token.objects.filter(user=user).delete()


def renew_token(user: User, session: CameraSession) -> None:
    """As ``create_camera_account --rotate`` does."""
    revoke_token(user, session)
    factories.token_of(user)


def close_account(user: User, session: CameraSession) -> None:
    """Close the account."""
    User.objects.filter(pk=user.pk).update(is_active=False)


def take_rights(user: User, session: CameraSession) -> None:
    """Take the groups, as a change of roles does."""
    user.groups.clear()


def take_site(user: User, session: CameraSession) -> None:
    """Take the site from the profile."""
    user.userprofile.sites.clear()


def contraindicate(user: User, session: CameraSession) -> None:
    """Answer one question with Yes."""
    found = CameraSession.objects.get(pk=session.pk)
    found.photosensitive = "Yes"
    found.save()


def delete_session(user: User, session: CameraSession) -> None:
    """Delete the session, which has no files yet."""
    CameraSession.objects.get(pk=session.pk).delete()


def withdraw_session(user: User, session: CameraSession) -> None:
    """Take the session back, which has no files yet."""
    withdraw(session, reason="Entered twice.", user=user)


CHANGES: list[Any] = [
    (revoke_token, 401, "authentication_failed"),
    (renew_token, 401, "authentication_failed"),
    (close_account, 401, "authentication_failed"),
    (take_rights, 403, "permission_denied"),
    (take_site, 404, "no_session"),
    (contraindicate, 400, "no_eligible_session"),
]


@pytest.fixture
def meanwhile(
    monkeypatch: pytest.MonkeyPatch, camera_user: User, session: CameraSession
) -> Callable[[Callable[[User, CameraSession], None]], None]:
    """Lets something happen once the whole file has arrived."""

    def arrange(change: Callable[[User, CameraSession], None]) -> None:
        flush = IncomingFile.flush

        def flush_and_change(incoming: IncomingFile) -> None:
            flush(incoming)
            change(camera_user, session)

        monkeypatch.setattr(IncomingFile, "flush", flush_and_change)

    return arrange


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        *CHANGES,
        (delete_session, 404, "no_session"),
        (withdraw_session, 404, "no_session"),
    ],
)
def test_nothing_is_kept_of_an_upload_that_may_not_be_any_more(
    *,
    camera: CameraApi,
    session: CameraSession,
    storage: StorageOnDisk,
    meanwhile: Callable[..., None],
    change: Callable[[User, CameraSession], None],
    status: int,
    code: str,
) -> None:
    meanwhile(change)
    response = camera.upload(IDENTIFIER)
    assert_error(response, status, code)
    assert ("WWW-Authenticate" in response) == (status == 401)
    assert not SessionFile.objects.exists()
    assert not SessionFile.history.exists()
    assert storage.files() == {}


@pytest.mark.parametrize(("change", "status", "code"), CHANGES)
def test_neither_is_a_retry_answered(
    *,
    camera: CameraApi,
    session: CameraSession,
    storage: StorageOnDisk,
    meanwhile: Callable[..., None],
    change: Callable[[User, CameraSession], None],
    status: int,
    code: str,
) -> None:
    assert camera.upload(IDENTIFIER).status_code == 201
    before = storage.files()
    meanwhile(change)
    assert_error(camera.upload(IDENTIFIER), status, code)
    assert storage.files() == before
    assert SessionFile.objects.count() == 1


def test_a_session_that_others_filled_meanwhile_is_full(
    camera: CameraApi,
    session: CameraSession,
    storage: StorageOnDisk,
    meanwhile: Callable[..., None],
    settings: Any,
) -> None:
    settings.EDC_RETINOPATHY_MAX_FILES_PER_SESSION = 1
    meanwhile(lambda user, filled: factories.store_file(filled, "right", content=photograph(9)))
    assert_error(camera.upload(IDENTIFIER), 400, "session_full")
    assert list(storage.files()) == [f"images/{session.pk}/right.jpg"]


def test_an_upload_that_outlasts_its_sessions_expiry_is_kept(
    camera: CameraApi, session: CameraSession, meanwhile: Callable[..., None]
) -> None:
    def expire(user: User, old: CameraSession) -> None:
        long_ago = factories.minutes_ago(factories.LONG_AGO_MINUTES)
        factories.set_moments(old, report_datetime=long_ago, last_resolved_datetime=None)

    meanwhile(expire)
    assert camera.upload(IDENTIFIER).status_code == 201


def test_the_file_of_a_session_that_was_moved_meanwhile_is_at_its_new_site(
    camera: CameraApi,
    session: CameraSession,
    storage: StorageOnDisk,
    meanwhile: Callable[..., None],
) -> None:
    def move(user: User, moved: CameraSession) -> None:
        found = CameraSession.objects.get(pk=moved.pk)
        found.site_id = factories.BRAVO_SITE
        found.save()

    meanwhile(move)
    assert camera.upload(IDENTIFIER).status_code == 201
    file = SessionFile.objects.get(camera_session=session)
    assert file.site_id == factories.BRAVO_SITE
    assert file.history.get().site_id == factories.BRAVO_SITE
    assert list(storage.files()) == [f"images/{session.pk}/photo.jpg"]
