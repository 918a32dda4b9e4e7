"""What goes wrong before a view is reached: cameras are answered in the one shape."""

from typing import Any

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import InternalError, OperationalError
from django.http import HttpResponse
from django.test import RequestFactory
from pytest_django import Settings

from edc_retinopathy.api.middleware import ApiErrorMiddleware
from edc_retinopathy.models import CameraSession
from tests import factories
from tests.api.client import BASE, CameraApi, assert_error

LOOK_UP = "multisite.models.Alias.objects.resolve"


@pytest.fixture
def raise_when_the_site_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let multisite's middleware, which has forgotten its sites, meet an error."""

    def will_raise(exc: Exception) -> None:
        def fail(*args: object, **kwargs: object) -> None:
            raise exc

        cache.clear()
        monkeypatch.setattr(LOOK_UP, fail)

    return will_raise


@pytest.mark.parametrize("error", [OperationalError, InternalError])
def test_a_database_that_cannot_be_reached_is_busy(
    camera: CameraApi,
    session: CameraSession,
    raise_when_the_site_is_looked_up: Any,
    error: type[Exception],
) -> None:
    camera.client.raise_request_exception = False
    raise_when_the_site_is_looked_up(error("connection refused"))
    for response in (
        camera.ping(),
        camera.resolve(session.subject_identifier),
        camera.upload(session.subject_identifier),
        camera.status(session.subject_identifier),
    ):
        assert_error(response, 503, "server_busy")
        assert response["Retry-After"] == "30"


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [(ValueError, 500, "server_error"), (PermissionDenied, 403, "permission_denied")],
)
def test_any_other_error_has_the_one_shape(
    camera: CameraApi,
    raise_when_the_site_is_looked_up: Any,
    error: type[Exception],
    status: int,
    code: str,
) -> None:
    camera.client.raise_request_exception = False
    raise_when_the_site_is_looked_up(error("105-10-0001-2"))
    response = camera.ping()
    assert_error(response, status, code)
    assert "105-10" not in response.content.decode()


def test_a_host_that_is_not_allowed(camera: CameraApi) -> None:
    camera.client.raise_request_exception = False
    response = camera.client.get(f"{BASE}/ping/", HTTP_HOST="elsewhere.org")
    assert_error(response, 400, "invalid_request")


@pytest.mark.parametrize(
    ("status", "code"),
    [(401, "not_authenticated"), (413, "file_too_large"), (429, "throttled"), (503, "server_busy")],
)
def test_what_another_middleware_answers_keeps_its_status_and_headers(
    rf: RequestFactory, status: int, code: str
) -> None:
    headers = {"Retry-After": "7", "X-Frame-Options": "DENY"}
    answer = HttpResponse("<html>", status=status, headers=headers)
    response = ApiErrorMiddleware(lambda request: answer)(rf.get(f"{BASE}/ping/"))
    assert_error(response, status, code)
    assert response["Retry-After"] == "7"
    assert response["X-Frame-Options"] == "DENY"


def test_an_answer_is_not_logged_a_second_time(
    camera: CameraApi, raise_when_the_site_is_looked_up: Any, caplog: pytest.LogCaptureFixture
) -> None:
    camera.client.raise_request_exception = False
    raise_when_the_site_is_looked_up(OperationalError("connection refused"))
    with caplog.at_level("WARNING", "django.request"):
        assert_error(camera.ping(), 503, "server_busy")
    assert [r.message for r in caplog.records if r.name == "django.request"] == [
        f"Internal Server Error: {BASE}/ping/"
    ]


def test_pages_are_left_alone(client: Any, raise_when_the_site_is_looked_up: Any) -> None:
    client.raise_request_exception = False
    raise_when_the_site_is_looked_up(OperationalError("connection refused"))
    response = client.get("/edc_retinopathy/admin/", HTTP_HOST=factories.ALPHA_HOST)
    assert response.status_code == 500
    assert response["Content-Type"].startswith("text/html")


def test_a_project_without_the_api_is_left_alone(
    client: Any, raise_when_the_site_is_looked_up: Any, settings: Settings
) -> None:
    settings.ROOT_URLCONF = "edc_retinopathy.urls"
    client.raise_request_exception = False
    raise_when_the_site_is_looked_up(PermissionDenied())
    response = client.get(f"{BASE}/ping/", HTTP_HOST=factories.ALPHA_HOST)
    assert response["Content-Type"].startswith("text/html")


@pytest.fixture(params=["urls_plain", "urls_with_variable"])
def plain_urls(request: pytest.FixtureRequest, settings: Settings) -> str:
    """A project that includes the API's list, without a namespace; gives the base."""
    settings.ROOT_URLCONF = f"tests.api.{request.param}"
    return {"urls_plain": BASE, "urls_with_variable": "/trials/meta3/api/retinopathy"}[
        request.param
    ]


@pytest.mark.parametrize(
    "path", ["ping/", "resolve/", "105-10-0001-2/left/", "no/such/endpoint", "no-slash", ""]
)
def test_the_api_is_known_without_its_namespace(
    camera: CameraApi, raise_when_the_site_is_looked_up: Any, plain_urls: str, path: str
) -> None:
    camera.client.raise_request_exception = False
    raise_when_the_site_is_looked_up(OperationalError("connection refused"))
    assert_error(camera.client.get(f"{plain_urls}/{path}"), 503, "server_busy")


@pytest.mark.parametrize("path", ["/ping/", "/api/retinopathyx/", "/api/", "/retinopathy/ping/"])
def test_what_only_looks_like_it_is_left_alone(
    camera: CameraApi, raise_when_the_site_is_looked_up: Any, plain_urls: str, path: str
) -> None:
    camera.client.raise_request_exception = False
    raise_when_the_site_is_looked_up(OperationalError("connection refused"))
    response = camera.client.get(path)
    assert response["Content-Type"].startswith("text/html")


def test_a_login_that_is_required_of_everybody_leaves_the_api_alone(
    camera: CameraApi, session: CameraSession, settings: Settings
) -> None:
    settings.MIDDLEWARE = [
        *settings.MIDDLEWARE,
        "django.contrib.auth.middleware.LoginRequiredMiddleware",
    ]
    assert camera.ping().status_code == 200
    assert camera.resolve(session.subject_identifier).status_code == 200
    anonymous = CameraApi(None)
    assert_error(anonymous.ping(), 401, "not_authenticated")
    assert_error(anonymous.status(session.subject_identifier), 401, "not_authenticated")
    assert_error(anonymous.client.get(f"{BASE}/no/such/endpoint/"), 401, "not_authenticated")
    assert anonymous.client.get("/edc_retinopathy/admin/login/").status_code == 200
    assert anonymous.client.get("/edc_retinopathy/").status_code == 302
