"""How stored files are sent to people: types, headers, ranges, conditions, and the record of it."""

import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from django.utils.http import http_date
from pytest_django import Settings

from edc_retinopathy.models import CameraSession, FileAccess, SessionFile
from tests import factories
from tests.admin.pages import logged_in
from tests.samples import DICOM, HTML, JPEG, PDF, PNG

CONTENT = bytes(range(256)) * 4
SIZE = len(CONTENT)
NAMES = {
    JPEG: "photo.jpg",
    PNG: "photo.png",
    DICOM: "photo.dcm",
    PDF: "report.pdf",
    HTML: "report.html",
}
FILE_TYPES = {JPEG: "left", PNG: "right", DICOM: "left_dicom", PDF: "report", HTML: "report"}
TRICKY_NAMES = [
    "Auge links (1).jpg",
    "œil gauche é.jpg",
    "左眼.jpg",
    "50%25 off#1&x=y;z.jpg",
    "a'b,c.jpg",
]


@pytest.fixture
def browser(clinician: User) -> Client:
    """A clinician's browser."""
    return logged_in(clinician)


@pytest.fixture
def photo(session: CameraSession) -> SessionFile:
    """A stored JPEG."""
    return store(session, JPEG)


def store(session: CameraSession, content_type: str, **fields: Any) -> SessionFile:
    """A stored file of this type, its bytes all different."""
    return factories.store_file(
        session,
        FILE_TYPES[content_type],
        **{"name": NAMES[content_type], "content": CONTENT, "content_type": content_type, **fields},
    )


def body_of(response: Any) -> bytes:
    """All the bytes sent."""
    return bytes(response.getvalue())


def policy_of(response: Any) -> str:
    """The policies as they are sent; "" for none."""
    return str(dict(response.items()).get("Content-Security-Policy", ""))


def framed(browser: Client, file: SessionFile) -> Any:
    """The copy of a report, as its page's frame asks for it."""
    return browser.get(file.get_report_url(), HTTP_SEC_FETCH_DEST="iframe")


class TestHeaders:
    """What a browser is told of each kind of file."""

    @pytest.mark.parametrize("content_type", sorted(NAMES))
    def test_the_detected_type_is_pinned(
        self, browser: Client, session: CameraSession, content_type: str
    ) -> None:
        response = browser.get(store(session, content_type).get_download_url())
        assert response.status_code == 200
        assert response["Content-Type"] == content_type
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Length"] == str(SIZE)
        assert response["Cross-Origin-Resource-Policy"] == "same-origin"
        assert body_of(response) == CONTENT

    def test_a_name_does_not_change_the_type(self, browser: Client, session: CameraSession) -> None:
        file = store(session, JPEG, name="photo.html")
        response = browser.get(file.get_content_url())
        assert response["Content-Type"] == JPEG
        assert body_of(response) == CONTENT

    def test_the_copy_of_a_report_is_sandboxed(
        self, browser: Client, session: CameraSession
    ) -> None:
        response = framed(browser, store(session, HTML))
        policy = {
            name: value
            for name, _, value in (
                part.strip().partition(" ") for part in policy_of(response).split(";")
            )
        }
        # Without any allow- keyword: no scripts, forms, popups, navigation, own origin.
        assert policy["sandbox"] == ""
        assert policy["default-src"] == "'none'"
        assert policy["img-src"] == "data:"
        assert policy["style-src"] == "'unsafe-inline'"
        assert policy["frame-ancestors"] == "'self'"
        assert policy["form-action"] == policy["base-uri"] == "'none'"
        assert "script-src" not in policy
        assert response["X-Frame-Options"] == "SAMEORIGIN"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Type"] == "text/html; charset=utf-8"

    @pytest.mark.parametrize("content_type", [HTML, PDF, DICOM])
    @pytest.mark.parametrize(
        "asked", [{}, {"HTTP_RANGE": "bytes=0-9"}, {"HTTP_RANGE": f"bytes={SIZE}-"}]
    )
    def test_what_is_only_saved_would_do_nothing_if_it_were_opened(
        self,
        browser: Client,
        session: CameraSession,
        content_type: str,
        asked: dict[str, str],
    ) -> None:
        response = browser.get(store(session, content_type).get_download_url(), **asked)
        body_of(response)
        assert policy_of(response).startswith("sandbox; default-src 'none'")
        assert response["Content-Disposition"].startswith("attachment;")
        assert response["X-Content-Type-Options"] == "nosniff"

    @pytest.mark.parametrize("content_type", [JPEG, PNG])
    def test_a_picture_is_not_sandboxed(
        self, browser: Client, session: CameraSession, content_type: str
    ) -> None:
        response = browser.get(store(session, content_type).get_content_url())
        body_of(response)
        assert policy_of(response) == ""

    @pytest.mark.parametrize("content_type", sorted(NAMES))
    def test_nothing_frames_the_bytes(
        self, browser: Client, session: CameraSession, content_type: str
    ) -> None:
        response = browser.get(store(session, content_type).get_download_url())
        body_of(response)
        assert response["X-Frame-Options"] == "DENY"

    def test_no_shared_cache_keeps_it(self, browser: Client, photo: SessionFile) -> None:
        response = browser.get(photo.get_content_url())
        body_of(response)
        assert set(re.split(r",\s*", response["Cache-Control"])) == {"private", "no-cache"}


