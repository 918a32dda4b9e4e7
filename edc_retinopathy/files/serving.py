"""A stored file as an HTTP response: safe headers, conditions and ranges (RFC 9110)."""

import re
from enum import Enum
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header, http_date, quote_etag

from edc_retinopathy import storage
from edc_retinopathy.choices import IMAGES, ContentType
from edc_retinopathy.models import SessionFile

from .policy import add_policy

BLOCK_BYTES = 64 * 1024
# No file has a size of more digits, and converting thousands of them is refused by Python.
BYTE_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})\Z")

# A report is whatever the camera's software wrote: it may look as it likes, and do nothing.
REPORT_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
)
# For what is only ever saved: should a browser open it all the same, it does nothing.
SAVED_POLICY = "sandbox; default-src 'none'; form-action 'none'; frame-ancestors 'none'"


SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def protect(response: HttpResponseBase, policy: str = "", *, framed_by: str = "DENY") -> None:
    """Let the response be taken for nothing else, framed by nobody else, and do as it may."""
    response.headers["X-Frame-Options"] = framed_by
    for name, value in SAFE_HEADERS.items():
        response.headers[name] = value
    if policy:
        add_policy(response, policy)


class Sends(Enum):
    """How much of a file a response sends."""

    ALL = "all"
    PART = "part"
    NOTHING = "nothing"


def stored_file_response(
    request: HttpRequest, session_file: SessionFile, *, as_attachment: bool
) -> tuple[HttpResponseBase, Sends]:
    """The file's bytes, all or the range asked for, or 304 or 416; and how much it sends.

    The type is the one detected on receipt and is never guessed again. Only a picture is shown:
    of everything else the bytes are an attachment, whatever is asked for. Raises
    ``FileNotFoundError`` if the bytes are gone, or fewer or more than were stored.
    """
    etag = quote_etag(session_file.checksum)
    last_modified = int(session_file.received_datetime.timestamp())
    stream = open_whole(session_file)
    response: HttpResponseBase | None = get_conditional_response(request, etag, last_modified)
    sends = Sends.NOTHING
    if response is None:
        response, sends = _body(request, session_file, stream, etag, last_modified)
    else:
        stream.close()
    is_picture = session_file.file_content_type in IMAGES
    headers = {
        "ETag": etag,
        "Last-Modified": http_date(last_modified),
        # Asked for each time, so that whoever may no longer look at it does not.
        "Cache-Control": "private, no-cache",
        "Accept-Ranges": "bytes",
    }
    disposition = content_disposition_header(
        as_attachment or not is_picture, session_file.original_filename
    )
    if disposition:
        headers["Content-Disposition"] = disposition
    for name, value in headers.items():
        response.headers[name] = value
    protect(response, "" if is_picture else SAVED_POLICY)
    return response, sends if request.method == "GET" else Sends.NOTHING


def report_response(page: str) -> HttpResponse:
    """A page made of a report, for a frame of the app's own."""
    response = HttpResponse(page, content_type="text/html; charset=utf-8")
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Vary"] = "Sec-Fetch-Dest, Referer"
    protect(response, REPORT_POLICY, framed_by="SAMEORIGIN")
    return response


def open_whole(session_file: SessionFile) -> storage.StoredStream:
    """The file's bytes; raises ``FileNotFoundError`` if they are gone, or fewer or more."""
    stream = storage.open_stored(session_file.stored_filename)
    if stream.size != session_file.file_size:
        stream.close()
        raise FileNotFoundError("The stored file has another size than its record.")
    return stream


def _body(
    request: HttpRequest,
    session_file: SessionFile,
    stream: storage.StoredStream,
    etag: str,
    last_modified: int,
) -> tuple[HttpResponseBase, Sends]:
    content_type = session_file.file_content_type
    size = session_file.file_size
    start, stop = _asked_range(request, size, etag, last_modified)
    if start >= stop and size:
        stream.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"}), Sends.NOTHING
    x_accel_path = storage.x_accel_path(session_file.stored_filename)
    # nginx drops most headers of a redirected response, the sandbox among them: never HTML.
    if x_accel_path and content_type != ContentType.HTML:
        stream.close()
        accel = HttpResponse(content_type=content_type)
        accel.headers["X-Accel-Redirect"] = x_accel_path
        # nginx answers ranges itself, several at a time too.
        return accel, Sends.PART if "Range" in request.headers else Sends.ALL
    if request.method == "HEAD":
        stream.close()
        headers = {"Content-Length": str(size)}
        return HttpResponse(content_type=content_type, headers=headers), Sends.NOTHING
    stream.seek(start)
    response = FileResponse(_Part(stream, stop - start), content_type=content_type)
    response.block_size = BLOCK_BYTES
    response.headers["Content-Length"] = str(stop - start)
    if (start, stop) != (0, size):
        response.status_code = 206
        response.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
        return response, Sends.PART
    return response, Sends.ALL


def _asked_range(request: HttpRequest, size: int, etag: str, last_modified: int) -> tuple[int, int]:
    """First byte and the one behind the last; all of them unless one valid range is asked for.

    An unsatisfiable range gives an empty one. RFC 9110, 13.1.5, 14.1.2 and 14.2.
    """
    everything = (0, size)
    if request.method != "GET":
        return everything
    if_range = request.headers.get("If-Range")
    if if_range and if_range not in {etag, http_date(last_modified)}:
        return everything
    match = BYTE_RANGE.match(request.headers.get("Range", ""))
    if not match or match.groups() == ("", ""):
        return everything
    first, last = match.groups()
    if not first:
        return (max(size - int(last), 0), size) if int(last) else (size, size)
    if last and int(last) < int(first):
        return everything
    return (int(first), min(int(last) + 1, size) if last else size)


class _Part:
    """The next ``length`` bytes of a stream, as a file for ``FileResponse``."""

    def __init__(self, stream: storage.StoredStream, length: int) -> None:
        self._stream = stream
        self._left = length

    def read(self, size: int = -1) -> bytes:
        wanted = self._left if size < 0 else min(size, self._left)
        data = self._stream.read(wanted)
        self._left -= len(data)
        return data

    def close(self) -> None:
        self._stream.close()

    def __getattr__(self, name: str) -> Any:
        # FileResponse guesses length and type from a file's name and position: not from this.
        raise AttributeError(name)
