"""``audit_session_files``: finds what is wrong, changes nothing unless told to, deletes nothing."""

import csv
import json
import os
import time
from collections.abc import Callable
from contextlib import nullcontext
from io import StringIO
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from django.utils import timezone

from edc_retinopathy import content
from edc_retinopathy import storage as storage_of_app
from edc_retinopathy.choices import ContentType
from edc_retinopathy.models import CameraSession, SessionActivity, SessionFile, StorageAudit
from tests import factories, samples
from tests.api.client import CameraApi, sha256
from tests.commands.conftest import Result, Run
from tests.samples import HTML
from tests.storage import StorageOnDisk

COMMAND = "audit_session_files"
IDENTIFIER = factories.FEMALE_IDENTIFIER
# Cameras put the subject's identifier and the eye into names.
ORPHAN_NAME = f"{IDENTIFIER}_OS_1.jpg"


@pytest.fixture
def photo(session: CameraSession) -> SessionFile:
    """A stored file that is as it should be."""
    return factories.store_file(session, "left", content=samples.small_jpeg())


@pytest.fixture
def orphan(session: CameraSession) -> Path:
    """A whole photograph in the session's directory that has no record."""
    path = factories.image_path(session, ORPHAN_NAME)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(samples.small_jpeg())
    return path


class InTurn(nullcontext[Any]):
    """A pool of no threads."""

    def __enter__(self) -> Any:
        return self

    map = staticmethod(map)


def path_of(file: SessionFile) -> Path:
    """Where the file's bytes are."""
    return factories.image_path(file.camera_session, file.original_filename)


def make_missing(file: SessionFile) -> None:
    """Take the bytes away."""
    path_of(file).unlink()


def make_changed(file: SessionFile) -> None:
    """Change one bit, and leave size and time as they were."""
    path = path_of(file)
    times = path.stat()
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    os.utime(path, (times.st_atime, times.st_mtime))


def make_shorter(file: SessionFile) -> None:
    """Cut the last byte off."""
    path_of(file).write_bytes(path_of(file).read_bytes()[:-1])


def make_unreadable(file: SessionFile) -> None:
    """Put a directory of that very size in its place: not even root can read one."""
    path_of(file).unlink()
    path_of(file).mkdir()
    SessionFile.objects.filter(pk=file.pk).update(file_size=path_of(file).stat().st_size)
    factories.count_anew(file.camera_session)


class TestCounts:
    """Does what is stored of a session's files agree with them?"""

    @pytest.mark.parametrize(
        "wrong",
        [
            {"completed_datetime": timezone.now(), "progress": "complete"},
            {"file_count": 2},
            {"has_left": False},
            {"latest_datetime": factories.minutes_ago(9999)},
        ],
        ids=lambda wrong: next(iter(wrong)),
    )
    def test_a_wrong_one_is_told_and_corrected_on_request(
        self, run: Run, photo: SessionFile, wrong: dict[str, object]
    ) -> None:
        rows = SessionActivity.objects.filter(pk=photo.camera_session_id)
        before = rows.values().get()
        rows.update(**wrong)
        for options in ((), ("--recount",), (f"--session={photo.camera_session_id}",)):
            done = run(*options)
            assert done.status == 1
            assert f"miscounted  {photo.camera_session_id}" in done.output
            assert "counted anew" not in done.output
        assert rows.values().get() != before
        assert "counted anew" in run("--recount", "--commit").output
        assert rows.values().get() == before
        assert run().status == 0
        assert StorageAudit.objects.earliest("started_datetime").miscounted == 1

    def test_a_missing_row_is_made(self, run: Run, photo: SessionFile) -> None:
        SessionActivity.objects.filter(pk=photo.camera_session_id).delete()
        assert run("--recount", "--commit").status == 1
        assert SessionActivity.objects.get(pk=photo.camera_session_id).file_count == 1
        assert run().status == 0


