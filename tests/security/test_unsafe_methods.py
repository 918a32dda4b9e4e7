"""Every URL of the app with every method that could change something, as each role.

What each POST is answered stands in ``expected_post.txt``, one row for each URL; a URL that is new
fails until it has its row. A GET changes nothing, whatever its address carries, and every other
method neither.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from rest_framework.authtoken.models import Token

from edc_retinopathy.models import CameraSession, SessionFile
from tests import factories
from tests.api.client import CAPTURED
from tests.samples import small_jpeg
from tests.security.conftest import RolledBack
from tests.security.url_walk import API, AppUrl, app_urls
from tests.security.world import World
from tests.storage import StorageOnDisk

TABLE = Path(__file__).with_name("expected_post.txt")
ADMIN_INDEX = "/edc_retinopathy/admin/"
OTHER_METHODS = ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "MADEUP")
# What answers that something was done.
DONE = {"done", "201"}
# A refused request of a camera is itself written down, for people.
WRITES_OF_REFUSALS = "refusal"
ACTIONS = ("reopen_for_uploads", "delete_selected")
EVERY_ACTION = (*ACTIONS, "resolve_selected")
# A GET of a file is a look at it, which is written down.
LOOKS = "FileAccess"
PREVIEWS = "previews/"
# By whom a session of site alpha is changed at its host, and by whom one without files is deleted.
MAY_CHANGE = {"clinician", "manager", "super", "superuser"}
MAY_DELETE = {"super", "superuser"}


def _read_table() -> tuple[list[str], dict[str, list[str]]]:
    lines = [line.split() for line in TABLE.read_text().splitlines()]
    heading, *rows = [line for line in lines if line and line[0] != "#"]
    return heading[1:], {row[0]: row[1:] for row in rows}


ROLES, EXPECTED = _read_table()


@pytest.fixture
def empty(world: World) -> CameraSession:
    """A session of site alpha that has expired and has no files: most can be done to it."""
    return factories.create_session(world.alpha.subject, minutes=factories.LONG_AGO_MINUTES)


def body_of(url: AppUrl, world: World, empty: CameraSession) -> dict[str, Any]:
    """What an honest POST to the URL carries."""
    if url.model == "finding":
        return {
            "action": "resolve_selected",
            "_selected_action": [str(world.alpha.finding.pk)],
            "reason": "Looked at.",
        }
    form = {
        "registered_subject": str(empty.registered_subject_id),
        "report_datetime_0": f"{timezone.localdate():%Y-%m-%d}",
        "report_datetime_1": "00:00",
        "report_type": "per_eye",
        "device_id": "CAM-changed",
        "confirm_second_session": "on",
        "_save": "Save",
    }
    bodies: dict[str, dict[str, Any]] = {
        "add": form,
        "change": form,
        "delete": {"post": "yes"},
        "withdraw": {"reason": "Entered twice."},
        "allow": {"reason": "The camera was exchanged."},
        "dismiss": {"reason": "The camera sent a test."},
        "changelist": {"action": "reopen_for_uploads", "_selected_action": [str(empty.pk)]},
        "resolve": {"subject_identifier": empty.subject_identifier},
        "upload": {
            "file": SimpleUploadedFile("new.jpg", small_jpeg()),
            "capture_datetime": CAPTURED,
        },
    }
    return bodies.get(url.name.rpartition("_")[2], {})


class Clients:
    """A role's browser and API client; logged in once, as most requests leave that alone."""

    def __init__(self, world: World, role: str) -> None:
        self._world, self._role = world, role
        self.api = world.api(role).client
        self.log_in()

    def log_in(self) -> None:
        """Take a new browser."""
        self.browser = self._world.browser(self._role)

    def send(
        self, url: AppUrl, path: str, *, method: str = "POST", body: dict[str, Any] | None = None
    ) -> Any:
        """The answer to a request with the role's token or session cookie."""
        client: Any = self.api if url.namespace == API else self.browser
        if method != "POST":
            return client.generic(method, path)
        if url.namespace == API:
            encoding = "json" if url.name == "resolve" else "multipart"
            return client.post(path, body or {}, format=encoding)
        return client.post(path, body or {})


