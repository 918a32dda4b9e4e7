"""Uploads of one name at once: one is first, and the others learn of it."""

from collections import Counter

import pytest

from edc_retinopathy.choices import FileType
from edc_retinopathy.models import CameraSession, SessionFile
from tests.committed import CommittedRecords
from tests.concurrency.together import together
from tests.contents import photograph
from tests.invariants import assert_stored, quarantined, stored_file, temporary_files
from tests.samples import small_dicom, usual_filename
from tests.servers import WORKER_HEADER, Server, camera_token, wait_until

UPLOADS = 8
# Chunks from several clients arrive in turn.
SIZE = 600_000


def test_several_worker_processes_answer(server: Server) -> None:
    workers: set[str] = set()

    def have_answered() -> bool:
        workers.update(
            answer.headers[WORKER_HEADER] for answer in together([server.ping] * UPLOADS)
        )
        return len(workers) > 1

    wait_until(have_answered, what="two processes have answered")


@pytest.mark.parametrize("repetition", range(3))
def test_parallel_identical_uploads_leave_one_record(
    server: Server, session: CameraSession, repetition: int
) -> None:
    content = photograph(repetition, size=SIZE)
    answers = together([lambda: server.upload(session, content)] * UPLOADS)
    assert Counter(answer.status for answer in answers) == {201: 1, 200: UPLOADS - 1}, answers
    assert len({answer.body["id"] for answer in answers}) == 1
    assert SessionFile.objects.filter(camera_session=session).count() == 1
    assert_stored(server.storage, session, {"photo.jpg": content})
    assert temporary_files(server.storage) == []
    assert quarantined(server.storage, session) == []


@pytest.mark.parametrize("repetition", range(3))
def test_of_parallel_different_uploads_of_one_name_one_is_stored(
    server: Server, session: CameraSession, repetition: int
) -> None:
    # Sizes differ too: a mixture of two would show.
    contents = [photograph(10 + n, size=SIZE - 70_000 * n) for n in range(UPLOADS)]
    answers = together([lambda c=c: server.upload(session, c) for c in contents])  # type: ignore[misc]
    assert Counter(answer.status for answer in answers) == {201: 1, 409: UPLOADS - 1}, answers
    assert {answer.code for answer in answers if answer.status == 409} == {"filename_conflict"}
    (winner,) = [c for c, answer in zip(contents, answers, strict=True) if answer.status == 201]
    assert_stored(server.storage, session, {"photo.jpg": winner})
    assert temporary_files(server.storage) == []
    assert quarantined(server.storage, session) == []
    stored = stored_file(server.storage, f"{session.pk}/photo.jpg")
    # Every loser sends again, and the winner too.
    answers = together([lambda c=c: server.upload(session, c) for c in contents])  # type: ignore[misc]
    assert Counter(answer.status for answer in answers) == {200: 1, 409: UPLOADS - 1}, answers
    assert stored_file(server.storage, f"{session.pk}/photo.jpg") == stored


def test_parallel_uploads_adopt_what_a_crash_left(server: Server, session: CameraSession) -> None:
    content = photograph(20, size=SIZE)
    orphan = server.storage.images / str(session.pk) / "photo.jpg"
    orphan.parent.mkdir()
    orphan.write_bytes(content)
    answers = together([lambda: server.upload(session, content)] * UPLOADS)
    assert Counter(answer.status for answer in answers) == {201: 1, 200: UPLOADS - 1}, answers
    assert_stored(server.storage, session, {"photo.jpg": content})
    assert quarantined(server.storage, session) == []


def test_parallel_uploads_set_aside_other_bytes_that_a_crash_left(
    server: Server, session: CameraSession
) -> None:
    left = photograph(21)
    orphan = server.storage.images / str(session.pk) / "photo.jpg"
    orphan.parent.mkdir()
    orphan.write_bytes(left)
    contents = [photograph(30 + n) for n in range(UPLOADS)]
    answers = together([lambda c=c: server.upload(session, c) for c in contents])  # type: ignore[misc]
    assert Counter(answer.status for answer in answers) == {201: 1, 409: UPLOADS - 1}, answers
    (winner,) = [c for c, answer in zip(contents, answers, strict=True) if answer.status == 201]
    assert_stored(server.storage, session, {"photo.jpg": winner})
    assert quarantined(server.storage, session) == [left]


def test_names_that_are_twins_are_never_both_stored(server: Server, session: CameraSession) -> None:
    names = ["photo.jpg", "PHOTO.jpg", "Photo.JPG", "photo.JPG"] * 2
    content = photograph(22)
    answers = together([lambda n=n: server.upload(session, content, name=n) for n in names])  # type: ignore[misc]
    (stored,) = {a.body["original_filename"] for a in answers if a.status in {200, 201}}
    assert Counter(a.status for a in answers) == {201: 1, 200: 1, 400: 6}, answers
    assert_stored(server.storage, session, {stored: content})


