"""Clinicians work at the moment when a camera sends, or another clinician saves."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from edc_retinopathy.auth_objects import RETINOPATHY_ROLE
from edc_retinopathy.models import CameraSession, SessionFile
from edc_retinopathy.sessions.withdrawal import CannotWithdraw, withdraw
from tests import factories
from tests.admin.pages import MODEL, logged_in, page_url, submit
from tests.committed import CommittedRecords
from tests.concurrency.together import together
from tests.contents import photograph
from tests.faults.test_isolation import options_of
from tests.invariants import assert_stored, published, temporary_files
from tests.servers import Server

ROUNDS = 10


@pytest.fixture
def clinician(records: CommittedRecords) -> User:
    """A clinician of site alpha, committed."""
    return factories.find_or_create_user("clinician", role=RETINOPATHY_ROLE)


def took_back(session: CameraSession, user: User) -> bool:
    """True if the session was withdrawn, False if it has files."""
    try:
        withdraw(session, reason="Entered twice.", user=user)
    except CannotWithdraw:
        return False
    finally:
        connection.close()
    return True


def test_of_a_withdrawal_and_an_upload_one_wins(
    server: Server, records: CommittedRecords, clinician: User
) -> None:
    for number in range(ROUNDS):
        session, content = records.session(), photograph(number)
        is_withdrawn, answer = together(
            [
                lambda s=session: took_back(s, clinician),  # type: ignore[misc]
                lambda s=session, c=content: server.upload(s, c),  # type: ignore[misc]
            ]
        )
        session.refresh_from_db()
        assert session.is_withdrawn == is_withdrawn
        if is_withdrawn:
            assert (answer.status, answer.code) == (404, "no_session")
            assert not SessionFile.objects.filter(camera_session=session).exists()
            assert published(server.storage, session) == {}
        else:
            assert answer.status == 201
            assert_stored(server.storage, session, {"photo.jpg": content})
        assert temporary_files(server.storage) == []


def add_session(browser: Client, subject: Any) -> Any:
    """Fill in the form, and save it."""
    try:
        url = page_url(MODEL, "add")
        return submit(browser, url, registered_subject=subject.pk).status_code
    finally:
        connection.close()


@pytest.fixture(params=["as documented", "weakest"])
def transactions(request: Any, monkeypatch: pytest.MonkeyPatch, db: None) -> Iterator[None]:
    """The transactions of new connections, as a project may have set them."""
    with monkeypatch.context() as patches:
        if request.param == "weakest":
            weakest = (
                {"transaction_mode": "DEFERRED"}
                if connection.vendor == "sqlite"
                else options_of("repeatable read")
            )
            options = connection.settings_dict["OPTIONS"] | weakest
            patches.setitem(connection.settings_dict, "OPTIONS", options)
        yield


@pytest.mark.usefixtures("transactions")
def test_of_two_who_add_a_session_of_one_subject_the_second_is_asked(
    records: CommittedRecords, clinician: User
) -> None:
    # Before the race: a login writes the account.
    browsers = [logged_in(clinician), logged_in(clinician)]
    for _ in range(ROUNDS):
        subject = records.subject()
        statuses = together([lambda b=b, s=subject: add_session(b, s) for b in browsers])  # type: ignore[misc]
        assert sorted(statuses) == [200, 302]
        assert CameraSession.objects.filter(registered_subject=subject).count() == 1
