"""Parts of pages that a browser asks for again every two seconds, and seldom is sent anew."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils.decorators import method_decorator
from django.utils.http import parse_etags, quote_etag
from django.utils.translation import get_language
from django.views.generic.base import View

from .pages import AccessMixin


def viewer_of(request: HttpRequest) -> tuple[str | None, ...]:
    """What a version depends on besides the records: who looks, in which language, at which host.

    By the cookie of the login, which costs no query.
    """
    cookie = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    return (cookie, get_language(), request.get_host())


# It asks for the login itself, after the version; a middleware would ask before.
@method_decorator(login_not_required, name="dispatch")
class LivePart(AccessMixin, View):
    """A part of a page: 304 while its version is the one that the browser has, else as it is now.

    A 304 costs the query of the version alone. It tells whoever was sent that version that nothing
    has changed, and so asks for no login or rights; these are asked for whenever something is
    sent, and versions are renewed every few minutes. Who is logged out is answered 401, not sent
    to the login: a page would be shown inside of the page.
    """

    http_method_names = ["get", "head"]
    template_name: str

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The version first: what changes while the part is made is then sent with the next."""
        version = self.get_version()
        etag = quote_etag(version)
        if etag in _asked_etags(request):
            response: HttpResponseBase = HttpResponseNotModified()
        elif not request.user.is_authenticated:
            return HttpResponse(status=401)
        else:
            self.version = version
            response = super().dispatch(request, *args, **kwargs)
        if response.status_code in {200, 304}:
            response.headers["ETag"] = etag
        # Never kept by the browser, which would answer a 304 with what it has.
        response.headers["Cache-Control"] = "private, no-store"
        return response

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The part as it is now."""
        context = {"version": self.version, **self.get_part_context()}
        return HttpResponse(render_to_string(self.template_name, context, request))

    def get_version(self) -> str:
        """Of what the part shows, by one query; without asking who is logged in."""
        raise NotImplementedError

    def get_part_context(self) -> dict[str, Any]:
        """What the template shows."""
        raise NotImplementedError


def _asked_etags(request: HttpRequest) -> list[str]:
    """As a browser has them; what compresses an answer makes them weak."""
    etags = parse_etags(request.headers.get("If-None-Match", ""))
    return [etag.removeprefix("W/") for etag in etags]
