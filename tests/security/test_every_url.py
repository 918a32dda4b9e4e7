"""Every URL of the app, found in the URLconf, as each role; and what is another site's.

A URL that is new fails :func:`test_every_url_is_in_the_table` until ``expected.txt`` says who may
open it; everything else here then covers it by itself.
"""

import json
import re
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from edc_retinopathy.models import CameraSession, SessionActivity
from tests import factories
from tests.security.url_walk import ADMIN, API, AppUrl, app_urls, no_records_like
from tests.security.world import World, content_of

TABLE = Path(__file__).with_name("expected.txt")
ADMIN_INDEX = "/edc_retinopathy/admin/"
AUTOCOMPLETE_QUERY = {
    "app_label": "edc_retinopathy",
    "model_name": "camerasession",
    "field_name": "registered_subject",
    "term": "105",
}
# Those who may not look at site bravo while they are at site alpha's host.
KEPT_OUT = ("anonymous", "camera", "grader", "clinician", "stranger", "superuser")
VIEW_ONLY = ("viewer", "manager")
# The header, and the time in the footer.
CLOCKS = re.compile(r"^Expires: .*$|fa-clock.*$", re.MULTILINE)
CSRF_TOKEN = re.compile(r'(name="csrfmiddlewaretoken" value=")[^"]+')


def _read_table() -> tuple[list[str], dict[str, list[str]]]:
    lines = [line.split() for line in TABLE.read_text().splitlines()]
    heading, *rows = [line for line in lines if line and line[0] != "#"]
    return heading[1:], {row[0]: row[1:] for row in rows}


ROLES, EXPECTED = _read_table()


def get(world: World, role: str, url: AppUrl, path: str, **query: str) -> Any:
    """The answer to a GET of a URL, as the role."""
    if url.namespace == API:
        return world.api(role).client.get(path, query)
    if url.name == "autocomplete":
        query = {**AUTOCOMPLETE_QUERY, **query}
    return world.browser(role).get(path, query)


def outcome(response: Any, path: str) -> str:
    """The answer in the words of the table."""
    # Read to its end, a stream closes its file.
    response.getvalue()
    if response.status_code not in {301, 302}:
        return str(response.status_code)
    target = response["Location"].partition("?")[0]
    if target.endswith("/login/"):
        return "login"
    if target == ADMIN_INDEX:
        return "index"
    return "self" if target.startswith(path) else target


def text_of(response: Any) -> str:
    """All that the answer shows: body and the headers that a server writes."""
    body = response.getvalue()
    headers = "\n".join(f"{name}: {value}" for name, value in response.items())
    return f"{headers}\n\n{body.decode(errors='replace')}"


def shown_of(marks: set[str], text: str, path: str) -> set[str]:
    """The marks in a text, but for those that whoever asked wrote into the address."""
    return {mark for mark in marks if mark in text and mark not in path}


def test_every_url_is_in_the_table() -> None:
    missing = {str(url) for url in app_urls()} - EXPECTED.keys()
    assert not missing, f"Say in {TABLE.name} who may open {sorted(missing)}."
    gone = EXPECTED.keys() - {str(url) for url in app_urls()}
    assert not gone, f"{TABLE.name} has URLs that are gone: {sorted(gone)}."
    assert all(len(row) == len(ROLES) for row in EXPECTED.values())


@pytest.mark.parametrize("role", ROLES)
def test_each_url_answers_each_role_as_the_table_says(world: World, role: str) -> None:
    column = ROLES.index(role)
    records = world.records(world.alpha)
    answers = {}
    for url in app_urls():
        path = url.address(records)
        answers[str(url)] = outcome(get(world, role, url, path), path)
    assert answers == {name: row[column] for name, row in EXPECTED.items()}


