"""Pictures of stored files: made once, found again, and never another file's."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from demo.sample_exam import dicom, left_jpeg, pdf_report
from edc_retinopathy import conf, previews
from edc_retinopathy.models import CameraSession, SessionFile
from edc_retinopathy.previews import NotRendered, Size, pictures, process
from edc_retinopathy.previews.pictures import MOST_WAITING, is_kept, open_rendering
from edc_retinopathy.previews.places import lock
from tests import samples
from tests.previews.stored import difference, opened, pixels_of, store
from tests.samples import DICOM, HTML, JPEG, PDF, PNG

WORST = 4.0


@pytest.fixture
def photo(session: CameraSession) -> SessionFile:
    """The photograph, stored as a JPEG file."""
    return store(session, left_jpeg())


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What child processes were asked for; they run all the same."""
    calls: list[dict[str, Any]] = []
    run = process._run

    def counted(*args: Any) -> Any:
        calls.append({"task": args[0]})
        return run(*args)

    monkeypatch.setattr(process, "_run", counted)
    return calls


def content(file: SessionFile, size: Size, frame: int = 1) -> bytes:
    """The bytes of a picture."""
    _, stream = open_rendering(file, size, frame=frame)
    with stream:
        return stream.read()


def reason(file: SessionFile, size: Size = Size.SCREEN, frame: int = 1) -> str:
    """Why there is no picture."""
    with pytest.raises(NotRendered) as caught:
        previews.rendering(file, size, frame=frame)
    assert caught.value.sentence
    return caught.value.code


def files_in_cache() -> list[Path]:
    return [p for p in conf.preview_dir().glob("v*/**/*") if p.is_file()]


class TestSizes:
    """What each size is."""

    def test_a_thumbnail_is_small(self, photo: SessionFile) -> None:
        made = previews.rendering(photo, Size.THUMBNAIL)
        assert (made.width, made.height) == (320, 320)
        jpeg = content(photo, Size.THUMBNAIL)
        assert opened(jpeg).size == (320, 320)
        assert len(jpeg) <= 25_000

    def test_a_screen_is_no_larger_than_the_photograph(self, photo: SessionFile) -> None:
        made = previews.rendering(photo, Size.SCREEN)
        assert (made.width, made.height) == (1411, 1411)
        assert difference(pixels_of(content(photo, Size.SCREEN)), pixels_of(left_jpeg())) < WORST

    @pytest.mark.parametrize("content_type", [JPEG, DICOM])
    def test_full_is_the_very_stream(self, session: CameraSession, content_type: str) -> None:
        stored = dicom("left") if content_type == DICOM else left_jpeg()
        assert content(store(session, stored, content_type), Size.FULL) == left_jpeg()

    def test_thumbnail_and_screen_are_of_one_decoding(
        self, photo: SessionFile, asked: list[Any]
    ) -> None:
        for size in (Size.SCREEN, Size.THUMBNAIL, Size.SCREEN):
            previews.rendering(photo, size)
        assert len(asked) == 1
        previews.rendering(photo, Size.FULL)
        previews.rendering(photo, Size.FULL)
        assert len(asked) == 2

    def test_pages_are_counted_once(self, session: CameraSession, asked: list[Any]) -> None:
        report = store(session, pdf_report(), PDF)
        assert [previews.frame_count(report) for _ in range(3)] == [1, 1, 1]
        assert len(asked) == 1
        made = previews.rendering(report, Size.SCREEN)
        assert (made.width, made.height) == (1131, 1600)
        assert reason(report, frame=2) == "no_frame"


class TestWhatIsKnown:
    """What is answered without decoding anything."""

    @pytest.mark.parametrize(
        ("content_type", "fields", "facts", "expected"),
        [
            (JPEG, {}, {"rows": 10, "columns": 10}, True),
            (JPEG, {}, None, True),
            (JPEG, {}, {"rows": 10_001, "columns": 10_000}, False),
            (DICOM, {}, {"rows": 1000, "columns": 1000, "frames": 101}, False),
            (DICOM, {}, {"transfer_syntax_uid": "1.2.3"}, False),
            (DICOM, {"is_image": False}, {}, False),
            (PDF, {}, {"is_locked": False}, True),
            (HTML, {}, {}, False),
        ],
    )
    def test_can_be_shown(
        self,
        session: CameraSession,
        asked: list[Any],
        *,
        content_type: str,
        fields: dict[str, Any],
        facts: dict[str, Any] | None,
        expected: bool,
    ) -> None:
        file = store(session, b"anything", content_type, facts=facts, **fields)
        assert previews.can_be_shown(file) is expected
        if not expected:
            assert reason(file)
        assert not asked

    def test_frames_are_those_of_the_facts(self, session: CameraSession) -> None:
        assert previews.frame_count(store(session, b"a", DICOM, facts={"frames": 30})) == 30
        assert previews.frame_count(store(session, b"b", JPEG)) == 1
        no_image = store(session, b"c", DICOM, name="c.dcm", is_image=False)
        assert previews.frame_count(no_image) == 0


