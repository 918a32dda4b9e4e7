"""What a session's pages offer beside saving: who is examined, second sessions, withdrawing."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone
from edc_registration.models import RegisteredSubject

from edc_retinopathy.admin.camera_session_admin import CameraSessionAdmin
from edc_retinopathy.models import CameraSession
from edc_retinopathy.sessions.withdrawal import withdraw
from tests import factories
from tests.admin.pages import MODEL, change_url, form_of, logged_in, page_url, submit
from tests.api.client import CameraApi
from tests.factories import ANSWERED_NO, CONTRAINDICATED, LONG_AGO_MINUTES, minutes_ago

ADD = page_url(MODEL, "add")
LIST = page_url(MODEL, "changelist")
SUBJECT = page_url(MODEL, "subject")
CONFIRM = "confirm_second_session"


def errors(response: Any) -> dict[str, Any]:
    """The form's errors by field; none if it was saved."""
    return {} if response.status_code == 302 else dict(form_of(response).errors)


class TestReportDate:
    """Within the subject's life and the years in which there were cameras."""

    @pytest.mark.parametrize(
        ("reported", "born", "is_wrong"),
        [
            ("1926-11-25", date(1980, 6, 15), True),
            ("1999-12-31", date(1980, 6, 15), True),
            ("2000-01-01", date(1980, 6, 15), False),
            ("2010-06-14", date(2010, 6, 15), True),
            ("2010-06-15", date(2010, 6, 15), False),
            ("0001-01-01", date(1980, 6, 15), True),
            ("2000-01-01", None, False),
        ],
    )
    def test_is_held(
        self,
        clinician: User,
        subject: RegisteredSubject,
        reported: str,
        born: date | None,
        *,
        is_wrong: bool,
    ) -> None:
        RegisteredSubject.objects.filter(pk=subject.pk).update(dob=born)
        browser = logged_in(clinician)
        data = {
            "registered_subject": str(subject.pk),
            "report_datetime_0": reported,
            "report_datetime_1": "12:00:00",
            "report_type": "combined",
        }
        response = browser.post(ADD, data)
        assert set(errors(response)) == ({"report_datetime"} if is_wrong else set())
        assert CameraSession.objects.exists() is not is_wrong

    def test_an_age_is_never_negative(self, subject: RegisteredSubject) -> None:
        long_before = timezone.now() - timedelta(days=365 * 100)
        session = factories.create_session(subject, report_datetime=long_before)
        assert session.age_in_years is None


