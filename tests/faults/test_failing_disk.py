"""The disk is full, fails, disappears or turns read-only; the camera sends again."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pytest_django import Settings

from edc_retinopathy.models import CameraSession, SessionFile
from edc_retinopathy.storage import sweep_stale
from edc_retinopathy.storage.local.published import flush_name_once
from tests.api.client import CameraApi, assert_error
from tests.contents import photograph
from tests.faults.plan import Action, Fault, Point, When, injected
from tests.invariants import (
    assert_stored,
    published,
    quarantined,
    stored_file,
    temporary_files,
)
from tests.servers import Server, made_storage
from tests.storage import StorageOnDisk

CONTENT = photograph(1, size=700_000)
EARLIER = photograph(2)
MIB = 1024 * 1024

STEPS = {
    "making a directory": (Point.MAKE_DIRECTORY, 1),
    "opening the temporary file": (Point.OPEN, 1),
    "the first write": (Point.WRITE, 1),
    "a later write": (Point.WRITE, 3),
    "flushing the file": (Point.FLUSH_FILE, 1),
    "linking": (Point.LINK, 1),
    "flushing the session's directory": (Point.FLUSH_DIRECTORY, 1),
    "flushing the directory above": (Point.FLUSH_DIRECTORY, 2),
}

# From here on there is something to tidy up.
LATER_STEPS = dict(list(STEPS.items())[2:])


def upload(camera: CameraApi, session: CameraSession, content: bytes, name: str = "photo.jpg"):
    return camera.upload(
        session.subject_identifier,
        content=content,
        name=name,
        query={"camera_session_id": str(session.pk)},
    )


def assert_refused_for_now(response: object) -> None:
    assert_error(response, 500, "storage_error")
    assert int(response["Retry-After"]) > 0  # type: ignore[index]


@pytest.mark.parametrize("action", [Action.NO_SPACE, Action.INPUT_OUTPUT])
@pytest.mark.parametrize(("point", "nth"), STEPS.values(), ids=STEPS.keys())
def test_the_same_upload_succeeds_after_a_system_call_failed(
    *,
    camera: CameraApi,
    session: CameraSession,
    storage: StorageOnDisk,
    point: Point,
    nth: int,
    action: Action,
) -> None:
    assert upload(camera, session, EARLIER, "earlier.jpg").status_code == 201
    # The first upload of a session flushes more than the later ones: make this one a first.
    flush_name_once.cache_clear()
    earlier = stored_file(storage, f"{session.pk}/earlier.jpg")

    with injected(Fault(point, When.BEFORE, action, nth)) as plan:
        response = upload(camera, session, CONTENT)
    assert plan.has_struck

    assert_refused_for_now(response)
    assert SessionFile.objects.filter(camera_session=session).count() == 1
    assert set(published(storage, session)) == {"earlier.jpg"}
    assert temporary_files(storage) == []

    assert upload(camera, session, CONTENT).status_code == 201
    assert_stored(storage, session, {"earlier.jpg": EARLIER, "photo.jpg": CONTENT})
    assert stored_file(storage, f"{session.pk}/earlier.jpg") == earlier


@pytest.mark.parametrize(("point", "nth"), LATER_STEPS.values(), ids=LATER_STEPS.keys())
def test_the_same_upload_succeeds_after_the_disk_was_gone_from_some_step_on(
    camera: CameraApi, session: CameraSession, storage: StorageOnDisk, point: Point, nth: int
) -> None:
    """Nothing can be tidied up either, so something temporary or unrecorded may stay."""
    assert upload(camera, session, EARLIER, "earlier.jpg").status_code == 201
    # The first upload of a session flushes more than the later ones: make this one a first.
    flush_name_once.cache_clear()
    earlier = stored_file(storage, f"{session.pk}/earlier.jpg")

    with injected(Fault(point, When.BEFORE, Action.DISK_GONE, nth)) as plan:
        response = upload(camera, session, CONTENT)
    assert plan.has_struck

    assert_refused_for_now(response)
    assert SessionFile.objects.filter(camera_session=session).count() == 1
    assert upload(camera, session, CONTENT).status_code == 201
    assert_stored(storage, session, {"earlier.jpg": EARLIER, "photo.jpg": CONTENT})
    assert stored_file(storage, f"{session.pk}/earlier.jpg") == earlier
    assert quarantined(storage, session) == []
    sweep_stale(older_than_seconds=-1)
    assert temporary_files(storage) == []


@pytest.mark.parametrize("action", [Action.NO_SPACE, Action.INPUT_OUTPUT])
def test_a_retry_of_a_stored_file_on_a_full_disk_leaves_it_untouched(
    camera: CameraApi, session: CameraSession, storage: StorageOnDisk, action: Action
) -> None:
    assert upload(camera, session, CONTENT).status_code == 201
    stored = stored_file(storage, f"{session.pk}/photo.jpg")
    with injected(Fault(Point.WRITE, When.BEFORE, action)) as plan:
        assert_refused_for_now(upload(camera, session, CONTENT))
    assert plan.has_struck
    assert stored_file(storage, f"{session.pk}/photo.jpg") == stored
    assert upload(camera, session, CONTENT).status_code == 200
    assert stored_file(storage, f"{session.pk}/photo.jpg") == stored


@pytest.mark.parametrize(
    ("point", "nth"),
    [(Point.RENAME, 1), (Point.FLUSH_DIRECTORY, 1), (Point.FLUSH_DIRECTORY, 3), (Point.LINK, 2)],
)
def test_an_error_while_a_file_is_set_aside_loses_neither(
    camera: CameraApi, session: CameraSession, storage: StorageOnDisk, point: Point, nth: int
) -> None:
    """A file without a record is in the way, and other bytes come; the disk fails again."""
    orphan = storage.images / str(session.pk) / "photo.jpg"
    orphan.parent.mkdir()
    orphan.write_bytes(EARLIER)
    with injected(Fault(point, When.BEFORE, Action.INPUT_OUTPUT, nth)) as plan:
        assert_refused_for_now(upload(camera, session, CONTENT))
    assert plan.has_struck
    assert temporary_files(storage) == []
    kept = [file.content for file in published(storage, session).values()]
    assert [*kept, *quarantined(storage, session)] == [EARLIER]

    assert upload(camera, session, CONTENT).status_code == 201
    assert_stored(storage, session, {"photo.jpg": CONTENT})
    assert quarantined(storage, session) == [EARLIER]


def test_a_disk_that_fails_after_the_commit_does_not_undo_it(
    camera: CameraApi, session: CameraSession, storage: StorageOnDisk
) -> None:
    with injected(Fault(Point.UNLINK, When.BEFORE, Action.INPUT_OUTPUT)) as plan:
        assert upload(camera, session, CONTENT).status_code == 201
    assert plan.has_struck
    assert_stored(storage, session, {"photo.jpg": CONTENT})
    assert upload(camera, session, CONTENT).status_code == 200
    assert_stored(storage, session, {"photo.jpg": CONTENT})


@pytest.mark.parametrize(
    ("gone", "replaced_by"),
    [
        ("storage", "nothing"),
        ("storage", "file"),
        ("images", "nothing"),
        ("images", "file"),
        # Where uploads arrive is made by the app itself, unless something is in the way.
        ("incoming", "file"),
    ],
)
def test_the_same_upload_succeeds_after_a_directory_was_gone(
    camera: CameraApi, session: CameraSession, storage: StorageOnDisk, gone: str, replaced_by: str
) -> None:
    assert upload(camera, session, EARLIER, "earlier.jpg").status_code == 201
    earlier = stored_file(storage, f"{session.pk}/earlier.jpg")
    path = {
        "storage": storage.directory,
        "images": storage.images,
        "incoming": storage.images / ".incoming",
    }[gone]
    elsewhere = storage.directory.parent / "elsewhere"
    path.rename(elsewhere)
    if replaced_by == "file":
        path.write_bytes(b"")

    assert_refused_for_now(upload(camera, session, CONTENT))

    if replaced_by == "file":
        path.unlink()
    # Making it anew would hide that a disk is not mounted.
    assert not path.exists()
    elsewhere.rename(path)
    assert upload(camera, session, CONTENT).status_code == 201
    assert_stored(storage, session, {"earlier.jpg": EARLIER, "photo.jpg": CONTENT})
    assert stored_file(storage, f"{session.pk}/earlier.jpg") == earlier


def run(command: str, *arguments: str) -> None:
    subprocess.run([shutil.which(command) or command, *arguments], check=True, capture_output=True)


@contextmanager
def small_disk(path: Path) -> Iterator[StorageOnDisk]:
    """A storage on a filesystem of 2 MiB; skips where this process may not mount one."""
    path.mkdir()
    try:
        run("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(path))
    except (OSError, subprocess.CalledProcessError) as e:
        pytest.skip(f"This machine does not let the tests mount a filesystem: {e}")
    try:
        yield made_storage(path)
    finally:
        run("umount", str(path))


@pytest.fixture
def disk(tmp_path: Path, settings: Settings) -> Iterator[StorageOnDisk]:
    """A real small filesystem that the settings point to."""
    with small_disk(tmp_path / "disk") as storage:
        settings.EDC_RETINOPATHY_STORAGE_DIR = storage.directory
        settings.FILE_UPLOAD_TEMP_DIR = str(storage.spool)
        yield storage


def test_the_same_upload_succeeds_after_a_real_disk_was_full(
    camera: CameraApi, session: CameraSession, disk: StorageOnDisk
) -> None:
    assert upload(camera, session, EARLIER, "earlier.jpg").status_code == 201
    earlier = stored_file(disk, f"{session.pk}/earlier.jpg")
    filler = disk.directory / "filler"
    filler.write_bytes(bytes(2 * MIB - 512 * 1024))

    assert_refused_for_now(upload(camera, session, CONTENT))
    assert SessionFile.objects.filter(camera_session=session).count() == 1
    assert set(published(disk, session)) == {"earlier.jpg"}
    assert temporary_files(disk) == []

    filler.unlink()
    assert upload(camera, session, CONTENT).status_code == 201
    assert_stored(disk, session, {"earlier.jpg": EARLIER, "photo.jpg": CONTENT})
    assert stored_file(disk, f"{session.pk}/earlier.jpg") == earlier


def test_the_same_upload_succeeds_after_a_real_disk_was_read_only(
    camera: CameraApi, session: CameraSession, disk: StorageOnDisk, tmp_path: Path
) -> None:
    assert upload(camera, session, EARLIER, "earlier.jpg").status_code == 201
    earlier = stored_file(disk, f"{session.pk}/earlier.jpg")
    run("mount", "-o", "remount,ro", str(tmp_path / "disk"))

    assert_refused_for_now(upload(camera, session, CONTENT))
    assert SessionFile.objects.filter(camera_session=session).count() == 1
    assert set(published(disk, session)) == {"earlier.jpg"}

    run("mount", "-o", "remount,rw", str(tmp_path / "disk"))
    assert upload(camera, session, CONTENT).status_code == 201
    assert_stored(disk, session, {"earlier.jpg": EARLIER, "photo.jpg": CONTENT})
    assert stored_file(disk, f"{session.pk}/earlier.jpg") == earlier


@pytest.mark.parametrize(
    "point", [Point.WRITE, Point.FLUSH_FILE, Point.LINK, Point.FLUSH_DIRECTORY]
)
@pytest.mark.parametrize("action", [Action.NO_SPACE, Action.INPUT_OUTPUT])
def test_a_real_server_answers_a_failing_disk_and_goes_on(
    server: Server, session: CameraSession, point: Point, action: Action
) -> None:
    answer = server.upload(session, CONTENT, fault=str(Fault(point, When.BEFORE, action)))
    assert (answer.status, answer.code) == (500, "storage_error")
    assert int(answer.headers["Retry-After"]) > 0
    assert_stored(server.storage, session, {})
    assert temporary_files(server.storage) == []
    assert server.upload(session, CONTENT).status == 201
    assert_stored(server.storage, session, {"photo.jpg": CONTENT})
