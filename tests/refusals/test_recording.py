"""Every refused upload or resolve is kept, once for each cause, and closed when it succeeds."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DataError, OperationalError
from pytest_django import Settings

from edc_retinopathy.choices import RefusalState
from edc_retinopathy.errors import StorageError
from edc_retinopathy.files import ingest
from edc_retinopathy.models import CameraAccount, CameraSession, Refusal
from edc_retinopathy.refusals import recording
from tests import factories
from tests.api.client import CameraApi, assert_error, upload_url
from tests.samples import small_jpeg

IDENTIFIER = factories.FEMALE_IDENTIFIER
UNKNOWN = factories.UNKNOWN_IDENTIFIER
OTHER_BYTES = small_jpeg() + b"tail"


def the_refusal() -> Refusal:
    """The only one there is."""
    return Refusal.objects.get()


def test_a_success_leaves_no_refusal(camera: CameraApi, session: CameraSession) -> None:
    assert camera.resolve(IDENTIFIER).status_code == 200
    assert camera.upload(IDENTIFIER).status_code == 201
    assert camera.upload(IDENTIFIER).status_code == 200
    assert camera.status(IDENTIFIER).status_code == 200
    assert not Refusal.objects.exists()


def test_a_conflict_is_kept_with_all_that_is_known(
    camera: CameraApi, camera_user: User, session: CameraSession
) -> None:
    CameraAccount.objects.create(user=camera_user, device_id="CAM-7")
    assert camera.upload(IDENTIFIER).status_code == 201
    body = assert_error(camera.upload(IDENTIFIER, content=OTHER_BYTES), 409, "filename_conflict")
    refusal = the_refusal()
    assert refusal.account == camera_user
    assert refusal.username == camera_user.username
    assert refusal.device_id == "CAM-7"
    assert refusal.site_id == session.site_id
    assert refusal.endpoint == "upload"
    assert refusal.subject_identifier == IDENTIFIER
    assert refusal.file_type == "left"
    assert refusal.file_name == "photo.jpg"
    assert refusal.code == "filename_conflict"
    assert refusal.message == body["error"]
    assert refusal.camera_session == session
    assert (refusal.count, refusal.state) == (1, RefusalState.OPEN)


def test_the_same_again_counts(camera: CameraApi, session: CameraSession) -> None:
    for _ in range(3):
        camera.resolve(UNKNOWN)
    refusal = the_refusal()
    assert refusal.count == 3
    assert refusal.first_datetime < refusal.last_datetime
    assert not refusal.history.exists()


@pytest.mark.parametrize(
    ("call", "code", "known"),
    [
        (lambda c: c.resolve(UNKNOWN), "no_session", ("resolve", UNKNOWN, "", "")),
        (lambda c: c.resolve("x" * 70), "invalid_request", ("resolve", "x" * 70, "", "")),
        (lambda c: c.resolve(" 1 "), "no_session", ("resolve", "1", "", "")),
        (lambda c: c.resolve({"a": 1}), "invalid_request", ("resolve", "{'a': 1}", "", "")),
        (lambda c: c.resolve("\x00"), "invalid_request", ("resolve", "\ufffd", "", "")),
        (lambda c: c.upload(UNKNOWN), "no_session", ("upload", UNKNOWN, "left", "")),
        (lambda c: c.upload(IDENTIFIER, "x"), "invalid_file_type", ("upload", IDENTIFIER, "x", "")),
        (
            lambda c: c.upload(IDENTIFIER, content=b"x"),
            "invalid_content",
            ("upload", IDENTIFIER, "left", "photo.jpg"),
        ),
        (
            lambda c: c.upload(IDENTIFIER, checksum="0" * 64),
            "checksum_mismatch",
            ("upload", IDENTIFIER, "left", "photo.jpg"),
        ),
        (
            lambda c: c.upload(IDENTIFIER, name="photo.exe"),
            "invalid_filename",
            ("upload", IDENTIFIER, "left", "photo.exe"),
        ),
        (
            lambda c: c.upload(IDENTIFIER, name="con"),
            "invalid_filename",
            ("upload", IDENTIFIER, "left", "con"),
        ),
        (
            lambda c: c.upload(IDENTIFIER, capture_datetime=None),
            "invalid_request",
            ("upload", IDENTIFIER, "left", "photo.jpg"),
        ),
    ],
)
def test_each_code_is_kept_once(
    camera: CameraApi,
    session: CameraSession,
    call: Callable[[CameraApi], Any],
    code: str,
    known: tuple[str, ...],
) -> None:
    for _ in range(2):
        answer = call(camera)
        assert answer.json()["code"] == code
    refusal = the_refusal()
    assert refusal.code == code
    assert refusal.count == 2
    assert known == (
        refusal.endpoint,
        refusal.subject_identifier,
        refusal.file_type,
        refusal.file_name,
    )


@pytest.mark.parametrize(
    ("raised", "code"),
    [
        (StorageError("The disk is full."), "storage_error"),
        (ZeroDivisionError(), "server_error"),
        (DataError("words"), "server_error"),
    ],
)
def test_errors_of_the_server_are_kept(
    camera: CameraApi,
    session: CameraSession,
    monkeypatch: pytest.MonkeyPatch,
    raised: Exception,
    code: str,
) -> None:
    def fail(*args: Any) -> None:
        raise raised

    camera.client.raise_request_exception = False
    monkeypatch.setattr(ingest, "_judge", fail)
    assert_error(camera.upload(IDENTIFIER), 500, code)
    assert the_refusal().code == code
    monkeypatch.undo()
    assert camera.upload(IDENTIFIER).status_code == 201
    assert the_refusal().state == RefusalState.SUCCEEDED


def test_a_busy_database_is_not_asked_for_more(
    camera: CameraApi, session: CameraSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any) -> None:
        raise OperationalError("locked")

    monkeypatch.setattr(ingest, "_judge", fail)
    monkeypatch.setattr(recording, "_record", None)
    assert_error(camera.upload(IDENTIFIER), 503, "server_busy")
    assert not Refusal.objects.exists()


def test_an_account_that_lacks_a_right_is_kept(grader: User, session: CameraSession) -> None:
    api = CameraApi(factories.token_of(grader))
    assert_error(api.upload(IDENTIFIER), 403, "permission_denied")
    assert_error(api.resolve(IDENTIFIER), 403, "permission_denied")
    kept = set(Refusal.objects.values_list("username", "endpoint", "code"))
    assert kept == {(grader.username, name, "permission_denied") for name in ("upload", "resolve")}


def test_nothing_is_kept_of_who_is_unknown_nor_of_other_endpoints(
    camera: CameraApi, session: CameraSession
) -> None:
    for api in (CameraApi(None), CameraApi("0" * 40)):
        assert api.resolve(IDENTIFIER).status_code == 401
        assert api.upload(IDENTIFIER).status_code == 401
    assert camera.status(UNKNOWN).status_code == 404
    assert camera.client.get("/api/retinopathy/nowhere").status_code == 404
    # What is no upload and no resolve at all.
    for method in (camera.client.get, camera.client.put, camera.client.delete):
        assert method(upload_url(IDENTIFIER, "left")).status_code == 405
        assert method("/api/retinopathy/resolve/").status_code == 405
    assert not Refusal.objects.exists()


def test_the_throttled_are_counted_in_one_row(
    camera: CameraApi, session: CameraSession, settings: Settings
) -> None:
    settings.EDC_RETINOPATHY_THROTTLE_RATE = "1/hour"
    assert camera.resolve(IDENTIFIER).status_code == 200
    for number in range(5):
        assert camera.resolve(f"{number}").status_code == 429
    assert (the_refusal().code, the_refusal().count) == ("throttled", 5)


@pytest.mark.parametrize("raised", [DataError("of subject 105-1"), RuntimeError(), UnicodeError()])
def test_what_cannot_be_recorded_changes_no_answer(
    camera: CameraApi,
    session: CameraSession,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    raised: Exception,
) -> None:
    def fail(*args: Any) -> None:
        raise raised

    monkeypatch.setattr(recording, "_record", fail)
    assert_error(camera.resolve(UNKNOWN), 404, "no_session")
    assert [r.levelno for r in caplog.records if r.name == recording.__name__] == [logging.ERROR]
    assert "105-1" not in caplog.text


def test_what_cannot_be_closed_changes_no_answer(
    camera: CameraApi, session: CameraSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    camera.upload(IDENTIFIER, content=b"x")

    def fail() -> None:
        raise DataError("words")

    monkeypatch.setattr(recording, "_refusals", fail)
    assert camera.upload(IDENTIFIER).status_code == 201


class TestClosing:
    """A refusal is closed by the success of the same, and by nothing else."""

    def test_by_the_same_file(self, camera: CameraApi, session: CameraSession) -> None:
        camera.upload(IDENTIFIER, content=b"x")
        camera.upload(IDENTIFIER, checksum="0" * 64)
        assert camera.upload(IDENTIFIER).status_code == 201
        assert {r.state for r in Refusal.objects.all()} == {RefusalState.SUCCEEDED}
        assert all(r.closed_datetime for r in Refusal.objects.all())

    def test_not_by_another_file_type_name_or_subject(
        self, camera: CameraApi, session: CameraSession, male_subject: Any
    ) -> None:
        factories.create_session(male_subject)
        camera.upload(IDENTIFIER, content=b"x")
        assert camera.upload(IDENTIFIER, name="other.jpg").status_code == 201
        assert camera.upload(IDENTIFIER, "right", name="right.jpg").status_code == 201
        assert camera.upload(factories.MALE_IDENTIFIER).status_code == 201
        assert camera.resolve(IDENTIFIER).status_code == 200
        assert the_refusal().state == RefusalState.OPEN

    def test_a_resolve_by_a_resolve_of_the_subject(
        self, camera: CameraApi, create_session: Callable[..., CameraSession]
    ) -> None:
        camera.resolve(IDENTIFIER)
        camera.upload(IDENTIFIER)
        create_session()
        assert camera.resolve(IDENTIFIER).status_code == 200
        states = dict(Refusal.objects.values_list("endpoint", "state"))
        assert states == {"resolve": RefusalState.SUCCEEDED, "upload": RefusalState.OPEN}
        # Refused unread, it has no name: any file of the type is meant.
        assert camera.upload(IDENTIFIER, name="any.jpg").status_code == 201
        assert not Refusal.objects.open().exists()

    def test_what_comes_back_after_a_success_is_open_again(
        self, camera: CameraApi, session: CameraSession
    ) -> None:
        camera.upload(IDENTIFIER, content=b"x")
        camera.upload(IDENTIFIER)
        camera.upload(IDENTIFIER, content=b"x")
        assert (the_refusal().state, the_refusal().count) == (RefusalState.OPEN, 2)
        assert the_refusal().closed_datetime is None

    def test_dismissed_stays_so_until_a_success(
        self, camera: CameraApi, session: CameraSession
    ) -> None:
        camera.upload(IDENTIFIER, content=b"x")
        Refusal.objects.update(state=RefusalState.DISMISSED)
        camera.upload(IDENTIFIER, content=b"x")
        assert (the_refusal().state, the_refusal().count) == (RefusalState.DISMISSED, 2)
        camera.upload(IDENTIFIER)
        assert the_refusal().state == RefusalState.SUCCEEDED


class TestHostileToken:
    """Thousands of causes fill no table."""

    @pytest.fixture(autouse=True)
    def few(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(recording, "MAX_OPEN_REFUSALS", 5)

    def test_what_is_too_many_is_counted(self, camera: CameraApi, session: CameraSession) -> None:
        for number in range(20):
            assert camera.resolve(f"no-{number}").status_code == 404
        assert Refusal.objects.exclude(code="too_many_refusals").count() == 5
        overflow = Refusal.objects.get(code="too_many_refusals")
        assert overflow.count == 15
        assert overflow.subject_identifier == ""
        # What is known counts as ever.
        camera.resolve("no-0")
        assert Refusal.objects.get(subject_identifier="no-0").count == 2

    def test_closed_ones_that_come_back_stay_within_the_bound(
        self, camera: CameraApi, session: CameraSession
    ) -> None:
        for number in range(5):
            camera.resolve(f"no-{number}")
        Refusal.objects.update(state=RefusalState.SUCCEEDED)
        for number in range(5, 10):
            camera.resolve(f"no-{number}")
        camera.resolve("no-0")
        assert Refusal.objects.open().exclude(code="too_many_refusals").count() == 5
        assert Refusal.objects.get(code="too_many_refusals").count == 1

    def test_other_accounts_are_not_concerned(
        self, camera: CameraApi, session: CameraSession, superuser: User
    ) -> None:
        for number in range(9):
            camera.resolve(f"no-{number}")
        CameraApi(factories.token_of(superuser)).resolve("another")
        assert Refusal.objects.get(subject_identifier="another").username == superuser.username


def test_the_bound_is_two_hundred() -> None:
    assert recording.MAX_OPEN_REFUSALS == 200


def test_text_of_any_length_and_kind_is_kept_shortened(
    camera: CameraApi, session: CameraSession
) -> None:
    long = "x" * 2000
    assert camera.upload(f"a\x00b{long}", long).status_code in {400, 404}
    refusal = the_refusal()
    assert len(refusal.subject_identifier) <= 100
    assert refusal.file_type == "x" * 50
    camera.client.post(
        "/api/retinopathy/resolve/",
        b'{"subject_identifier": "\\ud800"}',
        content_type="application/json",
    )
    assert Refusal.objects.count() == 2


def test_at_another_sites_host_it_is_the_own_sites(
    bravo_camera_user: User, session: CameraSession
) -> None:
    api = CameraApi(factories.token_of(bravo_camera_user), host=factories.ALPHA_HOST)
    assert_error(api.resolve(factories.BRAVO_IDENTIFIER), 404, "no_session")
    assert the_refusal().site_id == factories.BRAVO_SITE


def test_the_session_that_expired_is_known(
    camera: CameraApi, create_session: Callable[..., CameraSession]
) -> None:
    session = create_session(minutes=factories.LONG_AGO_MINUTES)
    assert_error(camera.resolve(IDENTIFIER), 404, "no_session")
    assert_error(camera.upload(IDENTIFIER), 404, "no_session")
    assert {r.camera_session for r in Refusal.objects.all()} == {session}
