"""Any isolation level of the project: what decides about a record reads what is committed."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, connections

from edc_retinopathy import storage as storage_of_app
from edc_retinopathy.audits import orphans
from edc_retinopathy.audits.audit import Scope
from edc_retinopathy.audits.recount import find_miscounted
from edc_retinopathy.choices import RefusalState
from edc_retinopathy.files import ingest
from edc_retinopathy.inspection.bookkeeping import AlreadyResolved, resolve
from edc_retinopathy.models import (
    CameraSession,
    Finding,
    Refusal,
    SessionActivity,
    SessionFile,
    StorageAudit,
)
from edc_retinopathy.refusals.answers import CannotAnswer, answer
from edc_retinopathy.sessions.transactions import recording
from edc_retinopathy.sessions.withdrawal import CannotWithdraw, withdraw
from edc_retinopathy.storage import StoredFile, key_of
from tests.admin.pages import CHANGELIST, MODEL, logged_in, page_url
from tests.api.client import CameraApi, assert_error
from tests.contents import photograph
from tests.faults.test_failing_disk import upload
from tests.invariants import assert_stored, assert_whole, quarantined
from tests.storage import StorageOnDisk

NAME = "OS.jpg"
CONTENT = photograph(1)
# Longer than a request takes that nothing holds back.
SOON_SECONDS = 3

LEVELS = ["read committed", "repeatable read", "serializable"]


def options_of(level: str) -> dict[str, Any]:
    """What a project writes into ``OPTIONS`` for this level."""
    if connection.vendor == "postgresql":
        return {"options": f"-c default_transaction_isolation={level.replace(' ', chr(92) + ' ')}"}
    return {"isolation_level": level}


@pytest.fixture(params=LEVELS, autouse=True)
def level(request: Any, monkeypatch: pytest.MonkeyPatch, db: None) -> Iterator[str]:
    """The isolation level of every connection of this process."""
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer at a time.")
    connection.close()
    given = connection.settings_dict["OPTIONS"] | options_of(request.param)
    with monkeypatch.context() as patches:
        patches.setitem(connection.settings_dict, "OPTIONS", given)
        yield request.param
        connection.close()
    connection.close()


@pytest.fixture
def orphan(session: CameraSession, storage: StorageOnDisk) -> StoredFile:
    """What a crash left of an upload."""
    path = storage.images / str(session.pk) / NAME
    path.parent.mkdir()
    path.write_bytes(CONTENT)
    return storage_of_app.stat(key_of(session.pk, NAME))


def in_thread[T](pool: ThreadPoolExecutor, call: Callable[[], T]) -> Future[T]:
    """Begin a call on a connection of its own; wait for it a little."""

    def run() -> T:
        try:
            return call()
        finally:
            connections.close_all()

    future = pool.submit(run)
    wait([future], timeout=SOON_SECONDS)
    return future


def test_the_level_is_set(session: CameraSession, level: str) -> None:
    questions = {"postgresql": "SHOW transaction_isolation", "mysql": "SELECT @@tx_isolation"}
    with connection.cursor() as cursor:
        cursor.execute(questions[connection.vendor])
        assert cursor.fetchone()[0].lower().replace("-", " ") == level


def test_a_record_is_decided_on_by_what_is_committed(session: CameraSession) -> None:
    device = CameraSession.objects.filter(pk=session.pk).values_list("device_id", flat=True)
    with ThreadPoolExecutor(1) as pool, recording("default"):
        assert device.get() == ""
        in_thread(pool, lambda: device.update(device_id="CAM-001")).result()
        assert device.get() == "CAM-001"


def test_a_file_whose_record_a_retry_has_just_committed_is_not_set_aside(
    camera: CameraApi,
    session: CameraSession,
    storage: StorageOnDisk,
    orphan: StoredFile,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The retry comes after the audit's transaction has asked its first question."""
    look = orphans._session_of
    with ThreadPoolExecutor(1) as pool:
        retries: list[Future[Any]] = []

        def look_and_wait(file: StoredFile) -> CameraSession | None:
            found = look(file)
            retries.append(in_thread(pool, lambda: upload(camera, session, CONTENT, NAME)))
            return found

        monkeypatch.setattr(orphans, "_session_of", look_and_wait)
        with pytest.raises(orphans.CannotAdopt, match="it has a record by now"):
            orphans.quarantine(orphan, is_dry_run=False)
        (retry,) = retries
        assert retry.result().status_code == 201
    assert_stored(storage, session, {NAME: CONTENT})
    assert quarantined(storage, session) == []


