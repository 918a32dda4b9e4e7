"""Another transaction holds what an upload needs: it waits, and then asks to be sent again."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

import pytest
from django.db import connection, transaction
from django.utils import timezone

from edc_retinopathy.models import CameraSession, SessionFile
from edc_retinopathy.storage import key_of
from tests.committed import CommittedRecords
from tests.contents import photograph
from tests.invariants import assert_stored, quarantined, temporary_files
from tests.servers import Server, running, wait_until

CONTENT = photograph(1, size=600_000)
# Longer than anything here takes.
PATIENCE_SECONDS = 60


@pytest.fixture(scope="module")
def server(records: CommittedRecords, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that does not wait long for a lock."""
    with running(tmp_path_factory.mktemp("impatient"), lock_wait=True) as server:
        yield server


@contextmanager
def uncommitted_record(session: CameraSession) -> Iterator[None]:
    """Another connection has inserted a record of the same name, and does not come to an end.

    On SQLite that locks the database, elsewhere the unique index. It is rolled back in the end.
    """
    is_held, may_end = Event(), Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                SessionFile(
                    camera_session=session,
                    file_type="left",
                    original_filename="photo.jpg",
                    filename_key="photo.jpg",
                    stored_filename=key_of(session.pk, "photo.jpg"),
                    file_size=1,
                    checksum="0" * 64,
                    capture_datetime=timezone.now(),
                ).save(force_insert=True)
                is_held.set()
                assert may_end.wait(PATIENCE_SECONDS)
                transaction.set_rollback(True)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        holding = pool.submit(hold)
        try:
            assert is_held.wait(PATIENCE_SECONDS)
            yield
        finally:
            may_end.set()
            holding.result(PATIENCE_SECONDS)


def test_an_upload_waits_for_a_lock(server: Server, session: CameraSession) -> None:
    with ThreadPoolExecutor(1) as pool:
        with uncommitted_record(session):
            uploading = pool.submit(server.upload, session, CONTENT)
            wait_until(lambda: temporary_files(server.storage), what="the upload is received")
        assert uploading.result().status == 201
    assert_stored(server.storage, session, {"photo.jpg": CONTENT})


def test_an_upload_that_waited_in_vain_can_be_repeated(
    server: Server, session: CameraSession
) -> None:
    with uncommitted_record(session):
        answer = server.upload(session, CONTENT)
        assert (answer.status, answer.code) == (503, "server_busy"), answer
        assert int(answer.headers["Retry-After"]) > 0
        assert temporary_files(server.storage) == []
    assert_stored(server.storage, session, {})
    assert server.upload(session, CONTENT).status == 201
    assert_stored(server.storage, session, {"photo.jpg": CONTENT})
    assert quarantined(server.storage, session) == []


def test_a_resolve_that_waited_in_vain_can_be_repeated(
    server: Server, records: CommittedRecords
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("Only SQLite locks more than the row that another transaction writes.")
    session = records.session(records.subject())
    with uncommitted_record(session):
        answer = server.resolve(session.subject_identifier)
        assert (answer.status, answer.code) == (503, "server_busy"), answer
        # Whoever only reads need not wait.
        assert server.status(session.subject_identifier).status == 200
    assert server.resolve(session.subject_identifier).status == 200