class TestDisposition:
    """Inline or attachment, with the name as stored (RFC 6266, RFC 8187)."""

    @pytest.mark.parametrize("content_type", sorted(NAMES))
    def test_shown_where_a_browser_can(
        self, browser: Client, session: CameraSession, content_type: str
    ) -> None:
        response = browser.get(store(session, content_type).get_content_url())
        if content_type == HTML:
            # Its page shows a copy.
            assert response.status_code == 302
            return
        body_of(response)
        kind = "inline" if content_type in {JPEG, PNG} else "attachment"
        assert response["Content-Disposition"] == f'{kind}; filename="{NAMES[content_type]}"'

    @pytest.mark.parametrize("content_type", sorted(NAMES))
    def test_saved_if_asked(
        self, browser: Client, session: CameraSession, content_type: str
    ) -> None:
        response = browser.get(store(session, content_type).get_download_url())
        body_of(response)
        assert response["Content-Disposition"].startswith("attachment; ")

    @pytest.mark.parametrize("name", TRICKY_NAMES)
    def test_the_name_comes_back_as_it_was_sent(
        self, browser: Client, session: CameraSession, name: str
    ) -> None:
        response = browser.get(store(session, JPEG, name=name).get_download_url())
        assert body_of(response) == CONTENT
        disposition = response["Content-Disposition"]
        assert disposition.isascii()
        assert "\n" not in disposition
        if name.isascii():
            assert disposition == f'attachment; filename="{name}"'
        else:
            encoded = disposition.removeprefix("attachment; filename*=utf-8''")
            assert re.fullmatch(r"[A-Za-z0-9%._~!#$&+^`|-]+", encoded)
            assert unquote(encoded) == name


