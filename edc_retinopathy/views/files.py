"""What a camera sent, shown to people who may see it."""

import logging
from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin, PermissionRequiredMixin
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.generic import TemplateView, View

from edc_retinopathy import access, events
from edc_retinopathy.admin_site import edc_retinopathy_admin
from edc_retinopathy.choices import IMAGES, AccessKind, ContentType
from edc_retinopathy.client_address import client_address
from edc_retinopathy.events import Event
from edc_retinopathy.models import FileAccess, SessionFile

from .serving import stored_file_response

logger = logging.getLogger(__name__)


class FilePermissionMixin(LoginRequiredMixin, PermissionRequiredMixin):
    """Anonymous: to the login. No permission: 403. Another site's file: as if there were none."""

    permission_required = "edc_retinopathy.view_sessionfile"
    request: HttpRequest

    def handle_no_permission(self) -> Any:
        """Refuse an account; send only the anonymous to the login."""
        self.raise_exception = self.request.user.is_authenticated
        return super().handle_no_permission()

    def get_file(self, pk: Any) -> SessionFile:
        """The file, at a site that the account may read; else ``Http404``."""
        files = SessionFile.objects.visible_at(access.readable_site_ids_of_page(self.request))
        return get_object_or_404(
            files.select_related("camera_session").defer("camera_session__initials"), pk=pk
        )


class StoredFileView(FilePermissionMixin, View):
    """The bytes of one file; ``?download=1`` to save them. Every sending is recorded."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, pk: Any) -> HttpResponseBase:
        """The file as stored, with its detected type; ranges and conditions as RFC 9110."""
        session_file = self.get_file(pk)
        user: Any = request.user
        # A browser can show no DICOM file.
        is_download = (
            "download" in request.GET or session_file.file_content_type == ContentType.DICOM
        )
        try:
            response = stored_file_response(request, session_file, as_attachment=is_download)
        except FileNotFoundError:
            logger.exception("The bytes of session file %s are missing.", session_file.pk)
            raise Http404("The file is missing from the storage.") from None
        if request.method == "GET":
            FileAccess.objects.create(
                session_file=session_file,
                user=user,
                username=user.get_username(),
                kind=AccessKind.DOWNLOAD if is_download else AccessKind.VIEW,
                remote_address=client_address(request),
            )
            kind = AccessKind.DOWNLOAD if is_download else AccessKind.VIEW
            events.log(Event.SERVED, session_file=session_file.pk, account=user.pk, kind=kind)
        return response


class ViewFilePage(FilePermissionMixin, TemplateView):
    """A page around one file: what it is, whose it is, and the file itself."""

    template_name = "edc_retinopathy/view_file.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Keep the frame to our own files: a link in a report cannot take it elsewhere."""
        response = super().dispatch(request, *args, **kwargs)
        response.headers["Content-Security-Policy"] = "frame-src 'self'"
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The file, and how the page can show it."""
        session_file = self.get_file(kwargs["pk"])
        return {
            **super().get_context_data(**kwargs),
            **edc_retinopathy_admin.each_context(self.request),
            "file": session_file,
            "is_image": session_file.file_content_type in IMAGES,
            "is_html": session_file.file_content_type == ContentType.HTML,
            "is_pdf": session_file.file_content_type == ContentType.PDF,
        }
