"""Every URL of the app, found in the URLconf, as accounts that are not to know who is examined."""

import re
from datetime import date
from typing import Any

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from edc_registration.models import RegisteredSubject
from pytest_django import Settings

from edc_retinopathy.choices import FindingCode, Severity
from edc_retinopathy.models import CameraSession, Finding
from tests import factories
from tests.api.client import assert_error
from tests.security.test_every_url import ADMIN, ADMIN_INDEX, get, text_of
from tests.security.test_unsafe_methods import body_of
from tests.security.url_walk import API, app_urls
from tests.security.world import World, content_of

# Graders of the site, of several sites, and an account with the right to change and none to know.
MASKED = ("grader", "viewer", "half")
BORN = date(1917, 3, 4)
INITIALS = "QZX"
AGE = 8765


@pytest.fixture
def masked(world: World, settings: Settings) -> World:
    """The world, with a subject whose every detail is a word of its own, and masking on."""
    settings.EDC_RETINOPATHY_MASK_READERS = True
    subject = RegisteredSubject.objects.get(pk=world.alpha.subject.pk)
    subject.initials, subject.dob = INITIALS, BORN
    subject.save()
    session = CameraSession.objects.get(pk=world.alpha.session.pk)
    session.initials = INITIALS
    session.save()
    CameraSession.objects.filter(pk=session.pk).update(age_in_years=AGE)
    for code in (FindingCode.PATIENT_MISMATCH, FindingCode.SAME_IMAGE_OTHER_SUBJECT):
        Finding.objects.create(
            session_file=world.alpha.files[1], code=code, severity=Severity.SEVERE, message="Look."
        )
    half = factories.find_or_create_user("walking_half", is_staff=True)
    half.user_permissions.set(_rights_to_change())
    world.accounts["half"] = type(half).objects.get(pk=half.pk)
    return world


def _rights_to_change() -> Any:
    from django.contrib.auth.models import Permission

    ours = Permission.objects.filter(content_type__app_label="edc_retinopathy")
    return ours.exclude(codename__in=["view_subject", "add_sessionfile"])


def marks_of(world: World) -> dict[str, str]:
    """What tells who is examined, or what a file was called, by its name for people."""
    subject = world.alpha.subject
    return {
        "identifier": re.escape(subject.subject_identifier),
        "identifier without hyphens": subject.subject_identifier.replace("-", ""),
        "key of the subject": re.escape(str(subject.pk)),
        "initials": rf"\b{INITIALS}\b",
        "year of birth": rf"\b{BORN.year}\b",
        "age": rf"\b{AGE}\b",
        # As a cell or a choice of its own, or between others: the EDC's legend of icons has both.
        "sex": r"(?:(?<=>)|(?<=· ))(?:Female|Male)\b",
        "first name": subject.first_name,
        "refused file": re.escape(world.alpha.refusal.file_name),
        **{f"name of {file.file_type}": file.original_filename for file in world.alpha.files},
        **{
            f"bytes of {f.file_type}": content_of("alpha", f.file_type).decode()
            for f in world.alpha.files
        },
    }


def shown(world: World, text: str, asked: str) -> set[str]:
    """What of it the text has, but for what whoever asked wrote into the address."""
    return {
        name
        for name, mark in marks_of(world).items()
        if re.search(mark, text) and not re.search(mark, asked)
    }


@pytest.mark.parametrize("role", MASKED)
def test_no_url_tells_who_is_examined(masked: World, role: str) -> None:
    for url in app_urls():
        path = url.address(masked.records(masked.alpha))
        told = shown(masked, text_of(get(masked, role, url, path)), path)
        assert not told, f"{url} tells {told}"


@pytest.mark.parametrize("role", MASKED)
def test_no_file_tells_who_is_examined(masked: World, role: str) -> None:
    # The walk above asks for the first file of the session alone.
    for file in masked.alpha.files:
        records = {**masked.records(masked.alpha), "sessionfile": file}
        for url in app_urls():
            if url.model is None and url.names_a_record:
                path = url.address(records)
                told = shown(masked, text_of(get(masked, role, url, path)), path)
                assert not told, f"{url} tells {told} of {file.file_type}"


@pytest.mark.parametrize("role", MASKED)
def test_no_answer_to_a_post_tells_who_is_examined(masked: World, role: str) -> None:
    empty = factories.create_session(
        masked.alpha.subject, minutes=factories.LONG_AGO_MINUTES, device_id="CAM-empty"
    )
    for url in app_urls():
        if url.namespace == API:
            continue
        path = url.address(masked.records(masked.alpha))
        response = masked.browser(role).post(path, body_of(url, masked, empty))
        told = shown(masked, text_of(response), path)
        assert not told, f"{url} tells {told}"


def test_the_marks_are_shown_to_those_who_may_know(masked: World) -> None:
    # Else the tests above could not fail.
    told: set[str] = set()
    for url in app_urls():
        path = url.address(masked.records(masked.alpha))
        told |= shown(masked, text_of(get(masked, "clinician", url, path)), path)
    assert told >= {"identifier", "age", "sex", "refused file", "name of left", "bytes of left"}


@pytest.mark.parametrize("role", MASKED)
def test_a_masked_account_lists_exams(masked: World, role: str) -> None:
    response = masked.browser(role).get(session_list())
    assert response.status_code == 200
    text = text_of(response)
    assert f'href="{masked.alpha.session.get_exam_url()}"' in text
    assert str(masked.alpha.session.pk).partition("-")[0].upper() in text
    assert "field-report_datetime" in text


