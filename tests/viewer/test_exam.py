"""The viewer's page: what it shows of an exam, to whom, and how often it asks the database."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from edc_registration.models import RegisteredSubject
from pytest_django import Settings

from edc_retinopathy.choices import FindingCode, Severity
from edc_retinopathy.models import (
    CameraSession,
    FileAccess,
    Finding,
    SessionActivity,
    SessionFile,
    SessionFileFacts,
)
from tests import factories
from tests.admin.pages import MODEL, logged_in, page_url
from tests.samples import DICOM, HTML, JPEG, PDF, PNG, jpeg_baseline_dicom, small_jpeg, small_png
from tests.storage import StorageOnDisk

CONTENTS = {JPEG: small_jpeg, PNG: small_png, DICOM: jpeg_baseline_dicom}


@pytest.fixture(autouse=True)
def _storage(storage: StorageOnDisk) -> None:
    """Bytes that can be looked at."""


@pytest.fixture
def reader(grader: User) -> Client:
    """A grader's browser."""
    return logged_in(grader)


def picture(
    session: CameraSession, file_type: str, content_type: str = JPEG, **fields: Any
) -> SessionFile:
    """A stored picture with its facts."""
    file = factories.store_file(
        session, file_type, content_type=content_type, content=CONTENTS[content_type](), **fields
    )
    SessionFileFacts.objects.create(
        session_file=file, site_id=file.site_id, rows=96, columns=96, rules_version=1
    )
    return file


def page_of(reader: Client, session: CameraSession, **query: Any) -> Any:
    """The viewer's page; asserts that there is one."""
    response = reader.get(session.get_exam_url(), query)
    assert response.status_code == 200
    return response


def shown(response: Any) -> dict[str, Any]:
    """The key of the picture in each pane."""
    return {pane.key: pane.picture and pane.picture.file.pk for pane in response.context["panes"]}


class TestPanes:
    """Right eye and left eye, in this order, each with one picture."""

    @pytest.mark.parametrize("content_type", CONTENTS)
    def test_both_eyes_stand_side_by_side(
        self, reader: Client, session: CameraSession, content_type: str
    ) -> None:
        suffix = "_dicom" if content_type == DICOM else ""
        left = picture(session, f"left{suffix}", content_type)
        right = picture(session, f"right{suffix}", content_type)
        response = page_of(reader, session)
        assert list(shown(response).items()) == [("right", right.pk), ("left", left.pk)]
        # Without JavaScript too.
        for file in (left, right):
            assert f'<img src="{file.get_rendering_url("screen")}"' in response.content.decode()

    def test_an_eye_without_a_picture_says_so(self, reader: Client, session: CameraSession) -> None:
        picture(session, "left")
        response = page_of(reader, session)
        assert shown(response)["right"] is None
        assert "There is no picture of this eye." in response.content.decode()

    def test_the_newest_that_counts_is_shown_and_all_are_offered(
        self, reader: Client, session: CameraSession
    ) -> None:
        first = picture(session, "left", name="1.jpg")
        newest = picture(session, "left", name="2.jpg")
        superseded = picture(session, "left", name="3.jpg", superseded_datetime=timezone.now())
        response = page_of(reader, session)
        assert shown(response)["left"] == newest.pk
        text = response.content.decode()
        for file in (first, newest, superseded):
            assert file.get_rendering_url("thumbnail") in text
        assert "(superseded)" in text

    def test_what_holds_no_image_gives_way_to_what_does(
        self, reader: Client, session: CameraSession
    ) -> None:
        image = picture(session, "left", name="1.jpg")
        picture(session, "left_dicom", DICOM, name="2.dcm", is_image=False)
        assert shown(page_of(reader, session))["left"] == image.pk

    def test_the_address_chooses_any_picture_for_any_eye(
        self, reader: Client, session: CameraSession
    ) -> None:
        first = picture(session, "left", name="1.jpg")
        picture(session, "left", name="2.jpg")
        response = page_of(reader, session, left=first.pk, right=first.pk)
        assert shown(response) == {"right": first.pk, "left": first.pk}

    @pytest.mark.parametrize(
        "value", ["", "no key", "\x00", "3f2504e0-4f89-41d3-9a0c-0305e82c3301"]
    )
    def test_an_address_of_no_picture_of_the_exam_is_ignored(
        self, reader: Client, session: CameraSession, value: str
    ) -> None:
        left = picture(session, "left")
        query = dict.fromkeys(["left", "right", "earlier", "earlier-left", "list"], value)
        assert shown(page_of(reader, session, **query))["left"] == left.pk

    def test_findings_stand_beside_the_picture(
        self, reader: Client, session: CameraSession
    ) -> None:
        Finding.objects.create(
            session_file=picture(session, "left"),
            code=FindingCode.LATERALITY_MISMATCH,
            severity=Severity.SEVERE,
            message="The image says that it is of the right eye.",
        )
        text = page_of(reader, session).content.decode()
        assert "The image says that it is of the right eye." in text

    def test_reports_are_shown_as_pages_of_their_own_kind(
        self, reader: Client, session: CameraSession
    ) -> None:
        html = factories.store_file(session, "report", content_type=HTML, content=b"<p>Text</p>")
        pdf = factories.store_file(session, "left_report", content_type=PDF, content=b"%PDF-")
        text = page_of(reader, session).content.decode()
        assert (
            f'sandbox referrerpolicy="same-origin" loading="lazy" src="{html.get_report_url()}"'
            in text
        )
        assert pdf.get_download_url() in text

    def test_the_copy_of_a_report_is_for_the_frame_of_this_page_too(
        self, reader: Client, session: CameraSession
    ) -> None:
        # Where a browser does not say what it asks for, it says where it comes from.
        html = factories.store_file(session, "report", content_type=HTML, content=b"<p>Text</p>")
        framed = reader.get(
            html.get_report_url(),
            headers={"Referer": f"http://localhost{session.get_exam_url()}?list=all"},
        )
        assert framed.status_code == 200


