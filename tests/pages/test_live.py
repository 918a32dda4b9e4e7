"""Parts that are asked for again and again: cheap while nothing changes, new when anything does."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from edc_registration.models import RegisteredSubject
from pytest_django import Settings

from edc_retinopathy.clinic import versions
from edc_retinopathy.inspection.bookkeeping import resolve
from edc_retinopathy.models import CameraSession, Finding, Refusal
from edc_retinopathy.models.activity_updates import record_resolve
from edc_retinopathy.refusals.answers import answer
from edc_retinopathy.sessions.withdrawal import withdraw
from tests import factories
from tests.admin.pages import logged_in
from tests.pages.conftest import find

TODAY = "/edc_retinopathy/today/"
HOME = "/edc_retinopathy/"


@pytest.fixture(autouse=True)
def _no_renewal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A version that is renewed just now would be no fault."""
    monkeypatch.setattr(versions, "RENEWED_EVERY", timedelta(days=36500))


def part_url(session: CameraSession) -> str:
    """The address of the part of a session's page."""
    return f"{session.get_page_url()}part/"


def queries_of(ask: Callable[[], Any]) -> tuple[Any, list[str]]:
    """The answer, and all that the database was asked for it, whoever asked."""
    with CaptureQueriesContext(connection) as asked:
        answer = ask()
    return answer, [query["sql"] for query in asked.captured_queries]


class Watch:
    """A page that is open."""

    def __init__(self, browser: Any, *urls: str) -> None:
        self.browser = browser
        self.etags = {url: browser.get(url)["ETag"] for url in urls}

    def changed(self) -> set[str]:
        """Which parts are sent anew; as a browser asks."""
        changed = set()
        for url, etag in self.etags.items():
            response = self.browser.get(url, HTTP_IF_NONE_MATCH=etag)
            assert response.status_code in {200, 304}
            if response.status_code == 200:
                changed.add(url)
                self.etags[url] = response["ETag"]
        return changed


@pytest.fixture
def watch(browser: Any, session: CameraSession) -> Watch:
    """Home and the page of a session, which has a file with a finding."""
    find(factories.store_file(session, "left"))
    return Watch(browser, TODAY, part_url(session))


class TestCost:
    def test_an_idle_part_costs_one_query(self, browser: Any, session: CameraSession) -> None:
        for url in (TODAY, part_url(session)):
            etag = browser.get(url)["ETag"]
            response, asked = queries_of(lambda u=url, e=etag: browser.get(u, HTTP_IF_NONE_MATCH=e))
            assert response.status_code == 304
            assert response.content == b""
            assert len(asked) == 1, asked

    def test_many_sessions_cost_as_many_queries_as_one(
        self, browser: Any, session: CameraSession, refuse: Callable[..., Refusal]
    ) -> None:
        def all_of_it(number: int, session: CameraSession) -> None:
            find(factories.store_file(session, "left"))
            refuse(session.subject_identifier, file_name=f"{number}", camera_session=session)
            refuse(f"105-10-00{number:02}-9")

        all_of_it(0, session)
        browser.get(HOME)
        _, few = queries_of(lambda: browser.get(HOME))
        sessions = [
            CameraSession(
                registered_subject=session.registered_subject,
                subject_identifier=session.subject_identifier,
                site_id=session.site_id,
                report_datetime=session.report_datetime,
            )
            for _ in range(49)
        ]
        CameraSession.objects.bulk_create(sessions)
        for number, more in enumerate(sessions, 1):
            all_of_it(number, more)
        page, many = queries_of(lambda: browser.get(HOME))
        assert len(page.context["today"].exams) == 50
        assert len(many) == len(few)

    def test_the_list_is_bounded(self, browser: Any, session: CameraSession) -> None:
        CameraSession.objects.bulk_create(
            CameraSession(
                registered_subject=session.registered_subject,
                subject_identifier=session.subject_identifier,
                site_id=session.site_id,
                report_datetime=session.report_datetime,
            )
            for _ in range(90)
        )
        factories.store_file(session, "left", received=factories.minutes_ago(60))
        today = browser.get(HOME).context["today"]
        assert (len(today.exams), len(today.waiting), today.has_more) == (1, 79, True)

    def test_the_page_names_the_version_of_its_part(self, browser: Any) -> None:
        page = browser.get(HOME)
        response = browser.get(TODAY, HTTP_IF_NONE_MATCH=f'"{page.context["version"]}"')
        assert response.status_code == 304

    def test_a_weak_version_is_as_good(self, browser: Any) -> None:
        etag = browser.get(TODAY)["ETag"]
        assert browser.get(TODAY, HTTP_IF_NONE_MATCH=f"W/{etag}").status_code == 304

    def test_no_browser_keeps_a_part(self, browser: Any) -> None:
        assert browser.get(TODAY)["Cache-Control"] == "private, no-store"


