"""The database goes away before, during or after the commit; the camera sends again."""

import pytest
from django.db import connection

from edc_retinopathy.models import CameraSession, SessionFile
from tests.api.client import CameraApi, assert_error
from tests.contents import photograph
from tests.faults.plan import Action, Fault, Point, When, injected
from tests.faults.test_failing_disk import upload
from tests.invariants import (
    assert_stored,
    assert_whole,
    quarantined,
    stored_file,
    temporary_files,
)
from tests.servers import Server
from tests.storage import StorageOnDisk

CONTENT = photograph(1)
EARLIER = photograph(2)
BEFORE, AFTER = When.BEFORE, When.AFTER

# Each with whether the record is there afterwards.
MOMENTS = {
    "at the first query": (Point.QUERY, BEFORE, 1, False),
    "when the session is looked up": (Point.QUERY, BEFORE, 2, False),
    "before the insert": (Point.INSERT, BEFORE, 1, False),
    "after the insert": (Point.INSERT, AFTER, 1, False),
    "before the commit": (Point.COMMIT, BEFORE, 1, False),
    "after the commit": (Point.COMMIT, AFTER, 1, True),
}


@pytest.mark.parametrize(
    ("point", "when", "nth", "is_recorded"), MOMENTS.values(), ids=MOMENTS.keys()
)
def test_the_same_upload_succeeds_after_the_database_was_lost(
    *,
    camera: CameraApi,
    session: CameraSession,
    storage: StorageOnDisk,
    point: Point,
    when: When,
    nth: int,
    is_recorded: bool,
) -> None:
    assert upload(camera, session, EARLIER, "earlier.jpg").status_code == 201
    earlier = stored_file(storage, f"{session.pk}/earlier.jpg")

    with injected(Fault(point, when, Action.DATABASE_LOST, nth)) as plan:
        response = upload(camera, session, CONTENT)
    assert plan.has_struck

    assert_error(response, 503, "server_busy")
    assert int(response["Retry-After"]) > 0
    expected = {"earlier.jpg": EARLIER} | ({"photo.jpg": CONTENT} if is_recorded else {})
    assert assert_whole(storage, session) == expected
    assert temporary_files(storage) == []

    assert upload(camera, session, CONTENT).status_code == (200 if is_recorded else 201)
    assert_stored(storage, session, {"earlier.jpg": EARLIER, "photo.jpg": CONTENT})
    assert stored_file(storage, f"{session.pk}/earlier.jpg") == earlier
    assert quarantined(storage, session) == []


def test_a_resolve_while_the_database_is_lost_can_be_repeated(
    camera: CameraApi, session: CameraSession
) -> None:
    with injected(Fault(Point.QUERY, BEFORE, Action.DATABASE_LOST, 2)) as plan:
        response = camera.resolve(session.subject_identifier)
    assert plan.has_struck
    assert_error(response, 503, "server_busy")
    assert camera.resolve(session.subject_identifier).status_code == 200


@pytest.mark.parametrize(
    ("point", "when", "is_recorded"),
    [(Point.INSERT, AFTER, False), (Point.COMMIT, BEFORE, False), (Point.COMMIT, AFTER, True)],
    ids=["after the insert", "before the commit", "after the commit"],
)
def test_the_same_upload_succeeds_after_the_connection_was_ended_by_the_database(
    *, server: Server, session: CameraSession, point: Point, when: When, is_recorded: bool
) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has no server that could end a connection.")
    answer = server.upload(session, CONTENT, fault=str(Fault(point, when, Action.DISCONNECT)))
    # Once committed, the record is there, and the worker need not ask the database again.
    if is_recorded:
        assert answer.status in {201, 503}
    else:
        assert (answer.status, answer.code) == (503, "server_busy")
        assert int(answer.headers["Retry-After"]) > 0
    assert assert_whole(server.storage, session) == ({"photo.jpg": CONTENT} if is_recorded else {})
    assert server.upload(session, CONTENT).status == (200 if is_recorded else 201)
    assert_stored(server.storage, session, {"photo.jpg": CONTENT})
    assert temporary_files(server.storage) == []
    assert SessionFile.objects.filter(camera_session=session).count() == 1


def test_a_connection_that_was_dropped_during_a_slow_upload_is_made_anew(
    camera: CameraApi,
    session: CameraSession,
    storage: StorageOnDisk,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has no server that could end a connection.")
    for silence_seconds, status in ((60, 503), (-1, 201)):
        monkeypatch.setattr("edc_retinopathy.files.ingest.SILENCE_SECONDS", silence_seconds)
        with injected(Fault(Point.FLUSH_FILE, AFTER, Action.DISCONNECT)) as plan:
            response = upload(camera, session, CONTENT)
        # What Django does between requests, but for its test client's.
        connection.close()
        assert plan.has_struck
        assert response.status_code == status
    assert_stored(storage, session, {"photo.jpg": CONTENT})