@pytest.mark.parametrize("role", MASKED)
def test_the_index_leads_to_the_exams_and_reminds_of_nothing(masked: World, role: str) -> None:
    LogEntry.objects.create(
        user=masked.accounts[role],
        content_type=ContentType.objects.get_for_model(CameraSession),
        object_id=str(masked.alpha.session.pk),
        object_repr=str(masked.alpha.session),
        action_flag=CHANGE,
    )
    response = masked.browser(role).get(ADMIN_INDEX, follow=True)
    assert response.redirect_chain == [(session_list(), 302)]
    assert not shown(masked, text_of(response), "")


QUERIES = [
    {"q": factories.FEMALE_IDENTIFIER},
    {"subject_identifier": factories.FEMALE_IDENTIFIER},
    {"subject_identifier__startswith": factories.FEMALE_IDENTIFIER[:8]},
    {"registered_subject__subject_identifier": factories.FEMALE_IDENTIFIER},
    {"registered_subject__initials": INITIALS},
    {"registered_subject__dob__year": str(BORN.year)},
    {"initials": INITIALS},
    {"gender": "F"},
    {"gender__exact": "F"},
    {"age_in_years__gt": "8000"},
    {"files__original_filename": "left-of-alpha"},
]
# The same for a subject that is not in the list.
OTHERS = {
    factories.FEMALE_IDENTIFIER: factories.UNKNOWN_IDENTIFIER,
    factories.FEMALE_IDENTIFIER[:8]: "999-99-9",
    INITIALS: "ABC",
    str(BORN.year): "1918",
    "F": "M",
    "8000": "9000",
    "left-of-alpha": "left-of-nobody",
}


class TestNoOracle:
    """What a masked account may ask for depends on no subject."""

    @pytest.mark.parametrize("query", QUERIES, ids=lambda query: next(iter(query)))
    @pytest.mark.parametrize("role", MASKED)
    def test_a_list_answers_the_same_for_whomever_is_asked(
        self, masked: World, role: str, query: dict[str, str]
    ) -> None:
        name, value = next(iter(query.items()))
        pages = [
            masked.browser(role).get(session_list(), {name: asked})
            for asked in (value, OTHERS[value])
        ]
        rows = [re.findall(r"/sessions/[0-9a-f-]{36}/", text_of(page)) for page in pages]
        assert pages[0].status_code == pages[1].status_code
        assert rows[0] == rows[1]
        assert not shown(masked, text_of(pages[0]), f"{name} {value}")

    @pytest.mark.parametrize("role", MASKED)
    def test_no_order_is_that_of_the_subject(self, masked: World, role: str) -> None:
        for column in range(-12, 13):
            page = masked.browser(role).get(session_list(), {"o": str(column)})
            changelist = page.context["cl"]
            ordering = changelist.get_ordering(page.wsgi_request, changelist.queryset)
            names = {str(name).removeprefix("-") for name in ordering}
            assert names <= {"report_datetime", "device_id", "site", "pk"}

    @pytest.mark.parametrize("role", MASKED)
    def test_the_autocomplete_finds_nobody(self, masked: World, role: str) -> None:
        query = {
            "app_label": "edc_retinopathy",
            "model_name": "camerasession",
            "field_name": "registered_subject",
            "term": factories.FEMALE_IDENTIFIER,
        }
        response = masked.browser(role).get(reverse(f"{ADMIN}:autocomplete"), query)
        assert response.status_code == 403

    @pytest.mark.parametrize("role", MASKED)
    def test_the_api_names_no_session_of_a_subject(self, masked: World, role: str) -> None:
        for identifier in (factories.FEMALE_IDENTIFIER, factories.UNKNOWN_IDENTIFIER):
            response = masked.api(role).status(identifier)
            assert_error(response, 403, "permission_denied")
            assert identifier not in response.content.decode()

    def test_a_camera_is_told(self, masked: World) -> None:
        assert masked.api("camera").status(factories.FEMALE_IDENTIFIER).status_code == 200


class TestFiles:
    """A masked account gets no file as the camera sent it."""

    @pytest.mark.parametrize("role", MASKED)
    @pytest.mark.parametrize("query", [{}, {"download": "1"}])
    def test_originals_are_refused(self, masked: World, role: str, query: dict[str, str]) -> None:
        for file in masked.alpha.files:
            response = masked.browser(role).get(file.get_content_url(), query)
            assert response.status_code == 403

    @pytest.mark.parametrize("role", MASKED)
    def test_reports_are_refused(self, masked: World, role: str) -> None:
        for file in masked.alpha.files:
            response = masked.browser(role).get(
                file.get_report_url(), headers={"Sec-Fetch-Dest": "iframe"}
            )
            assert response.status_code == 403


def test_without_the_setting_nobody_is_masked(world: World) -> None:
    page = world.browser("grader").get(session_list())
    assert world.alpha.subject.subject_identifier in page.content.decode()
    assert world.api("grader").status(factories.FEMALE_IDENTIFIER).status_code == 200


def session_list() -> str:
    """The address of the list of exams."""
    return reverse(f"{ADMIN}:edc_retinopathy_camerasession_changelist")
