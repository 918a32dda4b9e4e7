"""``create_camera_account``: a token for a camera, and no way into the pages."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from edc_auth.models import Role
from edc_registration.models import RegisteredSubject
from rest_framework.authtoken.models import Token

from edc_retinopathy.auth_objects import RETINOPATHY_CAMERA, RETINOPATHY_CAMERA_ROLE
from edc_retinopathy.models import CameraAccount, CameraSession, SessionFile
from tests import factories
from tests.api.client import CameraApi, assert_error
from tests.commands.conftest import Result, Run

COMMAND = "create_camera_account"
ALPHA = ("--site", str(factories.ALPHA_SITE))
IDENTIFIER = factories.FEMALE_IDENTIFIER


def token_in(result: Result) -> str:
    """The token that a command printed."""
    assert result.error == ""
    (token,) = re.findall(r"\b[0-9a-f]{40}\b", result.output)
    return str(token)


def assert_can_upload(token: str) -> None:
    """Assert that the account of the token has the rights of a camera."""
    # Not 403: the rights are there, the subject is not.
    api = CameraApi(token)
    assert_error(api.resolve(factories.UNKNOWN_IDENTIFIER), 404, "no_session")
    assert_error(api.upload(factories.UNKNOWN_IDENTIFIER), 404, "no_session")


class TestCreate:
    """A new account."""

    def test_its_token_does_all_that_a_camera_does(self, run: Run, session: CameraSession) -> None:
        api = CameraApi(token_in(run("clinic_1", *ALPHA)))
        assert api.ping().status_code == 200
        assert api.resolve(IDENTIFIER, device_id="CAM-1").status_code == 200
        assert api.upload(IDENTIFIER).status_code == 201
        assert api.status(IDENTIFIER).json()["uploaded"] == ["left"]

    def test_it_has_the_camera_role_and_group_and_the_site_and_nothing_more(
        self, run: Run, db: None
    ) -> None:
        run("clinic_1", *ALPHA)
        user = User.objects.get(username="clinic_1")
        assert [group.name for group in user.groups.all()] == [RETINOPATHY_CAMERA]
        assert [site.pk for site in user.userprofile.sites.all()] == [factories.ALPHA_SITE]
        assert [role.name for role in user.userprofile.roles.all()] == [RETINOPATHY_CAMERA_ROLE]
        assert not user.user_permissions.exists()
        assert not user.is_staff
        assert not user.is_superuser
        assert CameraAccount.objects.get().user == user

    def test_it_cannot_log_in_to_pages(self, run: Run, db: None) -> None:
        token = token_in(run("clinic_1", *ALPHA))
        assert not User.objects.get(username="clinic_1").has_usable_password()
        browser = Client(SERVER_NAME=factories.ALPHA_HOST)
        for password in (token, "", "clinic_1", "!"):
            assert not browser.login(username="clinic_1", password=password)
            browser.post("/accounts/login/", {"username": "clinic_1", "password": password})
            assert "_auth_user_id" not in browser.session
        # Nor does the token open a page.
        page = browser.get("/edc_retinopathy/admin/", HTTP_AUTHORIZATION=f"Token {token}")
        assert page.status_code == 302

    def test_the_token_is_shown_once(self, run: Run, db: None) -> None:
        token = token_in(run("clinic_1", *ALPHA))
        again = run("clinic_1", *ALPHA)
        assert "taken" in again.error
        assert token not in again.output + again.error
        assert Token.objects.get(user__username="clinic_1").key == token

    def test_who_made_an_account_is_in_its_history(self, run: Run, db: None) -> None:
        run("clinic_1", *ALPHA)
        assert CameraAccount.objects.get().history.count() == 1

    @pytest.mark.parametrize("site", [(), ("--site", "999"), ("--site", "0")])
    def test_a_site_is_needed(self, run: Run, db: None, site: tuple[str, ...]) -> None:
        result = run("clinic_1", *site)
        # The allowed values are listed.
        assert str(factories.ALPHA_SITE) in result.error
        assert not User.objects.filter(username="clinic_1").exists()

    def test_a_name_that_the_audit_trail_would_cut_is_refused(self, run: Run, db: None) -> None:
        result = run("n" * 51, *ALPHA)
        assert "51 characters" in result.error
        assert "at most 50" in result.error
        assert not User.objects.filter(username__startswith="nnn").exists()
        assert_can_upload(token_in(run("n" * 50, *ALPHA)))

    def test_before_the_first_migrate_it_says_what_to_do(self, run: Run, db: None) -> None:
        Role.objects.filter(name=RETINOPATHY_CAMERA_ROLE).delete()
        assert "run migrate" in run("clinic_1", *ALPHA).error
        assert not User.objects.filter(username="clinic_1").exists()

    def test_a_persons_name_is_not_taken_over(self, run: Run, clinician: User) -> None:
        assert "taken" in run(clinician.username, *ALPHA).error
        assert not Token.objects.filter(user=clinician).exists()
        assert not CameraAccount.objects.exists()


class TestDevice:
    """An account bound to a device acts for that device only."""

    @pytest.fixture
    def api(self, run: Run, db: None) -> CameraApi:
        """The API as the account bound to CAM-1 calls it."""
        return CameraApi(token_in(run("clinic_1", *ALPHA, "--device", "CAM-1")))

    def test_its_own(self, api: CameraApi, session: CameraSession) -> None:
        assert api.resolve(IDENTIFIER, device_id="CAM-1").status_code == 200
        session.refresh_from_db()
        assert session.device_id == "CAM-1"

    def test_no_device_named_means_its_own(self, api: CameraApi, session: CameraSession) -> None:
        assert api.resolve(IDENTIFIER).status_code == 200
        session.refresh_from_db()
        assert session.device_id == "CAM-1"

    def test_another_device(self, api: CameraApi, session: CameraSession) -> None:
        assert_error(api.resolve(IDENTIFIER, device_id="CAM-2"), 403, "permission_denied")
        session.refresh_from_db()
        assert session.device_id == ""
        assert session.activity.last_resolved_datetime is None

    def test_another_devices_session(self, api: CameraApi, subject: RegisteredSubject) -> None:
        session = factories.create_session(subject, device_id="CAM-2")
        assert_error(api.resolve(IDENTIFIER, device_id="CAM-1"), 403, "permission_denied")
        for query in (None, {"camera_session_id": session.pk}):
            assert_error(api.upload(IDENTIFIER, query=query), 403, "permission_denied")
        session.refresh_from_db()
        assert session.activity.last_resolved_datetime is None
        assert not SessionFile.objects.exists()

    def test_the_device_is_recorded_with_the_file(
        self, api: CameraApi, session: CameraSession
    ) -> None:
        assert api.upload(IDENTIFIER).status_code == 201
        file = SessionFile.objects.get()
        assert file.device_id == "CAM-1"
        assert file.user_created == "clinic_1"
        assert file.remote_address == "127.0.0.1"


class TestRotate:
    """A new token; the old one stops working at once."""

    def test_rotate(self, run: Run, db: None) -> None:
        old = token_in(run("clinic_1", *ALPHA))
        new = token_in(run("clinic_1", "--rotate"))
        assert new != old
        assert CameraApi(new).ping().status_code == 200
        assert_error(CameraApi(old).ping(), 401, "authentication_failed")

    def test_rotating_opens_a_revoked_account_again(self, run: Run, db: None) -> None:
        run("clinic_1", *ALPHA)
        run("clinic_1", "--revoke")
        assert CameraApi(token_in(run("clinic_1", "--rotate"))).ping().status_code == 200

    def test_rotating_gives_the_role_back(self, run: Run, db: None) -> None:
        run("clinic_1", *ALPHA)
        User.objects.get(username="clinic_1").userprofile.roles.clear()
        User.objects.get(username="clinic_1").groups.clear()
        assert_can_upload(token_in(run("clinic_1", "--rotate")))

    @pytest.mark.parametrize("what", ["--rotate", "--revoke"])
    def test_only_camera_accounts(self, run: Run, clinician: User, what: str) -> None:
        token = factories.token_of(clinician)
        for name in (clinician.username, "nobody"):
            result = run(name, what)
            assert "no camera account" in result.error
            assert result.output == ""
        clinician.refresh_from_db()
        assert clinician.is_active
        assert factories.token_of(clinician) == token


class TestRevoke:
    """The account is closed; what it did stays."""

    def test_revoke(self, run: Run, session: CameraSession) -> None:
        token = token_in(run("clinic_1", *ALPHA))
        api = CameraApi(token)
        assert api.upload(IDENTIFIER).status_code == 201
        assert run("clinic_1", "--revoke").error == ""
        assert_error(api.ping(), 401, "authentication_failed")
        assert not Token.objects.filter(user__username="clinic_1").exists()
        assert not User.objects.get(username="clinic_1").is_active
        assert SessionFile.objects.get().user_created == "clinic_1"

    def test_a_token_of_a_closed_account_does_not_work(self, run: Run, db: None) -> None:
        run("clinic_1", *ALPHA)
        run("clinic_1", "--revoke")
        user = User.objects.get(username="clinic_1")
        api = CameraApi(factories.token_of(user))
        assert_error(api.ping(), 401, "authentication_failed")