class TestChanges:
    def test_nothing(self, watch: Watch) -> None:
        assert watch.changed() == set()

    def test_a_file(self, watch: Watch, session: CameraSession) -> None:
        factories.store_file(session, "right")
        assert watch.changed() == {TODAY, part_url(session)}
        assert watch.changed() == set()

    def test_a_resolve(self, watch: Watch, session: CameraSession) -> None:
        record_resolve(session.pk, timezone.now(), using="default")
        assert watch.changed() == {TODAY, part_url(session)}

    def test_a_finding_without_a_file(self, watch: Watch, session: CameraSession) -> None:
        file = factories.store_file(session, "right")
        watch.changed()
        find(file)
        assert watch.changed() == {TODAY, part_url(session)}

    def test_an_answer_to_a_finding(
        self, watch: Watch, session: CameraSession, clinician: User
    ) -> None:
        resolve(Finding.objects.get(), reason="Seen.", user=clinician)
        assert watch.changed() == {TODAY, part_url(session)}

    def test_a_refusal_and_its_answer(
        self,
        watch: Watch,
        session: CameraSession,
        refuse: Callable[..., Refusal],
        clinician: User,
    ) -> None:
        refusal = refuse(session.subject_identifier)
        assert watch.changed() == {TODAY, part_url(session)}
        answer(refusal, "dismissed", user=clinician, reason="Known.")
        assert watch.changed() == {TODAY, part_url(session)}

    def test_a_new_session(
        self, watch: Watch, create_session: Callable[..., CameraSession]
    ) -> None:
        create_session()
        assert watch.changed() == {TODAY}

    def test_a_saved_form(self, watch: Watch, session: CameraSession) -> None:
        session.photosensitive = "Yes"
        session.save()
        assert watch.changed() == {TODAY, part_url(session)}

    def test_a_withdrawal(self, browser: Any, session: CameraSession, clinician: User) -> None:
        watch = Watch(browser, TODAY, part_url(session))
        withdraw(session, reason="A mistake.", user=clinician)
        assert watch.changed() == {TODAY, part_url(session)}

    def test_the_time_for_uploads_passes(
        self, watch: Watch, session: CameraSession, settings: Settings
    ) -> None:
        now = timezone.now()
        settings.EDC_RETINOPATHY_SESSION_EXPIRE_MINUTES = 120
        watch.changed()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(timezone, "now", lambda: now + timedelta(minutes=121))
            assert watch.changed() == {TODAY, part_url(session)}

    def test_another_sites_file(self, watch: Watch, bravo_subject: RegisteredSubject) -> None:
        factories.store_file(factories.create_session(bravo_subject), "left")
        assert watch.changed() == set()


class TestAccess:
    def test_whoever_is_logged_out_is_told_so(self, client: Any, session: CameraSession) -> None:
        for url in (TODAY, part_url(session)):
            assert client.get(url).status_code == 401

    def test_a_version_is_good_for_the_login_it_was_made_for(
        self, browser: Any, grader: User, client: Any
    ) -> None:
        etag = browser.get(TODAY)["ETag"]
        other = logged_in(grader).get(TODAY, HTTP_IF_NONE_MATCH=etag)
        assert other.status_code == 200
        assert client.get(TODAY, HTTP_IF_NONE_MATCH=etag).status_code == 401

    def test_another_sites_session_is_not_there(
        self, browser: Any, bravo_subject: RegisteredSubject
    ) -> None:
        session = factories.create_session(bravo_subject)
        for url in (session.get_page_url(), part_url(session)):
            assert browser.get(url).status_code == 404

    def test_versions_are_renewed(self, browser: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        # So that rights which were taken away are missed.
        monkeypatch.setattr(versions, "RENEWED_EVERY", timedelta(microseconds=1))
        etag = browser.get(TODAY)["ETag"]
        assert browser.get(TODAY, HTTP_IF_NONE_MATCH=etag).status_code == 200
