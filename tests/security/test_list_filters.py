"""What the lists are filtered by, and what people call the sites in them."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.sites.models import Site
from django.db import connection
from django.test.utils import CaptureQueriesContext
from edc_sites.models import SiteProfile
from pytest_django import Settings

from edc_retinopathy.admin.site_filters import ReadableSiteFilter
from edc_retinopathy.choices import RefusalState
from edc_retinopathy.models import CameraSession, FileAccess, Refusal
from edc_retinopathy.sessions.state import SessionState, Standing
from edc_retinopathy.sessions.withdrawal import withdraw
from tests import factories
from tests.admin.pages import FILE_MODEL, MODEL, logged_in, page_url
from tests.security.world import World

ACCESS_MODEL = "edc_retinopathy_fileaccess"
FINDING_MODEL = "edc_retinopathy_finding"
REFUSAL_MODEL = "edc_retinopathy_refusal"
OF_SITES = (MODEL, FILE_MODEL, ACCESS_MODEL, FINDING_MODEL, REFUSAL_MODEL)
BOTH = ("viewer", "manager")


def page_of(browser: Any, model: str, **query: Any) -> Any:
    """The page of a list, which is shown and not sent elsewhere."""
    page = browser.get(page_url(model, "changelist"), query)
    assert page.status_code == 200
    return page


def listed(browser: Any, model: str, **query: Any) -> set[Any]:
    """The keys of the rows of a list's page."""
    return {row.pk for row in page_of(browser, model, **query).context["cl"].result_list}


def filters_of(page: Any) -> set[str]:
    """The parameters of the filters that a page offers."""
    return {getattr(spec, "parameter_name", "") for spec in page.context["cl"].filter_specs}


def title_sites() -> None:
    """Give the sites the names that people call them by."""
    for site_id, title in ((factories.ALPHA_SITE, "Clinic A"), (factories.BRAVO_SITE, "Clinic B")):
        site = Site.objects.get(pk=site_id)
        SiteProfile.objects.update_or_create(site=site, defaults={"title": title})


@pytest.fixture
def sessions(session: CameraSession, clinician: User) -> dict[Standing, CameraSession]:
    """One in each state."""
    subject = session.registered_subject
    made = {
        state: factories.create_session(subject, minutes=10 + number)
        for number, state in enumerate(Standing)
    }
    factories.complete(made[Standing.COMPLETE])
    contraindicated = made[Standing.CONTRAINDICATED]
    contraindicated.retinal_conditions = "Yes"
    contraindicated.save()
    made[Standing.EXPIRED] = factories.create_session(subject, minutes=factories.LONG_AGO_MINUTES)
    withdraw(made[Standing.WITHDRAWN], reason="A mistake.", user=clinician)
    return {state: CameraSession.objects.get(pk=found.pk) for state, found in made.items()}


@pytest.mark.parametrize("state", [Standing.OPEN, Standing.EXPIRED])
def test_sessions_are_listed_by_the_state_that_their_column_shows(
    clinician: User, sessions: dict[Standing, CameraSession], state: Standing
) -> None:
    for name, session in sessions.items():
        assert SessionState.of(session).standing == name
    found = listed(logged_in(clinician), MODEL, state=state.value)
    for pk in found:
        assert SessionState.of(CameraSession.objects.get(pk=pk)).standing == state
    assert found & {session.pk for session in sessions.values()} == {sessions[state].pk}


def test_where_no_session_expires_none_has(
    clinician: User, sessions: dict[Standing, CameraSession], settings: Settings
) -> None:
    settings.EDC_RETINOPATHY_SESSION_EXPIRE_MINUTES = None
    browser = logged_in(clinician)
    assert listed(browser, MODEL, state="expired") == set()
    both = {sessions[Standing.OPEN].pk, sessions[Standing.EXPIRED].pk}
    assert both <= listed(browser, MODEL, state="open")


def test_sessions_are_listed_by_the_number_of_their_files(
    clinician: User, session: CameraSession
) -> None:
    keys = {}
    for count in (0, 1, 3, 4, 10, 11):
        made = factories.create_session(session.registered_subject, minutes=20 + count)
        for number in range(count):
            factories.store_file(made, "left", name=f"{count}-{number}.jpg")
        keys[count] = made.pk
    browser = logged_in(clinician)
    for value, counts in {"0": {0}, "1-3": {1, 3}, "4-10": {4, 10}, "more": {11}}.items():
        found = listed(browser, MODEL, file_count=value) - {session.pk}
        assert found == {keys[count] for count in counts}


def test_sessions_are_listed_by_whether_a_refusal_is_open(world: World) -> None:
    browser = world.browser("clinician")
    alpha = world.alpha
    # One about no session, which is a NULL.
    Refusal.objects.create(cause="none", username="x", code="no_session", message="", site_id=10)
    other = factories.create_session(alpha.subject, minutes=30)
    assert listed(browser, MODEL, refusals="open") == {alpha.session.pk}
    assert other.pk in listed(browser, MODEL, refusals="none")
    assert alpha.session.pk not in listed(browser, MODEL, refusals="none")

    Refusal.objects.filter(pk=alpha.refusal.pk).update(state=RefusalState.DISMISSED)
    assert listed(browser, MODEL, refusals="open") == set()
    assert alpha.session.pk in listed(browser, MODEL, refusals="none")