class TestRanges:
    """Parts of a file (RFC 9110, 14)."""

    @pytest.mark.parametrize(
        ("asked", "start", "stop"),
        [
            ("bytes=0-0", 0, 1),
            ("bytes=0-99", 0, 100),
            ("bytes=100-", 100, SIZE),
            (f"bytes={SIZE - 1}-", SIZE - 1, SIZE),
            ("bytes=-1", SIZE - 1, SIZE),
            ("bytes=-300", SIZE - 300, SIZE),
            (f"bytes=1000-{SIZE * 9}", 1000, SIZE),
        ],
    )
    def test_a_part(
        self, browser: Client, photo: SessionFile, asked: str, start: int, stop: int
    ) -> None:
        response = browser.get(photo.get_content_url(), HTTP_RANGE=asked)
        assert response.status_code == 206
        assert response["Content-Range"] == f"bytes {start}-{stop - 1}/{SIZE}"
        assert response["Content-Length"] == str(stop - start)
        assert response["Content-Type"] == JPEG
        assert response["X-Content-Type-Options"] == "nosniff"
        assert body_of(response) == CONTENT[start:stop]

    @pytest.mark.parametrize(
        "asked",
        [
            "bytes=0-1,4-5",
            "bytes=5-2",
            "bytes=-",
            "bytes=a-b",
            "items=0-5",
            "bytes 0-5",
            "bytes=0-5-9",
            "bytes=--5",
            f"bytes={'9' * 5000}-",
            f"bytes=-{'9' * 5000}",
            f"bytes=0-{'9' * 5000}",
            f"bytes=-{SIZE}",
            f"bytes=-{SIZE * 2}",
        ],
    )
    def test_several_or_malformed_ranges_are_ignored(
        self, browser: Client, photo: SessionFile, asked: str
    ) -> None:
        response = browser.get(photo.get_content_url(), HTTP_RANGE=asked)
        assert response.status_code == 200
        assert "Content-Range" not in response
        assert body_of(response) == CONTENT

    @pytest.mark.parametrize(
        "asked", [f"bytes={SIZE}-", f"bytes={SIZE * 2}-{SIZE * 3}", "bytes=-0"]
    )
    def test_a_range_behind_the_end_cannot_be_satisfied(
        self, browser: Client, photo: SessionFile, asked: str
    ) -> None:
        response = browser.get(photo.get_content_url(), HTTP_RANGE=asked)
        assert response.status_code == 416
        assert response["Content-Range"] == f"bytes */{SIZE}"
        assert body_of(response) == b""

    def test_a_part_is_sent_if_the_file_is_still_the_one_known(
        self, browser: Client, photo: SessionFile
    ) -> None:
        for known in (f'"{photo.checksum}"', http_date(photo.received_datetime.timestamp())):
            response = browser.get(
                photo.get_content_url(), HTTP_RANGE="bytes=0-9", HTTP_IF_RANGE=known
            )
            assert response.status_code == 206
            assert body_of(response) == CONTENT[:10]

    @pytest.mark.parametrize("known", ['"another"', "Mon, 01 Jan 2001 00:00:00 GMT", "rubbish"])
    def test_all_is_sent_if_it_is_another(
        self, browser: Client, photo: SessionFile, known: str
    ) -> None:
        response = browser.get(photo.get_content_url(), HTTP_RANGE="bytes=0-9", HTTP_IF_RANGE=known)
        assert response.status_code == 200
        assert body_of(response) == CONTENT

    def test_ranges_are_offered(self, browser: Client, photo: SessionFile) -> None:
        response = browser.get(photo.get_content_url())
        body_of(response)
        assert response["Accept-Ranges"] == "bytes"


class TestConditions:
    """What is known already is not sent again (RFC 9110, 13)."""

    def test_the_entity_tag_is_the_checksum(self, browser: Client, photo: SessionFile) -> None:
        response = browser.get(photo.get_content_url())
        body_of(response)
        assert response["ETag"] == f'"{photo.checksum}"'
        received = photo.received_datetime.replace(microsecond=0)
        assert response["Last-Modified"] == http_date(received.timestamp())

    @pytest.mark.parametrize("header", ["HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE"])
    def test_not_modified(self, browser: Client, photo: SessionFile, header: str) -> None:
        first = browser.get(photo.get_content_url())
        body_of(first)
        known = first["ETag" if header == "HTTP_IF_NONE_MATCH" else "Last-Modified"]
        response = browser.get(photo.get_content_url(), **{header: known})
        assert response.status_code == 304
        assert body_of(response) == b""
        assert response["ETag"] == first["ETag"]
        assert response["Cache-Control"] == first["Cache-Control"]

    def test_another_tag_is_modified(self, browser: Client, photo: SessionFile) -> None:
        response = browser.get(photo.get_content_url(), HTTP_IF_NONE_MATCH='"another"')
        assert response.status_code == 200
        assert body_of(response) == CONTENT

    def test_a_failed_precondition(self, browser: Client, photo: SessionFile) -> None:
        response = browser.get(photo.get_content_url(), HTTP_IF_MATCH='"another"')
        assert response.status_code == 412
        assert body_of(response) == b""

    def test_head_tells_all_and_sends_nothing(self, browser: Client, photo: SessionFile) -> None:
        shown = browser.get(photo.get_content_url())
        body_of(shown)
        head = browser.head(photo.get_content_url())
        assert head.status_code == 200
        assert body_of(head) == b""
        assert dict(head.items()) == dict(shown.items())

    @pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
    def test_there_is_no_other_method(
        self, browser: Client, photo: SessionFile, method: str
    ) -> None:
        assert getattr(browser, method)(photo.get_content_url()).status_code == 405


