"""The app's Content-Security-Policy holds beside the project's, whoever writes that."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from pytest_django import Settings

from edc_retinopathy.models import CameraSession
from tests.admin.pages import logged_in
from tests.samples import HTML, PDF
from tests.security.test_serving import framed, policy_of, store

THEIRS = "default-src 'self'; frame-ancestors 'self'"
HEADER = "Content-Security-Policy"
GetResponse = Callable[[HttpRequest], HttpResponse]


def writes_over(get_response: GetResponse) -> GetResponse:
    """A middleware that sets the project's policy."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response[HEADER] = THEIRS
        return response

    return middleware


def sets_a_default(get_response: GetResponse) -> GetResponse:
    """One that leaves alone what has a policy, as django-csp does."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if HEADER not in response and not response.has_header(HEADER):
            response.headers.setdefault(HEADER, THEIRS)
        return response

    return middleware


def adds(get_response: GetResponse) -> GetResponse:
    """One that adds to whatever there is."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response[HEADER] = ", ".join(filter(None, [response.get(HEADER), THEIRS]))
        return response

    return middleware


@pytest.fixture(params=["writes_over", "sets_a_default", "adds", "django"])
def project_policy(request: pytest.FixtureRequest, settings: Settings) -> None:
    """A project with a policy of its own."""
    name = f"{__name__}.{request.param}"
    if request.param == "django":
        pytest.importorskip("django.middleware.csp")
        name = "django.middleware.csp.ContentSecurityPolicyMiddleware"
        settings.SECURE_CSP = {"default-src": ["'self'"], "frame-ancestors": ["'self'"]}
    settings.MIDDLEWARE = [name, *settings.MIDDLEWARE]


def responses(clinician: User, session: CameraSession) -> dict[str, Any]:
    """What the app sends with a policy of its own, by the start of that."""
    browser = logged_in(clinician)
    report = store(session, HTML)
    return {
        "frame-src 'self'": browser.get(report.get_view_url()),
        "sandbox; default-src 'none'; style-src": framed(browser, report),
        "sandbox; default-src 'none'; form-action": browser.get(
            store(session, PDF).get_download_url()
        ),
    }


@pytest.mark.usefixtures("project_policy")
def test_both_hold(clinician: User, session: CameraSession) -> None:
    for ours, response in responses(clinician, session).items():
        response.getvalue()
        theirs, comma, rest = policy_of(response).partition(", ")
        assert (theirs, comma) == (THEIRS, ", ")
        assert rest.startswith(ours)


def test_ours_holds_alone(clinician: User, session: CameraSession) -> None:
    for ours, response in responses(clinician, session).items():
        response.getvalue()
        assert policy_of(response).startswith(ours)