def outcome(url: AppUrl, response: Any) -> str:
    """The answer in the words of the table."""
    response.getvalue()
    if response.status_code not in {301, 302}:
        return str(response.status_code)
    target = response["Location"].partition("?")[0]
    if target.endswith("/login/"):
        return "login"
    if url.name == url.model:
        # The address without "change/", which leads there.
        return "self"
    return "index" if target == ADMIN_INDEX else "done"


def state_of(storage: StorageOnDisk, *, with_refusals: bool = False) -> dict[str, Any]:
    """All rows that the app or an account's rights live in, and the tree of the storage.

    Without the pictures that were made of what is stored: whoever looks makes them.
    """
    models: Iterable[Any] = [*apps.get_app_config("edc_retinopathy").get_models(), Token, LogEntry]
    state: dict[str, Any] = {
        model.__name__: _digest(model.objects.order_by("pk").values_list())
        for model in models
        if with_refusals or WRITES_OF_REFUSALS not in model.__name__.lower()
    }
    users = User.objects.order_by("pk", "groups", "userprofile__roles")
    fields = ("pk", "username", "password", "is_active", "groups", "userprofile__roles")
    files = {name: data for name, data in storage.files().items() if not name.startswith(PREVIEWS)}
    return {
        **state,
        "User": _digest(users.values_list(*fields)),
        "Group": _digest(
            Group.objects.order_by("pk", "permissions").values_list("pk", "permissions")
        ),
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in files.items()},
    }


def _digest(rows: Iterable[Any]) -> tuple[int, str]:
    found = [repr(row) for row in rows]
    return len(found), hashlib.sha256("\n".join(found).encode()).hexdigest()


def assert_same(before: dict[str, Any], after: dict[str, Any], what: str) -> None:
    """Assert that nothing changed, naming what did."""
    changed = [name for name in before if before[name] != after[name]]
    assert not changed, f"{what} changed {changed}"


def test_every_url_is_in_the_table() -> None:
    missing = {str(url) for url in app_urls()} - EXPECTED.keys()
    assert not missing, f"Say in {TABLE.name} what a POST is answered by {sorted(missing)}."
    gone = EXPECTED.keys() - {str(url) for url in app_urls()}
    assert not gone, f"{TABLE.name} has URLs that are gone: {sorted(gone)}."
    assert all(len(row) == len(ROLES) for row in EXPECTED.values())


@pytest.mark.parametrize("role", ROLES)
def test_each_post_is_answered_as_the_table_says_and_a_refused_one_changes_nothing(
    world: World, storage: StorageOnDisk, empty: CameraSession, role: str
) -> None:
    records = {**world.records(world.alpha), "camerasession": empty}
    clients = Clients(world, role)
    # Of pages, also the refusals must stay as they are.
    states = {wanted: state_of(storage, with_refusals=wanted) for wanted in (True, False)}
    answers = {}
    for url in app_urls():
        is_page = url.namespace != API
        before = states[is_page]
        with RolledBack():
            body = body_of(url, world, empty)
            answer = outcome(url, clients.send(url, url.address(records), body=body))
            after = state_of(storage, with_refusals=is_page)
        answers[str(url)] = answer
        if url.name == "logout":
            clients.log_in()
        if answer in DONE or (url.name, answer) == ("resolve", "200"):
            assert after != before or url.name == "logout", f"POST {url} ({answer}) did nothing"
            # Of a record that was rolled back.
            for path in storage.images.rglob("new.jpg"):
                path.unlink()
        else:
            assert_same(before, after, f"POST {url} ({answer})")
    column = ROLES.index(role)
    assert answers == {name: row[column] for name, row in EXPECTED.items()}


