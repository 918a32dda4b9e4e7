"""The session's page, the form's way back to it, and what an account is offered there."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from edc_registration.models import RegisteredSubject

from edc_retinopathy.choices import FindingCode, Severity
from edc_retinopathy.models import CameraSession, Finding, Refusal
from edc_retinopathy.sessions.withdrawal import withdraw
from tests import factories
from tests.admin.pages import MODEL, change_url, logged_in, page_url, submit
from tests.pages.conftest import find

DASHBOARD = "?next=subject_dashboard_url,subject_identifier&subject_identifier={}"


def offered(browser: Any, session: CameraSession) -> set[str]:
    """What may be done, by the ids of the buttons."""
    page = browser.get(session.get_page_url())
    assert page.status_code == 200
    text = page.content.decode()
    names = ("reopen", "withdraw", "edit", "next", "exam", "back")
    return {name for name in names if f'id="retinopathy-{name}"' in text}


class TestOffers:
    def test_a_clinician(self, browser: Any, session: CameraSession) -> None:
        assert offered(browser, session) == {"withdraw", "edit", "next"}

    def test_once_a_file_is_here(self, browser: Any, session: CameraSession) -> None:
        factories.store_file(session, "left")
        assert offered(browser, session) == {"edit", "next", "exam"}

    def test_an_expired_one_can_be_reopened(
        self, browser: Any, create_session: Callable[..., CameraSession]
    ) -> None:
        session = create_session(minutes=factories.LONG_AGO_MINUTES)
        assert "reopen" in offered(browser, session)
        url = browser.get(session.get_page_url()).context["view"].reopen_url
        assert browser.post(url)["Location"] == session.get_page_url()
        assert "reopen" not in offered(browser, session)

    def test_a_withdrawn_one_stays_as_it_is(
        self, browser: Any, session: CameraSession, clinician: User
    ) -> None:
        withdraw(session, reason="A mistake.", user=clinician)
        assert offered(browser, session) == {"next"}

    def test_a_grader_looks(self, grader: User, session: CameraSession) -> None:
        assert offered(logged_in(grader), session) == set()

    def test_a_camera_has_no_pages(self, camera_user: User, session: CameraSession) -> None:
        assert logged_in(camera_user).get(session.get_page_url()).status_code == 403

    def test_refusals_of_the_session_and_its_subject_are_shown(
        self, browser: Any, session: CameraSession, refuse: Callable[..., Refusal]
    ) -> None:
        refuse(session.subject_identifier)
        refuse("", "file_too_large", camera_session=session)
        refuse("105-10-0009-9")
        assert len(browser.get(session.get_page_url()).context["view"].refused) == 2

    def test_a_finding_is_answered_and_one_is_back(
        self, browser: Any, session: CameraSession
    ) -> None:
        find(factories.store_file(session, "left"))
        (problem,) = browser.get(session.get_page_url()).context["view"].exam.problems
        (action,) = problem.actions
        answered = browser.post(action.url, {"reason": "It is the right one."})
        assert answered["Location"] == session.get_page_url()
        assert Finding.objects.get().is_resolved


def test_nobody_is_told_that_all_is_well_while_a_picture_is_to_be_taken_again(
    browser: Any, session: CameraSession
) -> None:
    right, _left, _report = (factories.store_file(session, n) for n in ("right", "left", "report"))
    page = browser.get(session.get_page_url()).content.decode()
    assert "Nothing is missing." in page
    # Only a hint, which its state does not count.
    find(right, FindingCode.MAYBE_DARK, Severity.HINT)
    page = browser.get(session.get_page_url()).content.decode()
    assert "Nothing is missing." not in page
    assert "Look at what was found in them." in page


class TestForm:
    def test_a_new_session_is_shown_when_it_is_saved(
        self, browser: Any, subject: RegisteredSubject
    ) -> None:
        url = f"{page_url(MODEL, 'add')}?registered_subject={subject.pk}"
        saved = submit(browser, url)
        assert saved.status_code == 302
        assert saved["Location"] == CameraSession.objects.get().get_page_url()

    def test_a_changed_one_too(self, browser: Any, session: CameraSession) -> None:
        assert submit(browser, change_url(session))["Location"] == session.get_page_url()

    def test_from_the_subjects_dashboard_and_back(
        self, browser: Any, subject: RegisteredSubject
    ) -> None:
        back = DASHBOARD.format(subject.subject_identifier)
        url = f"{page_url(MODEL, 'add')}{back}&registered_subject={subject.pk}"
        dashboard = f"/subject/{subject.subject_identifier}/"
        page = browser.get(url)
        assert page.context["cancel_url"] == "subject_dashboard_url"
        assert f'href="{dashboard}"' in page.content.decode()
        assert submit(browser, url)["Location"] == dashboard

    @pytest.mark.parametrize("form", ["add", "change"])
    def test_cancel_leads_to_the_apps_own_pages(
        self, browser: Any, session: CameraSession, form: str
    ) -> None:
        url = page_url(MODEL, "add") if form == "add" else change_url(session)
        own = "/edc_retinopathy/" if form == "add" else session.get_page_url()
        assert f'<a href="{own}" class="closelink"' in browser.get(url).content.decode()

    def test_the_session_page_leads_back_to_where_one_came_from(
        self, browser: Any, session: CameraSession
    ) -> None:
        query = DASHBOARD.format(session.subject_identifier)
        page = browser.get(session.get_page_url() + query)
        assert page.context["back_url"] == f"/subject/{session.subject_identifier}/"

    @pytest.mark.parametrize(
        "elsewhere",
        [
            "https://example.org/",
            "//example.org/",
            "/\\example.org/",
            "///example.org/",
            "javascript:alert(1)",
            "no_such_name",
            "/no/such/page/",
            ",,,",
            "\x00",
            "/edc_retinopathy/\x00",
        ],
    )
    def test_nothing_leads_out_of_the_project(
        self, browser: Any, session: CameraSession, elsewhere: str
    ) -> None:
        query = "?" + urlencode({"next": elsewhere, "cancel_url": elsewhere})
        page = browser.get(change_url(session) + query)
        text = page.content.decode()
        assert f'<a href="{session.get_page_url()}" class="closelink"' in text
        assert submit(browser, change_url(session) + query)["Location"] == session.get_page_url()
        assert browser.get(session.get_page_url() + query).context["back_url"] is None
