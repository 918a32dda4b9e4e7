"""``manage.py render_previews``: pictures before somebody waits for them."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from edc_registration.models import RegisteredSubject

from demo.sample_exam import dicom, left_jpeg, pdf_report
from edc_retinopathy.models import CameraSession
from edc_retinopathy.previews import Size
from edc_retinopathy.previews.pictures import is_kept
from tests import factories, samples
from tests.previews.stored import store
from tests.samples import DICOM, HTML, PDF


def run(**options: Any) -> str:
    output = StringIO()
    call_command("render_previews", stdout=output, **options)
    return output.getvalue()


def test_it_makes_what_is_missing_and_says_what_cannot_be(session: CameraSession) -> None:
    photo = store(session, left_jpeg())
    store(session, dicom("left"), DICOM)
    store(session, pdf_report(), PDF)
    store(session, b"<html>", HTML)
    store(session, left_jpeg()[:600], name="broken.jpg")
    said = run()
    assert "3 pictures made, 0 there already." in said
    assert "1 not made: The picture is damaged" in said
    assert is_kept(photo, Size.THUMBNAIL)
    assert is_kept(photo, Size.SCREEN)
    assert "0 pictures made, 3 there already." in run()


def test_frames(session: CameraSession) -> None:
    content = samples.shipped_with_pydicom("SC_rgb_rle_2frame.dcm")
    store(session, content, DICOM, facts={"frames": 2})
    assert "1 pictures made" in run()
    assert "1 pictures made, 1 there already." in run(all_frames=True)


def test_one_site_and_one_session(session: CameraSession, bravo_subject: RegisteredSubject) -> None:
    store(session, left_jpeg())
    other = factories.create_session(bravo_subject)
    store(other, samples.small_jpeg())
    assert "1 pictures made" in run(site=factories.BRAVO_SITE)
    assert "0 pictures made, 1 there already." in run(session=other.pk)


def test_missing_bytes_are_an_error(session: CameraSession, storage: Any) -> None:
    file = store(session, left_jpeg())
    (storage.images / file.stored_filename).unlink()
    with pytest.raises(CommandError, match="no file is at fault"):
        run()
