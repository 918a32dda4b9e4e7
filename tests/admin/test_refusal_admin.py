"""Refusals as people see and answer them; what the camera is answered afterwards."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from edc_retinopathy.choices import RefusalState
from edc_retinopathy.models import CameraSession, Refusal, SessionFile
from tests import factories
from tests.api.client import CameraApi, assert_error
from tests.samples import small_jpeg

IDENTIFIER = factories.FEMALE_IDENTIFIER
OTHER_BYTES = small_jpeg() + b"tail"
LIST = "edc_retinopathy_admin:edc_retinopathy_refusal_changelist"


def browser_of(user: User, host: str = factories.ALPHA_HOST) -> Client:
    """A browser in which the user is logged in."""
    browser = Client(SERVER_NAME=host)
    browser.force_login(user)
    return browser


def page(refusal: Refusal, name: str = "change") -> str:
    """The address of a page of a refusal."""
    return reverse(f"edc_retinopathy_admin:edc_retinopathy_refusal_{name}", args=(refusal.pk,))


@pytest.fixture
def conflict(camera: CameraApi, session: CameraSession) -> Refusal:
    """A file whose name is taken by another."""
    assert camera.upload(IDENTIFIER).status_code == 201
    assert_error(camera.upload(IDENTIFIER, content=OTHER_BYTES), 409, "filename_conflict")
    return Refusal.objects.get()


def test_the_list_shows_the_open_ones_of_the_site(
    conflict: Refusal, clinician: User, bravo_clinician: User
) -> None:
    text = browser_of(clinician).get(reverse(LIST)).content.decode()
    assert "filename_conflict" in text
    assert "photo.jpg" in text
    stranger = browser_of(bravo_clinician, factories.BRAVO_HOST)
    assert "photo.jpg" not in stranger.get(reverse(LIST), {"state": "all"}).content.decode()
    assert stranger.get(page(conflict)).status_code == 302
    assert stranger.post(page(conflict, "allow"), {"reason": ""}).status_code == 302
    conflict.refresh_from_db()
    assert conflict.state == RefusalState.OPEN


@pytest.mark.parametrize(
    ("query", "is_listed"),
    [
        ({}, True),
        ({"state": "dismissed"}, False),
        ({"state": "all"}, True),
        ({"code": "filename_conflict"}, True),
        ({"code": "no_session"}, False),
        ({"endpoint__exact": "resolve"}, False),
        ({"username": "camera"}, True),
        ({"q": "photo"}, True),
    ],
)
def test_it_is_filtered(
    conflict: Refusal, clinician: User, query: dict[str, str], *, is_listed: bool
) -> None:
    text = browser_of(clinician).get(reverse(LIST), query).content.decode()
    assert (page(conflict) in text) == is_listed


def test_a_clinician_allows_the_next_version(
    camera: CameraApi, session: CameraSession, conflict: Refusal, clinician: User
) -> None:
    browser = browser_of(clinician)
    text = browser.get(page(conflict)).content.decode()
    assert page(conflict, "allow") in text
    assert page(conflict, "reopen") not in text
    assert browser.get(page(conflict, "allow")).status_code == 200
    assert browser.post(page(conflict, "allow"), {"reason": ""}).status_code == 302
    conflict.refresh_from_db()
    assert (conflict.state, conflict.closed_by) == (RefusalState.ALLOWED, clinician.username)
    assert conflict.history.get().history_user == clinician
    assert camera.upload(IDENTIFIER, content=OTHER_BYTES).status_code == 201
    assert SessionFile.objects.count() == 2
    form = reverse("edc_retinopathy_admin:edc_retinopathy_camerasession_change", args=(session.pk,))
    assert "version 1, superseded" in browser.get(form).content.decode()
    # Answered: nothing is left to do.
    answered = browser.post(page(conflict, "allow"), {"reason": ""})
    assert answered.status_code == 200
    assert "no answer to the refusal as it is now" in answered.content.decode()


def test_a_clinician_reopens_the_session(
    camera: CameraApi, create_session: Any, clinician: User
) -> None:
    create_session(minutes=factories.LONG_AGO_MINUTES)
    assert_error(camera.resolve(IDENTIFIER), 404, "no_session")
    refusal = Refusal.objects.get()
    browser = browser_of(clinician)
    assert page(refusal, "reopen") in browser.get(page(refusal)).content.decode()
    assert browser.post(page(refusal, "reopen"), {"reason": "Late"}).status_code == 302
    assert camera.resolve(IDENTIFIER).status_code == 200
    refusal.refresh_from_db()
    assert (refusal.state, refusal.reason) == (RefusalState.REOPENED, "Late")


def test_dismissing_asks_for_a_reason(conflict: Refusal, clinician: User) -> None:
    browser = browser_of(clinician)
    assert browser.post(page(conflict, "dismiss"), {"reason": " "}).status_code == 200
    conflict.refresh_from_db()
    assert conflict.state == RefusalState.OPEN
    assert browser.post(page(conflict, "dismiss"), {"reason": "A test"}).status_code == 302
    conflict.refresh_from_db()
    assert (conflict.state, conflict.reason) == (RefusalState.DISMISSED, "A test")


def test_a_grader_looks_and_answers_nothing(conflict: Refusal, grader: User) -> None:
    browser = browser_of(grader)
    text = browser.get(page(conflict)).content.decode()
    assert "filename_conflict" in text
    for name in ("allow", "reopen", "dismiss"):
        assert page(conflict, name) not in text
        assert browser.post(page(conflict, name), {"reason": "x"}).status_code == 403
    conflict.refresh_from_db()
    assert conflict.state == RefusalState.OPEN


def test_the_sessions_form_shows_what_is_refused_of_its_subject(
    camera: CameraApi, conflict: Refusal, session: CameraSession, clinician: User
) -> None:
    form = reverse("edc_retinopathy_admin:edc_retinopathy_camerasession_change", args=(session.pk,))
    assert page(conflict) in browser_of(clinician).get(form).content.decode()
    Refusal.objects.update(state=RefusalState.DISMISSED)
    assert page(conflict) not in browser_of(clinician).get(form).content.decode()


def test_text_that_a_camera_sent_is_shown_as_text(
    camera: CameraApi, session: CameraSession, clinician: User
) -> None:
    camera.resolve("<script>alert(1)</script>")
    browser = browser_of(clinician)
    for address in (reverse(LIST), page(Refusal.objects.get())):
        text = browser.get(address).content.decode()
        assert "<script>alert(1)" not in text
        assert "&lt;script&gt;alert(1)" in text


def test_the_filters_have_counts(conflict: Refusal, clinician: User) -> None:
    for number, state in enumerate([RefusalState.SUCCEEDED, RefusalState.DISMISSED]):
        Refusal.objects.create(
            cause=f"{number:064}",
            account=conflict.account,
            site_id=conflict.site_id,
            code="no_session",
            state=state,
        )
    listed = browser_of(clinician).get(reverse(LIST)).context["cl"]
    shown = {
        str(spec.title): [str(choice["display"]) for choice in spec.choices(listed)]
        for spec in listed.filter_specs
    }
    assert shown["state"] == [
        "Open (1)",
        "Session reopened (0)",
        "Next version allowed (0)",
        "Dismissed (1)",
        "Succeeded since (1)",
        "All (3)",
    ]
    # Of those that are listed: the open ones.
    assert shown["Code"][1:] == ["filename_conflict (1)", "no_session (0)"]
