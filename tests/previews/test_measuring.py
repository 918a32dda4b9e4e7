"""From a look at a picture to findings: measured once, and never in the picture's way."""

import logging
from collections.abc import Callable
from functools import partial
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from demo.sample_exam import dicom, left_jpeg, pdf_report
from edc_retinopathy import conf
from edc_retinopathy.inspection.bookkeeping import resolve
from edc_retinopathy.models import CameraSession, Finding, SessionFile, SessionFileMeasures
from edc_retinopathy.previews import measuring
from edc_retinopathy.previews.measuring import judge_again, measure_if_due
from edc_retinopathy.previews.quality import MEASURES_VERSION
from tests import factories
from tests.admin.pages import logged_in
from tests.api.client import CameraApi
from tests.previews.made_pictures import blank, defocused, of_photograph, resized, times
from tests.previews.stored import opened, store
from tests.samples import DICOM, PDF

IDENTIFIER = factories.FEMALE_IDENTIFIER
SMALL = partial(resized, 640, 640)
MADE: dict[str, tuple[Callable[[], Any], str]] = {
    "maybe_blurred": (of_photograph(partial(defocused, 14), SMALL), "hint"),
    "maybe_dark": (of_photograph(SMALL, partial(times, 0.2)), "hint"),
    "maybe_overexposed": (of_photograph(SMALL, partial(times, 3)), "hint"),
    "no_retina_seen": (lambda: blank(2, 3, (1, 1, 1)), "severe"),
}


def jpeg(make: Callable[[], Any]) -> bytes:
    buffer = BytesIO()
    make().save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


BLACK = jpeg(MADE["no_retina_seen"][0])


@pytest.fixture
def browser(clinician: User) -> Client:
    """A clinician's browser."""
    return logged_in(clinician)


def look(browser: Client, file: SessionFile, size: str = "thumbnail", frame: int = 1) -> bytes:
    """The picture, as it is sent."""
    response = browser.get(file.get_rendering_url(size, frame))
    assert response.status_code == 200
    return b"".join(response.streaming_content)  # type: ignore[arg-type]


def open_codes() -> list[str]:
    return sorted(Finding.objects.unresolved().values_list("code", flat=True))


def run(*arguments: str) -> None:
    call_command(*arguments, stdout=StringIO(), stderr=StringIO())


def again(file: SessionFile) -> SessionFile:
    return SessionFile.objects.get(pk=file.pk)


@pytest.mark.parametrize("code", MADE)
def test_what_is_wrong_with_an_upload_is_known_once_it_was_looked_at(
    code: str, camera: CameraApi, session: CameraSession, browser: Client
) -> None:
    make, severity = MADE[code]
    answer = camera.upload(
        IDENTIFIER, "left", jpeg(make), name="a.jpg", capture_datetime=timezone.now().isoformat()
    )
    assert answer.json()["findings"] == []
    opened(look(browser, SessionFile.objects.get()))
    (finding,) = camera.status(IDENTIFIER).json()["findings"]
    assert (finding["code"], finding["severity"]) == (code, severity)
    assert IDENTIFIER not in finding["message"]


@pytest.mark.parametrize(
    ("content", "content_type"),
    [(left_jpeg(), None), (dicom("left"), DICOM)],
    ids=["JPEG", "DICOM"],
)
def test_a_good_picture_is_measured_and_has_no_finding(
    content: bytes, content_type: str | None, session: CameraSession, browser: Client
) -> None:
    file = store(session, content, *([content_type] if content_type else []))
    look(browser, file)
    kept = SessionFileMeasures.objects.get()
    assert (kept.session_file, kept.site_id) == (file, session.site_id)
    assert kept.measures_version == MEASURES_VERSION
    assert kept.sharpness == pytest.approx(3.45, rel=0.05)
    assert kept.inside_share == pytest.approx(1, abs=0.02)
    assert not Finding.objects.exists()