class TestXAccel:
    """nginx sends the bytes, where the setting says so."""

    @pytest.fixture(autouse=True)
    def location(self, settings: Settings) -> None:
        """The internal location, however its slashes are written."""
        settings.EDC_RETINOPATHY_X_ACCEL_LOCATION = "protected/images"

    @pytest.mark.parametrize("content_type", [JPEG, PNG, DICOM, PDF])
    def test_the_path_is_handed_over(
        self, browser: Client, session: CameraSession, content_type: str
    ) -> None:
        file = store(session, content_type)
        response = browser.get(file.get_content_url())
        assert response.status_code == 200
        assert response["X-Accel-Redirect"] == f"/protected/images/{file.stored_filename}"
        assert body_of(response) == b""
        assert response["Content-Type"] == content_type
        assert response["X-Content-Type-Options"] == "nosniff"

    @pytest.mark.parametrize("name", TRICKY_NAMES)
    def test_the_path_is_percent_encoded(
        self, browser: Client, session: CameraSession, name: str
    ) -> None:
        response = browser.get(store(session, JPEG, name=name).get_content_url())
        path = response["X-Accel-Redirect"]
        assert path.isascii()
        assert "?" not in path
        assert "#" not in path
        assert unquote(path) == f"/protected/images/{session.pk}/{name}"

    def test_html_is_never_handed_over(self, browser: Client, session: CameraSession) -> None:
        # nginx would drop the sandbox.
        response = browser.get(store(session, HTML).get_download_url())
        assert "X-Accel-Redirect" not in response
        assert policy_of(response).startswith("sandbox;")
        assert body_of(response) == CONTENT

    def test_only_to_whoever_may(self, photo: SessionFile, bravo_clinician: User) -> None:
        for browser in (Client(SERVER_NAME="localhost"), logged_in(bravo_clinician)):
            response = browser.get(photo.get_content_url())
            assert response.status_code in {302, 404}
            assert "X-Accel-Redirect" not in response

    def test_it_is_recorded(self, browser: Client, photo: SessionFile) -> None:
        browser.get(photo.get_content_url())
        assert FileAccess.objects.filter(session_file=photo).count() == 1