def test_who_may_not_see_refusals_is_not_told_of_them_by_a_filter(world: World) -> None:
    user = world.accounts["clinician"]
    for group in user.groups.all():
        group.permissions.remove(*group.permissions.filter(codename="view_refusal"))
    browser = world.browser("clinician")
    assert "refusals" not in filters_of(page_of(browser, MODEL))
    page = browser.get(page_url(MODEL, "changelist"), {"refusals": "open"})
    assert page.status_code == 302


@pytest.mark.parametrize("role", BOTH)
@pytest.mark.parametrize("model", OF_SITES)
def test_sites_are_called_by_name_and_chosen_by_it(world: World, role: str, model: str) -> None:
    _let_read_all(world, role)
    browser = world.browser(role)
    title_sites()
    text = page_of(browser, model).content.decode()
    assert re.search(r'<td class="field-site_code[^"]*">Clinic A</td>', text)
    assert re.search(r'<td class="field-site_code[^"]*">Clinic B</td>', text)
    assert text.count("?site=20") == 1, "The filter is there once."
    for site in (world.alpha, world.bravo):
        rows = page_of(browser, model, site=site.subject.site_id).context["cl"].result_list
        assert rows
        assert {row.site_id for row in rows} == {site.subject.site_id}


@pytest.mark.parametrize("model", OF_SITES)
def test_another_site_cannot_be_chosen(world: World, model: str) -> None:
    browser = world.browser("superuser")
    assert ReadableSiteFilter.parameter_name not in filters_of(page_of(browser, model))
    asked = browser.get(page_url(model, "changelist"), {"site": factories.BRAVO_SITE})
    if asked.status_code == 200:
        assert not list(asked.context["cl"].result_list)


@pytest.mark.parametrize("query", [{"site": "99"}, {"site": "x"}, {"site": "-1"}])
def test_a_site_that_nobody_offers_has_no_rows(world: World, query: dict[str, str]) -> None:
    assert listed(world.browser("manager"), MODEL, **query) == set()


@pytest.mark.parametrize("query", [{}, {"site": "10"}, {"state": "open"}, {"refusals": "none"}])
@pytest.mark.parametrize("model", [MODEL, ACCESS_MODEL, FINDING_MODEL, REFUSAL_MODEL])
def test_lists_take_the_same_number_of_queries_for_few_and_for_many_rows(
    world: World, model: str, query: dict[str, str]
) -> None:
    if model != MODEL and "site" not in query:
        query = {}
    _let_read_all(world, "manager")
    browser = world.browser("manager")
    counts = []
    for number in (1, 9):
        for row in range(number):
            _add_one(world, f"{number}-{row}")
        page_of(browser, model, **query)
        with CaptureQueriesContext(connection) as queries:
            page_of(browser, model, **query)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def _let_read_all(world: World, role: str) -> None:
    world.accounts[role].groups.add(*world.accounts["super"].groups.all())


def _add_one(world: World, name: str) -> None:
    for site in (world.alpha, world.bravo):
        session = factories.create_session(site.subject, minutes=40)
        file = factories.store_file(session, "left", name=f"{name}.jpg")
        FileAccess.objects.create(session_file=file, username="somebody", kind="view")
        type(site.finding).objects.create(
            session_file=file, code=site.finding.code, severity="severe", message="Look."
        )
        Refusal.objects.create(
            cause=f"{name} {site.label}",
            username="x",
            code="no_session",
            message="",
            site_id=site.subject.site_id,
            camera_session=session,
        )


def test_looks_show_whose_file_it_was(world: World) -> None:
    text = page_of(world.browser("superuser"), ACCESS_MODEL).content.decode()
    subject = world.alpha.subject.subject_identifier
    assert re.search(rf'<td class="field-subject"><a href="[^"]+">{subject}</a></td>', text)
    assert f">{world.alpha.file.original_filename}</a>" in text


def test_files_are_listed_with_pictures_that_load_when_they_are_seen(world: World) -> None:
    text = page_of(world.browser("clinician"), FILE_MODEL).content.decode()
    pictured = {file.get_rendering_url("thumbnail") for file in world.alpha.files}
    shown = re.findall(r'<img class="retinopathy-small" src="([^"]+)" alt="([^"]+)"[^>]*>', text)
    assert shown
    assert {url for url, _alt in shown} <= pictured
    assert all(alt for _url, alt in shown)
    assert text.count('loading="lazy"') == len(shown)
    # A report that is a page of HTML has none.
    html = [file for file in world.alpha.files if file.file_content_type == "text/html"]
    for file in html:
        assert file.get_rendering_url("thumbnail") not in text


def test_masked_accounts_choose_by_what_tells_nobody(world: World, settings: Settings) -> None:
    settings.EDC_RETINOPATHY_MASK_READERS = True
    title_sites()
    browser = world.browser("viewer")
    page = page_of(browser, MODEL)
    assert {"site", "state", "file_count"} <= filters_of(page)
    assert not {"refusals", "eligible", "gender"} & filters_of(page)
    assert "Clinic B" in page.content.decode()
    assert listed(browser, MODEL, site="20") == {world.bravo.session.pk}
    for query in (
        {"state": "open"},
        {"file_count": "more"},
        {"files": "begun"},
        {"findings": "any"},
    ):
        assert listed(browser, MODEL, **query) <= {world.alpha.session.pk, world.bravo.session.pk}
    for query in ({"refusals": "open"}, {"eligible": "yes"}, {"gender": "F"}):
        assert browser.get(page_url(MODEL, "changelist"), query).status_code == 400
    for model in (FILE_MODEL, ACCESS_MODEL, FINDING_MODEL, REFUSAL_MODEL):
        assert browser.get(page_url(model, "changelist")).status_code == 403
