"""The real camera client sends whole exams to a live server."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from demo.sample_exam import ExamFile, ReportType, exam_files
from edc_retinopathy.api import views
from edc_retinopathy.errors import ServerBusy
from edc_retinopathy.files.ingest import receive_file
from edc_retinopathy.models import CameraSession, SessionFile
from tests import factories, watchdog
from tests.api.client import sha256
from tests.factories import CONTRAINDICATED
from tests.storage import StorageOnDisk

# The client locks a port of the machine: one at a time.
pytestmark = [
    pytest.mark.xdist_group("watchdog"),
    pytest.mark.django_db(transaction=True),
]

IDENTIFIER = factories.FEMALE_IDENTIFIER


@pytest.fixture
def watch_dir(tmp_path: Path) -> Path:
    """The folder that the camera writes to."""
    directory = tmp_path / "camera"
    directory.mkdir()
    return directory


@pytest.fixture
def send(
    live_server: LiveServer, watch_dir: Path, tmp_path: Path
) -> Callable[..., tuple[Path, watchdog.Watchdog]]:
    """Runs the client until it has moved the subject's folder; gives where to, and the client."""
    token = factories.token_of(
        factories.find_or_create_user("camera", role="retinopathy_camera", is_staff=False)
    )

    def run(archive: str, *flags: str) -> tuple[Path, watchdog.Watchdog]:
        arguments: dict[str, Any] = {"url": live_server.url, "token": token, "flags": flags}
        with watchdog.running(watch_dir, log=tmp_path / "client.log", **arguments) as client:
            return client.wait_until_moved_to(archive), client

    return run


def write_exam(
    watch_dir: Path, report_type: ReportType, *, include_jpegs: bool = True
) -> dict[str, ExamFile]:
    """Write the files of an exam as the camera does: one folder named after the subject."""
    files = {
        file.file_type: file
        for file in exam_files(IDENTIFIER, report_type=report_type, include_jpegs=include_jpegs)
    }
    folder = watch_dir / IDENTIFIER
    folder.mkdir()
    for file in files.values():
        (folder / file.name).write_bytes(file.content)
    return files


def assert_stored(
    session: CameraSession, sent: dict[str, ExamFile], storage: StorageOnDisk
) -> None:
    """Assert that a session holds the files sent, byte for byte, and nothing else is on disk."""
    stored = {
        record.file_type: record for record in SessionFile.objects.filter(camera_session=session)
    }
    assert SessionFile.objects.count() == len(sent)
    assert set(stored) == set(sent)
    for file_type, file in sent.items():
        record = stored[file_type]
        assert record.original_filename == file.name
        assert record.checksum == file.checksum == sha256(file.content)
        assert record.file_size == len(file.content)
    assert storage.files() == {
        f"images/{session.pk}/{file.name}": file.content for file in sent.values()
    }


@pytest.mark.parametrize("flag", ["", "--include-jpgs"], ids=["DICOM only", "with JPEGs"])
@pytest.mark.parametrize("report_type", ["combined", "per_eye"])
def test_the_client_sends_a_whole_exam(
    send: Callable[..., tuple[Path, watchdog.Watchdog]],
    watch_dir: Path,
    storage: StorageOnDisk,
    report_type: ReportType,
    flag: str,
) -> None:
    subject = factories.find_or_create_subject(IDENTIFIER)
    session = factories.create_session(subject, report_type=report_type)
    # JPEGs lie in the folder in any case; the client sends them only when it is told to.
    written = write_exam(watch_dir, report_type)
    flags = ["--report-type", report_type, *([flag] if flag else [])]
    moved, client = send("processed", *flags)
    assert moved.name.startswith(IDENTIFIER)
    assert {path.name for path in moved.iterdir()} == {file.name for file in written.values()}
    assert not (watch_dir / "rejected").exists()
    assert "complete=True" in client.output
    assert "attempt" not in client.output
    sent = {t: f for t, f in written.items() if flag or t not in {"left", "right"}}
    assert_stored(session, sent, storage)
    session = CameraSession.objects.get(pk=session.pk)
    assert session.is_complete
    assert session.device_id == "CAM-001"
    assert session.activity.last_resolved_datetime is not None
    assert str(session.pk) in client.output


@pytest.mark.parametrize("reason", ["contraindicated", "complete"])
def test_the_client_sets_a_folder_aside_when_no_session_is_eligible(
    send: Callable[..., tuple[Path, watchdog.Watchdog]],
    watch_dir: Path,
    storage: StorageOnDisk,
    reason: str,
) -> None:
    subject = factories.find_or_create_subject(IDENTIFIER)
    if reason == "contraindicated":
        factories.create_session(subject, **CONTRAINDICATED)
    else:
        factories.complete(factories.create_session(subject))
    before = storage.files()
    written = write_exam(watch_dir, "combined", include_jpegs=False)
    moved, _ = send("rejected")
    assert {path.name for path in moved.iterdir()} == {file.name for file in written.values()}
    assert list((watch_dir / "processed").iterdir()) == []
    assert storage.files() == before


def test_the_client_sends_an_exam_again_that_was_stored_in_part(
    send: Callable[..., tuple[Path, watchdog.Watchdog]],
    watch_dir: Path,
    storage: StorageOnDisk,
) -> None:
    """A client that was switched off in the middle of an exam begins anew, and loses nothing."""
    session = factories.create_session(factories.find_or_create_subject(IDENTIFIER))
    written = write_exam(watch_dir, "combined", include_jpegs=False)
    first = written["report"]
    factories.store_file(
        session, "report", name=first.name, content=first.content, content_type="text/html"
    )
    send("processed")
    assert_stored(session, written, storage)


def test_the_rest_of_an_exam_lands_when_the_link_broke_at_its_fifth_file(
    send: Callable[..., tuple[Path, watchdog.Watchdog]],
    watch_dir: Path,
    storage: StorageOnDisk,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The session is complete by then; the next sweep's resolve finds it all the same."""
    session = factories.create_session(factories.find_or_create_subject(IDENTIFIER))
    written = write_exam(watch_dir, "combined")
    assert len(written) == 5
    failures = iter(range(4))

    def receive_over_a_bad_link(*args: Any, **kwargs: Any) -> Any:
        # As often as a sweep tries, and once more.
        if SessionFile.objects.count() == 4 and next(failures, None) is not None:
            raise ServerBusy("The link broke.")
        return receive_file(*args, **kwargs)

    monkeypatch.setattr(views, "receive_file", receive_over_a_bad_link)
    _, client = send("processed", "--include-jpgs")
    assert next(failures, None) is None
    assert client.output.count(str(session.pk)) >= 2
    assert not (watch_dir / "rejected").exists()
    assert_stored(session, written, storage)