class TestPolicy:
    """A project's strict Content-Security-Policy leaves the viewer as it is."""

    def test_nothing_stands_in_the_page_that_a_strict_policy_refuses(
        self, reader: Client, session: CameraSession
    ) -> None:
        picture(session, "left")
        text = page_of(reader, session).content.decode()
        viewer = text[text.index('<div id="exam"') : text.index('id="exam-data"')]
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", viewer)
        scripts = re.findall(r"<script[^>]*>", viewer)
        assert scripts in ([], ['<script id="exam-data" type="application/json">'])

    def test_the_library_is_one_that_we_may_ship(self) -> None:
        folder = Path(__file__).parents[2] / "edc_retinopathy/static/edc_retinopathy/viewer"
        library = (folder / "openseadragon/openseadragon.min.js").read_text()
        assert "Redistribution and use" in (folder / "openseadragon/LICENSE.txt").read_text()
        # What a browser's tools would ask for in vain, and hashing storages fail at.
        assert "sourceMappingURL" not in library


class TestEarlierExams:
    """An exam of the same subject, beside this one."""

    def test_it_is_offered_and_shown(
        self, reader: Client, session: CameraSession, subject: RegisteredSubject
    ) -> None:
        picture(session, "left")
        earlier = factories.create_session(subject, minutes=factories.LONG_AGO_MINUTES)
        then = picture(earlier, "left")
        assert list(page_of(reader, session).context["earlier_sessions"]) == [earlier]
        response = page_of(reader, session, earlier=earlier.pk)
        assert shown(response)["earlier-left"] == then.pk

    def test_none_of_another_subject_or_site_or_time_is_shown(
        self,
        reader: Client,
        create_session: Any,
        male_subject: RegisteredSubject,
        bravo_subject: RegisteredSubject,
    ) -> None:
        session = create_session(minutes=60)
        others = [
            factories.create_session(male_subject, minutes=90),
            factories.create_session(bravo_subject, minutes=90),
            create_session(minutes=30),
        ]
        for other in others:
            picture(other, "left")
            response = page_of(reader, session, earlier=other.pk)
            assert set(shown(response)) == {"right", "left"}
            assert not response.context["earlier_sessions"]