class TestFailures:
    """What cannot be shown does no harm, and is not tried again and again."""

    def test_a_broken_file_is_remembered(
        self, session: CameraSession, asked: list[Any], settings: Settings
    ) -> None:
        broken = store(session, left_jpeg()[:600])
        assert [reason(broken) for _ in range(3)] == ["broken"] * 3
        assert len(asked) == 1
        assert is_kept(broken, Size.SCREEN)
        # By other rules it may be another matter.
        settings.EDC_RETINOPATHY_MAX_PIXELS = 1_000_000
        assert reason(broken)
        assert len(asked) == 2

    def test_a_bomb_is_not_unpacked(self, session: CameraSession) -> None:
        assert reason(store(session, samples.deflated_bomb_dicom(), DICOM)) == "too_many_pixels"

    def test_the_real_size_is_held_to_the_limit(
        self, photo: SessionFile, settings: Settings
    ) -> None:
        settings.EDC_RETINOPATHY_MAX_PIXELS = 1_000_000
        assert reason(photo) == "too_many_pixels"

    def test_what_needs_an_extra_names_it(self, session: CameraSession) -> None:
        lossless = samples.shipped_with_pydicom("SC_rgb_jpeg_gdcm.dcm")
        with pytest.raises(NotRendered, match="needs_extra") as caught:
            previews.rendering(store(session, lossless, DICOM), Size.SCREEN)
        assert "the extra lossless (pip install pylibjpeg-libjpeg)" in caught.value.sentence

    def test_another_file_in_its_place_is_not_shown_and_not_remembered(
        self, photo: SessionFile, storage: Any
    ) -> None:
        path = storage.images / photo.stored_filename
        path.write_bytes(left_jpeg()[:-1] + b"\0")
        assert reason(photo) == "changed"
        path.write_bytes(left_jpeg())
        assert previews.rendering(photo, Size.SCREEN)

    def test_missing_bytes_are_said_to_be_missing(self, photo: SessionFile, storage: Any) -> None:
        (storage.images / photo.stored_filename).unlink()
        with pytest.raises(FileNotFoundError):
            previews.rendering(photo, Size.SCREEN)

    @pytest.mark.parametrize(
        ("program", "code", "runs"),
        [
            ("import time; time.sleep(60)", "too_costly", 1),
            ("import os; os.kill(os.getpid(), 11)", "too_costly", 1),
            ("import os; os.kill(os.getpid(), 9)", "too_costly", 2),
            ("raise ImportError", "unavailable", 1),
            ("print('no JSON')", "unavailable", 1),
        ],
    )
    def test_a_codec_that_hangs_or_crashes(
        self,
        photo: SessionFile,
        asked: list[Any],
        monkeypatch: pytest.MonkeyPatch,
        *,
        program: str,
        code: str,
        runs: int,
    ) -> None:
        monkeypatch.setattr(process, "SECONDS", 1)
        right = process.PROGRAM
        monkeypatch.setattr(process, "PROGRAM", program)
        assert reason(photo) == code
        assert len(asked) == runs
        assert not [p for p in files_in_cache() if p.suffix != ".json"]
        monkeypatch.setattr(process, "PROGRAM", right)
        monkeypatch.setattr(process, "SECONDS", 30)
        if code == "too_costly":
            assert reason(photo) == code
        else:
            assert previews.rendering(photo, Size.SCREEN)

    def test_a_child_that_is_killed_once_is_started_again(
        self, photo: SessionFile, asked: list[Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        mark = tmp_path / "killed"
        monkeypatch.setattr(
            process,
            "PROGRAM",
            "import os\n"
            f"if not os.path.exists({str(mark)!r}):\n"
            f"    open({str(mark)!r}, 'w').close(); os.kill(os.getpid(), 9)\n" + process.PROGRAM,
        )
        assert previews.rendering(photo, Size.SCREEN).width == 1411
        assert len(asked) == 2

    def test_a_directory_that_cannot_be_written_to(
        self, photo: SessionFile, settings: Settings, tmp_path: Path
    ) -> None:
        (tmp_path / "file").touch()
        settings.EDC_RETINOPATHY_PREVIEW_DIR = tmp_path / "file" / "previews"
        assert reason(photo) == "unavailable"


class TestCache:
    """A directory that can be deleted at any time."""

    def test_deleted_it_is_made_again(self, photo: SessionFile) -> None:
        before = content(photo, Size.SCREEN)
        shutil.rmtree(conf.preview_dir())
        assert content(photo, Size.SCREEN) == before

    def test_deleted_while_a_picture_is_made(
        self, photo: SessionFile, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run, runs = process._run, []

        def deleting(*args: Any) -> Any:
            answer = run(*args)
            if not runs:
                shutil.rmtree(conf.preview_dir())
            runs.append(args)
            return answer

        monkeypatch.setattr(process, "_run", deleting)
        assert opened(content(photo, Size.SCREEN)).size == (1411, 1411)
        assert len(runs) == 2

    def test_a_lost_picture_is_made_again(self, photo: SessionFile) -> None:
        previews.rendering(photo, Size.SCREEN).path.unlink()
        assert content(photo, Size.SCREEN)

    def test_other_bytes_have_another_picture(self, session: CameraSession) -> None:
        first = store(session, samples.small_png(), PNG, name="a.png")
        second = store(session, left_jpeg(), name="b.jpg")
        assert content(first, Size.SCREEN) != content(second, Size.SCREEN)
        names = {path.parent.name for path in files_in_cache()}
        assert names == {first.checksum, second.checksum}

    def test_nothing_half_written_stays(self, photo: SessionFile) -> None:
        previews.rendering(photo, Size.SCREEN)
        assert sorted(path.name for path in files_in_cache()) == [
            "1-screen.jpg",
            "1-thumbnail.jpg",
            "1.json",
        ]

    def test_no_audit_sees_it(self, photo: SessionFile) -> None:
        from edc_retinopathy import storage as door

        previews.rendering(photo, Size.SCREEN)
        assert [found.key for found in door.inventory()] == [photo.stored_filename]
        assert conf.preview_dir() == conf.storage_dir() / "previews"


def in_threads(*calls: Callable[[], object]) -> None:
    threads = [threading.Thread(target=call) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


class TestTogether:
    """Several who ask at the same time, and workers that die."""

    def test_several_at_once_render_once(self, session: CameraSession, asked: list[Any]) -> None:
        photo = store(session, left_jpeg(), facts={})
        made: list[previews.Rendering] = []
        # Its facts are looked up here: other threads have no connection to this transaction.
        assert previews.can_be_shown(photo)
        in_threads(*[lambda: made.append(previews.rendering(photo, Size.SCREEN))] * MOST_WAITING)
        assert len(made) == MOST_WAITING
        assert len(asked) == 1

    def test_some_threads_are_left_to_receive_uploads(
        self, session: CameraSession, asked: list[Any]
    ) -> None:
        photo = store(session, left_jpeg(), facts={})
        assert previews.can_be_shown(photo)
        answers: list[str] = []

        def ask() -> None:
            try:
                previews.rendering(photo, Size.SCREEN)
            except NotRendered as e:
                answers.append(e.code)
            else:
                answers.append("made")

        with lock(photo.checksum[:2], seconds=0):
            waiting = [threading.Thread(target=ask) for _ in range(MOST_WAITING)]
            for thread in waiting:
                thread.start()
            while pictures._waiting._value:
                time.sleep(0.01)
            # Nobody waits for its answer.
            ask()
            assert answers == ["busy"]
        for thread in waiting:
            thread.join()
        assert answers == ["busy", *["made"] * MOST_WAITING]
        ask()
        assert answers[-1] == "made"

    def test_a_worker_that_is_killed_lets_go(self, photo: SessionFile) -> None:
        program = (
            "import sys, time; sys.path[:0] = [sys.argv[1]]\n"
            "import django; from django.conf import settings\n"
            "settings.configure(EDC_RETINOPATHY_STORAGE_DIR=sys.argv[2])\n"
            "from edc_retinopathy.previews.places import lock\n"
            "with lock(sys.argv[3], 'slot-0', seconds=5), lock('slot-1', seconds=5):\n"
            "    print('held', flush=True); time.sleep(60)\n"
        )
        root = Path(__file__).parents[2]
        arguments = [str(root), str(conf.storage_dir()), photo.checksum[:2]]
        with subprocess.Popen(
            [sys.executable, "-c", program, *arguments], stdout=subprocess.PIPE
        ) as worker:
            assert worker.stdout is not None
            assert worker.stdout.readline() == b"held\n"
            os.kill(worker.pid, signal.SIGKILL)
        before = time.monotonic()
        assert previews.rendering(photo, Size.SCREEN)
        assert time.monotonic() - before < process.WAIT_SECONDS

    def test_whoever_waits_too_long_is_told_to_come_back(
        self, photo: SessionFile, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(pictures, "WAIT_SECONDS", 0.0)
        with lock(photo.checksum[:2], seconds=0):
            assert reason(photo) == "busy"
        assert previews.rendering(photo, Size.SCREEN)