def test_a_whole_exam_sent_at_once_is_complete(server: Server, session: CameraSession) -> None:
    """Different files of one session do not get into each other's way."""
    sent = {
        "left": ("left.jpg", photograph(23, size=SIZE)),
        "right": ("right.jpg", photograph(24, size=SIZE)),
        "left_dicom": ("left.dcm", small_dicom()),
        "right_dicom": ("right.dcm", small_dicom()),
    }
    answers = together(
        [
            lambda t=t, n=n, c=c: server.upload(session, c, name=n, file_type=t)  # type: ignore[misc]
            for t, (n, c) in sent.items()
        ]
    )
    assert [answer.status for answer in answers] == [201] * len(sent), answers
    assert_stored(server.storage, session, dict(sent.values()))


def test_one_name_in_several_sessions_is_several_files(
    server: Server, records: CommittedRecords
) -> None:
    sessions = [records.session() for _ in range(4)]
    contents = [photograph(40 + n, size=SIZE) for n in range(len(sessions))]
    answers = together(
        [
            lambda s=s, c=c: server.upload(s, c)  # type: ignore[misc]
            for s, c in zip(sessions, contents, strict=True)
        ]
    )
    assert [answer.status for answer in answers] == [201] * len(sessions), answers
    for session, content in zip(sessions, contents, strict=True):
        assert_stored(server.storage, session, {"photo.jpg": content})


def test_two_cameras_fill_one_session(server: Server, records: CommittedRecords) -> None:
    """Each camera sends one eye, again and again, under names that both use."""
    session = records.session(records.subject())
    tokens = [camera_token(), camera_token("camera_two")]
    files = {
        (token, name): photograph(50 + n, size=100_000)
        for n, (token, name) in enumerate((t, f"{i}.jpg") for t in tokens for i in range(3))
    }
    types = dict(zip(tokens, (FileType.LEFT, FileType.RIGHT), strict=True))
    answers = together(
        [
            lambda t=t, n=n, c=c: server.upload(  # type: ignore[misc]
                session, c, name=n, file_type=types[t], token=t
            )
            for (t, n), c in files.items()
        ]
    )
    # Of the two that sent a name, one was first.
    assert Counter(answer.status for answer in answers) == {201: 3, 409: 3}, answers
    stored = {
        name: content
        for ((_, name), content), answer in zip(files.items(), answers, strict=True)
        if answer.status == 201
    }
    assert_stored(server.storage, session, stored)


def test_two_cameras_resolve_one_session(server: Server, records: CommittedRecords) -> None:
    subject = records.subject()
    session = records.session(subject)
    cameras = ["CAM-001", "CAM-002"] * 4
    answers = together(
        [
            lambda d=d: server.resolve(subject.subject_identifier, device_id=d)  # type: ignore[misc]
            for d in cameras
        ]
    )
    assert {answer.status for answer in answers} == {200}, answers
    assert {answer.body["camera_session_id"] for answer in answers} == {str(session.pk)}
    session.refresh_from_db()
    assert session.device_id in cameras
    # Entered, and the camera filled in: once, whoever was first.
    assert list(
        CameraSession.history.filter(id=session.pk)
        .order_by("history_date")
        .values_list("device_id", flat=True)
    ) == ["", session.device_id]


def test_resolves_race_with_uploads(server: Server, records: CommittedRecords) -> None:
    """A camera sends an exam while another resolves; the first completes the session meanwhile."""
    subject = records.subject()
    session = records.session(subject)
    identifier = subject.subject_identifier
    assert server.resolve(identifier).status == 200
    exam = {
        "left": photograph(60, size=SIZE),
        "right": photograph(61, size=SIZE),
        "report": b"<!DOCTYPE html><html><body>No retinopathy seen.</body></html>",
    }
    names = {file_type: usual_filename(file_type, file_type) for file_type in exam}
    uploads = [
        lambda t=t, c=c: server.upload(session, c, name=names[t], file_type=t)  # type: ignore[misc]
        for t, c in exam.items()
    ]
    resolves = [lambda: server.resolve(identifier, device_id="CAM-001")] * 5
    answers = together([*uploads, *resolves])
    assert [answer.status for answer in answers[:3]] == [201] * 3, answers
    # Complete or not, it is the exam that is going on.
    for answer in answers[3:]:
        assert (answer.status, answer.body["camera_session_id"]) == (200, str(session.pk)), answer
    assert_stored(server.storage, session, {names[t]: c for t, c in exam.items()})
    status = server.status(identifier)
    assert status.body["complete"] is True
    assert status.body["uploaded"] == ["left", "report", "right"]