@pytest.mark.parametrize("role", ROLES)
def test_no_other_method_changes_anything(
    world: World, storage: StorageOnDisk, empty: CameraSession, role: str
) -> None:
    records = {**world.records(world.alpha), "camerasession": empty}
    clients = Clients(world, role)
    before = state_of(storage)
    for url in app_urls():
        path = url.address(records)
        for method in OTHER_METHODS:
            answer = outcome(url, clients.send(url, path, method=method))
            what = f"{method} {url}: {answer}"
            assert int(answer) < 500 if answer.isdigit() else answer != "done", what
            if url.namespace == API:
                # OPTIONS names the methods that there are.
                assert answer in {"401", "403", "404", "405"} or method == "OPTIONS", what
        assert_same(before, state_of(storage), str(url))


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("action", ACTIONS)
def test_each_action_of_the_list_asks_for_its_right(
    *, world: World, storage: StorageOnDisk, empty: CameraSession, role: str, action: str
) -> None:
    url = next(url for url in app_urls() if url.name == "camerasession_changelist")
    body = {"action": action, "_selected_action": [str(empty.pk)], "post": "yes"}
    clients = Clients(world, role)
    before = state_of(storage)
    response = clients.send(url, url.address(world.records(world.alpha)), body=body)
    assert response.status_code < 500
    if role in (MAY_DELETE if action == "delete_selected" else MAY_CHANGE):
        assert before != state_of(storage)
    else:
        assert_same(before, state_of(storage), f"{action} as {role}")


@pytest.mark.parametrize("role", ROLES)
def test_no_action_reaches_another_sites_rows(
    world: World, storage: StorageOnDisk, role: str
) -> None:
    expired = factories.create_session(world.bravo.subject, minutes=factories.LONG_AGO_MINUTES)
    others = {**world.records(world.bravo), "camerasession": expired}
    clients = Clients(world, role)
    before = state_of(storage, with_refusals=True)
    for url in app_urls():
        if not url.name.endswith("_changelist"):
            continue
        for action in EVERY_ACTION:
            keys = [str(others[str(url.model)].pk)]
            body = {"action": action, "_selected_action": keys, "post": "yes", "reason": "Mine."}
            for more in ({}, {"select_across": "1"}):
                path = url.address(others)
                response = clients.send(url, f"{path}?site__id__exact=20", body={**body, **more})
                assert response.status_code < 500, (url, action)
    assert_same(before, state_of(storage, with_refusals=True), f"An action as {role}")


@pytest.mark.parametrize("role", ["clinician", "manager", "super", "superuser"])
def test_no_get_changes_anything(
    world: World, storage: StorageOnDisk, empty: CameraSession, role: str
) -> None:
    records = {**world.records(world.alpha), "camerasession": empty}
    browser = world.browser(role)
    before = state_of(storage, with_refusals=True)
    for url in app_urls():
        if url.namespace != API:
            # Whatever a POST would carry, and a reason.
            body = {"reason": "Looked at.", "post": "yes", **body_of(url, world, empty)}
            browser.get(url.address(records), body).getvalue()
    after = {**state_of(storage, with_refusals=True), LOOKS: before[LOOKS]}
    assert_same(before, after, f"A GET as {role}")


@pytest.mark.parametrize("role", ["clinician", "grader", "super", "superuser", "manager"])
def test_a_post_of_another_origins_page_is_refused(
    world: World, storage: StorageOnDisk, empty: CameraSession, role: str
) -> None:
    client = Client(enforce_csrf_checks=True, SERVER_NAME=factories.ALPHA_HOST)
    client.force_login(world.accounts[role])
    records = {**world.records(world.alpha), "camerasession": empty}
    before = state_of(storage)
    for url in app_urls():
        response = client.post(url.address(records), body_of(url, world, empty))
        # The API knows no cookie, and so asks for the token that no browser has.
        expected = 401 if url.namespace == API else 403
        assert response.status_code == expected, url
        assert_same(before, state_of(storage), str(url))


def test_the_honest_bodies_are_taken_where_they_may_be(world: World) -> None:
    # Else the table's refusals could be those of malformed requests.
    taken = {name for name, row in EXPECTED.items() if set(row) & {"done", "201"}}
    assert {name.rpartition("_")[2] for name in taken} >= {
        "add",
        "change",
        "delete",
        "withdraw",
        "reopen",
        "allow",
        "dismiss",
        "changelist",
    }
    assert SessionFile.objects.exists()