class TestFindings:
    """What an audit tells."""

    def test_nothing_is_wrong(self, run: Run, photo: SessionFile) -> None:
        before = timezone.now()
        result = run()
        assert (result.status, result.error) == (0, "")
        assert "1 files checked: 0 missing, 0 changed, 0 unreadable" in result.output
        photo.refresh_from_db()
        assert photo.last_audit_result == "ok"
        assert photo.last_audit_datetime is not None
        assert before <= photo.last_audit_datetime <= timezone.now()
        audit = StorageAudit.objects.get()
        assert (audit.checked, audit.findings, audit.scope) == (1, 0, "all")
        assert audit.finished_datetime is not None

    @pytest.mark.parametrize(
        ("spoil", "result", "counter"),
        [
            (make_missing, "missing", "missing"),
            (make_changed, "changed", "changed"),
            (make_shorter, "changed", "changed"),
            (make_unreadable, "unreadable", "unreadable"),
        ],
    )
    def test_a_file_that_is_not_as_stored(
        self,
        run: Run,
        photo: SessionFile,
        spoil: Callable[[SessionFile], None],
        result: str,
        counter: str,
    ) -> None:
        other = factories.store_file(photo.camera_session, "right")
        spoil(photo)
        done = run()
        assert done.status == 1
        assert "1 of the files are not as they should be" in done.error
        assert str(photo.pk) in done.output
        assert str(other.pk) not in done.output
        photo.refresh_from_db()
        other.refresh_from_db()
        assert (photo.last_audit_result, other.last_audit_result) == (result, "ok")
        assert getattr(StorageAudit.objects.get(), counter) == 1

    def test_a_file_without_a_record(self, run: Run, photo: SessionFile, orphan: Path) -> None:
        done = run()
        assert done.error
        assert "orphan" in done.output
        assert orphan.parent.name in done.output
        assert str(orphan.stat().st_ino) in done.output
        assert StorageAudit.objects.get().orphans == 1
        assert orphan.read_bytes() == samples.small_jpeg()

    def test_a_stale_temporary_file(self, run: Run, storage: StorageOnDisk, db: None) -> None:
        incoming = storage.images / ".incoming"
        incoming.mkdir()
        fresh, stale = incoming / "fresh.part", incoming / "stale.part"
        for path in (fresh, stale):
            path.write_bytes(b"half")
        long_ago = time.time() - 7200
        os.utime(stale, (long_ago, long_ago))
        assert run().error
        assert StorageAudit.objects.get().stale == 1
        # It is told, not taken away.
        assert stale.exists()

    def test_quarantined_files_are_no_finding(
        self, run: Run, storage: StorageOnDisk, db: None
    ) -> None:
        kept = storage.images / ".quarantine" / "somewhere"
        kept.mkdir(parents=True)
        (kept / "photo.jpg").write_bytes(b"set aside")
        assert run().error == ""

    def test_a_file_whose_upload_is_not_over_is_no_finding(
        self, run: Run, session: CameraSession
    ) -> None:
        with storage_of_app.receive() as incoming:
            incoming.write(samples.small_jpeg())
            storage_of_app.publish(incoming, storage_of_app.key_of(session.pk, "OS_1.jpg"))
            # Its record is inserted and not committed yet: nobody else sees it.
            done = run("--quarantine", "--commit")
            assert (done.status, StorageAudit.objects.get().orphans) == (0, 0)
        # Now it is over, and no record came of it.
        assert run().status == 1

    def test_a_stray_file_that_names_a_subject(
        self, run: Run, storage: StorageOnDisk, db: None
    ) -> None:
        stray = storage.images / ORPHAN_NAME
        stray.write_bytes(samples.small_jpeg())
        done = run()
        assert str(stray.stat().st_ino) in done.output
        assert IDENTIFIER not in done.output + done.error
        assert ORPHAN_NAME in run("--show-names").output

    def test_a_directory_that_cannot_be_read_is_told(
        self, run: Run, storage: StorageOnDisk, db: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (storage.images / "closed").mkdir()
        scandir = os.scandir

        def refuse(path: object) -> object:
            if str(path).endswith("closed"):
                raise PermissionError(13, "Permission denied")
            return scandir(path)  # type: ignore[call-overload]

        # Root, who runs the tests in a container, may read everything.
        monkeypatch.setattr(os, "scandir", refuse)
        assert "left alone: it is no regular file" in run("--quarantine", "--commit").output
        assert StorageAudit.objects.get().orphans == 1

    def test_an_audit_changes_nothing_but_what_it_remembers(
        self, run: Run, storage: StorageOnDisk, photo: SessionFile, orphan: Path
    ) -> None:
        make_changed(photo)
        files = storage.files()
        remembered = {"last_audit_datetime", "last_audit_result"}
        fields = [f.name for f in SessionFile._meta.fields if f.name not in remembered]
        before = SessionFile.objects.values(*fields).get()
        run()
        assert storage.files() == files
        assert SessionFile.objects.values(*fields).get() == before
        assert photo.history.count() == 1

    def test_a_repaired_file_is_as_it_should_be_again(self, run: Run, photo: SessionFile) -> None:
        make_missing(photo)
        assert run().error
        path_of(photo).write_bytes(samples.small_jpeg())
        assert run().error == ""
        photo.refresh_from_db()
        assert photo.last_audit_result == "ok"

    def test_no_report_names_a_subject_unless_asked(
        self, run: Run, photo: SessionFile, orphan: Path
    ) -> None:
        for report in ("text", "json", "csv"):
            done = run("--format", report)
            assert IDENTIFIER not in done.output + done.error
            assert ORPHAN_NAME in run("--format", report, "--show-names").output


class TestReports:
    """The same findings for people, programs and spreadsheets."""

    def test_json(self, run: Run, photo: SessionFile, orphan: Path) -> None:
        make_missing(photo)
        report = json.loads(run("--format", "json").output)
        assert {finding["result"] for finding in report["findings"]} == {"missing", "orphan"}
        assert report["summary"]["checked"] == 1
        assert report["summary"]["missing"] == report["summary"]["orphans"] == 1
        assert report["summary"]["finished"]

    def test_json_without_findings(self, run: Run, photo: SessionFile) -> None:
        assert json.loads(run("--format", "json").output)["findings"] == []

    def test_csv(self, run: Run, photo: SessionFile, orphan: Path) -> None:
        make_missing(photo)
        rows = list(csv.DictReader(StringIO(run("--format", "csv").output)))
        assert {row["result"] for row in rows} == {"missing", "orphan"}
        assert {row["session_file"] for row in rows} == {str(photo.pk), ""}

    def test_no_cell_of_a_csv_report_is_a_formula(self, run: Run, session: CameraSession) -> None:
        """A spreadsheet must show what a camera called its file, not compute it."""
        names = [
            "=1+1.jpg",
            "+1.jpg",
            "-1.jpg",
            "@SUM(1).jpg",
            "\t=1.jpg",
            " =1.jpg",
            "\ufeff=1.jpg",
            "\u200b=1.jpg",
            "\uff1d1.jpg",
            "a;=1.jpg",
        ]
        directory = factories.image_path(session, "x").parent.parent
        for name in names:
            (directory / name).write_bytes(b"x")
        output = run("--format", "csv", "--show-names").output
        found = {row["name"] for row in csv.DictReader(StringIO(output))}
        assert found == {f"'{name}" for name in names[:-1]} | {"a;=1.jpg"}
        # Where a semicolon parts the cells, it does not within quotes.
        assert '"a;=1.jpg"' in output

    def test_to_a_file(self, run: Run, photo: SessionFile, tmp_path: Path) -> None:
        make_missing(photo)
        report = tmp_path / "report.json"
        done = run("--format", "json", "--output", str(report))
        assert done.error
        assert done.output == ""
        assert json.loads(report.read_text())["summary"]["missing"] == 1


class TestScope:
    """Less than everything: then nothing is said of files without a record."""

    def test_one_session(self, run: Run, photo: SessionFile, orphan: Path) -> None:
        other = factories.create_session(photo.camera_session.registered_subject)
        make_missing(factories.store_file(other, "left"))
        assert run("--session", str(photo.camera_session_id)).error == ""
        assert run("--session", str(other.pk)).error

    def test_since(self, run: Run, session: CameraSession) -> None:
        old = factories.store_file(session, "left", received=factories.minutes_ago(60 * 24 * 30))
        make_missing(old)
        since = factories.minutes_ago(60 * 24).date().isoformat()
        assert run("--since", since).error == ""
        assert "1 of the files" in run("--since", "2001-01-01").error

    def test_a_sample(self, run: Run, session: CameraSession) -> None:
        for number in range(5):
            factories.store_file(session, "left", name=f"{number}.jpg")
        run("--sample", "2")
        assert StorageAudit.objects.get().checked == 2
        assert SessionFile.objects.filter(last_audit_result="ok").count() == 2

    @pytest.mark.parametrize("workers", ["1", "3"])
    def test_more_files_than_are_remembered_at_a_time(
        self, run: Run, session: CameraSession, monkeypatch: pytest.MonkeyPatch, workers: str
    ) -> None:
        monkeypatch.setattr("edc_retinopathy.audits.audit.BATCH", 2)
        files = [factories.store_file(session, "left", name=f"{n}.jpg") for n in range(5)]
        make_missing(files[3])
        assert "1 of the files" in run("--workers", workers).error
        assert StorageAudit.objects.get().checked == 5

    def test_resume(
        self, run: Run, session: CameraSession, orphan: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("edc_retinopathy.audits.audit.BATCH", 2)
        for number in range(5):
            factories.store_file(session, "left", name=f"{number}.jpg")
        by_key = list(SessionFile.objects.order_by("pk"))
        for file in (by_key[0], by_key[4]):
            make_missing(file)
        hashed: list[BinaryIO] = []

        def hash_three(stream: BinaryIO) -> str:
            hashed.append(stream)
            if len(hashed) == 3:
                raise KeyboardInterrupt
            return sha256(stream.read())

        with monkeypatch.context() as patch:
            patch.setattr(storage_of_app, "sha256_of", hash_three)
            with pytest.raises(KeyboardInterrupt):
                run()
        assert StorageAudit.objects.get().checked == 2
        assert StorageAudit.objects.get().finished_datetime is None

        done = run("--resume", "--format", "json")
        report = json.loads(done.output)
        found = [finding["session_file"] for finding in report["findings"]]
        assert found == [str(by_key[0].pk), str(by_key[4].pk), ""]
        assert report["summary"]["checked"] == 5
        assert (report["summary"]["missing"], report["summary"]["orphans"]) == (2, 1)
        audit = StorageAudit.objects.get()
        assert audit.finished_datetime is not None
        # Those before the interruption were not checked again.
        first, last = (SessionFile.objects.get(pk=by_key[n].pk) for n in (1, 3))
        assert first.last_audit_datetime < last.last_audit_datetime

    def test_resume_of_what_was_interrupted_at_once(self, run: Run, photo: SessionFile) -> None:
        StorageAudit.objects.create(scope="all")
        done = run("--resume")
        assert (done.status, StorageAudit.objects.get().checked) == (0, 1)

    def test_one_that_a_whole_audit_has_overtaken_is_not_resumed(
        self, run: Run, photo: SessionFile
    ) -> None:
        long_ago = factories.minutes_ago(60 * 24 * 60)
        old = StorageAudit.objects.create(scope="all", started_datetime=long_ago)
        assert run().status == 0
        done = run("--resume")
        assert (done.status, "no interrupted audit" in done.error) == (2, True)
        # One that was begun before the whole one ended is overtaken too.
        during = factories.minutes_ago(1)
        StorageAudit.objects.filter(finished_datetime__isnull=False).update(
            started_datetime=factories.minutes_ago(2)
        )
        StorageAudit.objects.create(scope="all", started_datetime=during)
        assert run("--resume").status == 2
        newest = StorageAudit.objects.create(scope="all")
        assert run("--resume").status == 0
        old.refresh_from_db()
        newest.refresh_from_db()
        assert old.finished_datetime is None
        assert newest.finished_datetime is not None

    def test_of_several_that_were_interrupted_the_newest_is_resumed(
        self, run: Run, photo: SessionFile
    ) -> None:
        newest = StorageAudit.objects.create(scope="all")
        StorageAudit.objects.create(scope="all", started_datetime=factories.minutes_ago(60))
        part = StorageAudit.objects.create(scope="sample 3")
        assert run("--resume").status == 0
        finished = StorageAudit.objects.filter(finished_datetime__isnull=False)
        assert list(finished) == [newest]
        assert part.finished_datetime is None

    @pytest.mark.parametrize("first", [(), ("--resume",)])
    def test_an_audit_that_still_runs_is_not_resumed(
        self,
        run: Run,
        photo: SessionFile,
        storage: StorageOnDisk,
        monkeypatch: pytest.MonkeyPatch,
        first: tuple[str, ...],
    ) -> None:
        if first:
            StorageAudit.objects.create(scope="all")
        second: list[Result] = []

        def hash_and_resume(stream: BinaryIO) -> str:
            second.append(run("--resume"))
            return sha256(stream.read())

        monkeypatch.setattr(storage_of_app, "sha256_of", hash_and_resume)
        # In this thread: another would not see what is not committed.
        monkeypatch.setattr(
            "edc_retinopathy.audits.audit.ThreadPoolExecutor", lambda workers: InTurn()
        )
        assert run(*first).status == 0
        ((status, error),) = [(done.status, done.error) for done in second]
        assert status == 2
        assert "still running" in error
        assert StorageAudit.objects.get().checked == 1
        assert list(storage.images.glob(".audit*")) == []

    def test_nothing_to_resume(self, run: Run, photo: SessionFile) -> None:
        run()
        done = run("--resume")
        assert "no interrupted audit" in done.error
        assert done.status == 2

    @pytest.mark.parametrize(
        "arguments",
        [
            ("--sample", "1", "--adopt"),
            ("--since", "2026-01-01", "--quarantine"),
            ("--sample", "1", "--resume"),
            ("--commit",),
        ],
    )
    def test_what_does_not_go_together_is_refused(
        self, run: Run, db: None, arguments: tuple[str, ...]
    ) -> None:
        done = run(*arguments)
        assert (bool(done.error), done.status) == (True, 2)
        assert not StorageAudit.objects.exists()

    @pytest.mark.parametrize(
        "arguments",
        [
            ("--adopt", "--quarantine"),
            ("--sample", "0"),
            ("--workers", "-1"),
            ("--since", "yesterday"),
            ("--session", "105-10-0001-2"),
        ],
    )
    def test_what_cannot_be_read_is_refused(
        self, run: Run, db: None, arguments: tuple[str, ...]
    ) -> None:
        assert run(*arguments).error
        assert not StorageAudit.objects.exists()


class TestAdopt:
    """A whole file without a record gets one, if it is certain what it is."""

    def test_only_told_without_commit(self, run: Run, storage: StorageOnDisk, orphan: Path) -> None:
        before = storage.files()
        assert "would be adopted as left" in run("--adopt").output
        assert storage.files() == before
        assert not SessionFile.objects.exists()

    def test_adopted(self, run: Run, session: CameraSession, orphan: Path) -> None:
        assert "adopted as left" in run("--adopt", "--commit").output
        file = SessionFile.objects.get()
        assert file.camera_session_id == session.pk
        assert file.file_type == "left"
        assert file.original_filename == ORPHAN_NAME
        assert file.stored_filename == f"{session.pk}/{ORPHAN_NAME}"
        assert file.checksum == sha256(samples.small_jpeg())
        assert file.file_size == len(samples.small_jpeg())
        assert file.file_content_type == "image/jpeg"
        assert file.user_created == "audit_session_files"
        assert file.history.count() == 1
        assert orphan.read_bytes() == samples.small_jpeg()
        assert run().error == ""

    def test_adopted_under_a_harmless_extension_of_other_content(
        self, run: Run, session: CameraSession, orphan: Path
    ) -> None:
        orphan.rename(orphan.with_name("OS_1.jpeg_large"))
        assert "adopted as left" in run("--adopt", "--commit").output
        assert SessionFile.objects.get().file_content_type == "image/jpeg"

    def test_a_retry_of_an_adopted_file_is_free(
        self, run: Run, session: CameraSession, orphan: Path, camera: CameraApi
    ) -> None:
        run("--adopt", "--commit")
        assert camera.upload(IDENTIFIER, name=ORPHAN_NAME).status_code == 200

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("photo.jpg", samples.small_jpeg),
            ("OS_OD.jpg", samples.small_jpeg),
            ("OS_1.jpg", lambda: samples.small_jpeg()[:-100]),
            ("OS_1.jpg", lambda: b""),
            ("OS_1.exe", samples.small_jpeg),
            ("OS_1.html", samples.small_jpeg),
            ("OS_1.hta", samples.html_report),
            ("OS_1.jpg", samples.html_report),
            (".OS_1.jpg", samples.small_jpeg),
        ],
    )
    def test_what_is_not_certain_is_left_alone(
        self,
        run: Run,
        session: CameraSession,
        orphan: Path,
        name: str,
        content: Callable[[], bytes],
    ) -> None:
        doubtful = orphan.rename(orphan.with_name(name))
        doubtful.write_bytes(content())
        done = run("--adopt", "--commit")
        assert "left alone: " in done.output
        assert not SessionFile.objects.exists()
        assert doubtful.read_bytes() == content()

    def test_a_twin_of_a_stored_file_is_left_alone(
        self, run: Run, session: CameraSession, orphan: Path
    ) -> None:
        factories.store_file(session, "left", name=ORPHAN_NAME.upper())
        assert "left alone: " in run("--adopt", "--commit").output
        assert SessionFile.objects.count() == 1
        assert orphan.exists()

    def test_a_file_in_no_sessions_directory_is_left_alone(
        self, run: Run, storage: StorageOnDisk, db: None
    ) -> None:
        stray = storage.images / "elsewhere" / "OS_1.jpg"
        stray.parent.mkdir()
        stray.write_bytes(samples.small_jpeg())
        assert "left alone: it is in no session's directory" in run("--adopt", "--commit").output
        assert stray.exists()

    def test_a_report_for_both_eyes(self, run: Run, session: CameraSession, orphan: Path) -> None:
        orphan.rename(orphan.with_name("report.html")).write_bytes(samples.html_report())
        assert "adopted as report" in run("--adopt", "--commit").output
        adopted = SessionFile.objects.get()
        assert adopted.file_content_type == HTML
        assert adopted.is_image is False

    def test_a_dicom_that_is_no_image(
        self, run: Run, session: CameraSession, orphan: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        orphan.rename(orphan.with_name("OS_report.dcm")).write_bytes(samples.small_dicom())
        facts = content.Facts(content_type=ContentType.DICOM, is_image=False)
        monkeypatch.setattr(content, "check_content", lambda *_: facts)
        assert "adopted as left_dicom" in run("--adopt", "--commit").output
        assert SessionFile.objects.get().is_image is False


class TestQuarantine:
    """A file without a record is set aside, whole."""

    def test_only_told_without_commit(self, run: Run, storage: StorageOnDisk, orphan: Path) -> None:
        before = storage.files()
        assert "would be set aside" in run("--quarantine").output
        assert storage.files() == before

    def test_set_aside(
        self, run: Run, storage: StorageOnDisk, session: CameraSession, orphan: Path
    ) -> None:
        assert "set aside in quarantine" in run("--quarantine", "--commit").output
        assert not orphan.exists()
        (kept,) = (storage.images / ".quarantine" / str(session.pk)).glob("*/*")
        assert kept.name == ORPHAN_NAME
        assert kept.read_bytes() == samples.small_jpeg()
        assert not SessionFile.objects.exists()
        assert run().error == ""

    def test_a_twin_of_a_stored_file_is_set_aside(
        self, run: Run, storage: StorageOnDisk, session: CameraSession, orphan: Path
    ) -> None:
        twin = factories.store_file(session, "left", name=ORPHAN_NAME.upper())
        assert "set aside in quarantine" in run("--quarantine", "--commit").output
        assert not orphan.exists()
        assert path_of(twin).exists()
        assert run().error == ""

    def test_strays_are_set_aside_under_whatever_name(
        self, run: Run, storage: StorageOnDisk, session: CameraSession, orphan: Path
    ) -> None:
        strays = [
            storage.images / "stray.jpg",
            storage.images / "elsewhere" / "deeper" / "stray.jpg",
            orphan.with_name(os.fsdecode(b"\xff.jpg")),
            storage.images / os.fsdecode(b"\xff") / "stray.jpg",
        ]
        for number, stray in enumerate(strays):
            stray.parent.mkdir(parents=True, exist_ok=True)
            stray.write_bytes(b"%d" % number)
        for report in ("text", "json", "csv"):
            assert run("--format", report).status == 1
        assert run("--quarantine", "--commit").output.count("set aside in quarantine") == 5
        kept = [path for path in (storage.images / ".quarantine").rglob("*") if path.is_file()]
        assert sorted(path.read_bytes() for path in kept) == sorted(
            [samples.small_jpeg(), b"0", b"1", b"2", b"3"]
        )
        assert run().error == ""

    def test_links_are_told_and_never_followed_or_moved(
        self, run: Run, storage: StorageOnDisk, photo: SessionFile
    ) -> None:
        directory = path_of(photo).parent
        links = [storage.images / "latest", directory / "again.jpg"]
        links[0].symlink_to(directory)
        links[1].symlink_to(path_of(photo))
        for option in ("--quarantine", "--adopt"):
            done = run(option, "--commit")
            assert done.output.count("left alone: it is no regular file") == 2
        assert all(link.is_symlink() for link in links)
        assert path_of(photo).read_bytes() == samples.small_jpeg()
        assert SessionFile.objects.count() == 1

    def test_a_link_in_place_of_a_sessions_directory_is_told(
        self, run: Run, photo: SessionFile, tmp_path: Path
    ) -> None:
        directory = path_of(photo).parent
        elsewhere = directory.rename(tmp_path / "elsewhere")
        directory.symlink_to(elsewhere)
        done = run("--adopt", "--commit")
        assert "There is a symbolic link in place of the session's directory." in done.output
        assert "left alone: it is no regular file" in done.output
        audit = StorageAudit.objects.get()
        assert (audit.unreadable, audit.orphans) == (1, 1)
        assert (elsewhere / photo.original_filename).read_bytes() == samples.small_jpeg()

    def test_a_link_in_place_of_a_file_is_told(
        self, run: Run, photo: SessionFile, tmp_path: Path
    ) -> None:
        elsewhere = path_of(photo).rename(tmp_path / "elsewhere.jpg")
        path_of(photo).symlink_to(elsewhere)
        assert "a symbolic link is in its place" in run().output
        assert StorageAudit.objects.get().unreadable == 1

    @pytest.mark.parametrize("option", ["--quarantine", "--adopt"])
    def test_what_goes_wrong_with_one_file_does_not_end_the_audit(
        self, run: Run, orphan: Path, option: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def gone(*args: object, **kwargs: object) -> None:
            raise FileNotFoundError(2, "No such file or directory", str(orphan))

        other = orphan.with_name("OS_2.jpg")
        other.write_bytes(samples.small_jpeg())
        with monkeypatch.context() as patch:
            patch.setattr(storage_of_app, "stat", gone)
            done = run(option, "--commit", "--format", "csv")
        actions = [row["action"] for row in csv.DictReader(StringIO(done.output))]
        assert actions == ["left alone: No such file or directory"] * 2
        assert orphan.exists()

    def test_recorded_files_stay(
        self, run: Run, storage: StorageOnDisk, photo: SessionFile, orphan: Path
    ) -> None:
        run("--quarantine", "--commit")
        assert path_of(photo).read_bytes() == samples.small_jpeg()


def test_a_name_that_is_not_utf8_is_a_file_without_a_record(run: Run, photo: SessionFile) -> None:
    directory = factories.image_path(photo.camera_session, "x").parent
    (directory / os.fsdecode(b"\xff.jpg")).write_bytes(b"x")
    done = run("--show-names")
    assert "orphan" in done.output
    assert "\\udcff.jpg" in done.output
