"""From whatever was raised to the one shape of an error: ``{"code", "error"[, "fields"]}``.

Its HTTP status is that of the code, in the table of ``codes``.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.db import InterfaceError, InternalError, OperationalError
from django.http import Http404, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import set_rollback

from edc_retinopathy.errors import InvalidRequest, RetinopathyError, ServerBusy
from edc_retinopathy.logs import events
from edc_retinopathy.logs.events import Event
from edc_retinopathy.logs.quiet import keep_out_of_log, quiet

from .codes import CHALLENGE, CODES, OUTSIDE_VIEWS, RETRY_AFTER, SERVER_ERROR

logger = logging.getLogger(__name__)

# What the body of an answer decides.
BODY_HEADERS = frozenset({"Content-Type", "Content-Length", "Content-Encoding", "ETag"})


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response:
    """The answer to any exception raised below the API's base; the event of it is logged."""
    set_rollback()
    response = _answer(_translated(exc), context)
    _log_refusal(response, context)
    return response


def _answer(exc: Exception, context: dict[str, Any]) -> Response:
    if isinstance(exc, RetinopathyError):
        response = _response(exc.code, exc.message, fields=exc.fields)
        if status.is_server_error(response.status_code):
            logger.error("%s: %s", exc.code, exc.message, exc_info=quiet(exc))
        return response
    if isinstance(exc, exceptions.APIException):
        code = _code_of(exc)
        # A project's own may have a code that is none of ours.
        http_status = None if code in CODES else exc.status_code
        return _response(code, str(exc.detail), http_status, headers=_headers_of(exc))
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
        unknown = (SERVER_ERROR, CODES[SERVER_ERROR].sentence)
        code, message = OUTSIDE_VIEWS.get(response.status_code, unknown)
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
    return _response(SERVER_ERROR, CODES[SERVER_ERROR].sentence)


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
        lambda _: ServerBusy(CODES["server_busy"].sentence),
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
        headers[CHALLENGE] = challenge
    if wait := getattr(exc, "wait", None):
        headers[RETRY_AFTER] = str(int(wait))
    return headers


def _response(
    code: str,
    message: str,
    http_status: int | None = None,
    *,
    fields: dict[str, list[str]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The body; the status and the headers are those of the code, unless others are given."""
    body: dict[str, Any] = {"code": code, "error": message}
    if fields:
        body["fields"] = fields
    known = CODES.get(code)
    response = Response(
        body,
        status=http_status or (known or CODES[SERVER_ERROR]).http_status,
        headers={**(known.headers if known else {}), **(headers or {})},
    )
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
