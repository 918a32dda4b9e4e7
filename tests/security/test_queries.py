"""What the address of a page may carry, as each role at each site's host.

Filters, orders, searches, pop-ups, lookups that nobody offers, keys of the other site and plain
nonsense: none ends in a fault, leads to another host, or shows what the account may not look at.
"""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import unquote_plus, urlencode, urljoin, urlsplit

import pytest

from edc_retinopathy.admin_site import edc_retinopathy_admin
from tests import factories
from tests.security.conftest import RolledBack
from tests.security.test_every_url import ADMIN_INDEX, AUTOCOMPLETE_QUERY, shown_of, text_of
from tests.security.url_walk import API, app_urls
from tests.security.world import World

HOSTS = {"alpha": factories.ALPHA_HOST, "bravo": factories.BRAVO_HOST}
# Whose pages each role may read, at the host of one of them; a superuser's are the host's.
SITES_OF_ROLES = {
    "anonymous": (),
    "nobody": ("alpha",),
    "exporter": ("alpha",),
    "camera": ("alpha",),
    "grader": ("alpha",),
    "clinician": ("alpha",),
    "super": ("alpha",),
    "viewer": ("alpha", "bravo"),
    "manager": ("alpha", "bravo"),
    "superuser": ("alpha", "bravo"),
    "stranger": ("bravo",),
    "camera_b": ("bravo",),
    "grader_b": ("bravo",),
    "super_b": ("bravo",),
}
SEES_ONE_SITE = {"superuser"}
# Every role at site alpha, and at bravo's those who are at home there, or would be, or are not.
PLACES = [
    *((role, "alpha") for role in SITES_OF_ROLES),
    *((role, "bravo") for role in ("nobody", "clinician", "viewer", "superuser", "super_b")),
]
# Those who see most; at their hosts every link of their lists is followed.
FOLLOWERS = [("clinician", "alpha"), ("superuser", "bravo")]
LINK = re.compile(r'(?:href|src|action|data-url)="([^"]+)"')
OURS = re.compile(r"/(edc_retinopathy|api)/(?!admin/(logout|jsi18n)/)")
# The model of each list, and from it to the subject.
SUBJECT_PATHS = {
    "camerasession": "registered_subject",
    "sessionfile": "camera_session__registered_subject",
    "fileaccess": "session_file__camera_session__registered_subject",
    "finding": "session_file__camera_session__registered_subject",
    "refusal": "camera_session__registered_subject",
    "cameraaccount": "user__userprofile__sites",
    "storageaudit": "site",
}
NONSENSE = ("", "\x00", "-1", "0", "9" * 40, "'\"%_\\<b>", "é" * 300, "2026-02-31", "None")
# What Django's pages read from an address.
PARAMETERS = ("q", "o", "p", "e", "all", "_popup", "_to_field", "_changelist_filters", "_facets")
ODD_KEYS = ("0", "-1", "x" * 300, "_00", "%00", "é", "None", "..%2f..", "9" * 40)
EVIL = "//evil.example/"


def hidden_from(world: World, role: str, at: str) -> set[str]:
    """The marks of the sites that the role may not look at, being at this one's host."""
    profile = SITES_OF_ROLES[role]
    readable = set(profile) if at in profile else set()
    if role in SEES_ONE_SITE:
        readable = {at}
    records = {"alpha": world.alpha, "bravo": world.bravo}
    return set().union(*(records[name].marks for name in {*records} - readable))


class Reader:
    """A role's browser at a host; each answer is held to what must be so of any."""

    def __init__(self, world: World, role: str, at: str) -> None:
        self.role, self.host = role, HOSTS[at]
        self._browser = world.browser(role, self.host)
        self._api = world.api(role, self.host).client
        self._hidden = hidden_from(world, role, at)

    def look(self, address: str, *, said: str = "") -> str:
        """The text of what the address answers; ``said`` is what it may repeat."""
        response = self._get(address)
        what = f"{address} as {self.role} at {self.host}"
        assert response.status_code < 500, f"{what}: {response.status_code}"
        asked = f"{said} {unquote_plus(address)} {address}"
        text = text_of(response)
        shown = shown_of(self._hidden, text, asked)
        assert not shown, f"{what} shows {shown}"
        if response.status_code == 302:
            target = urlsplit(urljoin(f"http://{self.host}{address}", response["Location"]))
            assert target.netloc == self.host, f"{what} leads to {target}"
            if target.path == ADMIN_INDEX:
                # There a message says what does not exist, as it was asked for.
                self.look(ADMIN_INDEX, said=asked)
        return text

    def _get(self, address: str) -> Any:
        if not address.startswith("/api/"):
            return self._browser.get(address)
        # What is refused here is written down for people, as it was sent.
        with RolledBack():
            return self._api.get(address)

    def links_of(self, address: str) -> set[str]:
        """The addresses of ours that the page names."""
        found = (unescape(link) for link in LINK.findall(self.look(address)))
        parts = (urlsplit(urljoin(f"http://{self.host}{address}", link)) for link in found)
        return {
            part.path + (f"?{part.query}" if part.query else "")
            for part in parts
            if part.netloc == self.host and OURS.match(part.path)
        }