@pytest.mark.parametrize("role", KEPT_OUT)
def test_no_url_shows_anything_of_another_site(world: World, role: str) -> None:
    for records in (world.records(world.alpha), world.records(world.bravo)):
        for url in app_urls():
            path = url.address(records)
            shown = shown_of(world.bravo.marks, text_of(get(world, role, url, path)), path)
            assert not shown, f"{path} shows {shown}"


@pytest.mark.parametrize("role", ["grader", "clinician", "viewer", "manager", "superuser"])
def test_the_marks_are_shown_where_they_may_be(world: World, role: str) -> None:
    # Else the test above could not fail.
    shown = set()
    for url in app_urls():
        path = url.address(world.records(world.alpha))
        shown |= shown_of(world.alpha.marks, text_of(get(world, role, url, path)), path)
    # The camera's name stands with what was refused to it.
    invisible = {f"reader_of_{world.alpha.label}", str(world.alpha.account.pk)}
    assert shown >= {world.alpha.subject.subject_identifier, "CAM-alpha", "left-of-alpha"}
    assert (invisible <= shown) == (role == "superuser")


@pytest.mark.parametrize("role", KEPT_OUT)
def test_another_sites_record_is_answered_as_one_that_does_not_exist(
    world: World, role: str
) -> None:
    records = world.records(world.bravo)
    # An audit is the whole storage's, so no site's own.
    urls = [url for url in app_urls() if url.names_a_record and url.model != "storageaudit"]
    assert len(urls) > 20
    for url in urls:
        answers = []
        for named in (records, no_records_like(records)):
            path = url.address(named)
            response = get(world, role, url, path)
            answers.append(_without(_names_in(path), text_of(response)))
            if outcome(response, path) == "index":
                # The message on the next page, which says that there is none.
                page = get(world, role, url, response["Location"])
                answers[-1] += _without(_names_in(path), text_of(page))
        # Pages are long: comparing them by lines says at once what differs.
        lines = [answer.splitlines() for answer in answers]
        differing = [pair for pair in zip_longest(*lines) if pair[0] != pair[1]]
        assert not differing[:3], url


def _names_in(path: str) -> list[str]:
    return re.findall(r"[0-9a-f-]{36}|(?<=/)\d+(?=/)", path)


def _without(names: list[str], text: str) -> str:
    """The text without what was asked for, and without what differs in each answer."""
    for name in names:
        text = re.sub(rf"(?<=[/“]){name}(?=[/”])", "...", text)
    return CLOCKS.sub("", CSRF_TOKEN.sub(r"\1...", text))


