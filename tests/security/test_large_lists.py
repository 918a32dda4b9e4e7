"""Long lists are bounded, and what is typed above them is looked up by an index."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from edc_retinopathy.admin import CameraSessionAdmin, large_lists
from edc_retinopathy.models import CameraSession
from tests import factories
from tests.admin.pages import FILE_MODEL, MODEL, logged_in, page_url
from tests.security.world import World

ACCESS_MODEL = "edc_retinopathy_fileaccess"
MODELS = (MODEL, FILE_MODEL, ACCESS_MODEL)
NOTE = "There are more than are listed"


def listed(browser: Any, model: str, **query: Any) -> list[Any]:
    """The keys of the rows of a list's page."""
    page = browser.get(page_url(model, "changelist"), query)
    assert page.status_code == 200
    return [row.pk for row in page.context["cl"].result_list]


@pytest.fixture
def sessions(session: CameraSession) -> list[CameraSession]:
    """Five, the newest first."""
    subject = session.registered_subject
    return [session, *(factories.create_session(subject, minutes=10 + n) for n in range(4))]


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists of three rows, two on a page."""
    monkeypatch.setattr(large_lists, "MOST_LISTED", 3)
    monkeypatch.setattr(CameraSessionAdmin, "list_per_page", 2)


@pytest.mark.usefixtures("short")
def test_of_a_longer_list_the_first_rows_are_listed(
    clinician: User, sessions: list[CameraSession]
) -> None:
    browser = logged_in(clinician)
    keys = [session.pk for session in sessions]
    assert listed(browser, MODEL) == keys[:2]
    assert listed(browser, MODEL, p=2) == keys[2:3]
    page = browser.get(page_url(MODEL, "changelist"))
    assert page.context["cl"].result_count == 3
    assert NOTE in page.content.decode()


def test_a_short_list_says_nothing_of_more(clinician: User, session: CameraSession) -> None:
    page = logged_in(clinician).get(page_url(MODEL, "changelist"))
    assert NOTE not in page.content.decode()


@pytest.mark.parametrize("state", ["complete", "begun", "none", "withdrawn"])
def test_filtered_by_progress_the_newest_come_first(
    clinician: User, sessions: list[CameraSession], state: str
) -> None:
    factories.complete(sessions[3])
    factories.complete(sessions[0])
    factories.store_file(sessions[1], "left")
    expected = {"complete": (0, 3), "begun": (1,), "none": (2, 4), "withdrawn": ()}[state]
    found = listed(logged_in(clinician), MODEL, files=state)
    assert found == [sessions[number].pk for number in expected]


@pytest.mark.parametrize("role", ["clinician", "manager"])
@pytest.mark.parametrize("model", MODELS)
def test_a_subject_is_found_by_the_beginning_of_its_identifier(
    world: World, role: str, model: str
) -> None:
    browser = world.browser("superuser" if model == ACCESS_MODEL else role)
    alpha = world.alpha
    identifier = alpha.subject.subject_identifier
    key = dict(zip(MODELS, (alpha.session.pk, alpha.file.pk, alpha.access.pk), strict=True))[model]
    for term in (identifier, identifier[:-2], identifier[:6], f" {identifier} "):
        assert key in listed(browser, model, q=term)
    for term in (identifier[1:], f"{identifier}9", "*", "105*", "1?5", "[1]05", "105%", "105_"):
        assert listed(browser, model, q=term) == []


def test_files_are_found_by_name_and_by_checksum(world: World) -> None:
    browser = world.browser("superuser")
    file = world.alpha.file
    name = file.original_filename
    for term in (name, name[:-1], file.checksum, file.checksum.upper()):
        assert file.pk in listed(browser, FILE_MODEL, q=term)
        assert world.alpha.access.pk in listed(browser, ACCESS_MODEL, q=term)


def test_sessions_are_found_by_camera_and_looks_by_user(world: World) -> None:
    browser = world.browser("superuser")
    assert listed(browser, MODEL, q="CAM-alpha") == [world.alpha.session.pk]
    assert listed(browser, ACCESS_MODEL, q="reader_of_alpha") == [world.alpha.access.pk]


@pytest.mark.parametrize("model", MODELS)
def test_another_sites_records_are_not_found(world: World, model: str) -> None:
    browser = world.browser("superuser")
    bravo = world.bravo
    terms = (bravo.subject.subject_identifier, bravo.file.original_filename, bravo.file.checksum)
    for term in (*terms, "CAM-bravo", "reader_of_bravo"):
        assert listed(browser, model, q=term) == []


@pytest.mark.parametrize("model", MODELS)
def test_what_no_database_takes_is_answered(world: World, model: str) -> None:
    browser = world.browser("superuser")
    for term in ("\x00", "x" * 5000):
        assert browser.get(page_url(model, "changelist"), {"q": term}).status_code == 200
