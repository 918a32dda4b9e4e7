"""What inspection sees in an upload, over HTTP; the files are made from the real photograph."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from edc_registration.models import RegisteredSubject
from pydicom.uid import MPEG2MPML, CTImageStorage
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from demo.sample_exam import html_report, left_jpeg, pdf_report
from edc_retinopathy.choices import FindingCode
from edc_retinopathy.files.inspecting import inspect_again
from edc_retinopathy.models import CameraSession, Finding, SessionFile, SessionFileFacts
from edc_retinopathy.previews.judging import PIXEL_CODES
from tests import factories
from tests.api.client import CameraApi, assert_error
from tests.flawed_files import dataset, dicom_with, locked_pdf, saved
from tests.samples import encapsulated_pdf_dicom, small_jpeg, small_png
from tests.storage import StorageOnDisk

IDENTIFIER = factories.FEMALE_IDENTIFIER
OTHER_IDENTIFIER = factories.MALE_IDENTIFIER
PRIVATE_SYNTAX = "1.2.826.0.1.3680043.8.498.1"


def send(
    camera: CameraApi,
    file_type: str,
    content: bytes,
    *,
    name: str = "",
    identifier: str = IDENTIFIER,
    captured: Any = None,
    session: CameraSession | None = None,
) -> Any:
    """An upload of now."""
    usual = "a.dcm" if "dicom" in file_type else "a.pdf" if "report" in file_type else "a.jpg"
    return camera.upload(
        identifier,
        file_type,
        content,
        name=name or usual,
        capture_datetime=(captured or timezone.now()).isoformat()
        if not isinstance(captured, str)
        else captured,
        query={"camera_session_id": str(session.pk)} if session else None,
    )


def codes(response: Any) -> list[str]:
    """The codes that an answer carries."""
    assert response.status_code in {200, 201}, response.content
    return sorted(finding["code"] for finding in response.json()["findings"])


MPEG = str(MPEG2MPML)
WRONG: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "patient_mismatch": ("left_dicom", lambda: dicom_with(PatientID="105-10-0009-9"), "severe"),
    "laterality_mismatch": ("left_dicom", lambda: dicom_with(ImageLaterality="R"), "severe"),
    "laterality_conflict": ("left_dicom", lambda: dicom_with(Laterality="R"), "warning"),
    "not_ophthalmic": ("left_dicom", lambda: dicom_with(SOPClassUID=CTImageStorage), "warning"),
    "undecodable": ("left_dicom", lambda: dicom_with(TransferSyntaxUID=PRIVATE_SYNTAX), "severe"),
    "burned_in_annotation": (
        "left_dicom",
        lambda: dicom_with(BurnedInAnnotation="YES"),
        "warning",
    ),
    "locked_pdf": ("report", locked_pdf, "warning"),
    "clock_skew": ("left_dicom", lambda: dicom_with(AcquisitionDateTime="20010101120000"), "hint"),
}
GOOD: dict[str, tuple[str, Callable[[], bytes]]] = {
    "photograph": ("left", left_jpeg),
    "png": ("left", small_png),
    "dicom": ("left_dicom", dicom_with),
    "html": ("report", html_report),
    "pdf": ("report", pdf_report),
    "patient identifier in another spelling": (
        "left_dicom",
        lambda: dicom_with(PatientID=f" {IDENTIFIER.replace('-', '').lower()}"),
    ),
    "no patient identifier": ("left_dicom", lambda: dicom_with(PatientID="")),
    "both eyes": ("left_dicom", lambda: dicom_with(ImageLaterality="B")),
    "side not told": ("left_dicom", lambda: dicom_with(ImageLaterality="", Laterality="U")),
    "side of the series": ("left_dicom", lambda: dicom_with(ImageLaterality=None, Laterality="L")),
    "same side twice": ("left_dicom", lambda: dicom_with(Laterality="L")),
    "no time of acquisition": ("left_dicom", lambda: dicom_with(AcquisitionDateTime=None)),
    "no burned-in text": ("left_dicom", lambda: dicom_with(BurnedInAnnotation=None)),
}


@pytest.mark.parametrize("kind", GOOD)
def test_a_good_file_has_no_finding(camera: CameraApi, session: CameraSession, kind: str) -> None:
    file_type, build = GOOD[kind]
    name = {"html": "a.html", "png": "a.png"}.get(kind, "")
    response = send(camera, file_type, build(), name=name)
    assert response.status_code == 201
    assert response.json()["findings"] == []
    assert camera.status(IDENTIFIER).json()["findings"] == []


@pytest.mark.parametrize("code", WRONG)
def test_what_is_wrong_is_kept_and_flagged(
    camera: CameraApi, session: CameraSession, storage: StorageOnDisk, code: str
) -> None:
    file_type, build, severity = WRONG[code]
    content = build()
    response = send(camera, file_type, content)
    assert response.status_code == 201
    (finding,) = response.json()["findings"]
    assert set(finding) == {"code", "severity", "message", "file_id"}
    assert (finding["code"], finding["severity"]) == (code, severity)
    assert finding["file_id"] == response.json()["id"]
    assert IDENTIFIER not in json.dumps(response.json()["findings"])
    record = SessionFile.objects.get()
    assert (storage.images / record.stored_filename).read_bytes() == content
    # A retry and the status carry it too.
    retry = send(camera, file_type, content)
    assert retry.status_code == 200
    assert retry.json()["findings"] == [finding]
    assert camera.status(IDENTIFIER).json()["findings"] == [finding]
    kept = Finding.objects.get()
    assert (kept.site_id, kept.history.get().site_id) == (record.site_id, record.site_id)


def test_a_document_in_dicom_is_no_image(camera: CameraApi, session: CameraSession) -> None:
    assert "no_image" in codes(send(camera, "left_dicom", encapsulated_pdf_dicom()))
    assert SessionFileFacts.objects.get().rows is None


def test_video_is_not_decoded(camera: CameraApi, session: CameraSession) -> None:
    assert codes(send(camera, "left_dicom", dicom_with(TransferSyntaxUID=MPEG))) == ["undecodable"]


@pytest.mark.parametrize(
    "captured",
    [
        "1970-01-01T00:00:00Z",
        "2001-01-01T00:00:00Z",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        *(2, 365, -8, -400),
    ],
)
def test_a_wrong_clock_is_flagged_once(
    camera: CameraApi, session: CameraSession, captured: str | int
) -> None:
    if isinstance(captured, int):
        captured = (timezone.now() + timedelta(days=captured)).isoformat()
    response = send(camera, "left", small_jpeg(), captured=captured)
    assert response.status_code == 201
    assert codes(response) == ["clock_skew"]


@pytest.mark.parametrize("days", [-6, -1, 0, 0.9])
def test_a_late_upload_is_no_wrong_clock(
    camera: CameraApi, session: CameraSession, days: float
) -> None:
    captured = timezone.now() + timedelta(days=days)
    assert codes(send(camera, "left", small_jpeg(), captured=captured)) == []


def test_an_extension_of_another_kind(camera: CameraApi, session: CameraSession) -> None:
    assert codes(send(camera, "left", small_jpeg(), name="a.dcm")) == ["extension_mismatch"]


def test_more_pixels_than_are_shown(
    camera: CameraApi, session: CameraSession, settings: Settings
) -> None:
    settings.EDC_RETINOPATHY_MAX_PIXELS = 1411 * 1411 - 1
    assert codes(send(camera, "left", left_jpeg())) == ["too_many_pixels"]
    assert codes(send(camera, "left_dicom", dicom_with())) == ["too_many_pixels"]
    assert codes(send(camera, "right", small_jpeg(), name="b.jpg")) == []


@pytest.mark.parametrize(
    ("patient_id", "expected"),
    [
        (f"SITE10/{IDENTIFIER}/V1", []),
        ("SITE10/105-10-0009-9/V1", ["patient_mismatch"]),
        (IDENTIFIER, ["patient_mismatch"]),
    ],
)
def test_a_pattern_says_where_the_subject_is_named(
    camera: CameraApi,
    session: CameraSession,
    settings: Settings,
    patient_id: str,
    expected: list[str],
) -> None:
    settings.EDC_RETINOPATHY_PATIENT_ID_PATTERN = r"^SITE\d+/(?P<subject_identifier>[\d-]+)/V\d$"
    assert codes(send(camera, "left_dicom", dicom_with(PatientID=patient_id))) == expected
    assert SessionFileFacts.objects.get().patient_match == ("no" if expected else "yes")


def test_nothing_of_the_person_is_kept(camera: CameraApi, session: CameraSession) -> None:
    content = dicom_with(PatientID="SOMEBODY-ELSE", PatientName="Doe^Jane")
    assert codes(send(camera, "left_dicom", content)) == ["patient_mismatch"]
    for model in (SessionFileFacts, Finding, Finding.history):
        rows = str(list(getattr(model, "objects", model).values()))
        assert "SOMEBODY" not in rows
        assert "Doe" not in rows


def test_a_header_of_any_text_is_kept(camera: CameraApi, session: CameraSession) -> None:
    content = dicom_with(Manufacturer="Optik\U0001f441 GmbH", ManufacturerModelName="x" * 64)
    content = content.replace(b"CAM-001 ", b"CA\0\x1b\xff01 ")
    assert send(camera, "left_dicom", content).status_code == 201
    facts = SessionFileFacts.objects.get()
    assert facts.device_serial_number.isprintable()
    assert facts.manufacturer_model_name == "x" * 64


class TestCopies:
    """The same image elsewhere; which of the two is wrong, nobody knows."""

    @pytest.fixture
    def other(self, male_subject: RegisteredSubject) -> CameraSession:
        """An open session of another subject."""
        return factories.create_session(male_subject)

    @pytest.fixture(autouse=True)
    def commits(self, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> Any:
        """What is done behind a commit is done."""
        return django_capture_on_commit_callbacks

    def both(
        self, commits: Any, first: Callable[[], Any], second: Callable[[], Any]
    ) -> tuple[list[str], list[str]]:
        """The codes of two uploads, in the end."""
        with commits(execute=True):
            one = first().json()["id"]
        with commits(execute=True):
            response = second()
            two = codes(response)
        found = Finding.objects.filter(session_file=one, resolved_datetime=None)
        return sorted(found.values_list("code", flat=True)), two

    def test_another_subject(
        self, camera: CameraApi, session: CameraSession, other: CameraSession, commits: Any
    ) -> None:
        found = self.both(
            commits,
            lambda: send(camera, "left", small_jpeg()),
            lambda: send(camera, "left", small_jpeg(), identifier=OTHER_IDENTIFIER),
        )
        assert found == (["same_image_other_subject"], ["same_image_other_subject"])

    def test_another_subject_of_another_site(
        self,
        camera: CameraApi,
        bravo_camera: CameraApi,
        session: CameraSession,
        bravo_subject: RegisteredSubject,
        commits: Any,
    ) -> None:
        factories.create_session(bravo_subject)
        found = self.both(
            commits,
            lambda: send(camera, "left", small_jpeg()),
            lambda: send(bravo_camera, "left", small_jpeg(), identifier=factories.BRAVO_IDENTIFIER),
        )
        assert found == (["same_image_other_subject"], ["same_image_other_subject"])
        sites = Finding.objects.order_by("site_id").values_list("site_id", flat=True)
        assert list(sites) == [factories.ALPHA_SITE, factories.BRAVO_SITE]
        for text in Finding.objects.values_list("message", flat=True):
            assert "105-" not in text

    def test_another_session(
        self,
        camera: CameraApi,
        session: CameraSession,
        create_session: Callable[..., CameraSession],
        commits: Any,
    ) -> None:
        earlier = create_session(minutes=30)
        found = self.both(
            commits,
            lambda: send(camera, "left", small_jpeg(), session=earlier),
            lambda: send(camera, "left", small_jpeg(), session=session),
        )
        assert found == (["same_image_other_session"], ["same_image_other_session"])

    def test_the_other_eye(self, camera: CameraApi, session: CameraSession, commits: Any) -> None:
        found = self.both(
            commits,
            lambda: send(camera, "left", small_jpeg(), name="a.jpg"),
            lambda: send(camera, "right", small_jpeg(), name="b.jpg"),
        )
        assert found == (["same_image_other_eye"], ["same_image_other_eye"])

    def test_the_same_instance_in_other_bytes(
        self, camera: CameraApi, session: CameraSession, other: CameraSession, commits: Any
    ) -> None:
        data_set = dataset()
        data_set.PatientID = ""
        first = saved(data_set)
        data_set.StationName = "another"
        second = saved(data_set)
        assert first != second
        found = self.both(
            commits,
            lambda: send(camera, "left_dicom", first),
            lambda: send(camera, "left_dicom", second, identifier=OTHER_IDENTIFIER),
        )
        assert found == (["same_image_other_subject"], ["same_image_other_subject"])

    def test_two_names_of_one_eye_are_no_harm(
        self, camera: CameraApi, session: CameraSession, commits: Any
    ) -> None:
        found = self.both(
            commits,
            lambda: send(camera, "left", small_jpeg(), name="a.jpg"),
            lambda: send(camera, "left", small_jpeg(), name="b.jpg"),
        )
        assert found == ([], [])

    def test_a_second_copy_at_the_same_place_is_told_to_nobody_again(
        self, camera: CameraApi, session: CameraSession, other: CameraSession, commits: Any
    ) -> None:
        self.both(
            commits,
            lambda: send(camera, "left", small_jpeg()),
            lambda: send(camera, "left", small_jpeg(), identifier=OTHER_IDENTIFIER),
        )
        versions = Finding.history.count()
        with commits() as waiting:
            again = send(camera, "left", small_jpeg(), name="b.jpg", identifier=OTHER_IDENTIFIER)
        assert codes(again) == ["same_image_other_subject"]
        assert waiting == []
        assert Finding.history.count() == versions + 1

    def test_equal_reports_are_no_copies(
        self, camera: CameraApi, session: CameraSession, other: CameraSession, commits: Any
    ) -> None:
        found = self.both(
            commits,
            lambda: send(camera, "report", pdf_report()),
            lambda: send(camera, "report", pdf_report(), identifier=OTHER_IDENTIFIER),
        )
        assert found == ([], [])


def each_code() -> dict[str, tuple[str, Callable[[], bytes], dict[str, Any]]]:
    """A file for each code that needs no other file."""
    files = {code: (file_type, build, {}) for code, (file_type, build, _) in WRONG.items()}
    return files | {
        "no_image": ("left_dicom", encapsulated_pdf_dicom, {}),
        "extension_mismatch": ("left", small_jpeg, {"name": "a.dcm"}),
        "too_many_pixels": ("left", left_jpeg, {}),
    }


@pytest.mark.parametrize("code", each_code())
def test_a_code_that_is_rejected_keeps_nothing(
    camera: CameraApi, session: CameraSession, storage: StorageOnDisk, settings: Settings, code: str
) -> None:
    settings.EDC_RETINOPATHY_MAX_PIXELS = 1_000_000 if code == "too_many_pixels" else None
    settings.EDC_RETINOPATHY_REJECT_FINDINGS = [code]
    file_type, build, options = each_code()[code]
    body = assert_error(send(camera, file_type, build(), **options), 400, "invalid_content")
    assert code in body["error"]
    assert not SessionFile.objects.exists()
    assert not SessionFile.history.exists()
    assert not Finding.objects.exists()
    assert not SessionFileFacts.objects.exists()
    assert storage.files() == {}


@dataclass
class Pair:
    """Where an image is stored already, and what it is sent as again."""

    code: str
    file_type: str
    sessions: tuple[CameraSession, CameraSession]


@pytest.fixture(params=["subject", "session", "eye"])
def pair(
    request: pytest.FixtureRequest, session: CameraSession, male_subject: RegisteredSubject
) -> Pair:
    """An image for another subject, in another session, and as one of the other eye."""
    other = session
    if request.param != "eye":
        owner = male_subject if request.param == "subject" else session.registered_subject
        other = factories.create_session(owner, minutes=30)
    file_type = "right" if request.param == "eye" else "left"
    return Pair(f"same_image_other_{request.param}", file_type, (session, other))


def test_a_copy_that_is_rejected_keeps_nothing(
    camera: CameraApi, pair: Pair, storage: StorageOnDisk, settings: Settings
) -> None:
    settings.EDC_RETINOPATHY_REJECT_FINDINGS = [pair.code]
    answers = []
    before: Any = None
    for session, file_type, name in zip(
        pair.sessions, ("left", pair.file_type), ("a.jpg", "b.jpg"), strict=True
    ):
        before = storage.files()
        identifier = session.subject_identifier
        answers.append(
            send(camera, file_type, small_jpeg(), name=name, identifier=identifier, session=session)
        )
    assert answers[0].status_code == 201
    assert pair.code in assert_error(answers[1], 400, "invalid_content")["error"]
    assert storage.files() == before
    assert SessionFile.objects.count() == 1


def test_every_code_is_tested_here() -> None:
    copies = {code for code in FindingCode.values if code.startswith("same_image_")}
    # Those of the pixels are not there yet when the upload is answered.
    assert set(each_code()) | copies | PIXEL_CODES == set(FindingCode.values)


def test_a_resolved_finding_is_in_no_answer(camera: CameraApi, session: CameraSession) -> None:
    content = dicom_with(ImageLaterality="R")
    assert codes(send(camera, "left_dicom", content)) == ["laterality_mismatch"]
    Finding.objects.update(resolved_datetime=timezone.now(), resolved_by="me", reason="Looked.")
    assert codes(send(camera, "left_dicom", content)) == []
    assert camera.status(IDENTIFIER).json()["findings"] == []
    # Looked at again, with the same facts, it stays answered.
    assert inspect_again(SessionFile.objects.get().pk) == 0
    assert Finding.objects.get().is_resolved
