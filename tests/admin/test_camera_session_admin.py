"""The session form, the list, reopening, and finding a subject."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from edc_registration.models import RegisteredSubject

from edc_retinopathy.models import CameraSession
from tests import factories
from tests.admin.pages import (
    MODEL,
    NAMESPACE,
    change_url,
    form_of,
    logged_in,
    page_url,
    submit,
)
from tests.api.client import CameraApi
from tests.factories import ANSWERED_NO, CONTRAINDICATED, LONG_AGO_MINUTES, minutes_ago
from tests.samples import DICOM

QUESTIONS = tuple(ANSWERED_NO)
ADD = (MODEL, "add")
LIST = (MODEL, "changelist")


class TestForm:
    """A clinician adds and changes sessions."""

    def test_a_clinician_adds_a_session(self, clinician: User, subject: RegisteredSubject) -> None:
        response = submit(
            logged_in(clinician), page_url(*ADD), registered_subject=subject.pk, **ANSWERED_NO
        )
        assert response.status_code == 302, _errors(response)
        session = CameraSession.objects.get()
        assert session.registered_subject_id == subject.pk
        assert session.subject_identifier == subject.subject_identifier
        assert session.site_id == factories.ALPHA_SITE
        assert session.report_type == "combined"
        assert session.contraindicated is False
        assert session.user_created == clinician.username

    def test_a_camera_can_use_the_session_that_a_clinician_added(
        self, clinician: User, subject: RegisteredSubject, camera: CameraApi
    ) -> None:
        submit(
            logged_in(clinician),
            page_url(*ADD),
            registered_subject=subject.pk,
            report_type="per_eye",
        )
        body = camera.resolve(subject.subject_identifier).json()
        assert body["camera_session_id"] == str(CameraSession.objects.get().pk)

    def test_the_screening_may_stay_unanswered(
        self, clinician: User, subject: RegisteredSubject
    ) -> None:
        response = submit(logged_in(clinician), page_url(*ADD), registered_subject=subject.pk)
        assert response.status_code == 302, _errors(response)
        assert CameraSession.objects.get().contraindicated is None

    @pytest.mark.parametrize("question", QUESTIONS)
    def test_a_contraindication_never_blocks_saving(
        self, clinician: User, subject: RegisteredSubject, question: str
    ) -> None:
        response = submit(
            logged_in(clinician),
            page_url(*ADD),
            registered_subject=subject.pk,
            **{**ANSWERED_NO, question: "Yes"},
        )
        assert response.status_code == 302, _errors(response)
        assert CameraSession.objects.get().contraindicated is True

    def test_all_contraindications_together_do_not_block_saving(
        self, clinician: User, subject: RegisteredSubject
    ) -> None:
        answers = dict.fromkeys(QUESTIONS, "Yes")
        response = submit(
            logged_in(clinician), page_url(*ADD), registered_subject=subject.pk, **answers
        )
        assert response.status_code == 302, _errors(response)

    @pytest.mark.parametrize("answer", ["Yes", "No"])
    def test_pregnancy_is_not_applicable_to_a_male_subject(
        self, clinician: User, male_subject: RegisteredSubject, answer: str
    ) -> None:
        answers = {**ANSWERED_NO, "pregnant": answer}
        response = submit(
            logged_in(clinician), page_url(*ADD), registered_subject=male_subject.pk, **answers
        )
        assert set(_errors(response)) == {"pregnant"}
        assert not CameraSession.objects.exists()

    def test_not_applicable_is_accepted_for_a_male_subject(
        self, clinician: User, male_subject: RegisteredSubject
    ) -> None:
        answers = {**ANSWERED_NO, "pregnant": "N/A"}
        response = submit(
            logged_in(clinician), page_url(*ADD), registered_subject=male_subject.pk, **answers
        )
        assert response.status_code == 302, _errors(response)
        assert CameraSession.objects.get().contraindicated is False

    def test_not_applicable_is_for_male_subjects_only(
        self, clinician: User, subject: RegisteredSubject
    ) -> None:
        answers = {**ANSWERED_NO, "pregnant": "N/A"}
        response = submit(
            logged_in(clinician), page_url(*ADD), registered_subject=subject.pk, **answers
        )
        assert set(_errors(response)) == {"pregnant"}
        assert not CameraSession.objects.exists()

    def test_the_rule_holds_when_a_session_is_changed(
        self, clinician: User, session: CameraSession
    ) -> None:
        response = submit(logged_in(clinician), change_url(session), pregnant="N/A")
        assert set(_errors(response)) == {"pregnant"}

    def test_the_rule_holds_when_a_session_with_files_is_changed(
        self, clinician: User, session: CameraSession
    ) -> None:
        factories.store_file(session, "left")
        response = submit(logged_in(clinician), change_url(session), pregnant="N/A")
        assert set(_errors(response)) == {"pregnant"}

    def test_a_report_in_the_future_is_refused(
        self, clinician: User, subject: RegisteredSubject
    ) -> None:
        response = submit(
            logged_in(clinician),
            page_url(*ADD),
            registered_subject=subject.pk,
            report_datetime=timezone.now() + timedelta(days=2),
        )
        assert "report_datetime" in _errors(response)

    def test_a_subject_must_be_chosen(self, clinician: User) -> None:
        response = submit(logged_in(clinician), page_url(*ADD))
        assert "registered_subject" in _errors(response)

    def test_a_subject_of_another_site_cannot_be_chosen(
        self, clinician: User, bravo_subject: RegisteredSubject
    ) -> None:
        response = submit(logged_in(clinician), page_url(*ADD), registered_subject=bravo_subject.pk)
        assert "registered_subject" in _errors(response)
        assert not CameraSession.objects.exists()

    def test_a_change_is_saved_and_versioned(self, clinician: User, session: CameraSession) -> None:
        response = submit(logged_in(clinician), change_url(session), device_id="CAM-009")
        assert response.status_code == 302, _errors(response)
        session.refresh_from_db()
        assert session.device_id == "CAM-009"
        assert session.user_modified == clinician.username
        assert session.history.count() == 2

    def test_the_history_page_opens(self, clinician: User, session: CameraSession) -> None:
        response = logged_in(clinician).get(page_url(MODEL, "history", session.pk))
        assert response.status_code == 200

    def test_a_form_shows_what_is_here_and_what_is_missing(
        self, clinician: User, session: CameraSession
    ) -> None:
        factories.store_file(session, "left", name="left-eye-file.jpg")
        page = logged_in(clinician).get(change_url(session))
        assert page.status_code == 200
        assert "left-eye-file.jpg" in page.content.decode()


class TestAccess:
    """Who sees the pages."""

    def test_a_visitor_is_sent_to_log_in(self, session: CameraSession, client: Any) -> None:
        for url in (page_url(*LIST), page_url(*ADD), change_url(session)):
            assert client.get(url).status_code == 302

    def test_a_grader_reads_and_does_not_write(self, grader: User, session: CameraSession) -> None:
        browser = logged_in(grader)
        assert browser.get(page_url(*LIST)).status_code == 200
        assert browser.get(change_url(session)).status_code == 200
        assert browser.get(page_url(*ADD)).status_code == 403
        assert browser.post(change_url(session), {"device_id": "X"}).status_code == 403

    def test_a_clinician_does_not_delete(self, clinician: User, session: CameraSession) -> None:
        url = page_url(MODEL, "delete", session.pk)
        assert logged_in(clinician).post(url, {"post": "yes"}).status_code == 403
        assert CameraSession.objects.filter(pk=session.pk).exists()

    def test_another_sites_session_is_neither_listed_nor_opened(
        self, clinician: User, session: CameraSession, bravo_subject: RegisteredSubject
    ) -> None:
        hidden = factories.create_session(bravo_subject)
        browser = logged_in(clinician)
        listed = browser.get(page_url(*LIST)).content.decode()
        assert session.subject_identifier in listed
        assert hidden.subject_identifier not in listed
        page = browser.get(change_url(hidden))
        assert page.status_code in {302, 403, 404}
        assert hidden.subject_identifier not in page.content.decode()

    def test_a_clinician_of_another_site_sees_nothing_here(
        self, bravo_clinician: User, session: CameraSession
    ) -> None:
        browser = logged_in(bravo_clinician)
        for url in (page_url(*LIST), change_url(session)):
            page = browser.get(url)
            assert page.status_code in {200, 302, 403, 404}
            assert session.subject_identifier not in page.content.decode()


class TestList:
    """Eligibility and progress of every session, in a constant number of queries."""

    def rows(self, user: User, **query: str) -> list[CameraSession]:
        """The sessions listed."""
        page = logged_in(user).get(page_url(*LIST), query)
        assert page.status_code == 200
        return list(page.context["cl"].result_list)

    def shown(self, user: User) -> str:
        """The list's HTML."""
        return logged_in(user).get(page_url(*LIST)).content.decode()

    @pytest.mark.parametrize(
        ("answers", "word"),
        [(ANSWERED_NO, "Yes"), (CONTRAINDICATED, "No"), ({}, "Unanswered")],
        ids=["eligible", "contraindicated", "unanswered"],
    )
    def test_shows_eligibility(
        self, clinician: User, subject: RegisteredSubject, answers: dict[str, str], word: str
    ) -> None:
        factories.create_session(subject, **answers)
        cells = _cells(self.shown(clinician))
        assert [cell for cell in cells if cell.casefold() == word.casefold()], cells

    def test_shows_which_files_are_here_and_which_are_missing(
        self, clinician: User, session: CameraSession
    ) -> None:
        before = self.shown(clinician)
        factories.store_file(session, "left_dicom", content_type=DICOM)
        after = self.shown(clinician)
        assert before != after
        assert "right" in after.casefold()
        assert "report" in after.casefold()

    def test_shows_age_device_and_subject(
        self, clinician: User, subject: RegisteredSubject
    ) -> None:
        session = factories.create_session(subject, device_id="CAM-042")
        text = self.shown(clinician)
        assert subject.subject_identifier in text
        assert "CAM-042" in text
        assert str(session.age_in_years) in _cells(text)

    def test_is_searched_by_subject_and_device(
        self, clinician: User, subject: RegisteredSubject, male_subject: RegisteredSubject
    ) -> None:
        first = factories.create_session(subject, device_id="CAM-001")
        second = factories.create_session(male_subject, device_id="CAM-002")
        assert self.rows(clinician, q=subject.subject_identifier) == [first]
        assert self.rows(clinician, q="CAM-002") == [second]
        assert self.rows(clinician, q="nothing like it") == []

    @pytest.mark.parametrize("user", ["clinician", "grader", "superuser"])
    def test_takes_the_same_number_of_queries_for_3_and_for_30_sessions(
        self,
        user: str,
        subject: RegisteredSubject,
        male_subject: RegisteredSubject,
        request: pytest.FixtureRequest,
    ) -> None:
        browser = logged_in(request.getfixturevalue(user))
        counts = []
        for number in (3, 27):
            for index in range(number):
                session = factories.create_session(
                    male_subject if index % 2 else subject, minutes=index, device_id=f"CAM-{number}"
                )
                if index % 3 == 0:
                    factories.store_file(session, "left")
            # Once before counting: sites, content types and the like are remembered.
            browser.get(page_url(*LIST))
            with CaptureQueriesContext(connection) as queries:
                page = browser.get(page_url(*LIST))
            assert page.context["cl"].result_count == CameraSession.objects.count()
            counts.append(len(queries))
        assert counts[0] == counts[1]
        assert counts[0] < 30

    def test_decrypts_nothing(
        self, clinician: User, session: CameraSession, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert self.rows(clinician)[0].get_deferred_fields() >= {"initials"}


class TestReopen:
    """An expired session is opened for uploads again."""

    def reopen(self, user: User, *sessions: CameraSession) -> Any:
        """Run the list's action on some sessions."""
        browser = logged_in(user)
        page = browser.get(page_url(*LIST))
        actions = [name for name, _ in page.context["action_form"].fields["action"].choices]
        (name,) = [action for action in actions if "reopen" in action]
        data = {"action": name, "_selected_action": [str(s.pk) for s in sessions]}
        return browser.post(page_url(*LIST), data)

    def test_a_reopened_session_receives_again(
        self, clinician: User, subject: RegisteredSubject, camera: CameraApi
    ) -> None:
        session = factories.create_session(subject, minutes=LONG_AGO_MINUTES)
        identifier = subject.subject_identifier
        assert camera.resolve(identifier).status_code == 404
        before = timezone.now()
        assert self.reopen(clinician, session).status_code == 302
        session.refresh_from_db()
        assert session.activity.last_reopened_datetime is not None
        assert before <= session.activity.last_reopened_datetime <= timezone.now()
        assert camera.resolve(identifier).json()["camera_session_id"] == str(session.pk)
        assert camera.upload(identifier).status_code == 201

    def test_only_the_selected_sessions_are_reopened(
        self, clinician: User, subject: RegisteredSubject
    ) -> None:
        chosen, other = (
            factories.create_session(subject, minutes=LONG_AGO_MINUTES + n) for n in (0, 1)
        )
        self.reopen(clinician, chosen)
        other.refresh_from_db()
        assert other.activity.last_reopened_datetime is None

    def test_who_reopened_is_in_the_history(
        self, clinician: User, subject: RegisteredSubject
    ) -> None:
        session = factories.create_session(subject, minutes=LONG_AGO_MINUTES)
        self.reopen(clinician, session)
        assert session.history.count() == 2
        version = session.history.latest()
        assert version.history_change_reason == "Reopened for uploads"
        assert version.user_modified == clinician.username
        session.refresh_from_db()
        assert session.user_modified == clinician.username

    def test_reopening_changes_nothing_else(
        self, clinician: User, subject: RegisteredSubject
    ) -> None:
        session = factories.create_session(subject, minutes=LONG_AGO_MINUTES)
        pinned = minutes_ago(LONG_AGO_MINUTES)
        factories.set_moments(session, last_resolved_datetime=pinned)
        self.reopen(clinician, session)
        reported = session.report_datetime
        session.refresh_from_db()
        assert session.report_datetime == reported
        assert session.activity.last_resolved_datetime == pinned

    def test_a_contraindicated_session_is_left_and_said_so(
        self, clinician: User, subject: RegisteredSubject
    ) -> None:
        session = factories.create_session(
            subject, minutes=LONG_AGO_MINUTES, **factories.CONTRAINDICATED
        )
        response = self.reopen(clinician, session)
        session.refresh_from_db()
        assert session.activity.last_reopened_datetime is None
        (message,) = get_messages(response.wsgi_request)
        assert "contraindicated" in str(message)

    def test_a_grader_is_not_offered_to_reopen(
        self, grader: User, subject: RegisteredSubject
    ) -> None:
        session = factories.create_session(subject, minutes=LONG_AGO_MINUTES)
        browser = logged_in(grader)
        browser.post(
            page_url(*LIST),
            {"action": "reopen_for_uploads", "_selected_action": [str(session.pk)]},
        )
        session.refresh_from_db()
        assert session.activity.last_reopened_datetime is None

    def test_another_sites_session_is_not_reopened(
        self, clinician: User, session: CameraSession, bravo_subject: RegisteredSubject
    ) -> None:
        hidden = factories.create_session(bravo_subject, minutes=LONG_AGO_MINUTES)
        self.reopen(clinician, hidden)
        hidden.refresh_from_db()
        assert hidden.activity.last_reopened_datetime is None


class TestSubjectAutocomplete:
    """The form finds a subject by its identifier, at the current site."""

    def found(self, user: User, term: str, host: str = factories.ALPHA_HOST) -> list[str]:
        """The texts of the subjects found."""
        response = logged_in(user, host).get(
            reverse(f"{NAMESPACE}:autocomplete"),
            {
                "term": term,
                "app_label": "edc_retinopathy",
                "model_name": "camerasession",
                "field_name": "registered_subject",
            },
        )
        assert response.status_code == 200
        return [result["text"] for result in response.json()["results"]]

    def test_finds_a_subject_by_identifier(
        self, clinician: User, subject: RegisteredSubject, male_subject: RegisteredSubject
    ) -> None:
        texts = self.found(clinician, subject.subject_identifier)
        assert len(texts) == 1
        assert subject.subject_identifier in texts[0]

    def test_finds_by_a_part_of_the_identifier(
        self, clinician: User, subject: RegisteredSubject, male_subject: RegisteredSubject
    ) -> None:
        assert len(self.found(clinician, "105-10-000")) == 2
        assert self.found(clinician, "0002") != []

    def test_finds_subjects_of_the_current_site_only(
        self,
        clinician: User,
        bravo_clinician: User,
        subject: RegisteredSubject,
        bravo_subject: RegisteredSubject,
    ) -> None:
        assert self.found(clinician, bravo_subject.subject_identifier) == []
        assert len(self.found(clinician, "105-")) >= 1
        own = self.found(bravo_clinician, "105-", host=factories.BRAVO_HOST)
        assert len(own) == 1
        assert bravo_subject.subject_identifier in own[0]

    def test_a_visitor_finds_nothing(self, client: Any, subject: RegisteredSubject) -> None:
        response = client.get(reverse(f"{NAMESPACE}:autocomplete"), {"term": "105"})
        assert response.status_code in {302, 403}


def _errors(response: Any) -> dict[str, Any]:
    """The form's errors by field, of a page that was shown again."""
    return dict(form_of(response).errors)


def _cells(html: str) -> list[str]:
    """The texts between tags."""
    texts: list[str] = []
    for piece in html.split("<"):
        text = piece.partition(">")[2].strip()
        if text:
            texts.append(text)
    return texts