class TestLooks:
    """One record for each page view and file that it shows."""

    def test_a_page_view_is_one_record_for_each_picture_shown(
        self, reader: Client, session: CameraSession, grader: User
    ) -> None:
        left = picture(session, "left", name="1.jpg")
        picture(session, "left", name="0.jpg", superseded_datetime=timezone.now())
        right = picture(session, "right")
        page_of(reader, session)
        looks = FileAccess.objects.values_list("session_file", "user", "kind", "site")
        assert sorted(looks) == sorted(
            (file.pk, grader.pk, "view", factories.ALPHA_SITE) for file in (left, right)
        )

    def test_what_a_page_then_asks_for_is_the_same_look(
        self, reader: Client, session: CameraSession
    ) -> None:
        left = picture(session, "left")
        page_of(reader, session)
        for size in ("thumbnail", "screen", "full"):
            reader.get(left.get_rendering_url(size)).getvalue()
        assert FileAccess.objects.count() == 1

    def test_the_same_picture_in_both_panes_is_one_look(
        self, reader: Client, session: CameraSession
    ) -> None:
        left = picture(session, "left")
        page_of(reader, session, right=left.pk)
        assert FileAccess.objects.count() == 1

    def test_asking_for_the_headers_is_no_look(
        self, reader: Client, session: CameraSession
    ) -> None:
        picture(session, "left")
        assert reader.head(session.get_exam_url()).status_code == 200
        assert not FileAccess.objects.exists()


class TestQueries:
    """As many for many pictures as for few."""

    def test_the_number_does_not_grow_with_the_pictures(
        self, reader: Client, session: CameraSession
    ) -> None:
        picture(session, "left")
        picture(session, "right")
        page_of(reader, session)
        with CaptureQueriesContext(connection) as few:
            page_of(reader, session)
        for number in range(5):
            file = picture(session, "left", name=f"{number}.jpg")
            Finding.objects.create(
                session_file=file, code=FindingCode.CLOCK_SKEW, severity=Severity.HINT, message="-"
            )
        with CaptureQueriesContext(connection) as many:
            page_of(reader, session)
        assert len(many) == len(few) <= 25


class TestNeighbours:
    """The next and the previous exam of the list that one came from."""

    @pytest.fixture
    def sessions(self, create_session: Any, male_subject: RegisteredSubject) -> list[CameraSession]:
        """Five with pictures, the newest first, as lists have them; two of them of the male."""
        sessions = [
            factories.create_session(male_subject, minutes=minutes)
            if number % 2
            else create_session(minutes=minutes)
            for number, minutes in enumerate((10, 20, 30, 40, 50))
        ]
        SessionActivity.objects.update(shows_left=True)
        return sessions

    def walked(self, reader: Client, session: CameraSession, way: str, **query: str) -> list[Any]:
        """The keys of the exams on the way."""
        keys = []
        address: str | None = f"{session.get_exam_url()}?{urlencode(query)}"
        while address:
            response = reader.get(address)
            keys.append(response.context["session"].pk)
            address = getattr(response.context["neighbours"], way)
            assert len(keys) < 10
        return keys

    def test_without_a_list_they_are_those_of_all_exams(
        self, reader: Client, sessions: list[CameraSession]
    ) -> None:
        keys = [session.pk for session in sessions]
        assert self.walked(reader, sessions[0], "next") == keys
        assert self.walked(reader, sessions[-1], "previous") == keys[::-1]

    @pytest.mark.parametrize(
        ("query", "places"),
        [
            ("gender=M", [1, 3]),
            ("o=3", [4, 3, 2, 1, 0]),
            (f"q={factories.MALE_IDENTIFIER}", [1, 3]),
            ("device_id=", [0, 1, 2, 3, 4]),
        ],
    )
    def test_a_list_is_followed_with_its_filters_its_search_and_its_order(
        self, clinician: User, sessions: list[CameraSession], query: str, places: list[int]
    ) -> None:
        keys = [sessions[place].pk for place in places]
        reader = logged_in(clinician)
        listed = f"all?{query}"
        assert self.walked(reader, sessions[places[0]], "next", list=listed) == keys
        assert self.walked(reader, sessions[places[-1]], "previous", list=listed) == keys[::-1]

    def test_what_has_no_pictures_is_passed_over(
        self, reader: Client, sessions: list[CameraSession]
    ) -> None:
        SessionActivity.objects.filter(pk=sessions[1].pk).update(shows_left=False)
        neighbours = page_of(reader, sessions[0]).context["neighbours"]
        assert str(sessions[2].pk) in neighbours.next

    def test_exams_of_the_same_moment_are_all_reached(
        self, reader: Client, sessions: list[CameraSession]
    ) -> None:
        moment = factories.minutes_ago(70)
        for session in sessions:
            factories.set_moments(session, report_datetime=moment)
        SessionActivity.objects.update(shows_left=True)
        newest = max(sessions, key=lambda session: session.pk)
        response = page_of(reader, newest)
        first = newest
        while response.context["neighbours"].previous:
            response = reader.get(response.context["neighbours"].previous)
            first = response.context["session"]
        assert set(self.walked(reader, first, "next")) == {session.pk for session in sessions}

    @pytest.mark.parametrize(
        "listed",
        [
            "",
            "nothing",
            "all?no_such_field=1",
            "all?o=x",
            "all?report_datetime__gte=x",
            "all?q=%00",
        ],
    )
    def test_a_list_that_makes_no_sense_is_no_error(
        self, reader: Client, sessions: list[CameraSession], listed: str
    ) -> None:
        page_of(reader, sessions[2], list=listed)

    def test_an_exam_that_has_left_its_list_leads_on_in_it(
        self, reader: Client, sessions: list[CameraSession]
    ) -> None:
        neighbours = page_of(reader, sessions[2], list="all?gender=M").context["neighbours"]
        assert str(sessions[1].pk) in neighbours.previous
        assert str(sessions[3].pk) in neighbours.next

    def test_none_is_of_another_site(
        self, reader: Client, sessions: list[CameraSession], bravo_subject: RegisteredSubject
    ) -> None:
        factories.create_session(bravo_subject, minutes=60)
        SessionActivity.objects.update(shows_left=True)
        assert page_of(reader, sessions[-1]).context["neighbours"].next is None

    def test_the_list_of_sessions_leads_to_the_viewer_and_names_itself(
        self, clinician: User, sessions: list[CameraSession]
    ) -> None:
        text = (
            logged_in(clinician)
            .get(page_url(MODEL, "changelist"), {"gender": "M"})
            .content.decode()
        )
        query = urlencode({"list": "all?gender=M"})
        assert f'href="{sessions[1].get_exam_url()}?{query}"' in text


