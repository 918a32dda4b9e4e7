"""Bodies of requests: which are refused unread, and what is still read of those that are refused.

A server closes a connection whose body was not read. A sender who still writes meets a reset, and
one who has sent all finds it closed for its next request: neither reads why it was refused.
"""

from contextlib import suppress

from rest_framework.exceptions import (
    APIException,
    AuthenticationFailed,
    NotAuthenticated,
    Throttled,
)
from rest_framework.request import Request

from edc_retinopathy import conf
from edc_retinopathy.errors import FileTooLarge, ServerBusy, StorageError
from edc_retinopathy.storage import too_large

from .codes import CODES
from .multipart import CHUNK_BYTES

# What a multipart form adds to its file: boundaries, headers and the other fields.
FORM_OVERHEAD_BYTES = 64 * 1024
# A refused body that is no longer than this is read to its end.
SHORT_BODY_BYTES = 1024 * 1024
# What is refused to keep load away: of its body no more is read.
KEPT_AWAY = (
    FileTooLarge,
    ServerBusy,
    StorageError,
    AuthenticationFailed,
    NotAuthenticated,
    Throttled,
)


class LengthRequired(APIException):
    """The body's length is not announced (RFC 9110, 15.5.12)."""

    default_code = "length_required"
    status_code = CODES[default_code].http_status
    default_detail = CODES[default_code].sentence


class CompressedBody(APIException):
    """The body has a content coding (RFC 9110, 15.5.16)."""

    default_code = "unsupported_media_type"
    status_code = CODES[default_code].http_status
    default_detail = "The request's body is compressed (Content-Encoding). Send it as it is."


def content_length(request: Request) -> int:
    """The length of the body, as announced; 0 if it is not, or is no number."""
    announced = str(request.META.get("CONTENT_LENGTH") or "")
    return int(announced) if announced.isdecimal() else 0


def require_plain_body(request: Request) -> None:
    """Raise ``LengthRequired`` or ``CompressedBody`` if the body is not sent as it is."""
    if "CONTENT_LENGTH" not in request.META and "HTTP_TRANSFER_ENCODING" in request.META:
        _drain_chunks(request)
        raise LengthRequired
    if request.headers.get("Content-Encoding", "").strip().lower() not in {"", "identity"}:
        raise CompressedBody


def require_room_for_form(request: Request) -> None:
    """Raise ``FileTooLarge`` if the body cannot be an upload's, before any of it is read."""
    if content_length(request) > conf.max_file_size_bytes() + FORM_OVERHEAD_BYTES:
        raise too_large()


def read_rest(request: Request, refused_by: Exception) -> None:
    """Read a short body to its end, unless it was refused to keep load away."""
    if content_length(request) <= SHORT_BODY_BYTES and not isinstance(refused_by, KEPT_AWAY):
        with suppress(OSError):
            while request.read(CHUNK_BYTES):
                pass


def _drain_chunks(request: Request) -> None:
    """Read a chunked body as far as it could be an upload.

    Where the server does not say that it ends the stream, reading might never return.
    """
    if not request.META.get("wsgi.input_terminated"):
        return
    left = conf.max_file_size_bytes() + FORM_OVERHEAD_BYTES
    # Whatever the server raises for a body that is cut or malformed, the answer is the same.
    with suppress(Exception):
        while left > 0 and (chunk := request.META["wsgi.input"].read(min(left, CHUNK_BYTES))):
            left -= len(chunk)
