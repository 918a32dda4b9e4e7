"""What a camera sent, shown to people who may see it."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from edc_retinopathy.accounts.masking import is_masked
from edc_retinopathy.accounts.sites import current_site_id, writable_site_ids
from edc_retinopathy.auth_objects import CHANGE_FINDING, VIEW_FILES
from edc_retinopathy.choices import IMAGES, AccessKind, ContentType
from edc_retinopathy.content.report_copy import ReportTooLarge, clean_report
from edc_retinopathy.files.policy import add_policy
from edc_retinopathy.files.serving import Sends, open_whole, report_response, stored_file_response
from edc_retinopathy.inspection.copies import keys_of_copies
from edc_retinopathy.inspection.rules import CODES_OF_COPIES
from edc_retinopathy.models import SessionFile
from edc_retinopathy.previews.pictures import frame_count
from edc_retinopathy.previews.sizes import Size

from .access import AccountMixin
from .looks import record_look
from .pages import site_context

logger = logging.getLogger(__name__)


# Of these some may be of other sites.
MOST_COPIES = 200
MOST_COPIES_SHOWN = 20
# What one page shows of a file of many.
FRAMES_ON_A_PAGE = 10
FRAME_NUMBER = re.compile(r"[0-9]{1,9}")


class FilePermissionMixin(AccountMixin):
    """Another site's file: as if there were none."""

    permission_required = VIEW_FILES

    def get_file(self, pk: Any, *related: str) -> SessionFile:
        """The file, at a site that the account may read; else ``Http404``."""
        files = SessionFile.objects.visible_at(self.site_ids)
        return get_object_or_404(
            files.select_related("camera_session", *related).defer("camera_session__initials"),
            pk=pk,
        )


@contextmanager
def bytes_of(session_file: SessionFile) -> Iterator[None]:
    """Answer 404 where the file's bytes are gone, and say so in the log."""
    try:
        yield
    except FileNotFoundError:
        logger.exception("The bytes of session file %s are missing.", session_file.pk)
        raise Http404("The file is missing from the storage.") from None


def _frame_asked_for(request: HttpRequest, count: int) -> int:
    """The first frame of the part that holds ``?frame=``; of anything else the first of all."""
    asked = request.GET.get("frame", "")
    frame = int(asked) if FRAME_NUMBER.fullmatch(asked) else 1
    if not 1 <= frame <= count:
        return 1
    return frame - (frame - 1) % FRAMES_ON_A_PAGE


class StoredFileView(FilePermissionMixin, View):
    """The bytes of one file; ``?download=1`` to save them. Every look is recorded."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, pk: Any) -> HttpResponseBase:
        """The file as stored, with its detected type; ranges and conditions as RFC 9110.

        A report without ``?download=1`` is shown by its page.
        """
        session_file = self.get_file(pk)
        is_download = "download" in request.GET or session_file.file_content_type not in IMAGES
        if session_file.file_content_type == ContentType.HTML and "download" not in request.GET:
            return redirect(session_file.get_view_url())
        with bytes_of(session_file):
            response, sends = stored_file_response(request, session_file, as_attachment=is_download)
        kind = AccessKind.DOWNLOAD if is_download else AccessKind.VIEW
        if sends is not Sends.NOTHING:
            record_look(request, session_file, kind, is_part=sends is Sends.PART)
        return response


class ReportView(FilePermissionMixin, View):
    """A cleaned copy of an HTML report, for the frame of its page and for nothing else."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, pk: Any) -> HttpResponseBase:
        """The copy, or that the report is too large; elsewhere than framed, its page."""
        session_file = self.get_file(pk)
        if session_file.file_content_type != ContentType.HTML:
            raise Http404("Only an HTML report has a copy.")
        if not _is_for_the_frame(request, session_file):
            return redirect(session_file.get_view_url())
        with bytes_of(session_file), open_whole(session_file) as stream:
            content = stream.read()
        try:
            page = clean_report(content)
        except ReportTooLarge:
            return report_response(
                render_to_string("edc_retinopathy/report_too_large.html", request=request)
            )
        if request.method == "GET":
            record_look(request, session_file, AccessKind.VIEW)
        return report_response(page)


