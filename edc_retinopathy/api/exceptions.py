"""From whatever was raised to the one shape of an error: ``{"code", "error"[, "fields"]}``.

The only place that knows which HTTP status a code has.
"""

import logging
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.db import InterfaceError, InternalError, OperationalError
from django.http import Http404, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from rest_framework import exceptions, status
from rest_framework.authentication import TokenAuthentication
from rest_framework.response import Response
from rest_framework.views import set_rollback

from edc_retinopathy.errors import InvalidRequest, RetinopathyError, ServerBusy
from edc_retinopathy.logs import events
from edc_retinopathy.logs.events import Event
from edc_retinopathy.logs.quiet import keep_out_of_log, quiet

logger = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 30

STATUS_OF_CODE = {
    "authentication_failed": status.HTTP_401_UNAUTHORIZED,
    "permission_denied": status.HTTP_403_FORBIDDEN,
    "no_session": status.HTTP_404_NOT_FOUND,
    "filename_conflict": status.HTTP_409_CONFLICT,
    "storage_error": status.HTTP_500_INTERNAL_SERVER_ERROR,
    "server_busy": status.HTTP_503_SERVICE_UNAVAILABLE,
}


# What the body of an answer decides.
BODY_HEADERS = frozenset({"Content-Type", "Content-Length", "Content-Encoding", "ETag"})
SERVER_ERROR = ("server_error", "The server made an error. It was logged.")
# What a middleware may have answered, by its status.
OUTSIDE_VIEWS = {
    status.HTTP_400_BAD_REQUEST: ("invalid_request", "The request is malformed."),
    status.HTTP_401_UNAUTHORIZED: ("not_authenticated", "The request is not authenticated."),
    status.HTTP_403_FORBIDDEN: ("permission_denied", "The request is not permitted."),
    status.HTTP_404_NOT_FOUND: ("not_found", "There is no such page at this host."),
    status.HTTP_413_REQUEST_ENTITY_TOO_LARGE: ("file_too_large", "The request is too large."),
    status.HTTP_429_TOO_MANY_REQUESTS: ("throttled", "There were too many requests."),
    status.HTTP_503_SERVICE_UNAVAILABLE: (
        "server_busy",
        "The server is busy. Send the request again in a moment.",
    ),
}


class LengthRequired(exceptions.APIException):
    """The body's length is not announced (RFC 9110, 15.5.12)."""

    status_code = status.HTTP_411_LENGTH_REQUIRED
    default_code = "length_required"
    default_detail = "The request needs a Content-Length; a chunked body is not accepted."


class CompressedBody(exceptions.APIException):
    """The body has a content coding (RFC 9110, 15.5.16)."""

    status_code = status.HTTP_415_UNSUPPORTED_MEDIA_TYPE
    default_code = "unsupported_media_type"
    default_detail = "The request's body is compressed (Content-Encoding). Send it as it is."


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response:
    """The answer to any exception raised below the API's base; the event of it is logged."""
    set_rollback()
    response = _answer(_translated(exc), context)
    _log_refusal(response, context)
    return response


def _answer(exc: Exception, context: dict[str, Any]) -> Response:
    if isinstance(exc, RetinopathyError):
        http_status = STATUS_OF_CODE.get(exc.code, status.HTTP_400_BAD_REQUEST)
        if http_status >= status.HTTP_500_INTERNAL_SERVER_ERROR:
            logger.error("%s: %s", exc.code, exc.message, exc_info=quiet(exc))
        return _response(exc.code, exc.message, http_status, fields=exc.fields)
    if isinstance(exc, exceptions.APIException):
        return _response(_code_of(exc), str(exc.detail), exc.status_code, headers=_headers_of(exc))
    return _unforeseen(exc, context)


def _translated(exc: Exception) -> Exception:
    """What Django, DRF and the database raise, as what this API raises."""
    for kinds, translate in TRANSLATIONS:
        if isinstance(exc, kinds):
            translated = translate(exc)
            translated.__cause__ = exc
            return translated
    return exc


