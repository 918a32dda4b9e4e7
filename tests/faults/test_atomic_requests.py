"""A project that wraps each request in a transaction: an upload commits before it answers."""

from typing import Any

import pytest
from django.db import connection

from edc_retinopathy.admin import session_pages
from edc_retinopathy.auth_objects import RETINOPATHY_ROLE
from edc_retinopathy.models import CameraSession
from edc_retinopathy.sessions.withdrawal import withdraw
from tests import factories
from tests.admin.pages import MODEL, logged_in, page_url
from tests.api.client import CameraApi, assert_error
from tests.contents import photograph
from tests.faults.test_failing_disk import upload
from tests.invariants import assert_stored
from tests.storage import StorageOnDisk


def test_an_upload_takes_no_part_in_the_transaction_of_its_request(
    camera: CameraApi,
    session: CameraSession,
    storage: StorageOnDisk,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)  # noqa: FBT003
    assert camera.resolve(session.subject_identifier).status_code == 200
    # A transaction around the one of the record is an error: it is declared durable.
    assert upload(camera, session, photograph(1)).status_code == 201
    assert_stored(storage, session, {"photo.jpg": photograph(1)})


def test_a_withdrawal_is_part_of_the_transaction_of_its_page(
    camera: CameraApi,
    session: CameraSession,
    storage: StorageOnDisk,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)  # noqa: FBT003
    clinician = factories.find_or_create_user("clinician", role=RETINOPATHY_ROLE)
    page = page_url(MODEL, "withdraw", session.pk)
    browser = logged_in(clinician)
    with monkeypatch.context() as patches:
        patches.setattr(session_pages, "withdraw", withdraw_and_fail)
        browser.raise_request_exception = False
        assert browser.post(page, {"reason": "Entered twice."}).status_code == 500
    session.refresh_from_db()
    assert not session.is_withdrawn
    assert browser.post(page, {"reason": "Entered twice."}).status_code == 302
    session.refresh_from_db()
    assert session.withdrawn_reason == "Entered twice."
    assert_error(upload(camera, session, photograph(1)), 404, "no_session")
    assert storage.files() == {}


def withdraw_and_fail(*args: Any, **kwargs: Any) -> None:
    """What comes after it fails."""
    withdraw(*args, **kwargs)
    raise RuntimeError