@pytest.mark.parametrize("deal", [orphans.quarantine, orphans.adopt])
def test_an_upload_that_is_about_to_commit_keeps_its_file(
    *,
    camera: CameraApi,
    session: CameraSession,
    storage: StorageOnDisk,
    orphan: StoredFile,
    monkeypatch: pytest.MonkeyPatch,
    deal: Callable[..., str],
) -> None:
    publish = ingest.storage.publish
    with ThreadPoolExecutor(1) as pool:
        deals: list[Future[str]] = []

        def publish_and_wait(*arguments: Any) -> bool:
            published = publish(*arguments)
            deals.append(in_thread(pool, lambda: deal(orphan, is_dry_run=False)))
            return published

        monkeypatch.setattr(ingest.storage, "publish", publish_and_wait)
        assert upload(camera, session, CONTENT, NAME).status_code == 201
        with pytest.raises(orphans.CannotAdopt, match="it has a record by now"):
            deals[0].result()
    assert_stored(storage, session, {NAME: CONTENT})
    assert quarantined(storage, session) == []


@pytest.mark.parametrize(
    ("content", "status"), [(CONTENT, 200), (photograph(2), 409)], ids=["retry", "conflict"]
)
def test_an_upload_sees_the_record_of_the_one_that_it_waited_for(
    *,
    camera: CameraApi,
    session: CameraSession,
    storage: StorageOnDisk,
    monkeypatch: pytest.MonkeyPatch,
    content: bytes,
    status: int,
) -> None:
    publish = ingest.storage.publish
    with ThreadPoolExecutor(1) as pool:
        others: list[Future[Any]] = []

        def publish_and_wait(*arguments: Any) -> bool:
            published = publish(*arguments)
            if not others:
                others.append(in_thread(pool, lambda: upload(camera, session, content, NAME)))
            return published

        monkeypatch.setattr(ingest.storage, "publish", publish_and_wait)
        assert upload(camera, session, CONTENT, NAME).status_code == 201
        assert others[0].result().status_code == status
    assert_stored(storage, session, {NAME: CONTENT})


def test_the_last_place_of_a_session_is_given_once(
    camera: CameraApi,
    session: CameraSession,
    storage: StorageOnDisk,
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
) -> None:
    settings.EDC_RETINOPATHY_MAX_FILES_PER_SESSION = 1
    publish = ingest.storage.publish
    with ThreadPoolExecutor(1) as pool:
        others: list[Future[Any]] = []

        def publish_and_wait(*arguments: Any) -> bool:
            published = publish(*arguments)
            if not others:
                others.append(in_thread(pool, lambda: upload(camera, session, CONTENT, "b.jpg")))
            return published

        monkeypatch.setattr(ingest.storage, "publish", publish_and_wait)
        assert upload(camera, session, CONTENT, NAME).status_code == 201
        assert_error(others[0].result(), 400, "session_full")
    assert_stored(storage, session, {NAME: CONTENT})


def test_an_upload_in_a_session_that_was_deleted_meanwhile(
    camera: CameraApi,
    session: CameraSession,
    storage: StorageOnDisk,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    flush = ingest.storage.IncomingFile.flush

    def flush_and_delete(incoming: Any) -> None:
        flush(incoming)
        with suppress(CameraSession.DoesNotExist):
            CameraSession.objects.get(pk=session.pk).delete()

    monkeypatch.setattr(ingest.storage.IncomingFile, "flush", flush_and_delete)
    assert_error(upload(camera, session, CONTENT, NAME), 404, "no_session")
    assert assert_whole(storage, session) == {}
    assert storage.files() == {}
    assert not SessionFile.objects.filter(camera_session_id=session.pk).exists()


@pytest.fixture
def meanwhile(
    camera: CameraApi, session: CameraSession, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[Callable[[], Any]], Future[Any]]]:
    """Uploads a file, and makes a call of its own shortly before the record is committed."""
    publish = ingest.storage.publish
    with ThreadPoolExecutor(1) as pool:

        def upload_and(call: Callable[[], Any]) -> Future[Any]:
            calls: list[Future[Any]] = []

            def publish_and_call(*arguments: Any) -> bool:
                published = publish(*arguments)
                calls.append(in_thread(pool, call))
                return published

            monkeypatch.setattr(ingest.storage, "publish", publish_and_call)
            assert upload(camera, session, CONTENT, NAME).status_code == 201
            return calls[0]

        yield upload_and