def _is_for_the_frame(request: HttpRequest, session_file: SessionFile) -> bool:
    """True if the browser asks for a frame, or, where it does not say, comes from a page."""
    destination = request.headers.get("Sec-Fetch-Dest")
    if destination is not None:
        return destination == "iframe"
    # Older browsers, and all where the address has no HTTPS.
    pages = (session_file.get_view_url(), session_file.camera_session.get_exam_url())
    origin = request.headers.get("Referer", "").partition("?")[0]
    return origin in {request.build_absolute_uri(page) for page in pages}


class ViewFilePage(FilePermissionMixin, TemplateView):
    """A page around one file: what it is, whose it is, and the file itself."""

    template_name = "edc_retinopathy/view_file.html"
    # Sent on to what it may see.
    is_for_masked = True

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The page; for a masked account that of the exam, where no file has a name."""
        if is_masked(request.user):
            return redirect(self.get_file(kwargs["pk"]).get_exam_url())
        return super().get(request, *args, **kwargs)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Keep the frame to our own files: a link in a report cannot take it elsewhere."""
        response = super().dispatch(request, *args, **kwargs)
        add_policy(response, "frame-src 'self'; object-src 'none'")
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The file, and how the page can show it."""
        session_file = self.get_file(kwargs["pk"], "facts")
        site = site_context(self.request)
        has_admin = bool(site["index_url"])
        return {
            **super().get_context_data(**kwargs),
            **site,
            "base": "admin/base_site.html" if has_admin else "edc_retinopathy/bare.html",
            "session_url": session_file.camera_session.get_page_url(),
            "file": session_file,
            **self._findings(session_file, has_admin=has_admin),
            **self._pictures(session_file),
            "is_html": session_file.file_content_type == ContentType.HTML,
        }

    def _pictures(self, session_file: SessionFile) -> dict[str, Any]:
        """The frames or pages, some at a time; of an HTML report there is a copy instead."""
        if session_file.file_content_type == ContentType.HTML:
            return {"pictures": [], "frame_pages": []}
        count = max(frame_count(session_file), 1)
        first = _frame_asked_for(self.request, count)
        last = min(first + FRAMES_ON_A_PAGE - 1, count)
        what = _("Page") if session_file.file_content_type == ContentType.PDF else _("Frame")
        pictures = [
            {
                "screen_url": session_file.get_rendering_url(Size.SCREEN, frame),
                "full_url": session_file.get_rendering_url(Size.FULL, frame),
                "caption": f"{what} {frame} / {count}" if count > 1 else "",
            }
            for frame in range(first, last + 1)
        ]
        # Of thousands of frames not all are listed.
        last_start = count - (count - 1) % FRAMES_ON_A_PAGE
        starts = {1, first - FRAMES_ON_A_PAGE, first, first + FRAMES_ON_A_PAGE, last_start}
        pages = [
            {
                "url": f"?frame={start}",
                "label": f"{start} - {min(start + FRAMES_ON_A_PAGE - 1, count)}",
                "is_current": start == first,
            }
            for start in sorted(starts)
            if 1 <= start <= count
        ]
        return {"pictures": pictures, "frame_pages": pages if len(pages) > 1 else []}

    def _findings(self, session_file: SessionFile, *, has_admin: bool) -> dict[str, Any]:
        """What was found in the file, which of it the account may answer, and where its copies are.

        Only copies that the account may see are named.
        """
        user: Any = self.request.user
        site_id = current_site_id(self.request)
        may_resolve = (
            has_admin
            and user.has_perm(CHANGE_FINDING)
            and session_file.site_id == site_id
            and bool(writable_site_ids(user, site_id))
        )
        findings = list(session_file.findings.severest_first())
        copies: Any = []
        if any(finding.code in CODES_OF_COPIES for finding in findings):
            keys = keys_of_copies(session_file, most=MOST_COPIES)
            visible = SessionFile.objects.visible_at(self.site_ids)
            copies = (
                visible.filter(pk__in=keys)
                .select_related("camera_session")
                .defer("camera_session__initials")[:MOST_COPIES_SHOWN]
            )
        return {
            "findings": findings,
            "resolvable": {finding.pk for finding in findings} if may_resolve else set(),
            "copies": copies,
        }
