"""Cameras keep their rights through every way in which clinicedc derives groups from roles."""

from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.contrib.sites.models import Site
from django.core.management import call_command
from django.core.management.sql import emit_post_migrate_signal
from django.db import connection
from edc_auth import import_users as importer
from edc_auth.auth_updater import AuthUpdater
from edc_auth.constants import POST_UPDATE_FUNCS_KEY, STAFF_ROLE
from edc_auth.models import Role
from edc_auth.site_auths import site_auths

from edc_retinopathy.accounts.provisioning import create_camera_account, revoke
from edc_retinopathy.accounts.role import give_camera_roles
from edc_retinopathy.auth_objects import (
    RETINOPATHY_CAMERA,
    RETINOPATHY_CAMERA_ROLE,
    RETINOPATHY_GRADER_ROLE,
)
from edc_retinopathy.models import CameraAccount
from tests import factories
from tests.admin.pages import logged_in, posted
from tests.api.client import CameraApi, assert_error

NAME = "fundus"


@pytest.fixture
def api(db: None) -> CameraApi:
    """The API as a new camera account calls it."""
    return CameraApi(create_camera_account(NAME, Site.objects.get(pk=factories.ALPHA_SITE)))


@pytest.fixture
def with_post_updates() -> Iterator[None]:
    """What edc_auth calls after it has written the roles; it forgets that after once a process."""
    site_auths.registry[POST_UPDATE_FUNCS_KEY] = [("edc_retinopathy", give_camera_roles)]
    yield
    site_auths.registry[POST_UPDATE_FUNCS_KEY] = []


def _user() -> User:
    return User.objects.get(username=NAME)


def _refresh_groups() -> None:
    AuthUpdater.refresh_groups_in_roles_per_user()


def _update_all() -> None:
    AuthUpdater(verbose=False, warn_only=True)


def _post_migrate() -> None:
    emit_post_migrate_signal(verbosity=0, interactive=False, db="default", apps=apps)


def _migrate() -> None:
    call_command("migrate", verbosity=0, stdout=StringIO())


def _another_role() -> None:
    role = Role.objects.get(name=RETINOPATHY_GRADER_ROLE)
    _user().userprofile.roles.add(role)
    _user().userprofile.roles.remove(role)


def _saved_in_the_user_form() -> None:
    """As an administrator adds a role to the account, and a name, which the form asks for."""
    browser = logged_in(factories.find_or_create_user("administrator", is_superuser=True))
    url = f"/edc_auth/admin/auth/user/{_user().pk}/change/"
    page = browser.get(url)
    assert page.status_code == 200
    given = {"first_name": "Fundus", "last_name": "Camera", "email": "camera@example.org"}
    data = posted(page.context["adminform"].form, **given)
    (inline,) = page.context["inline_admin_formsets"]
    (profile,) = inline.formset.initial_forms
    staff = Role.objects.get(name=STAFF_ROLE)
    roles = [*profile.initial["roles"], staff]
    data |= posted(inline.formset.management_form)
    data |= posted(profile, roles=[role.pk for role in roles])
    data = {name: "" if value is None else value for name, value in data.items()}
    answer = browser.post(url, {**data, "_save": "Save"})
    assert answer.status_code == 302, answer.context["errors"]
    assert staff in _user().userprofile.roles.all()


REFRESHES: dict[str, Callable[[], None]] = {
    "refresh": _refresh_groups,
    "update": _update_all,
    "post_migrate": _post_migrate,
    "migrate": _migrate,
    "another_role": _another_role,
    "user_form": _saved_in_the_user_form,
}


@pytest.mark.parametrize("refresh", REFRESHES.values(), ids=REFRESHES)
def test_an_account_keeps_its_rights(api: CameraApi, refresh: Callable[[], None]) -> None:
    for _ in range(2):
        refresh()
        _assert_camera(api)
    assert [site.pk for site in _user().userprofile.sites.all()] == [factories.ALPHA_SITE]


def test_an_account_keeps_its_rights_when_users_are_imported(
    api: CameraApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # It would read a dictionary of words, which not every machine has.
    words = SimpleNamespace(get_password=lambda: "a password")
    monkeypatch.setattr(importer, "PasswordGenerator", lambda **kwargs: words)
    site = Site.objects.get(pk=factories.ALPHA_SITE)
    path = tmp_path / "users.csv"
    path.write_text(
        "username|first_name|last_name|email|is_active|site_names|role_names\n"
        f"{NAME}|Fundus|Camera|a@example.org|True|{site.name}|{RETINOPATHY_CAMERA_ROLE}\n"
    )
    importer.import_users(str(path))
    _assert_camera(api)
    _refresh_groups()
    _assert_camera(api)


@pytest.mark.parametrize("refresh", [_update_all, _post_migrate, _migrate])
def test_an_account_of_the_group_alone_is_given_the_role_with_the_next_migrate(
    api: CameraApi, with_post_updates: None, refresh: Callable[[], None]
) -> None:
    _take_role()
    _user().groups.add(Group.objects.get(name=RETINOPATHY_CAMERA))
    refresh()
    _assert_camera(api)


def test_an_account_that_was_shut_out_does_not_come_back_with_a_migrate(
    api: CameraApi, with_post_updates: None
) -> None:
    _take_role()
    assert not _user().groups.exists()
    _update_all()
    assert_error(api.status(factories.UNKNOWN_IDENTIFIER), 403, "permission_denied")


def test_a_closed_account_and_a_person_are_given_nothing(db: None, with_post_updates: None) -> None:
    create_camera_account(NAME, Site.objects.get(pk=factories.ALPHA_SITE))
    person = factories.find_or_create_user("person")
    _take_role()
    for user in (_user(), person):
        user.groups.add(Group.objects.get(name=RETINOPATHY_CAMERA))
    revoke(CameraAccount.objects.get())
    _update_all()
    for user in (_user(), person):
        assert not user.userprofile.roles.exists()


def test_a_migrate_before_our_first_finds_no_table(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask(*args: Any) -> None:
        raise AssertionError("there is no table to ask")

    monkeypatch.setattr(connection.introspection, "table_names", list)
    monkeypatch.setattr(User.objects, "filter", ask)
    give_camera_roles()


def test_the_refusal_names_the_role_that_lasts(db: None) -> None:
    token = create_camera_account(NAME, Site.objects.get(pk=factories.ALPHA_SITE))
    _take_role()
    body = assert_error(CameraApi(token).upload("x"), 403, "permission_denied")
    assert RETINOPATHY_CAMERA_ROLE in body["error"]


def _take_role() -> None:
    _user().userprofile.roles.remove(Role.objects.get(name=RETINOPATHY_CAMERA_ROLE))


def _assert_camera(api: CameraApi) -> None:
    """The role and the group agree, and the API lets it through."""
    assert RETINOPATHY_CAMERA_ROLE in _user().userprofile.roles.values_list("name", flat=True)
    assert RETINOPATHY_CAMERA in _user().groups.values_list("name", flat=True)
    assert_error(api.resolve(factories.UNKNOWN_IDENTIFIER), 404, "no_session")
    assert_error(api.upload(factories.UNKNOWN_IDENTIFIER), 404, "no_session")
