"""``GET ping/``: is the server there, and does it know this token?"""

import pytest
from django.contrib.auth.models import User

from tests import factories
from tests.api.client import BASE, CameraApi, assert_error


def test_ping_answers_ok(camera: CameraApi) -> None:
    response = camera.ping()
    assert response.status_code == 200
    assert response.json() == {"status": "ok"}


def test_ping_answers_json_to_a_browser_too(camera: CameraApi) -> None:
    response = camera.client.get(f"{BASE}/ping/", HTTP_ACCEPT="text/html,*/*;q=0.8")
    assert response.status_code == 200
    assert response["Content-Type"].split(";")[0] == "application/json"


def test_ping_without_a_token_is_not_authenticated(db: None) -> None:
    response = CameraApi(None).ping()
    assert_error(response, 401, "not_authenticated")
    assert response["WWW-Authenticate"] == "Token"


@pytest.mark.parametrize("token", ["0" * 40, "", "two words"])
def test_ping_with_a_wrong_token_fails_authentication(db: None, token: str) -> None:
    assert_error(CameraApi(token).ping(), 401, "authentication_failed")


def test_ping_of_a_deactivated_account_fails_authentication(
    camera: CameraApi, camera_user: User
) -> None:
    User.objects.filter(pk=camera_user.pk).update(is_active=False)
    assert_error(camera.ping(), 401, "authentication_failed")


def test_a_login_to_pages_is_no_token(clinician: User) -> None:
    api = CameraApi(None, host=factories.ALPHA_HOST)
    api.client.force_login(clinician)
    assert_error(api.ping(), 401, "not_authenticated")