def test_a_session_that_gets_its_first_file_is_not_withdrawn(
    session: CameraSession,
    clinician: User,
    storage: StorageOnDisk,
    meanwhile: Callable[..., Future[Any]],
) -> None:
    withdrawal = meanwhile(lambda: withdraw(session, reason="Entered twice", user=clinician))
    with pytest.raises(CannotWithdraw):
        withdrawal.result()
    session.refresh_from_db()
    assert session.withdrawn_datetime is None
    assert_stored(storage, session, {NAME: CONTENT})


def test_a_session_that_gets_a_file_is_counted_right(
    session: CameraSession, storage: StorageOnDisk, meanwhile: Callable[..., Future[Any]]
) -> None:
    activities = SessionActivity.objects.filter(pk=session.pk)
    activities.update(stored_bytes=7)
    audit = StorageAudit.objects.create(scope=str(Scope()))
    recount = meanwhile(lambda: list(find_miscounted(audit, Scope(), is_dry_run=False)))
    assert [action for _, action in recount.result()] == ["counted anew"]
    activity = activities.get()
    assert (activity.file_count, activity.stored_bytes) == (1, len(CONTENT))


@pytest.mark.parametrize("device_id", ["", "CAM-001"])
def test_a_resolve_waits_for_the_file_that_comes(
    *,
    camera: CameraApi,
    session: CameraSession,
    storage: StorageOnDisk,
    meanwhile: Callable[..., Future[Any]],
    device_id: str,
) -> None:
    named = {"device_id": device_id} if device_id else {}
    resolve = meanwhile(lambda: camera.resolve(session.subject_identifier, **named))
    assert resolve.result().status_code == 200
    session.refresh_from_db()
    assert session.device_id == device_id
    assert SessionActivity.objects.get(pk=session.pk).last_resolved_datetime is not None


def test_a_session_that_gets_a_file_is_reopened(
    session: CameraSession,
    clinician: User,
    storage: StorageOnDisk,
    meanwhile: Callable[..., Future[Any]],
) -> None:
    browser = logged_in(clinician)
    chosen = {"action": "reopen_for_uploads", "_selected_action": str(session.pk)}
    reopening = meanwhile(lambda: browser.post(page_url(MODEL, CHANGELIST), chosen))
    assert reopening.result().status_code == 302
    assert SessionActivity.objects.get(pk=session.pk).last_reopened_datetime is not None


def test_of_two_who_answer_a_refusal_at_once_one_is_second(
    session: CameraSession, clinician: User, storage: StorageOnDisk
) -> None:
    refusal = Refusal.objects.create(
        cause="a" * 64, code="filename_conflict", camera_session=session, site_id=session.site_id
    )
    try:
        other = Refusal.objects.get(pk=refusal.pk)
        with ThreadPoolExecutor(1) as pool:
            with recording("default"):
                answer(refusal, RefusalState.ALLOWED, user=clinician)
                second = in_thread(
                    pool, lambda: answer(other, RefusalState.DISMISSED, user=clinician)
                )
            with pytest.raises(CannotAnswer):
                second.result()
        assert Refusal.objects.get(pk=refusal.pk).state == RefusalState.ALLOWED
    finally:
        refusal.history.all().delete()
        refusal.delete()


def test_of_two_who_answer_a_finding_at_once_one_is_second(
    camera: CameraApi, session: CameraSession, clinician: User, storage: StorageOnDisk
) -> None:
    # Without the key it would go to whichever session of the subject was resolved last.
    sent = camera.upload(
        session.subject_identifier,
        query={"camera_session_id": str(session.pk)},
        capture_datetime="1970-01-01T00:00:00Z",
    )
    assert sent.status_code == 201
    finding = Finding.objects.get(session_file=sent.json()["id"], code="clock_skew")
    with ThreadPoolExecutor(1) as pool:
        with recording("default"):
            resolve(finding, reason="Seen", user=clinician)
            second = in_thread(pool, lambda: resolve(finding, reason="Seen too", user=clinician))
        with pytest.raises(AlreadyResolved):
            second.result()
    finding.refresh_from_db()
    assert finding.reason == "Seen"