def test_looking_again_measures_nothing(
    session: CameraSession, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = store(session, BLACK)
    look(browser, file)
    measured = SessionFileMeasures.objects.get().measured_datetime
    monkeypatch.setattr(measuring, "ask_child", None)
    look(browser, file, "screen")
    assert SessionFileMeasures.objects.get().measured_datetime == measured
    assert Finding.history.count() == 1


def test_two_that_measure_at_once_write_once(session: CameraSession) -> None:
    file = store(session, BLACK)
    stale = [again(file), again(file)]
    assert not any(hasattr(one, "measures") for one in stale)
    for one in stale:
        measure_if_due(one)
    kept = SessionFileMeasures.objects.get()
    assert (Finding.objects.count(), Finding.history.count()) == (1, 1)
    measuring._keep(file.pk, measuring.Measures(), "default")
    assert SessionFileMeasures.objects.get().measured_datetime == kept.measured_datetime


@pytest.mark.parametrize("name", ["_keep", "_judge"])
def test_a_database_that_refuses_keeps_nobody_from_the_picture(
    name: str,
    session: CameraSession,
    browser: Client,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def refuse(*args: object) -> None:
        raise IntegrityError(f"the record of {IDENTIFIER}")

    file = store(session, BLACK)
    with monkeypatch.context() as patch, caplog.at_level(logging.WARNING):
        patch.setattr(measuring, name, refuse)
        opened(look(browser, file))
    assert f"What was measured of session file {file.pk} is not kept." in caplog.text
    assert IDENTIFIER not in caplog.text
    # All of it or nothing, and whoever looks next makes up for it.
    assert not SessionFileMeasures.objects.exists()
    assert not Finding.objects.exists()
    look(browser, file)
    assert open_codes() == ["no_retina_seen"]


def test_a_child_that_cannot_measure_keeps_nobody_from_the_picture(
    session: CameraSession, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = store(session, BLACK)
    monkeypatch.setattr("edc_retinopathy.previews.process.MEMORY_BYTES", 32 * 1024 * 1024)
    monkeypatch.setattr("edc_retinopathy.previews.process.MEMORY_PER_PIXEL", 0)
    monkeypatch.setattr(measuring, "open_rendering", partial(_drawn, left_jpeg()))
    measure_if_due(file)
    assert not SessionFileMeasures.objects.exists()


def _drawn(content: bytes, *args: object) -> tuple[None, BytesIO]:
    return None, BytesIO(content)


def test_what_was_resolved_stays_so(
    session: CameraSession, browser: Client, clinician: User, settings: Settings
) -> None:
    file = store(session, BLACK)
    look(browser, file)
    resolve(Finding.objects.get(), reason="The lens cap; taken again.", user=clinician)
    run("inspect_session_files", "--again")
    run("render_previews")
    assert open_codes() == []
    SessionFileMeasures.objects.update(measures_version=0)
    measure_if_due(again(file))
    assert open_codes() == []
    assert Finding.objects.count() == 1


def test_inspection_of_headers_leaves_findings_of_pixels(
    session: CameraSession, browser: Client
) -> None:
    look(browser, store(session, BLACK))
    run("inspect_session_files")
    assert open_codes() == ["no_retina_seen"]


def test_other_thresholds_judge_what_was_measured(
    session: CameraSession, browser: Client, settings: Settings
) -> None:
    look(browser, store(session, jpeg(of_photograph(SMALL))))
    assert open_codes() == []
    settings.EDC_RETINOPATHY_QUALITY_THRESHOLDS = {"sharpness": 5}
    run("inspect_session_files", "--again")
    assert open_codes() == ["maybe_blurred"]
    settings.EDC_RETINOPATHY_QUALITY_THRESHOLDS = {}
    run("inspect_session_files", "--again")
    assert open_codes() == []
    assert conf.quality_thresholds()["sharpness"] == 2


def test_the_command_measures_what_nobody_looked_at(session: CameraSession) -> None:
    store(session, BLACK)
    run("render_previews")
    assert open_codes() == ["no_retina_seen"]
    assert SessionFileMeasures.objects.count() == 1


def test_what_was_superseded_has_no_finding(session: CameraSession, browser: Client) -> None:
    file = store(session, BLACK)
    SessionFile.objects.update(superseded_datetime=timezone.now())
    look(browser, file)
    assert not SessionFileMeasures.objects.exists()
    assert judge_again(file.pk) == 0


def test_neither_reports_nor_a_head_are_measured(session: CameraSession, browser: Client) -> None:
    look(browser, store(session, pdf_report(), PDF))
    black = store(session, BLACK, name="b.jpg")
    browser.head(black.get_rendering_url("thumbnail", 1)).getvalue()
    assert not SessionFileMeasures.objects.exists()


def test_a_file_that_cannot_be_decoded_is_not_measured(session: CameraSession) -> None:
    measure_if_due(store(session, b"\xff\xd8\xff nothing"))
    assert not SessionFileMeasures.objects.exists()
