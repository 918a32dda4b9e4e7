"""An allowed conflict: the new bytes are stored beside the old, which stay as they are."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from edc_retinopathy.choices import RefusalState
from edc_retinopathy.files.inspecting import inspect_again
from edc_retinopathy.files.versions import Place, name_on_disk
from edc_retinopathy.models import CameraSession, Finding, Refusal, SessionFile
from edc_retinopathy.refusals.answers import CannotAnswer, answer, answers_to
from tests import factories
from tests.api.client import CameraApi, assert_error
from tests.commands.conftest import Run
from tests.flawed_files import dicom_with
from tests.samples import small_jpeg

COMMAND = "audit_session_files"
IDENTIFIER = factories.FEMALE_IDENTIFIER
FIRST = small_jpeg()
SECOND, THIRD, FOURTH = (small_jpeg() + bytes([n]) * 8 for n in (1, 2, 3))


def bytes_on_disk(session: CameraSession) -> dict[str, bytes]:
    """The files of the session, by their names on disk."""
    directory = factories.image_path(session, "x").parent
    return {path.name: path.read_bytes() for path in directory.iterdir()}


@pytest.fixture
def conflict(camera: CameraApi, session: CameraSession) -> Refusal:
    """The refusal of other bytes under the name of the first file."""
    assert camera.upload(IDENTIFIER, content=FIRST).status_code == 201
    assert_error(camera.upload(IDENTIFIER, content=SECOND), 409, "filename_conflict")
    return Refusal.objects.get()


def allow(refusal: Refusal, user: User) -> None:
    """Allow the next version, as a clinician."""
    refusal.refresh_from_db()
    answer(refusal, RefusalState.ALLOWED, user=user)


def test_the_next_try_succeeds_and_the_first_stays(
    camera: CameraApi, session: CameraSession, conflict: Refusal, clinician: User
) -> None:
    first = SessionFile.objects.get()
    allow(conflict, clinician)
    sent = camera.upload(IDENTIFIER, content=SECOND)
    assert sent.status_code == 201
    body = sent.json()
    assert body["original_filename"] == "photo.jpg"
    assert body["stored_filename"] == f"{session.pk}/photo~2.jpg"
    assert body["checksum"] == hashlib.sha256(SECOND).hexdigest()
    assert bytes_on_disk(session) == {"photo.jpg": FIRST, "photo~2.jpg": SECOND}
    second = SessionFile.objects.get(pk=body["id"])
    assert (second.version, second.is_superseded) == (2, False)
    first.refresh_from_db()
    assert (first.version, first.is_superseded) == (1, True)
    assert first.stored_filename == f"{session.pk}/photo.jpg"
    assert [v.superseded_datetime is None for v in first.history.all()] == [False, True]
    assert second.history.count() == 1


def test_findings_in_what_was_superseded_are_closed(
    camera: CameraApi, session: CameraSession, clinician: User
) -> None:
    swapped, right = dicom_with(ImageLaterality="R"), dicom_with()
    now = timezone.now().isoformat()

    def send(content: bytes) -> Any:
        return camera.upload(IDENTIFIER, "left_dicom", content, name="a.dcm", capture_datetime=now)

    first = send(swapped).json()
    assert [finding["code"] for finding in first["findings"]] == ["laterality_mismatch"]
    assert_error(send(right), 409, "filename_conflict")
    allow(Refusal.objects.get(), clinician)
    second = send(right)
    assert second.status_code == 201
    assert second.json()["findings"] == []
    assert camera.status(IDENTIFIER).json()["findings"] == []
    closed = Finding.objects.get()
    assert closed.is_resolved
    assert closed.history.count() == 2
    # Looked at again it stays closed.
    assert inspect_again(closed.session_file_id) == 0


def test_retries_of_both_are_free_and_a_third_is_refused(
    camera: CameraApi, session: CameraSession, conflict: Refusal, clinician: User
) -> None:
    allow(conflict, clinician)
    ids = {}
    for content, status in ((SECOND, 201), (SECOND, 200), (FIRST, 200), (SECOND, 200)):
        sent = camera.upload(IDENTIFIER, content=content)
        assert sent.status_code == status
        assert ids.setdefault(content, sent.json()["id"]) == sent.json()["id"]
    assert len(set(ids.values())) == 2
    assert_error(camera.upload(IDENTIFIER, content=THIRD), 409, "filename_conflict")
    assert bytes_on_disk(session) == {"photo.jpg": FIRST, "photo~2.jpg": SECOND}
    conflict.refresh_from_db()
    assert (conflict.state, conflict.count) == (RefusalState.OPEN, 2)
    allow(conflict, clinician)
    assert camera.upload(IDENTIFIER, content=THIRD).status_code == 201
    assert bytes_on_disk(session)["photo~3.jpg"] == THIRD
    assert SessionFile.objects.current().get().version == 3
    assert_error(camera.upload(IDENTIFIER, content=FOURTH), 409, "filename_conflict")


def test_an_allowance_is_of_one_name_in_one_session(
    camera: CameraApi, session: CameraSession, conflict: Refusal, clinician: User
) -> None:
    assert camera.upload(IDENTIFIER, content=FIRST, name="other.jpg").status_code == 201
    allow(conflict, clinician)
    sent = camera.upload(IDENTIFIER, content=THIRD, name="other.jpg")
    assert_error(sent, 409, "filename_conflict")
    sent = camera.upload(IDENTIFIER, content=SECOND, name="PHOTO.jpg")
    assert_error(sent, 400, "invalid_filename")
    assert camera.upload(IDENTIFIER, content=SECOND).status_code == 201


def test_an_allowance_is_taken_back_by_dismissing(
    camera: CameraApi, conflict: Refusal, clinician: User
) -> None:
    allow(conflict, clinician)
    conflict.refresh_from_db()
    answer(conflict, RefusalState.DISMISSED, user=clinician, reason="An error")
    assert_error(camera.upload(IDENTIFIER, content=SECOND), 409, "filename_conflict")


def test_only_the_current_version_counts(
    camera: CameraApi, session: CameraSession, conflict: Refusal, clinician: User
) -> None:
    allow(conflict, clinician)
    # The same name, as the other eye.
    assert camera.upload(IDENTIFIER, "right", content=SECOND).status_code == 201
    assert camera.resolve(IDENTIFIER).json()["uploaded"] == ["right"]
    status = camera.status(IDENTIFIER).json()
    assert (status["uploaded"], "left" in status["missing"]) == (["right"], True)
    assert [t.value for t in session.uploaded_file_types] == ["right"]
    assert "left" in [t.value for t in session.missing_file_types]


@pytest.mark.parametrize("first", ["the version", "the other"])
def test_a_file_that_is_named_like_a_version_collides_with_none(
    camera: CameraApi,
    session: CameraSession,
    conflict: Refusal,
    clinician: User,
    first: str,
) -> None:
    allow(conflict, clinician)
    sends = [(SECOND, "photo.jpg"), (THIRD, "photo~2.jpg")]
    for content, name in sends if first == "the version" else reversed(sends):
        sent = camera.upload(IDENTIFIER, content=content, name=name)
        assert sent.status_code == 201
        assert sent.json()["original_filename"] == name
    for content, name in sends:
        assert camera.upload(IDENTIFIER, content=content, name=name).status_code == 200
    assert_error(camera.upload(IDENTIFIER, content=FOURTH, name="photo~2.jpg"), 409, None)
    on_disk = bytes_on_disk(session)
    assert len(on_disk) == 3
    for file in SessionFile.objects.all():
        content = on_disk[file.stored_filename.partition("/")[2]]
        assert hashlib.sha256(content).hexdigest() == file.checksum


def test_both_are_downloaded(
    camera: CameraApi, session: CameraSession, conflict: Refusal, clinician: User
) -> None:
    allow(conflict, clinician)
    camera.upload(IDENTIFIER, content=SECOND)
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(clinician)
    contents = {
        browser.get(file.get_download_url()).getvalue() for file in SessionFile.objects.all()
    }
    assert contents == {FIRST, SECOND}


def test_an_audit_finds_both_as_they_are_stored(
    camera: CameraApi,
    session: CameraSession,
    conflict: Refusal,
    clinician: User,
    run: Run,
) -> None:
    allow(conflict, clinician)
    camera.upload(IDENTIFIER, content=SECOND)
    assert run().status == 0
    assert set(SessionFile.objects.values_list("last_audit_result", flat=True)) == {"ok"}


class TestWithoutARecord:
    """A crash between publication and commit left the bytes of a version."""

    @pytest.fixture
    def orphan(self, session: CameraSession, camera: CameraApi, clinician: User) -> Path:
        name = "OS.jpg"
        camera.upload(IDENTIFIER, content=FIRST, name=name)
        camera.upload(IDENTIFIER, content=SECOND, name=name)
        path = factories.image_path(session, "OS~2.jpg")
        path.write_bytes(SECOND)
        return path

    def test_it_is_adopted_as_the_version_that_was_allowed(
        self,
        session: CameraSession,
        camera: CameraApi,
        clinician: User,
        orphan: Path,
        run: Run,
    ) -> None:
        allow(Refusal.objects.get(), clinician)
        run("--adopt", "--commit")
        adopted = SessionFile.objects.current().get()
        assert (adopted.original_filename, adopted.version) == ("OS.jpg", 2)
        assert adopted.stored_filename == f"{session.pk}/OS~2.jpg"
        assert SessionFile.objects.get(version=1).is_superseded
        assert camera.upload(IDENTIFIER, content=SECOND, name="OS.jpg").status_code == 200
        assert_error(camera.upload(IDENTIFIER, content=THIRD, name="OS.jpg"), 409, None)

    def test_it_is_a_file_of_its_own_if_none_was_allowed(
        self,
        session: CameraSession,
        camera: CameraApi,
        clinician: User,
        orphan: Path,
        run: Run,
    ) -> None:
        run("--adopt", "--commit")
        assert SessionFile.objects.get(original_filename="OS~2.jpg").version == 1
        allow(Refusal.objects.get(), clinician)
        sent = camera.upload(IDENTIFIER, content=THIRD, name="OS.jpg")
        assert sent.status_code == 201
        assert bytes_on_disk(session) == {
            "OS.jpg": FIRST,
            "OS~2.jpg": SECOND,
            sent.json()["stored_filename"].partition("/")[2]: THIRD,
        }

    def test_the_retry_adopts_it(
        self, session: CameraSession, camera: CameraApi, clinician: User, orphan: Path
    ) -> None:
        allow(Refusal.objects.get(), clinician)
        assert camera.upload(IDENTIFIER, content=SECOND, name="OS.jpg").status_code == 201
        assert bytes_on_disk(session) == {"OS.jpg": FIRST, "OS~2.jpg": SECOND}


@pytest.mark.parametrize(
    ("original", "place", "name"),
    [
        ("photo.jpg", Place(), "photo.jpg"),
        ("photo.jpg", Place(2), "photo~2.jpg"),
        ("photo.jpg", Place(12, 1), "photo~12~1.jpg"),
        ("photo~2.jpg", Place(1, 1), "photo~2~1.jpg"),
        ("photo", Place(2), "photo~2"),
        ("IM.0.1", Place(2), "IM.0~2.1"),
        (f"{'é' * 125}.jpg", Place(2), f"{'é' * 124}~2.jpg"),
        (f"x.{'y' * 252}", Place(2), f"x.{'y' * 250}~2"),
    ],
)
def test_names_on_disk(original: str, place: Place, name: str) -> None:
    assert name_on_disk(original, place) == name
    assert len(name.encode()) <= 254


def test_of_two_who_answer_one_is_second(conflict: Refusal, clinician: User) -> None:
    other = Refusal.objects.get()
    answer(conflict, RefusalState.ALLOWED, user=clinician)
    with pytest.raises(CannotAnswer):
        answer(other, RefusalState.DISMISSED, user=clinician)
    assert conflict.history.count() == 1
    assert RefusalState.ALLOWED not in answers_to(conflict)


def test_a_conflict_is_no_expired_session(conflict: Refusal) -> None:
    assert answers_to(conflict) == [RefusalState.ALLOWED, RefusalState.DISMISSED]


def test_an_expired_session_is_reopened_and_the_next_try_succeeds(
    camera: CameraApi, create_session: Any, clinician: User
) -> None:
    session = create_session(minutes=factories.LONG_AGO_MINUTES)
    assert_error(camera.resolve(IDENTIFIER), 404, "no_session")
    refusal = Refusal.objects.get()
    assert answers_to(refusal) == [RefusalState.REOPENED, RefusalState.DISMISSED]
    answer(refusal, RefusalState.REOPENED, user=clinician)
    assert (refusal.state, refusal.closed_by) == (RefusalState.REOPENED, clinician.username)
    session.refresh_from_db()
    assert session.activity.last_reopened_datetime is not None
    assert camera.resolve(IDENTIFIER).status_code == 200
    assert camera.upload(IDENTIFIER).status_code == 201


@pytest.mark.parametrize("lost", ["unknown", "withdrawn", "contraindicated", "open by now"])
def test_what_reopening_does_not_help_is_only_dismissed(
    camera: CameraApi, create_session: Any, lost: str
) -> None:
    session = create_session(minutes=factories.LONG_AGO_MINUTES)
    camera.resolve(factories.UNKNOWN_IDENTIFIER if lost == "unknown" else IDENTIFIER)
    now = factories.minutes_ago(0)
    changes: dict[str, dict[str, Any]] = {
        "withdrawn": {"withdrawn_datetime": now},
        "contraindicated": {"pregnant": "Yes"},
    }
    if lost == "open by now":
        factories.set_moments(session, last_reopened_datetime=now)
    CameraSession.objects.filter(pk=session.pk).update(**changes.get(lost, {"device_id": ""}))
    assert answers_to(Refusal.objects.get()) == [RefusalState.DISMISSED]