class TestSecondSession:
    """A second open session of a day needs a confirmation that says what it does."""

    def add(self, user: User, subject: RegisteredSubject, **changes: Any) -> Any:
        return submit(logged_in(user), ADD, registered_subject=subject.pk, **changes)

    def test_is_added_only_once_it_is_confirmed(
        self, clinician: User, subject: RegisteredSubject, session: CameraSession
    ) -> None:
        response = self.add(clinician, subject)
        assert set(errors(response)) == {CONFIRM}
        assert CameraSession.objects.count() == 1
        text = response.content.decode()
        assert "the camera sends to the session with the later report date" in text
        assert f'type="checkbox" name="{CONFIRM}"' in text
        assert self.add(clinician, subject, **{CONFIRM: True}).status_code == 302
        assert CameraSession.objects.count() == 2

    def test_the_box_is_not_shown_before(self, clinician: User, session: CameraSession) -> None:
        browser = logged_in(clinician)
        for url in (ADD, change_url(session)):
            assert f'type="hidden" name="{CONFIRM}"' in browser.get(url).content.decode()

    @pytest.mark.parametrize(
        "other",
        ["complete", "contraindicated", "expired", "withdrawn", "of another day", "another site's"],
    )
    def test_a_session_that_is_not_open_that_day_is_no_hindrance(
        self,
        clinician: User,
        subject: RegisteredSubject,
        session: CameraSession,
        other: str,
    ) -> None:
        sessions = CameraSession.objects.filter(pk=session.pk)
        if other == "complete":
            factories.complete(session)
        elif other == "contraindicated":
            sessions.update(**CONTRAINDICATED)
        elif other == "expired":
            factories.set_moments(session, report_datetime=minutes_ago(LONG_AGO_MINUTES))
        elif other == "withdrawn":
            withdraw(session, reason="Entered twice.", user=clinician)
        elif other == "of another day":
            factories.set_moments(
                session,
                report_datetime=timezone.now() - timedelta(days=1),
                last_reopened_datetime=timezone.now(),
            )
        else:
            sessions.update(site_id=factories.BRAVO_SITE)
        assert self.add(clinician, subject).status_code == 302

    def test_a_contraindicated_one_is_added_as_ever(
        self, clinician: User, subject: RegisteredSubject, session: CameraSession
    ) -> None:
        assert self.add(clinician, subject, **CONTRAINDICATED).status_code == 302

    def test_another_subjects_is_no_hindrance(
        self, clinician: User, male_subject: RegisteredSubject, session: CameraSession
    ) -> None:
        assert self.add(clinician, male_subject).status_code == 302

    def test_an_answer_that_opens_a_second_one_is_asked_about(
        self, clinician: User, subject: RegisteredSubject, session: CameraSession
    ) -> None:
        second = factories.create_session(subject, **CONTRAINDICATED)
        browser = logged_in(clinician)
        assert submit(browser, change_url(second), device_id="CAM-7").status_code == 302
        response = submit(browser, change_url(second), **ANSWERED_NO)
        assert set(errors(response)) == {CONFIRM}
        answered = submit(browser, change_url(second), **ANSWERED_NO, **{CONFIRM: True})
        assert answered.status_code == 302

    def test_saving_one_of_two_again_asks_nothing(
        self, clinician: User, subject: RegisteredSubject, session: CameraSession
    ) -> None:
        factories.create_session(subject)
        assert errors(submit(logged_in(clinician), change_url(session))) == {}


class TestWhoItIs:
    """The form says sex and age of the subject chosen, and the initials to who may see them."""

    def test_is_told_by_the_endpoint(self, clinician: User, subject: RegisteredSubject) -> None:
        browser = logged_in(clinician)
        shown = browser.get(SUBJECT, {"registered_subject": str(subject.pk)})
        assert shown.status_code == 200
        text = shown.json()["subject"]
        assert text.startswith("Female · 4")
        assert text.endswith(" years · *****")
        clinician.groups.add(Group.objects.get(name="PII_VIEW"))
        shown = browser.get(SUBJECT, {"registered_subject": str(subject.pk)})
        assert shown.json()["subject"].endswith(" years · AB")

    @pytest.mark.parametrize("asked", ["", "no-key", "1" * 32])
    def test_a_key_of_nobody_is_answered_404(self, clinician: User, asked: str) -> None:
        assert logged_in(clinician).get(SUBJECT, {"registered_subject": asked}).status_code == 404

    def test_another_sites_subject_is_answered_as_nobody(
        self, clinician: User, superuser: User, bravo_subject: RegisteredSubject
    ) -> None:
        query = {"registered_subject": str(bravo_subject.pk)}
        for user in (clinician, superuser):
            browser = logged_in(user)
            assert browser.get(SUBJECT, query).status_code == 404
            assert "years" not in browser.get(ADD, query).content.decode()

    def test_a_grader_and_a_visitor_are_told_nothing(
        self, grader: User, subject: RegisteredSubject, client: Client
    ) -> None:
        query = {"registered_subject": str(subject.pk)}
        assert logged_in(grader).get(SUBJECT, query).status_code == 403
        assert client.get(SUBJECT, query).status_code == 302
        assert logged_in(grader).post(SUBJECT, query).status_code == 405

    def test_is_on_the_form_that_comes_with_a_subject(
        self, clinician: User, subject: RegisteredSubject, session: CameraSession
    ) -> None:
        browser = logged_in(clinician)
        given = browser.get(ADD, {"registered_subject": str(subject.pk)})
        again = submit(browser, ADD, registered_subject=subject.pk, pregnant="N/A")
        changed = browser.get(change_url(session))
        for page in (given, again, changed):
            assert "Female · 4" in page.content.decode()
            assert " years · *****" in page.content.decode()
        assert " years · " not in browser.get(ADD).content.decode()

    @pytest.mark.parametrize("asked", ["no-key", "'", "1" * 32])
    def test_a_form_that_comes_with_nobody_says_nothing(self, clinician: User, asked: str) -> None:
        page = logged_in(clinician).get(ADD, {"registered_subject": asked})
        assert page.status_code == 200
        assert " years · " not in page.content.decode()

    def test_a_page_of_a_session_with_files_masks_the_initials_too(
        self, clinician: User, session: CameraSession
    ) -> None:
        factories.store_file(session, "left")
        browser = logged_in(clinician)
        assert "· *****" in browser.get(change_url(session)).content.decode()
        clinician.groups.add(Group.objects.get(name="PII"))
        assert "· AB" in browser.get(change_url(session)).content.decode()