class TestListsAndSearches:
    """What is listed, offered and found, with the very words of the other site."""

    @pytest.mark.parametrize("role", ["grader", "clinician", "stranger", "superuser"])
    def test_no_list_finds_another_sites_records(self, world: World, role: str) -> None:
        lists = [url for url in app_urls() if url.name.endswith(("_changelist", "autocomplete"))]
        for url in lists:
            path = url.address(world.records(world.alpha))
            for mark in world.bravo.marks:
                asked = text_of(get(world, role, url, path, q=mark, term=mark))
                shown = shown_of(world.bravo.marks, asked, f"{path} {mark}")
                assert not shown, f"{path}?q={mark} shows {shown}"

    @pytest.mark.parametrize("role", ["clinician", "superuser"])
    def test_no_filter_reaches_past_the_site(self, world: World, role: str) -> None:
        filters = [
            ("camerasession_changelist", {"device_id": "CAM-bravo"}),
            ("camerasession_changelist", {"site__id__exact": str(factories.BRAVO_SITE)}),
            ("camerasession_changelist", {"site": str(factories.BRAVO_SITE)}),
            ("camerasession_changelist", {"registered_subject__initials__startswith": "E"}),
            ("camerasession_changelist", {"files__checksum__startswith": "0"}),
            ("sessionfile_changelist", {"camera_session__site": str(factories.BRAVO_SITE)}),
            ("sessionfile_changelist", {"file_type__exact": "left"}),
        ]
        for name, query in filters:
            address = reverse(f"{ADMIN}:edc_retinopathy_{name}")
            text = text_of(world.browser(role).get(address, query))
            assert not shown_of(world.bravo.marks, text, str(query)), (name, query)

    @pytest.mark.parametrize("role", ["clinician", "stranger", "superuser"])
    def test_a_form_offers_no_subject_of_another_site(self, world: World, role: str) -> None:
        response = world.browser(role).get(
            reverse(f"{ADMIN}:autocomplete"), {**AUTOCOMPLETE_QUERY, "term": ""}
        )
        found = {result["text"] for result in response.json()["results"]}
        assert world.bravo.subject.subject_identifier not in found
        assert (world.alpha.subject.subject_identifier in found) == (role != "stranger")

    def test_a_form_accepts_no_subject_of_another_site(self, world: World) -> None:
        before = CameraSession.objects.count()
        world.browser("clinician").post(
            reverse(f"{ADMIN}:edc_retinopathy_camerasession_add"),
            {
                "registered_subject": str(world.bravo.subject.pk),
                "report_datetime_0": "2026-01-01",
                "report_datetime_1": "10:00",
                "report_type": "combined",
            },
        )
        assert CameraSession.objects.count() == before

    def test_the_index_tells_of_nobody_elses_work(self, world: World) -> None:
        LogEntry.objects.create(
            user=world.accounts["stranger"],
            content_type=ContentType.objects.get_for_model(CameraSession),
            object_id=str(world.bravo.session.pk),
            object_repr=str(world.bravo.session),
            action_flag=CHANGE,
        )
        text = text_of(world.browser("clinician").get(ADMIN_INDEX))
        assert not shown_of(world.bravo.marks, text, "")

    def test_a_version_of_another_record_is_not_shown_under_ones_own(self, world: World) -> None:
        version = world.bravo.session.history.latest().history_id
        response = world.browser("clinician").get(
            f"{ADMIN_INDEX}edc_retinopathy/camerasession/{world.alpha.session.pk}/history/{version}/"
        )
        assert response.status_code == 404


class TestViewOnlySites:
    """A multisite viewer and a data manager look at the other site, and change nothing there."""

    @pytest.mark.parametrize("role", VIEW_ONLY)
    def test_the_other_site_is_shown(self, world: World, role: str) -> None:
        page = world.browser(role).get(self.page(world, "change"))
        assert page.status_code == 200
        assert world.bravo.subject.subject_identifier in page.content.decode()
        for file in world.bravo.files:
            response = world.browser(role).get(file.get_download_url())
            assert content_of("bravo", file.file_type) in text_of(response).encode()

    @pytest.mark.parametrize("role", VIEW_ONLY)
    def test_its_form_has_nothing_to_save(self, world: World, role: str) -> None:
        page = world.browser(role).get(self.page(world, "change"))
        assert not page.context["adminform"].form.fields
        assert 'name="_save"' not in page.content.decode()

    @pytest.mark.parametrize("role", VIEW_ONLY)
    @pytest.mark.parametrize("page", ["change", "delete", "history", "version"])
    def test_no_page_of_it_changes_anything(self, world: World, role: str, page: str) -> None:
        assert_unchanged_by_post(world, role, world.bravo.session, self.page(world, page))

    @pytest.mark.parametrize("role", VIEW_ONLY)
    def test_it_is_not_reopened(self, world: World, role: str) -> None:
        session = world.bravo.session
        world.browser(role).post(
            reverse(f"{ADMIN}:edc_retinopathy_camerasession_changelist"),
            {"action": "reopen_for_uploads", "_selected_action": [str(session.pk)]},
        )
        assert SessionActivity.objects.get(pk=session.pk).last_reopened_datetime is None

    def page(self, world: World, name: str) -> str:
        """The address of a page of site bravo's session."""
        return session_page(world.bravo.session, name)


