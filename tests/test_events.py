"""The log of events: stable names, keys and codes, and nothing of a subject."""

import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.sites.models import Site
from django.db import OperationalError
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings
from rest_framework.authtoken.models import Token

from edc_retinopathy.accounts.provisioning import create_camera_account, revoke, rotate_token
from edc_retinopathy.api import views
from edc_retinopathy.api.codes import CODES
from edc_retinopathy.logs import events
from edc_retinopathy.logs.events import FIELDS, Event
from edc_retinopathy.models import CameraAccount, CameraSession, SessionFile
from tests import factories
from tests.admin.pages import logged_in
from tests.api.client import BASE, CameraApi
from tests.samples import small_jpeg, small_png
from tests.storage import StorageOnDisk

IDENTIFIER = factories.FEMALE_IDENTIFIER
DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "operations.rst"
NAME = "SECRET-NAME-of-a-file"
BREAKING_DEVICE = "CAM 1\r\nreceived session_file=forged\u2028\x1b[31m\x85"


@pytest.fixture
def records(caplog: pytest.LogCaptureFixture) -> Callable[[], list[Any]]:
    """Gives what the log of events has."""
    caplog.set_level(logging.INFO, logger="edc_retinopathy.events")
    return lambda: [record for record in caplog.records if record.name == "edc_retinopathy.events"]


def test_a_whole_exam(
    camera: CameraApi,
    camera_user: User,
    session: CameraSession,
    records: Callable[[], list[Any]],
) -> None:
    camera.resolve(IDENTIFIER, device_id="CAM-1")
    camera.upload(IDENTIFIER)
    camera.upload(IDENTIFIER)
    camera.upload(IDENTIFIER, content=small_png())
    camera.ping()
    camera.status(IDENTIFIER)
    file = SessionFile.objects.get()
    resolved, received, retried, refused = records()
    who = f"account={camera_user.pk}"
    assert re.fullmatch(
        f"resolved camera_session={session.pk} {who} device=CAM-1 ms=[0-9]+", resolved.getMessage()
    )
    for event, record in (("received", received), ("retried", retried)):
        assert re.fullmatch(
            f"{event} session_file={file.pk} camera_session={session.pk} {who} device=CAM-1 "
            f"file_type=left size={file.file_size} ms=[0-9]+",
            record.getMessage(),
        )
        assert record.levelno == logging.INFO
        assert (record.event, record.size) == (event, file.file_size)
        assert record.session_file == str(file.pk)
    assert re.fullmatch(
        f"refused endpoint=upload code=filename_conflict status=409 {who} ms=[0-9]+",
        refused.getMessage(),
    )
    assert refused.levelno == logging.WARNING