def lists(world: World) -> dict[str, str]:
    """The address of each list, by its model."""
    return {
        str(url.model): url.address(world.records(world.alpha))
        for url in app_urls()
        if url.name.endswith("_changelist")
    }


def filters_of(model_name: str) -> Iterator[str]:
    """The parameters that the filters of a list read."""
    registry = edc_retinopathy_admin._registry
    admin = next(a for m, a in registry.items() if m._meta.model_name == model_name)
    for entry in admin.list_filter:
        name = getattr(entry, "parameter_name", entry)
        yield from (str(name), f"{name}__exact", f"{name}__gte", f"{name}__isnull")


def telling_queries(world: World, model_name: str) -> Iterator[dict[str, str]]:
    """Queries that name a site's records, or ask about them by lookups that nobody offers."""
    for site in (world.alpha, world.bravo):
        subject = site.subject
        path = SUBJECT_PATHS[model_name]
        yield {"q": subject.subject_identifier[:7]}
        yield {f"{path}__subject_identifier__startswith": subject.subject_identifier[:7]}
        yield {f"{path}__initials__startswith": "E"}
        yield {f"{path}__id__exact": str(subject.pk)}
        yield {"site__id__exact": str(subject.site_id)}
        yield {"device_id": f"CAM-{site.label}", "username": f"camera_of_{site.label}"}
        yield {"id__exact": str(site.session.pk), "all": "", "state": "all"}
        yield {"_popup": "1", "_to_field": "subject_identifier"}


def telling_addresses(world: World) -> Iterator[str]:
    """Every address of ours for both sites' records, and the lists with such queries."""
    for site in (world.alpha, world.bravo):
        for url in app_urls():
            path = url.address(world.records(site))
            query = AUTOCOMPLETE_QUERY if url.name == "autocomplete" else {}
            chosen = {"registered_subject": str(site.subject.pk), "device_id": site.label}
            yield f"{path}?{urlencode(query | {'next': EVIL, '_popup': '1', **chosen})}"
    for model_name, path in lists(world).items():
        for query in telling_queries(world, model_name):
            yield f"{path}?{urlencode(query)}"


@pytest.mark.parametrize(("role", "at"), PLACES)
def test_no_query_shows_another_site(world: World, role: str, at: str) -> None:
    reader = Reader(world, role, at)
    for address in telling_addresses(world):
        reader.look(address)


@pytest.mark.parametrize(("role", "at"), FOLLOWERS)
def test_what_the_pages_lead_to_shows_no_other_site(world: World, role: str, at: str) -> None:
    reader = Reader(world, role, at)
    begun = [url.address(world.records(getattr(world, at))) for url in app_urls()]
    found = set().union(*(reader.links_of(address) for address in begun))
    # The filters, the orders and the files' pages among them.
    assert len(found) > 100
    for address in sorted(found.difference(begun)):
        reader.look(address)


@pytest.mark.parametrize("model_name", SUBJECT_PATHS)
def test_no_value_of_a_lists_query_is_a_fault(world: World, model_name: str) -> None:
    assert lists(world).keys() == SUBJECT_PATHS.keys()
    reader = Reader(world, "superuser", "alpha")
    path = lists(world)[model_name]
    for name in (*PARAMETERS, *filters_of(model_name), f"{SUBJECT_PATHS[model_name]}__id__in"):
        for value in NONSENSE:
            reader.look(f"{path}?{urlencode({name: value})}")
    reader.look(f"{path}?q=%ff%fe%80&o=1.-2.x.99&p=%ff")


@pytest.mark.parametrize("role", ["anonymous", "clinician", "superuser"])
def test_no_value_of_a_pages_query_is_a_fault(world: World, role: str) -> None:
    reader = Reader(world, role, "alpha")
    names = ("next", "_to_field", "_changelist_filters", "registered_subject", "report_datetime")
    for url in app_urls():
        path = url.address(world.records(world.alpha))
        for value in ("\x00", "9" * 40, "'\"%_\\<b>", EVIL):
            reader.look(f"{path}?{urlencode(dict.fromkeys(names, value))}")


@pytest.mark.parametrize("role", ["clinician", "superuser", "camera"])
def test_no_key_is_a_fault(world: World, role: str) -> None:
    reader = Reader(world, role, "alpha")
    records = world.records(world.alpha)
    for url in app_urls():
        path = url.address(records)
        for record in records.values():
            key = record if isinstance(record, str) else str(record.pk)
            if f"/{key}/" not in path:
                continue
            for odd in ODD_KEYS:
                # The test client sends what is between slashes as it stands.
                reader.look(path.replace(f"/{key}/", f"/{odd}/"))


def test_the_api_reads_no_query_but_its_own(world: World) -> None:
    reader = Reader(world, "camera", "alpha")
    for url in app_urls():
        if url.namespace == API:
            path = url.address(world.records(world.alpha))
            for value in NONSENSE:
                reader.look(f"{path}?{urlencode({'camera_session_id': value, 'format': value})}")


@pytest.mark.parametrize("name", ["device_id", "report_type__exact"])
def test_a_nul_in_a_filter_is_a_wrong_value(world: World, name: str) -> None:
    # Also where the database would take it: PostgreSQL does not.
    response = world.browser("clinician").get(lists(world)["camerasession"], {name: "\x00"})
    assert response.status_code == 302
    assert response["Location"].endswith("?e=1")
