"""Errors of other middleware in the API's one shape; see "Installation" in the documentation.

A site is looked up in the database before any view is reached. Where that fails, Django answers a
page of HTML; a camera should read that the server is busy, and when to come again.
"""

import sys
from collections.abc import Callable
from typing import Any

from django.core.signals import got_request_exception
from django.db import connections
from django.http import HttpRequest, HttpResponse
from django.urls import get_resolver

from edc_retinopathy.project.mounting import is_below_api

from .exceptions import answer_outside_views

JSON = "application/json"
FIRST_ERROR_STATUS = 400


class ApiErrorMiddleware:
    """Stands before all other middleware; touches nothing but errors below the API's base."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        # Made before the server serves. Without it, the URLs and all that their views import are
        # loaded by the first requests, in several threads at once.
        get_resolver().url_patterns  # noqa: B018 - which loads them
        # So is what writes queries.
        for connection in connections.all():
            connection.ops.compiler("SQLCompiler")
        got_request_exception.connect(_remember, dispatch_uid=__name__)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer to the request."""
        response = self.get_response(request)
        if (
            response.status_code < FIRST_ERROR_STATUS
            or response.headers.get("Content-Type") == JSON
            or not _is_below_base(request)
        ):
            return response
        return answer_outside_views(getattr(request, "raised", None), response)


def _remember(*, request: Any = None, **_: Any) -> None:
    # The signal is sent while the exception is handled, and does not name it.
    if request is not None:
        request.raised = sys.exception()


def _is_below_base(request: HttpRequest) -> bool:
    return is_below_api(request.path_info, getattr(request, "urlconf", None))