def test_what_people_do(
    clinician: User,
    session: CameraSession,
    records: Callable[[], list[Any]],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    file = factories.store_file(session, "left")
    browser = logged_in(clinician)
    b"".join(browser.get(f"/edc_retinopathy/files/{file.pk}/"))
    b"".join(browser.get(f"/edc_retinopathy/files/{file.pk}/?download=1"))
    with django_capture_on_commit_callbacks(execute=True):
        session.reopen(user=clinician)
    assert [record.getMessage() for record in records()] == [
        f"served session_file={file.pk} account={clinician.pk} kind=view",
        f"served session_file={file.pk} account={clinician.pk} kind=download",
        f"reopened camera_session={session.pk} account={clinician.pk}",
    ]


def test_what_becomes_of_accounts(
    db: None,
    records: Callable[[], list[Any]],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        site = Site.objects.get(pk=factories.ALPHA_SITE)
        create_camera_account("fundus", site, device_id="CAM-1")
        account = CameraAccount.objects.get()
        rotate_token(account)
        revoke(account)
    of = f"account={account.user.pk}"
    assert [record.getMessage() for record in records()] == [
        f"account_created {of} device=CAM-1 site=10",
        f"token_rotated {of}",
        f"account_revoked {of}",
    ]


def test_what_is_rolled_back_is_not_told(
    clinician: User,
    session: CameraSession,
    records: Callable[[], list[Any]],
) -> None:
    session.reopen(user=clinician)
    assert records() == []


def test_a_value_cannot_break_a_line_or_forge_one(
    camera: CameraApi, session: CameraSession, records: Callable[[], list[Any]]
) -> None:
    assert camera.resolve(IDENTIFIER, device_id=BREAKING_DEVICE).status_code == 200
    (record,) = records()
    line = logging.Formatter().format(record)
    assert len(line.splitlines()) == 1
    assert line.isprintable()
    assert re.search(r' device="CAM 1.*forged.*" ms=', line)
    # Formatters that take the attribute itself are as safe.
    assert record.device.isprintable()


class TestNothingOfASubject:
    """All that is logged while all goes wrong that can, by a whole exam."""

    @pytest.fixture
    def everything(
        self,
        *,
        camera_user: User,
        clinician: User,
        session: CameraSession,
        storage: StorageOnDisk,
        settings: Settings,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> list[logging.LogRecord]:
        """The records of an exam in which every error of the API is answered."""
        caplog.set_level(logging.DEBUG)
        camera = CameraApi(factories.token_of(camera_user))
        camera.client.raise_request_exception = False
        name = f"{IDENTIFIER}_{NAME}.jpg"
        camera.status(IDENTIFIER)
        camera.resolve(IDENTIFIER, device_id="CAM-1")
        camera.resolve(factories.UNKNOWN_IDENTIFIER)
        camera.upload(IDENTIFIER, name=name)
        camera.upload(IDENTIFIER, name=name)
        camera.upload(IDENTIFIER, name=name, content=small_jpeg() + b"\n")
        camera.upload(IDENTIFIER, name=f".{name}")
        camera.upload(IDENTIFIER, name=name, content=b"rubbish")
        camera.upload(IDENTIFIER, name=name, checksum="0" * 64)
        camera.upload(IDENTIFIER, name=name, capture_datetime=IDENTIFIER)
        camera.upload(IDENTIFIER, "no_such_type", name=name)
        camera.client.get(f"{BASE}/nothing/at/all/{IDENTIFIER}/")
        camera.client.put(f"{BASE}/resolve/")
        camera.client.generic("POST", f"{BASE}/resolve/", IDENTIFIER, content_type="text/plain")
        camera.client.post(f"{BASE}/resolve/", {}, HTTP_TRANSFER_ENCODING="chunked")
        Client(SERVER_NAME="localhost").generic(
            "POST",
            f"{BASE}/resolve/",
            HTTP_TRANSFER_ENCODING="chunked",
            HTTP_AUTHORIZATION=f"Token {factories.token_of(camera_user)}",
        )
        CameraApi(None).status(IDENTIFIER)
        CameraApi("f" * 40).status(IDENTIFIER)
        CameraApi(factories.token_of(clinician)).resolve(IDENTIFIER)
        for setting, value in (
            ("MAX_FILE_SIZE_MB", 0.0001),
            ("MAX_FILES_PER_SESSION", 1),
            ("MIN_FREE_MB", 10**9),
            ("MAX_CONCURRENT_UPLOADS", 0),
            ("THROTTLE_RATE", "1/min"),
        ):
            setattr(settings, f"EDC_RETINOPATHY_{setting}", value)
            for number in range(2):
                camera.upload(IDENTIFIER, name=f"{number}{name}")
            delattr(settings, f"EDC_RETINOPATHY_{setting}")
        for raised in (ZeroDivisionError(), OperationalError("is locked")):
            with monkeypatch.context() as patch:
                patch.setattr(views, "ResolvedSerializer", self._raising(raised))
                camera.resolve(IDENTIFIER)
        factories.image_path(session, name).unlink()
        camera.upload(IDENTIFIER, name=name)
        CameraSession.objects.update(photosensitive="Yes")
        camera.resolve(IDENTIFIER)
        return caplog.records

    @staticmethod
    def _raising(exception: Exception) -> Callable[..., None]:
        def raise_it(*args: Any) -> None:
            raise exception

        return raise_it

    def test_no_line_says_who_it_was(self, everything: list[logging.LogRecord]) -> None:
        codes = {getattr(record, "code", None) for record in everything}
        assert set(CODES) - codes == set()
        formatter = logging.Formatter()
        tokens = set(Token.objects.values_list("key", flat=True)) | {"f" * 40}
        hidden = {IDENTIFIER, factories.UNKNOWN_IDENTIFIER, NAME, "NAME01-0001-2", *tokens}
        for record in everything:
            if record.name.startswith("django.db"):
                continue
            said = formatter.format(record) + str(record.__dict__)
            assert [value for value in hidden if value in said] == []
            assert not re.search(r"\bAB\b", formatter.format(record))

    def test_each_event_tells_what_is_documented(self, everything: list[Any]) -> None:
        told = [record for record in everything if record.name == "edc_retinopathy.events"]
        assert {record.event for record in told} >= {"resolved", "received", "retried", "refused"}
        usual = set(logging.makeLogRecord({}).__dict__) | {"message", "event", "asctime"}
        for record in told:
            assert set(record.__dict__) - usual <= set(FIELDS[Event(record.event)])


def test_the_documentation_lists_every_event_with_its_fields() -> None:
    rows = re.findall(
        r"   \* - ``(\w+)``\n     - .+\n     - (.+)\n",
        DOCUMENT.read_text().partition("The log of events")[2].partition("Django shows")[0],
    )
    documented = {name: tuple(re.findall(r"``(\w+)``", fields)) for name, fields in rows}
    assert documented == {str(event): FIELDS[event] for event in Event}


def test_unknown_and_empty_values_are_left_out(records: Callable[[], list[Any]]) -> None:
    events.log(Event.ACCOUNT_CREATED, account=7, device="", site=None, subject="105-10-0001-2")
    (record,) = records()
    assert record.getMessage() == "account_created account=7"
    assert not hasattr(record, "subject")