class TestRecord:
    """Who was sent which bytes, when and how."""

    @pytest.mark.parametrize(("query", "kind"), [("", "view"), ("?download=1", "download")])
    def test_every_sending(
        self, browser: Client, clinician: User, photo: SessionFile, query: str, kind: str
    ) -> None:
        before = timezone.now()
        body_of(browser.get(photo.get_content_url() + query, REMOTE_ADDR="192.0.2.7"))
        record = FileAccess.objects.get()
        assert record.session_file == photo
        assert record.user == clinician
        assert record.username == clinician.username
        assert record.kind == kind
        assert record.remote_address == "192.0.2.7"
        assert before <= record.accessed_datetime <= timezone.now()

    def test_a_dicom_file_is_always_a_download(
        self, browser: Client, session: CameraSession
    ) -> None:
        body_of(browser.get(store(session, DICOM).get_content_url()))
        assert FileAccess.objects.get().kind == "download"

    def test_a_header_of_the_client_is_not_believed(
        self, browser: Client, photo: SessionFile
    ) -> None:
        body_of(
            browser.get(
                photo.get_content_url(),
                REMOTE_ADDR="192.0.2.7",
                HTTP_X_FORWARDED_FOR="198.51.100.1",
            )
        )
        assert FileAccess.objects.get().remote_address == "192.0.2.7"

    def test_nobody_else_is_recorded(
        self, photo: SessionFile, bravo_clinician: User, camera_user: User
    ) -> None:
        for browser in (
            Client(SERVER_NAME="localhost"),
            logged_in(bravo_clinician),
            logged_in(camera_user),
        ):
            assert browser.get(photo.get_content_url()).status_code in {302, 403, 404}
        assert not FileAccess.objects.exists()

    def test_a_look_at_the_headers_alone_is_not(self, browser: Client, photo: SessionFile) -> None:
        body_of(browser.head(photo.get_content_url()))
        assert not FileAccess.objects.exists()

    def test_it_outlives_the_user(
        self, browser: Client, clinician: User, photo: SessionFile
    ) -> None:
        body_of(browser.get(photo.get_content_url()))
        FileAccess.objects.update(user=None)
        assert FileAccess.objects.get().username == clinician.username