class TestWithdraw:
    """Whoever may add a session takes an empty one back, with a reason."""

    def withdraw(self, user: User, session: CameraSession, reason: str = "Entered twice.") -> Any:
        return logged_in(user).post(page_url(MODEL, "withdraw", session.pk), {"reason": reason})

    def test_is_offered_and_done(
        self, clinician: User, session: CameraSession, camera: CameraApi
    ) -> None:
        browser = logged_in(clinician)
        url = page_url(MODEL, "withdraw", session.pk)
        assert url in browser.get(change_url(session)).content.decode()
        assert 'name="reason"' in browser.get(url).content.decode()
        assert self.withdraw(clinician, session).status_code == 302
        session.refresh_from_db()
        assert session.withdrawn_reason == "Entered twice."
        assert camera.resolve(session.subject_identifier).status_code == 404
        page = browser.get(change_url(session))
        text = page.content.decode()
        assert "Withdrawn" in text
        assert "Entered twice." in text
        assert url not in text
        assert not page.context["adminform"].form.fields

    def test_is_shown_in_the_list_and_found_by_the_filter(
        self, clinician: User, session: CameraSession, subject: RegisteredSubject
    ) -> None:
        other = factories.create_session(subject)
        withdraw(session, reason="Entered twice.", user=clinician)
        browser = logged_in(clinician)
        assert ">Withdrawn</span>" in browser.get(LIST).content.decode()
        for value, expected in (("withdrawn", session), ("none", other)):
            page = browser.get(LIST, {"files": value})
            assert list(page.context["cl"].queryset) == [expected]

    def test_without_a_reason_nothing_happens(
        self, clinician: User, session: CameraSession
    ) -> None:
        for reason in ("", "  ", "x" * 251):
            assert self.withdraw(clinician, session, reason).status_code == 200
        session.refresh_from_db()
        assert not session.is_withdrawn

    def test_one_with_files_is_not_withdrawn(self, clinician: User, session: CameraSession) -> None:
        factories.store_file(session, "left")
        browser = logged_in(clinician)
        url = page_url(MODEL, "withdraw", session.pk)
        assert url not in browser.get(change_url(session)).content.decode()
        assert "files are never deleted" in browser.get(url).content.decode()
        response = self.withdraw(clinician, session)
        (message,) = get_messages(response.wsgi_request)
        assert "was not withdrawn" in str(message)
        session.refresh_from_db()
        assert not session.is_withdrawn

    def test_only_by_who_may_add_at_its_site(
        self, grader: User, clinician: User, session: CameraSession, bravo_subject: Any
    ) -> None:
        assert self.withdraw(grader, session).status_code == 403
        hidden = factories.create_session(bravo_subject)
        assert self.withdraw(clinician, hidden).status_code == 302
        for one in (session, hidden):
            one.refresh_from_db()
            assert not one.is_withdrawn

    def test_needs_the_token_against_forgery(self, clinician: User, session: CameraSession) -> None:
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(clinician)
        for page in ("withdraw", "reopen"):
            response = browser.post(page_url(MODEL, page, session.pk), {"reason": "Forged."})
            assert response.status_code == 403
        session.refresh_from_db()
        assert not session.is_withdrawn
        assert session.activity.last_reopened_datetime is None

    def test_a_withdrawn_one_is_not_reopened(self, clinician: User, session: CameraSession) -> None:
        withdraw(session, reason="Entered twice.", user=clinician)
        browser = logged_in(clinician)
        browser.post(LIST, {"action": "reopen_for_uploads", "_selected_action": [str(session.pk)]})
        assert browser.post(page_url(MODEL, "reopen", session.pk)).status_code == 403
        session.refresh_from_db()
        assert session.activity.last_reopened_datetime is None


