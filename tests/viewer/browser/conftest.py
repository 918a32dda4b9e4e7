"""A server that masks readers, exams on it that a camera has sent, and a real Chromium."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from pydicom import dcmread
from pydicom.encaps import encapsulate

from demo import sample_exam
from edc_retinopathy.auth_objects import RETINOPATHY_GRADER_ROLE
from edc_retinopathy.models import CameraSession, FileAccess
from tests import factories
from tests.committed import CommittedRecords, db, records
from tests.security.browser.conftest import chromium, origin, tab
from tests.servers import Server, running

__all__ = ["chromium", "db", "origin", "records", "tab"]


@pytest.fixture(scope="module")
def server(db: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A gunicorn with the static files that pages ask for."""
    call_command("collectstatic", interactive=False, verbosity=0)
    directory = tmp_path_factory.mktemp("viewer")
    with running(directory, workers=1, threads=8, EDC_RETINOPATHY_MASK_READERS=True) as server:
        yield server


@pytest.fixture(scope="module")
def send(
    server: Server, records: CommittedRecords
) -> Iterator[Callable[[dict[str, bytes]], CameraSession]]:
    """Sends an exam as a camera does: the files by type, each in a new session of one subject."""
    sessions = []

    def sent(files: dict[str, bytes], **fields: Any) -> CameraSession:
        session = records.session(**fields)
        sessions.append(session)
        for file_type, content in files.items():
            name = f"{session.subject_identifier}_{file_type}{_extension(file_type)}"
            answer = server.upload(session, content, name=name, file_type=file_type)
            assert answer.status == 201, answer.body
        return session

    yield sent
    FileAccess.objects.filter(session_file__camera_session__in=sessions).delete()


def _extension(file_type: str) -> str:
    return ".dcm" if "dicom" in file_type else ".html" if "report" in file_type else ".jpg"


@pytest.fixture(scope="module")
def earlier_exam(send: Any) -> CameraSession:
    """Photographs in JPEG, of an hour ago."""
    photographs = {eye: sample_exam.jpeg(eye) for eye in sample_exam.EYES}
    return send(photographs, minutes=60, device_id="CAM-1")  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def exam(earlier_exam: CameraSession, send: Any) -> CameraSession:
    """The camera's default output: two DICOM files and a report; the left one has two frames."""
    return send(  # type: ignore[no-any-return]
        {
            "report": sample_exam.html_report(),
            "right_dicom": sample_exam.dicom("right"),
            "left_dicom": dicom_of_two_frames(),
        },
        device_id="CAM-1",
    )


def dicom_of_two_frames() -> bytes:
    """The left eye, and behind it the right one."""
    dataset = dcmread(BytesIO(sample_exam.dicom("left")))
    dataset.NumberOfFrames = 2
    dataset.PixelData = encapsulate([sample_exam.jpeg("left"), sample_exam.jpeg("right")])
    buffer = BytesIO()
    dataset.save_as(buffer)
    return buffer.getvalue()


@contextmanager
def as_masked_grader(tab: Any, origin: str) -> Iterator[None]:
    """Browse with the account of a grader, who is not to know who is examined."""
    # A cookie is set for the page at hand.
    tab.get(f"{origin}/static/edc_retinopathy/admin.css")
    before = tab.get_cookie("sessionid")
    client = Client(SERVER_NAME=factories.ALPHA_HOST)
    client.force_login(factories.find_or_create_user("grader", role=RETINOPATHY_GRADER_ROLE))
    _set_cookie(tab, client.cookies["sessionid"].value)
    try:
        yield
    finally:
        _set_cookie(tab, before["value"])


def _set_cookie(tab: Any, value: str) -> None:
    tab.delete_cookie("sessionid")
    tab.add_cookie({"name": "sessionid", "value": value, "httpOnly": True})
