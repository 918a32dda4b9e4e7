"""Pictures as they are sent: to whom, with which headers, and the record of looks."""

import re
import shutil
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from demo.sample_exam import dicom, left_jpeg
from edc_retinopathy import conf
from edc_retinopathy.models import CameraSession, FileAccess, SessionFile
from edc_retinopathy.previews import Size, pictures
from edc_retinopathy.previews.places import lock
from tests import factories, samples
from tests.admin.pages import logged_in
from tests.previews.stored import opened, store
from tests.samples import DICOM, HTML, PDF

SECRETS = [factories.FEMALE_IDENTIFIER, "picture", "AB^CD", "Title of"]


@pytest.fixture
def browser(clinician: User) -> Client:
    """A clinician's browser."""
    return logged_in(clinician)


@pytest.fixture
def photo(session: CameraSession) -> SessionFile:
    """A DICOM file, whose header names the subject."""
    return store(session, dicom("left"), DICOM)


def url(file: SessionFile, size: str = "thumbnail", frame: int = 1) -> str:
    return file.get_rendering_url(size, frame)


def body(response: Any) -> bytes:
    return bytes(response.getvalue())


def looks() -> int:
    return FileAccess.objects.count()


class TestPictures:
    """What is sent."""

    @pytest.mark.parametrize("size", list(Size))
    def test_a_jpeg(self, browser: Client, photo: SessionFile, size: Size) -> None:
        response = browser.get(url(photo, size))
        jpeg = body(response)
        assert response.status_code == 200
        assert response["Content-Type"] == "image/jpeg"
        assert response["Content-Length"] == str(len(jpeg))
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["X-Frame-Options"] == "DENY"
        assert set(re.split(r",\s*", response["Cache-Control"])) == {"private", "no-cache"}
        assert dict(response.items())["Content-Security-Policy"].startswith("sandbox;")
        assert opened(jpeg).width == (320 if size == Size.THUMBNAIL else 1411)

    def test_nothing_names_the_subject(self, browser: Client, photo: SessionFile) -> None:
        response = browser.get(url(photo, "full"))
        said = f"{url(photo)} {dict(response.items())}".encode() + body(response)
        for secret in SECRETS:
            assert secret.encode() not in said
        assert "Content-Disposition" not in response

    def test_what_is_not_made_yet_is_to_be_asked_for_again(
        self, browser: Client, photo: SessionFile, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(pictures, "WAIT_SECONDS", 0.0)
        with lock(photo.checksum[:2], seconds=0):
            response = browser.get(url(photo))
        assert response.status_code == 503
        assert int(response["Retry-After"]) > 0
        # No picture: a page would show it as one.
        assert response["Content-Type"].startswith("text/plain")
        assert "no-store" in response["Cache-Control"]
        assert looks() == 0
        assert body(browser.get(url(photo)))

    def test_head_is_a_get_without_a_body(self, browser: Client, photo: SessionFile) -> None:
        head = browser.head(url(photo))
        assert body(head) == b""
        assert looks() == 0
        get = browser.get(url(photo))
        assert head["Content-Length"] == str(len(body(get)))
        assert head["ETag"] == get["ETag"]

    @pytest.mark.parametrize(("size", "frame"), [("huge", 1), ("thumbnail", 0), ("thumbnail", 2)])
    def test_what_there_is_not(
        self, browser: Client, photo: SessionFile, size: str, frame: int
    ) -> None:
        assert browser.get(url(photo, size, frame)).status_code == 404

    def test_it_changes_nothing(self, browser: Client, photo: SessionFile) -> None:
        assert browser.post(url(photo)).status_code == 405


class TestConditions:
    """Asked again, nothing is sent again."""

    def test_what_is_known_is_not_sent_again(self, browser: Client, photo: SessionFile) -> None:
        response = browser.get(url(photo))
        body(response)
        shutil.rmtree(conf.preview_dir())
        again = browser.get(url(photo), HTTP_IF_NONE_MATCH=response["ETag"])
        assert again.status_code == 304
        assert body(again) == b""
        assert again["ETag"] == response["ETag"]
        assert not conf.preview_dir().exists()
        assert looks() == 1

    def test_each_size_and_file_has_a_tag(
        self, browser: Client, session: CameraSession, photo: SessionFile
    ) -> None:
        other = store(session, left_jpeg())
        tags = set()
        for address in (url(photo), url(photo, "screen"), url(other)):
            response = browser.get(address)
            body(response)
            tags.add(response["ETag"])
        assert len(tags) == 3


class TestLooks:
    """Who looked at what."""

    def test_all_sizes_are_one_look(
        self, browser: Client, photo: SessionFile, clinician: User
    ) -> None:
        for size in (*Size, *Size):
            body(browser.get(url(photo, size)))
        look = FileAccess.objects.get()
        assert (look.session_file, look.user, look.kind) == (photo, clinician, "view")

    def test_a_placeholder_is_no_look(self, browser: Client, session: CameraSession) -> None:
        body(browser.get(url(store(session, b"\xff\xd8\xff broken"))))
        assert looks() == 0

    def test_each_person_looks_for_themselves(
        self, browser: Client, photo: SessionFile, grader: User
    ) -> None:
        body(browser.get(url(photo)))
        body(logged_in(grader).get(url(photo)))
        assert looks() == 2

    def test_what_it_costs(
        self,
        browser: Client,
        photo: SessionFile,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        for address in (url(photo), url(photo, "screen")):
            body(browser.get(address))
        response = browser.get(url(photo))
        body(response)
        tag = f'"{photo.checksum}"'
        with CaptureQueriesContext(connection) as of_the_file:
            assert browser.get(photo.get_content_url(), HTTP_IF_NONE_MATCH=tag).status_code == 304
        with django_assert_num_queries(len(of_the_file)):
            browser.get(url(photo), HTTP_IF_NONE_MATCH=response["ETag"])
        # Whether this is part of a look.
        with django_assert_num_queries(len(of_the_file) + 1):
            body(browser.get(url(photo)))


class TestWhoMayLook:
    """As with the files themselves."""

    def test_another_sites_picture_is_not_there(
        self, bravo_clinician: User, photo: SessionFile
    ) -> None:
        browser = logged_in(bravo_clinician, host=factories.BRAVO_HOST)
        assert browser.get(url(photo)).status_code == 404

    def test_a_camera_may_not(self, camera_user: User, photo: SessionFile) -> None:
        assert logged_in(camera_user).get(url(photo)).status_code == 403

    def test_whoever_is_nobody_logs_in(self, photo: SessionFile) -> None:
        assert Client(SERVER_NAME=factories.ALPHA_HOST).get(url(photo)).status_code == 302


class TestPlaceholders:
    """Where there is no picture, one says why."""

    def said(self, browser: Client, file: SessionFile) -> str:
        response = browser.get(url(file, "screen"))
        assert response.status_code == 200
        assert response["Content-Type"].startswith("image/svg+xml")
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in response["Cache-Control"]
        assert "ETag" not in response
        assert "sandbox" in dict(response.items())["Content-Security-Policy"]
        return re.sub(r"\s+", " ", body(response).decode())

    def test_broken(self, browser: Client, session: CameraSession) -> None:
        assert "damaged" in self.said(browser, store(session, left_jpeg()[:600]))

    def test_too_many_pixels(self, browser: Client, session: CameraSession) -> None:
        file = store(session, left_jpeg(), facts={"rows": 20_000, "columns": 20_000})
        assert "more pixels" in self.said(browser, file)

    def test_needs_an_extra(self, browser: Client, session: CameraSession) -> None:
        lossless = samples.shipped_with_pydicom("SC_rgb_jpeg_gdcm.dcm")
        assert "the extra lossless (pip install pylibjpeg-libjpeg)" in self.said(
            browser, store(session, lossless, DICOM)
        )

    def test_no_image(self, browser: Client, session: CameraSession) -> None:
        file = store(session, samples.encapsulated_pdf_dicom(), DICOM, is_image=False)
        assert "holds no picture" in self.said(browser, file)

    def test_a_report_in_html(self, browser: Client, session: CameraSession) -> None:
        assert "holds no picture" in self.said(browser, store(session, b"<html>", HTML))

    def test_a_missing_file_is_missing(
        self, browser: Client, photo: SessionFile, storage: Any
    ) -> None:
        (storage.images / photo.stored_filename).unlink()
        assert browser.get(url(photo)).status_code == 404


class TestPage:
    """The page of a file shows its pictures, and of no file the bytes."""

    def test_a_dicom(self, browser: Client, photo: SessionFile) -> None:
        page = browser.get(photo.get_view_url()).content.decode()
        assert url(photo, "screen") in page
        assert url(photo, "full") in page

    def test_every_frame_is_reached(self, browser: Client, session: CameraSession) -> None:
        file = store(session, dicom("left"), DICOM, facts={"frames": 25})
        seen: set[str] = set()
        for start in ("", "?frame=15", "?frame=25", "?frame=x"):
            page = browser.get(file.get_view_url() + start).content.decode()
            seen |= set(re.findall(r"renderings/screen/(\d+)/", page))
            assert page.count("<figure") <= 10
        assert seen == {str(number) for number in range(1, 26)}

    def test_pages_of_a_report(self, browser: Client, session: CameraSession) -> None:
        file = store(session, samples.pdf_report(), PDF)
        page = browser.get(file.get_view_url()).content.decode()
        assert url(file, "screen") in page
        assert reverse("edc_retinopathy:file", args=[file.pk]) + "?download=1" in page