class TestReopen:
    """From the session's own page, as from the list."""

    def test_is_offered_where_it_helps_and_done(
        self, clinician: User, session: CameraSession, camera: CameraApi
    ) -> None:
        browser = logged_in(clinician)
        url = page_url(MODEL, "reopen", session.pk)
        assert url not in browser.get(change_url(session)).content.decode()
        factories.set_moments(session, report_datetime=minutes_ago(LONG_AGO_MINUTES))
        assert url in browser.get(change_url(session)).content.decode()
        assert browser.get(url).status_code == 405
        assert browser.post(url)["Location"] == change_url(session)
        assert camera.resolve(session.subject_identifier).status_code == 200

    def test_only_by_who_may_change_it_at_its_site(
        self, grader: User, clinician: User, session: CameraSession, bravo_subject: Any
    ) -> None:
        hidden = factories.create_session(bravo_subject)
        for user, one in ((grader, session), (clinician, hidden)):
            logged_in(user).post(page_url(MODEL, "reopen", one.pk))
            one.refresh_from_db()
            assert one.activity.last_reopened_datetime is None


class TestDelete:
    """What cannot be deleted says why, in a person's words."""

    SENTENCE = "files are never deleted"

    def test_one_with_files(self, superuser: User, session: CameraSession) -> None:
        factories.store_file(session, "left")
        browser = logged_in(superuser)
        url = page_url(MODEL, "delete", session.pk)
        for page in (browser.get(url), browser.post(url, {"post": "yes"})):
            assert self.SENTENCE in page.content.decode()
            assert 'value="Yes' not in page.content.decode()
        assert CameraSession.objects.filter(pk=session.pk).exists()

    def test_several_of_which_one_has_files(
        self, superuser: User, session: CameraSession, subject: RegisteredSubject
    ) -> None:
        other = factories.create_session(subject)
        factories.store_file(session, "left")
        selected = [str(session.pk), str(other.pk)]
        data = {"action": "delete_selected", "_selected_action": selected}
        for more in ({}, {"post": "yes"}):
            page = logged_in(superuser).post(LIST, {**data, **more})
            assert self.SENTENCE in page.content.decode()
        assert CameraSession.objects.count() == 2

    def test_several_to_which_a_file_comes_meanwhile(
        self, superuser: User, session: CameraSession, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        delete = CameraSessionAdmin.delete_queryset

        def be_too_late(admin: Any, request: Any, queryset: Any) -> None:
            factories.store_file(session, "left")
            delete(admin, request, queryset)

        monkeypatch.setattr(CameraSessionAdmin, "delete_queryset", be_too_late)
        data = {"action": "delete_selected", "_selected_action": [str(session.pk)], "post": "yes"}
        response = logged_in(superuser).post(LIST, data)
        (message,) = get_messages(response.wsgi_request)
        assert "Nothing was deleted" in str(message)
        assert CameraSession.objects.exists()

    def test_empty_ones(self, superuser: User, session: CameraSession) -> None:
        data = {"action": "delete_selected", "_selected_action": [str(session.pk)], "post": "yes"}
        assert logged_in(superuser).post(LIST, data).status_code == 302
        assert not CameraSession.objects.exists()
