"""A worker is killed (SIGKILL) at every step of the walk; the camera sends again."""

from contextlib import closing
from pathlib import Path

import pytest
from pytest_django import Settings

from edc_retinopathy.models import CameraSession, SessionFile
from edc_retinopathy.storage import sweep_stale
from tests.committed import CommittedRecords
from tests.contents import photograph
from tests.faults.plan import Action, Fault, Point, When
from tests.invariants import (
    assert_stored,
    assert_whole,
    published,
    quarantined,
    stored_file,
    temporary_files,
)
from tests.servers import Server, form, kill, running, wait_until

# Several chunks, so that the worker can be killed between two of them.
LARGE = photograph(1, size=700_000)
EARLIER = photograph(2)

BEFORE, AFTER = When.BEFORE, When.AFTER
# Each with whether the record is there afterwards, and whether the file has its lasting name.
STEPS = {
    "before the first byte": (Fault(Point.WRITE, BEFORE, Action.KILL), False, False),
    "while streaming": (Fault(Point.WRITE, AFTER, Action.KILL, 2), False, False),
    "before the flush": (Fault(Point.FLUSH_FILE, BEFORE, Action.KILL), False, False),
    "after the flush": (Fault(Point.FLUSH_FILE, AFTER, Action.KILL), False, False),
    "after the insert": (Fault(Point.INSERT, AFTER, Action.KILL), False, False),
    "after publishing": (Fault(Point.LINK, AFTER, Action.KILL), False, True),
    "after flushing the directory": (
        Fault(Point.FLUSH_DIRECTORY, AFTER, Action.KILL),
        False,
        True,
    ),
    "before the commit": (Fault(Point.COMMIT, BEFORE, Action.KILL), False, True),
    "after the commit": (Fault(Point.COMMIT, AFTER, Action.KILL), True, True),
    "before the temporary name goes": (Fault(Point.UNLINK, BEFORE, Action.KILL), True, True),
    "before the answer": (Fault(Point.ANSWER, BEFORE, Action.KILL), True, True),
}


def upload_and_die(server: Server, session: CameraSession, fault: Fault) -> None:
    with pytest.raises(ConnectionError):
        server.upload(session, LARGE, fault=str(fault))


@pytest.mark.parametrize(("fault", "is_recorded", "is_published"), STEPS.values(), ids=STEPS.keys())
def test_the_same_upload_succeeds_after_a_worker_was_killed(
    *,
    server: Server,
    session: CameraSession,
    settings: Settings,
    fault: Fault,
    is_recorded: bool,
    is_published: bool,
) -> None:
    assert server.upload(session, EARLIER, name="earlier.jpg").status == 201
    earlier = stored_file(server.storage, f"{session.pk}/earlier.jpg")

    upload_and_die(server, session, fault)

    recorded = {"earlier.jpg": EARLIER} | ({"photo.jpg": LARGE} if is_recorded else {})
    assert assert_whole(server.storage, session) == recorded
    assert ("photo.jpg" in published(server.storage, session)) == is_published

    answer = server.upload(session, LARGE)
    assert answer.status == (200 if is_recorded else 201), answer
    assert_stored(server.storage, session, {"earlier.jpg": EARLIER, "photo.jpg": LARGE})
    assert stored_file(server.storage, f"{session.pk}/earlier.jpg") == earlier
    assert quarantined(server.storage, session) == []

    # What the dead worker left on its way in is swept, and nothing else.
    settings.EDC_RETINOPATHY_STORAGE_DIR = server.storage.directory
    sweep_stale(older_than_seconds=-1)
    assert temporary_files(server.storage) == []
    assert_stored(server.storage, session, {"earlier.jpg": EARLIER, "photo.jpg": LARGE})


# The first upload of a session also makes its directory.
FIRST_STEPS = {
    "before the directory is made": Fault(Point.MAKE_DIRECTORY, BEFORE, Action.KILL, 2),
    "after the directory was made": Fault(Point.MAKE_DIRECTORY, AFTER, Action.KILL),
    "after publishing": Fault(Point.LINK, AFTER, Action.KILL),
    "before the directory above is flushed": Fault(Point.FLUSH_DIRECTORY, BEFORE, Action.KILL, 2),
    "after the directory above was flushed": Fault(Point.FLUSH_DIRECTORY, AFTER, Action.KILL, 2),
}


@pytest.mark.parametrize("fault", FIRST_STEPS.values(), ids=FIRST_STEPS.keys())
def test_the_first_upload_of_a_session_succeeds_after_a_worker_was_killed(
    server: Server, records: CommittedRecords, session: CameraSession, fault: Fault
) -> None:
    # The directory of incoming files is there already.
    assert server.upload(records.session(), EARLIER).status == 201
    upload_and_die(server, session, fault)
    assert assert_whole(server.storage, session) == {}
    assert server.upload(session, LARGE).status == 201
    assert_stored(server.storage, session, {"photo.jpg": LARGE})


def test_other_bytes_of_the_name_set_aside_what_a_killed_worker_published(
    server: Server, session: CameraSession
) -> None:
    upload_and_die(server, session, Fault(Point.COMMIT, BEFORE, Action.KILL))
    other = photograph(3)
    assert server.upload(session, other).status == 201
    assert_stored(server.storage, session, {"photo.jpg": other})
    assert quarantined(server.storage, session) == [LARGE]


def test_other_bytes_conflict_with_what_was_committed_before_the_kill(
    server: Server, session: CameraSession
) -> None:
    upload_and_die(server, session, Fault(Point.COMMIT, AFTER, Action.KILL))
    answer = server.upload(session, photograph(3))
    assert (answer.status, answer.code) == (409, "filename_conflict")
    assert_stored(server.storage, session, {"photo.jpg": LARGE})


def test_a_worker_killed_while_it_sets_a_file_aside_loses_nothing(
    server: Server, session: CameraSession
) -> None:
    """Two crashes in a row: the file that the first one left is set aside when the second comes."""
    upload_and_die(server, session, Fault(Point.COMMIT, BEFORE, Action.KILL))
    other = photograph(3)
    with pytest.raises(ConnectionError):
        server.upload(session, other, fault=str(Fault(Point.RENAME, AFTER, Action.KILL)))
    assert SessionFile.objects.filter(camera_session=session).count() == 0
    assert quarantined(server.storage, session) == [LARGE]
    assert server.upload(session, other).status == 201
    assert_stored(server.storage, session, {"photo.jpg": other})


def test_the_same_upload_succeeds_after_the_whole_server_was_killed(
    server: Server, session: CameraSession, tmp_path: Path
) -> None:
    body = form(LARGE)
    with running(tmp_path, storage=server.storage) as first:
        assert first.upload(session, EARLIER, name="earlier.jpg").status == 201
        earlier = stored_file(server.storage, f"{session.pk}/earlier.jpg")
        with closing(first.begin_upload(session, len(body))) as client:
            client.send(body[: len(body) // 2])
            wait_until(lambda: temporary_files(server.storage), what="the file is on its way in")
            kill(first)
    # Another server takes its place.
    assert server.upload(session, LARGE).status == 201
    assert_stored(server.storage, session, {"earlier.jpg": EARLIER, "photo.jpg": LARGE})
    assert stored_file(server.storage, f"{session.pk}/earlier.jpg") == earlier