class TestMasked:
    """A masked reader sees the same pictures, and reads on."""

    @pytest.fixture(autouse=True)
    def _masked(self, settings: Settings) -> None:
        settings.EDC_RETINOPATHY_MASK_READERS = True

    def test_pictures_are_shown_by_eye_and_number(
        self, reader: Client, session: CameraSession
    ) -> None:
        left = picture(session, "left", name=f"{session.subject_identifier}_L.jpg")
        factories.store_file(session, "report", content_type=HTML, content=b"<p>Text</p>")
        response = page_of(reader, session)
        text = response.content.decode()
        assert shown(response)["left"] == left.pk
        assert "Left eye (OS), picture 1" in text
        assert session.subject_identifier not in text
        assert response.context["reports"] == []

    def test_renderings_are_sent(self, reader: Client, session: CameraSession) -> None:
        left = picture(session, "left", name=f"{session.subject_identifier}_L.jpg")
        for size in ("thumbnail", "screen", "full"):
            response = reader.get(left.get_rendering_url(size))
            assert response.status_code == 200
            response.getvalue()
            assert session.subject_identifier not in str(response.headers)

    def test_renderings_of_reports_are_not(self, reader: Client, session: CameraSession) -> None:
        pdf = factories.store_file(session, "report", content_type=PDF, content=b"%PDF-")
        assert reader.get(pdf.get_rendering_url("screen")).status_code == 403

    def test_the_list_leads_on_without_the_subject(
        self, reader: Client, create_session: Any, male_subject: RegisteredSubject
    ) -> None:
        newest = create_session(minutes=10)
        second = factories.create_session(male_subject, minutes=20)
        SessionActivity.objects.update(shows_left=True)
        # An oracle otherwise: whether the next one has this sex.
        for gender in "FM":
            query = {"list": f"all?gender={gender}"}
            neighbours = page_of(reader, newest, **query).context["neighbours"]
            assert neighbours.next is None
        assert str(second.pk) in page_of(reader, newest).context["neighbours"].next

    def test_a_files_page_leads_to_its_exam(self, reader: Client, session: CameraSession) -> None:
        left = picture(session, "left")
        response = reader.get(left.get_view_url())
        assert response.status_code == 302
        assert response["Location"] == left.get_exam_url()
        assert shown(reader.get(response["Location"]))["left"] == left.pk