class TestMissingBytes:
    """A file that is gone from the disk is not found; the server did not fail."""

    @pytest.mark.parametrize("accel", [None, "/protected/"])
    def test_not_found(
        self,
        browser: Client,
        photo: SessionFile,
        settings: Settings,
        accel: str | None,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        settings.EDC_RETINOPATHY_X_ACCEL_LOCATION = accel
        factories.image_path(photo.camera_session, photo.original_filename).unlink()
        response = browser.get(photo.get_content_url())
        assert response.status_code == 404
        assert not FileAccess.objects.exists()
        # Said in the log, by its key alone.
        assert str(photo.pk) in caplog.text
        assert photo.camera_session.subject_identifier not in caplog.text

    def test_the_page_is_still_there(self, browser: Client, photo: SessionFile) -> None:
        factories.image_path(photo.camera_session, photo.original_filename).unlink()
        assert browser.get(photo.get_view_url()).status_code == 200


class TestViewPage:
    """The page around a file."""

    def test_a_report_is_in_a_sandboxed_frame(
        self, browser: Client, session: CameraSession
    ) -> None:
        file = store(session, HTML)
        page = browser.get(file.get_view_url()).content.decode()
        (frame,) = re.findall(r"<iframe[^>]*>", page)
        assert re.search(r"\ssandbox(\s|>)", frame)
        assert file.get_report_url() in frame

    @pytest.mark.parametrize("content_type", [PDF, DICOM])
    def test_what_a_browser_would_run_or_cannot_read_is_shown_as_a_picture(
        self, browser: Client, session: CameraSession, content_type: str
    ) -> None:
        file = store(session, content_type)
        page = browser.get(file.get_view_url()).content.decode()
        assert not re.search(r"<(iframe|embed|object)", page)
        assert f'src="{file.get_rendering_url("screen")}"' in page
        assert f'href="{file.get_download_url()}"' in page

    def test_a_hostile_name_is_text(self, browser: Client, session: CameraSession) -> None:
        name = "x' onload=alert(1) &lt;b&gt;.jpg"
        page = browser.get(store(session, JPEG, name=name).get_view_url()).content.decode()
        assert name not in page
        assert "x&#x27; onload=alert(1) &amp;lt;b&amp;gt;.jpg" in page

    def test_no_other_page_frames_it(self, browser: Client, photo: SessionFile) -> None:
        assert browser.get(photo.get_view_url())["X-Frame-Options"] == "DENY"


def test_the_clock_of_a_file_has_whole_seconds(browser: Client, session: CameraSession) -> None:
    received = datetime.fromisoformat("2026-03-14T09:30:00.999+00:00")
    file = store(session, JPEG, received=received)
    since = http_date((received + timedelta(milliseconds=500)).timestamp())
    assert browser.get(file.get_content_url(), HTTP_IF_MODIFIED_SINCE=since).status_code == 304


class TestReportCopy:
    """A report is shown in its page's frame and nowhere else."""

    REPORT = "<script>x</script><p>Größe</p>".encode()

    @pytest.fixture
    def report(self, session: CameraSession) -> SessionFile:
        """A stored report."""
        return store(session, HTML, content=self.REPORT)

    def test_the_copy(self, browser: Client, report: SessionFile) -> None:
        page = body_of(framed(browser, report)).decode()
        assert "<p>Größe</p>" in page
        assert "script" not in page
        assert FileAccess.objects.get().kind == "view"

    def test_the_download_is_what_was_sent(self, browser: Client, report: SessionFile) -> None:
        assert body_of(browser.get(report.get_download_url())) == self.REPORT

    @pytest.mark.parametrize("destination", ["document", "embed", "object", "empty", "frame", ""])
    def test_opened_elsewhere_it_leads_to_its_page(
        self, browser: Client, report: SessionFile, destination: str
    ) -> None:
        response = browser.get(report.get_report_url(), HTTP_SEC_FETCH_DEST=destination)
        assert response.status_code == 302
        assert response["Location"] == report.get_view_url()
        assert not FileAccess.objects.exists()

    def test_where_the_browser_does_not_say_the_page_it_comes_from_does(
        self, browser: Client, report: SessionFile
    ) -> None:
        page = f"http://{browser.defaults['SERVER_NAME']}{report.get_view_url()}"
        for referer, status in [
            (page, 200),
            (f"{page}?a=b", 200),
            ("", 302),
            ("http://elsewhere.org" + report.get_view_url(), 302),
            (f"http://{browser.defaults['SERVER_NAME']}/", 302),
        ]:
            response = browser.get(report.get_report_url(), HTTP_REFERER=referer)
            assert response.status_code == status, referer
        assert FileAccess.objects.count() == 2

    @pytest.mark.parametrize("destination", ["document", "iframe"])
    def test_its_own_address_leads_to_its_page(
        self, browser: Client, report: SessionFile, destination: str
    ) -> None:
        response = browser.get(report.get_content_url(), HTTP_SEC_FETCH_DEST=destination)
        assert (response.status_code, response["Location"]) == (302, report.get_view_url())
        assert not FileAccess.objects.exists()

    @pytest.mark.parametrize("content_type", [JPEG, PNG, PDF, DICOM])
    def test_nothing_else_has_one(
        self, browser: Client, session: CameraSession, content_type: str
    ) -> None:
        assert framed(browser, store(session, content_type)).status_code == 404

    def test_a_report_too_large_to_show_says_so(
        self, browser: Client, session: CameraSession
    ) -> None:
        file = store(session, HTML, content=b"<p>a</p>" * 200_000)
        response = framed(browser, file)
        assert "too large to be shown" in response.content.decode()
        assert policy_of(response).startswith("sandbox;")
        assert not FileAccess.objects.exists()

    def test_missing_bytes(self, browser: Client, report: SessionFile) -> None:
        factories.image_path(report.camera_session, report.original_filename).unlink()
        assert framed(browser, report).status_code == 404
        assert not FileAccess.objects.exists()

    def test_only_to_whoever_may(
        self, report: SessionFile, bravo_clinician: User, camera_user: User
    ) -> None:
        for browser in (
            Client(SERVER_NAME="localhost"),
            logged_in(bravo_clinician),
            logged_in(camera_user),
        ):
            assert framed(browser, report).status_code in {302, 403, 404}
        assert not FileAccess.objects.exists()


class TestOneLook:
    """One look is one record, in however many parts; none is sent, none is recorded."""

    def looks(self) -> int:
        """How many are recorded."""
        return FileAccess.objects.count()

    def test_parts_that_follow_are_the_same_look(self, browser: Client, photo: SessionFile) -> None:
        for asked in ("bytes=0-99", "bytes=100-199", "bytes=0-9", f"bytes={SIZE - 9}-", "bytes=-1"):
            body_of(browser.get(photo.get_content_url(), HTTP_RANGE=asked))
        assert self.looks() == 1

    def test_a_resumed_download(self, browser: Client, photo: SessionFile) -> None:
        body_of(browser.get(photo.get_download_url()))
        known = f'"{photo.checksum}"'
        body_of(browser.get(photo.get_download_url(), HTTP_RANGE="bytes=500-", HTTP_IF_RANGE=known))
        assert self.looks() == 1

    def test_all_but_the_first_byte_is_a_look(self, browser: Client, photo: SessionFile) -> None:
        body_of(browser.get(photo.get_content_url(), HTTP_RANGE="bytes=1-"))
        assert self.looks() == 1

    def test_another_persons_look_is_another(
        self, browser: Client, photo: SessionFile, grader: User
    ) -> None:
        for who in (browser, logged_in(grader)):
            body_of(who.get(photo.get_content_url(), HTTP_RANGE="bytes=1-"))
        assert self.looks() == 2

    def test_a_part_of_tomorrow_is_another_look(self, browser: Client, photo: SessionFile) -> None:
        body_of(browser.get(photo.get_content_url()))
        FileAccess.objects.update(accessed_datetime=timezone.now() - timedelta(days=1))
        body_of(browser.get(photo.get_content_url(), HTTP_RANGE="bytes=1-"))
        assert self.looks() == 2

    @pytest.mark.parametrize("ranges", ["bytes=0-1,4-5", "bytes=0-9, -1", "items=0-1"])
    def test_all_of_it_is_a_look_each_time(
        self, browser: Client, photo: SessionFile, ranges: str
    ) -> None:
        body_of(browser.get(photo.get_content_url(), HTTP_RANGE=ranges))
        body_of(browser.get(photo.get_content_url(), HTTP_RANGE="bytes=0-9", HTTP_IF_RANGE='"x"'))
        assert self.looks() == 2

    @pytest.mark.parametrize("accel", [None, "/protected/"])
    def test_what_sends_nothing_is_none(
        self, browser: Client, photo: SessionFile, settings: Settings, accel: str | None
    ) -> None:
        settings.EDC_RETINOPATHY_X_ACCEL_LOCATION = accel
        for headers, status in (
            ({"HTTP_IF_NONE_MATCH": "*"}, 304),
            ({"HTTP_IF_MATCH": '"another"'}, 412),
            ({"HTTP_RANGE": f"bytes={SIZE}-"}, 416),
        ):
            response = browser.get(photo.get_content_url(), **headers)
            assert response.status_code == status
            assert "X-Accel-Redirect" not in response
        assert self.looks() == 0

    def test_parts_that_nginx_sends(
        self, browser: Client, photo: SessionFile, settings: Settings
    ) -> None:
        settings.EDC_RETINOPATHY_X_ACCEL_LOCATION = "/protected/"
        for asked in ("bytes=0-99", "bytes=100-199", "bytes=0-9,20-29"):
            response = browser.get(photo.get_content_url(), HTTP_RANGE=asked)
            assert response["X-Accel-Redirect"]
        assert self.looks() == 1

    @pytest.mark.parametrize("asked", ["bytes=0-9", "bytes=1-", f"bytes={SIZE}-"])
    def test_head_knows_no_range(self, browser: Client, photo: SessionFile, asked: str) -> None:
        response = browser.head(photo.get_content_url(), HTTP_RANGE=asked)
        assert response.status_code == 200
        assert response["Content-Length"] == str(SIZE)
        assert "Content-Range" not in response
        assert self.looks() == 0
