"""Pictures of stored files, for people who may see them."""

from collections.abc import Callable
from functools import partial
from io import BufferedReader
from textwrap import wrap
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.generic import View

from edc_retinopathy.accounts.masking import is_masked
from edc_retinopathy.choices import REPORTS, AccessKind
from edc_retinopathy.files.serving import BLOCK_BYTES, SAVED_POLICY, protect
from edc_retinopathy.models import SessionFile
from edc_retinopathy.previews.measuring import measure_if_due
from edc_retinopathy.previews.pictures import frame_count, open_rendering
from edc_retinopathy.previews.places import RENDERER_VERSION
from edc_retinopathy.previews.reasons import NotRendered, Reason
from edc_retinopathy.previews.sizes import Size

from .files import FilePermissionMixin, bytes_of
from .looks import record_look

BUSY_SECONDS = 2
PLACEHOLDER_POLICY = f"{SAVED_POLICY}; style-src 'unsafe-inline'"
# Of the words of a placeholder, in the units of its drawing, so that they fit.
LINE_CHARACTERS, FIRST_LINE, LINE_HEIGHT = 38, 190, 40


class SentFirst(BufferedReader):
    """A file after which something is done, once all of it was sent, or whoever asked has gone."""

    def __init__(self, stream: BufferedReader, then: Callable[[], None]) -> None:
        super().__init__(stream.detach())
        self._then: Callable[[], None] | None = then

    def close(self) -> None:
        """Called by the server, and again by whoever lets go of it."""
        super().close()
        then, self._then = self._then, None
        if then is not None:
            then()


class RenderingView(FilePermissionMixin, View):
    """A picture of one frame or page, or in words why there is none.

    All sizes and frames of a file that are looked at within an hour are one recorded look.
    """

    http_method_names = ["get", "head"]
    # All but reports, which say who is examined.
    is_for_masked = True

    def get(self, request: HttpRequest, pk: Any, size: str, frame: int) -> HttpResponseBase:
        """A JPEG file; 404 for a size or a frame that there is not."""
        if size not in set(Size):
            raise Http404("There is no such size.")
        session_file = self.get_file(pk, "facts", "measures")
        if session_file.file_content_type in REPORTS and is_masked(request.user):
            raise PermissionDenied
        try:
            with bytes_of(session_file):
                return self._picture(request, session_file, Size(size), frame)
        except NotRendered as e:
            return busy_response(e) if e.reason is Reason.BUSY else placeholder_response(e)

    def _picture(
        self, request: HttpRequest, session_file: SessionFile, size: Size, frame: int
    ) -> HttpResponseBase:
        if not 1 <= frame <= max(frame_count(session_file), 1):
            raise Http404("There is no such frame.")
        etag = quote_etag(f"{session_file.checksum}-{RENDERER_VERSION}-{size}-{frame}")
        response: HttpResponseBase | None = get_conditional_response(request, etag)
        if response is None:
            _, stream = open_rendering(session_file, size, frame=frame)
            if request.method == "GET" and frame == 1:
                stream = SentFirst(stream, partial(measure_if_due, session_file))
            response = _jpeg_response(stream)
            if request.method == "GET":
                record_look(request, session_file, AccessKind.VIEW, is_part=True)
        response.headers["ETag"] = etag
        # Asked for each time, so that whoever may no longer look at it does not.
        response.headers["Cache-Control"] = "private, no-cache"
        protect(response, SAVED_POLICY)
        return response


def busy_response(error: NotRendered) -> HttpResponse:
    """That it is to be asked for again: no picture, so that a page sees that it is none."""
    response = HttpResponse(error.sentence, status=503, content_type="text/plain; charset=utf-8")
    response.headers["Retry-After"] = BUSY_SECONDS
    response.headers["Cache-Control"] = "private, no-store"
    protect(response, SAVED_POLICY)
    return response


def placeholder_response(error: NotRendered) -> HttpResponse:
    """A picture that says why there is none."""
    lines = [
        {"text": text, "y": FIRST_LINE + number * LINE_HEIGHT}
        for number, text in enumerate(wrap(error.sentence, LINE_CHARACTERS))
    ]
    page = render_to_string(
        "edc_retinopathy/placeholder.svg", {"sentence": error.sentence, "lines": lines}
    )
    response = HttpResponse(page, content_type="image/svg+xml; charset=utf-8")
    response.headers["Cache-Control"] = "private, no-store"
    protect(response, PLACEHOLDER_POLICY)
    return response


def _jpeg_response(stream: BufferedReader) -> FileResponse:
    response = FileResponse(stream, content_type="image/jpeg")
    response.block_size = BLOCK_BYTES
    # The name of a file in the cache is nobody's business.
    del response.headers["Content-Disposition"]
    return response
