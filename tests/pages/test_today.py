"""The home page: what it shows, and to whom."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.utils.html import escape
from edc_auth.constants import PII_VIEW
from edc_registration.models import RegisteredSubject

from edc_retinopathy.choices import FindingCode, Severity
from edc_retinopathy.inspection.advice import advice_on
from edc_retinopathy.models import CameraAccount, CameraSession, Refusal
from tests import factories
from tests.admin.pages import logged_in
from tests.pages.conftest import find
from tests.samples import HTML

HOME = "/edc_retinopathy/"


def text_of(browser: Any, path: str = HOME) -> str:
    """The page, which is there."""
    response = browser.get(path)
    assert response.status_code == 200
    text: str = response.content.decode()
    return text


class TestSessions:
    def test_a_session_without_files_waits(self, browser: Any, session: CameraSession) -> None:
        today = browser.get(HOME).context["today"]
        assert [exam.session for exam in today.waiting] == [session]
        assert today.exams == []

    def test_one_with_files_is_shown_with_its_eyes(
        self, browser: Any, session: CameraSession
    ) -> None:
        file = factories.store_file(session, "left")
        page = browser.get(HOME)
        (exam,) = page.context["today"].exams
        right, left = exam.eyes
        assert (right.eye, right.is_missing, right.newest) == ("right", True, None)
        assert (left.is_missing, left.newest.file) == (False, file)
        assert [needed.file_type for needed in exam.missing_reports] == ["report"]
        assert page.content.decode().count("<img ") == 1

    def test_one_of_yesterday_is_shown_once_a_file_comes(
        self, browser: Any, create_session: Callable[..., CameraSession]
    ) -> None:
        session = create_session(minutes=3 * 24 * 60)
        assert browser.get(HOME).context["today"].waiting == []
        factories.store_file(session, "left")
        assert [e.session for e in browser.get(HOME).context["today"].exams] == [session]

    def test_a_withdrawn_one_is_gone(self, browser: Any, session: CameraSession) -> None:
        CameraSession.objects.filter(pk=session.pk).update(
            withdrawn_datetime=session.report_datetime, withdrawn_reason="A mistake."
        )
        assert browser.get(HOME).context["today"].waiting == []

    def test_the_latest_activity_stands_first(
        self, browser: Any, create_session: Callable[..., CameraSession]
    ) -> None:
        older, newer = create_session(minutes=30), create_session(minutes=20)
        factories.store_file(newer, "left", received=factories.minutes_ago(10))
        factories.store_file(older, "left", received=factories.minutes_ago(5))
        exams = browser.get(HOME).context["today"].exams
        assert [exam.session for exam in exams] == [older, newer]

    def test_another_sites_are_not_shown(
        self, browser: Any, bravo_subject: RegisteredSubject
    ) -> None:
        session = factories.create_session(bravo_subject)
        factories.store_file(session, "left")
        assert bravo_subject.subject_identifier not in text_of(browser)

    def test_an_account_of_another_site_sees_nothing(self, bravo_clinician: User) -> None:
        assert logged_in(bravo_clinician).get(HOME).status_code == 403

    def test_initials_are_for_whoever_may_see_them(
        self, clinician: User, session: CameraSession
    ) -> None:
        assert f"{session.subject_identifier} · AB" not in text_of(logged_in(clinician))
        clinician.groups.add(Group.objects.get(name=PII_VIEW))
        assert f"{session.subject_identifier} · AB" in text_of(logged_in(clinician))


class TestFindings:
    def test_a_doubtful_picture_is_named_with_its_eye_and_what_to_do(
        self, browser: Any, session: CameraSession
    ) -> None:
        find(factories.store_file(session, "left"))
        page = browser.get(HOME)
        (exam,) = page.context["today"].doubtful
        ((problem, eyes),) = exam.to_do
        assert (problem.title, eyes) == ("Another patient", "Left eye (OS)")
        assert problem.is_retake
        assert escape(str(problem.advice)) in page.content.decode()

    def test_the_picture_that_was_taken_again_is_the_one_that_counts(
        self, browser: Any, session: CameraSession
    ) -> None:
        find(factories.store_file(session, "left", received=factories.minutes_ago(9)))
        factories.store_file(session, "left", name="again.jpg")
        assert browser.get(HOME).context["today"].doubtful == []

    def test_a_hint_that_asks_for_no_picture_is_not_on_top(
        self, browser: Any, session: CameraSession
    ) -> None:
        find(factories.store_file(session, "left"), FindingCode.CLOCK_SKEW, Severity.HINT)
        page = browser.get(HOME)
        assert not page.context["today"].has_problems
        assert "The camera&#x27;s clock is wrong" in page.content.decode()

    def test_a_retake_is_asked_for_before_anything_else(
        self, browser: Any, session: CameraSession
    ) -> None:
        file = factories.store_file(session, "left")
        for code in (FindingCode.CLOCK_SKEW, FindingCode.MAYBE_BLURRED):
            find(file, code, Severity.HINT)
        find(file, FindingCode.BURNED_IN_ANNOTATION, Severity.WARNING)
        (exam,) = browser.get(HOME).context["today"].exams
        ((problem, _eyes),) = exam.to_do
        assert problem.title == "Perhaps blurred"

    def test_every_code_has_its_advice(self) -> None:
        assert {code for code in FindingCode if advice_on(code) is advice_on("unheard of")} == set()

    def test_a_report_is_shown_with_its_findings(
        self, browser: Any, session: CameraSession
    ) -> None:
        report = factories.store_file(session, "report", content_type=HTML)
        find(report, FindingCode.LOCKED_PDF, Severity.WARNING)
        assert "without a password" in text_of(browser)


class TestRefusals:
    def test_an_unknown_subject_is_to_be_corrected(
        self, browser: Any, refuse: Callable[..., Refusal]
    ) -> None:
        refuse("105-10-0009-9")
        (problem,) = browser.get(HOME).context["today"].refused
        assert problem.title == "Sent for 105-10-0009-9, who has no session today"
        assert "No such subject" in problem.advice
        assert [str(action.label) for action in problem.actions] == ["Dismiss"]

    def test_a_known_subject_is_given_a_session(
        self, browser: Any, refuse: Callable[..., Refusal], subject: RegisteredSubject
    ) -> None:
        refuse(subject.subject_identifier)
        (problem,) = browser.get(HOME).context["today"].refused
        label, url = str(problem.actions[0].label), problem.actions[0].url
        assert label == "New session"
        assert url.endswith(f"camerasession/add/?registered_subject={subject.pk}")
        assert browser.get(url).status_code == 200

    def test_a_conflict_can_be_allowed_from_here(
        self, browser: Any, refuse: Callable[..., Refusal], session: CameraSession
    ) -> None:
        refusal = refuse(
            session.subject_identifier,
            "filename_conflict",
            endpoint="upload",
            file_type="left",
            file_name="a.jpg",
            camera_session=session,
        )
        (problem,) = browser.get(HOME).context["today"].refused
        allow = problem.actions[0]
        assert str(allow.label) == "Allow the next version"
        answered = browser.post(allow.url, {"reason": ""})
        assert answered.status_code == 302
        assert answered["Location"] == HOME
        refusal.refresh_from_db()
        assert refusal.state == "allowed"
        assert browser.get(HOME).context["today"].refused == []

    def test_an_expired_session_can_be_reopened_from_here(
        self,
        browser: Any,
        refuse: Callable[..., Refusal],
        create_session: Callable[..., CameraSession],
    ) -> None:
        session = create_session(minutes=factories.LONG_AGO_MINUTES)
        refuse(session.subject_identifier, camera_session=session)
        (problem,) = browser.get(HOME).context["today"].refused
        assert [str(action.label) for action in problem.actions] == [
            "Reopen the session",
            "Dismiss",
        ]

    def test_a_grader_is_offered_nothing_to_do(
        self,
        grader: User,
        refuse: Callable[..., Refusal],
        session: CameraSession,
        subject: RegisteredSubject,
    ) -> None:
        refuse(subject.subject_identifier)
        find(factories.store_file(session, "left"))
        page = logged_in(grader).get(HOME)
        today = page.context["today"]
        assert today.refused[0].actions == []
        assert today.exams[0].problems[0].actions == []
        assert "/add/" not in page.content.decode()


class TestCameras:
    @pytest.fixture
    def account(self, camera_user: User) -> CameraAccount:
        return CameraAccount.objects.create(user=camera_user, device_id="CAM-1")

    def test_one_that_nobody_used_was_not_heard_from(
        self, browser: Any, account: CameraAccount
    ) -> None:
        (camera,) = browser.get(HOME).context["today"].cameras
        assert (camera.name, camera.heard) == ("CAM-1", None)

    def test_a_file_is_heard(
        self,
        browser: Any,
        account: CameraAccount,
        create_session: Callable[..., CameraSession],
    ) -> None:
        file = factories.store_file(create_session(device_id="CAM-1"), "left")
        (camera,) = browser.get(HOME).context["today"].cameras
        assert camera.heard == file.received_datetime

    def test_a_refusal_is_heard(
        self, browser: Any, account: CameraAccount, refuse: Callable[..., Refusal]
    ) -> None:
        refusal = refuse("105-10-0009-9", account=account.user)
        (camera,) = browser.get(HOME).context["today"].cameras
        assert camera.heard == refusal.last_datetime