def session_page(session: CameraSession, name: str) -> str:
    """The address of a page of a session; ``version`` is the one in its audit trail."""
    below = f"{ADMIN_INDEX}edc_retinopathy/camerasession/{session.pk}"
    if name == "version":
        return f"{below}/history/{session.history.latest().history_id}/"
    return f"{below}/{name}/"


def assert_unchanged_by_post(world: World, role: str, session: CameraSession, address: str) -> None:
    """Assert that whatever a POST answers, it leaves the session and its history alone."""
    before = CameraSession.objects.filter(pk=session.pk).values().get()
    versions = session.history.count()
    response = world.browser(role).post(
        address,
        {
            "registered_subject": str(world.alpha.subject.pk),
            "report_datetime_0": "2026-01-01",
            "report_datetime_1": "10:00",
            "report_type": "per_eye",
            "device_id": "CAM-changed",
            "post": "yes",
            "_save": "Save",
        },
    )
    assert response.status_code < 500
    assert CameraSession.objects.filter(pk=session.pk).values().get() == before
    assert session.history.count() == versions


class TestAuditTrail:
    """The audit trail is looked at; nobody who may only look writes through it."""

    @pytest.mark.parametrize("role", ["grader", "viewer", "camera", "stranger", "anonymous"])
    def test_an_old_version_is_not_written_back(self, world: World, role: str) -> None:
        session = world.alpha.session
        assert_unchanged_by_post(world, role, session, session_page(session, "version"))

    @pytest.mark.parametrize("role", ["clinician", "superuser"])
    def test_a_files_old_version_is_not_written_back(self, world: World, role: str) -> None:
        file = world.alpha.file
        versions = file.history.count()
        response = world.browser(role).post(
            f"{ADMIN_INDEX}edc_retinopathy/sessionfile/{file.pk}/history/"
            f"{file.history.latest().history_id}/",
            {"file_type": "right"},
        )
        assert response.status_code == 403
        assert file.history.count() == versions


class TestApi:
    """The answer for another site's subject is, byte for byte, that for an unknown one."""

    @pytest.mark.parametrize("role", KEPT_OUT)
    @pytest.mark.parametrize("host", [factories.ALPHA_HOST, factories.BRAVO_HOST])
    def test_subjects(self, world: World, role: str, host: str) -> None:
        if role in {"stranger", "superuser"} and host == factories.BRAVO_HOST:
            # At home; a superuser is so at every site's own host, as with clinicedc's login.
            assert world.api(role, host).status(factories.BRAVO_IDENTIFIER).status_code == 200
            return
        api = world.api(role, host)
        hidden = world.bravo.subject.subject_identifier
        for call in (
            api.status,
            api.resolve,
            api.upload,
            lambda name: api.resolve(name, device_id="CAM-bravo"),
            lambda name: api.upload(name, "no_such_type"),
            lambda name: api.upload(name, query={"camera_session_id": world.bravo.session.pk}),
        ):
            assert _as_sent(call(hidden)) == _as_sent(call(factories.UNKNOWN_IDENTIFIER))

    @pytest.mark.parametrize("role", KEPT_OUT)
    def test_session_ids(self, world: World, role: str) -> None:
        api = world.api(role)
        own = world.alpha.subject.subject_identifier
        answers = [
            api.upload(own, query={name: value})
            for name in ("camera_session_id", "eye_exam_register_id")
            for value in (world.bravo.session.pk, "3f2504e0-4f89-41d3-9a0c-0305e82c3301")
        ]
        assert len({json.dumps(_as_sent(answer)) for answer in answers}) == 1
        assert answers[0].status_code in {401, 403, 404}

    @pytest.mark.parametrize("role", VIEW_ONLY)
    def test_view_only_sites_receive_nothing(self, world: World, role: str) -> None:
        api = world.api(role)
        hidden = world.bravo.subject.subject_identifier
        assert api.resolve(hidden).status_code == 403
        assert api.upload(hidden).status_code == 403


def _as_sent(response: Any) -> list[Any]:
    return [response.status_code, sorted(response.items()), response.content.decode()]