def answer_outside_views(exc: BaseException | None, response: HttpResponse) -> JsonResponse:
    """In the one shape what was answered before a view was reached, because of ``exc`` if known.

    Other headers than those of the body stay.
    """
    translated = _translated(exc) if isinstance(exc, Exception) else None
    if isinstance(translated, RetinopathyError):
        answer = exception_handler(translated, {})
    else:
        code, message = OUTSIDE_VIEWS.get(response.status_code, SERVER_ERROR)
        answer = _response(code, message, response.status_code)
        _log_refusal(answer, {})
    headers = dict(answer.items()) | dict(response.items())
    kept = {name: value for name, value in headers.items() if name not in BODY_HEADERS}
    shaped = JsonResponse(answer.data, status=answer.status_code, headers=kept)
    keep_out_of_log(shaped)
    return shaped


def _unforeseen(exc: Exception, context: dict[str, Any]) -> Response:
    logger.error("Unforeseen error in the API.", exc_info=quiet(exc))
    # What Django does for an error that no view handled: error reporting listens to it.
    got_request_exception.send(sender=None, request=getattr(context["request"], "_request", None))
    return _response(*SERVER_ERROR, status.HTTP_500_INTERNAL_SERVER_ERROR)


def _invalid_request(exc: Any) -> InvalidRequest:
    """DRF's nested detail as one sentence and a list for each field."""
    detail = exc.detail if isinstance(exc.detail, dict) else {"non_field_errors": exc.detail}
    fields = {name: [str(error) for error in errors] for name, errors in detail.items()}
    first_name, first_errors = next(iter(fields.items()))
    about = "" if first_name == "non_field_errors" else f"{first_name}: "
    return InvalidRequest(f"{about}{first_errors[0]}", fields=fields)


# InternalError: a standby of PostgreSQL, which takes no writes.
DATABASE_IS_BUSY = (OperationalError, InterfaceError, InternalError)

# What is raised, first match first, and what it means to the caller. A database that is
# locked, unreachable or gone in the middle is busy: the same request can succeed later.
TRANSLATIONS: tuple[tuple[Any, Callable[[Any], Exception]], ...] = (
    (
        DATABASE_IS_BUSY,
        lambda _: ServerBusy("The server is busy. Send the request again in a moment."),
    ),
    (Http404, lambda _: exceptions.NotFound()),
    (PermissionDenied, lambda _: exceptions.PermissionDenied()),
    (exceptions.ValidationError, _invalid_request),
    (exceptions.ParseError, lambda exc: InvalidRequest(str(exc.detail))),
    (
        RequestDataTooBig,
        lambda _: InvalidRequest("The request has more data outside its file than is accepted."),
    ),
    (
        UnreadablePostError,
        lambda _: InvalidRequest("The request's body ended before all of it was received."),
    ),
    (
        (SuspiciousOperation, MultiPartParserError),
        lambda exc: InvalidRequest(str(exc) or "The request is malformed."),
    ),
)


def _code_of(exc: exceptions.APIException) -> str:
    codes = exc.get_codes()
    return codes if isinstance(codes, str) else exc.default_code


def _headers_of(exc: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if challenge := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(exc, "wait", None):
        headers["Retry-After"] = str(int(wait))
    return headers


def _response(
    code: str,
    message: str,
    http_status: int,
    *,
    fields: dict[str, list[str]] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    body: dict[str, Any] = {"code": code, "error": message}
    if fields:
        body["fields"] = fields
    headers = dict(headers or {})
    if http_status == status.HTTP_401_UNAUTHORIZED:
        headers.setdefault("WWW-Authenticate", TokenAuthentication.keyword)
    if code in {"storage_error", "server_busy"}:
        headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    response = Response(body, status=http_status, headers=headers)
    keep_out_of_log(response)
    return response


def _log_refusal(response: Response, context: dict[str, Any]) -> None:
    """Errors of the server were logged with their cause besides."""
    view = context.get("view")
    caller = getattr(view, "caller", None)
    started = getattr(view, "started", None)
    events.log(
        Event.REFUSED,
        endpoint=getattr(view, "endpoint", None),
        code=response.data["code"],
        status=response.status_code,
        account=getattr(caller, "pk", None),
        device=getattr(caller, "bound_device_id", None),
        ms=started and events.milliseconds_since(started),
    )
