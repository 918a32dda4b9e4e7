"""What may be done to several sessions of the list at once, or to one: reopening and deleting."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.actions import delete_selected
from django.db import IntegrityError, router
from django.db.models import ProtectedError
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from edc_retinopathy.sessions.state import SessionState
from edc_retinopathy.sessions.transactions import deciding

from .session_pages import ADMIN_URL_NAME


class SessionActionsMixin:
    """Actions that say what they left, and why."""

    has_change_permission: Any
    message_user: Any

    @admin.action(description=_("Reopen for uploads"), permissions=["change"])
    def reopen_for_uploads(self, request: HttpRequest, queryset: Any) -> None:
        """Give the selected sessions the full time for uploads again; say which cannot use it.

        A complete one can: a further file of its exam may be late.
        """
        sessions = [
            session
            for session in queryset
            if self.has_change_permission(request, session)
            and SessionState.of(session).accepts_uploads
        ]
        # One at a time: an upload that counts its file is waited for.
        for session in sessions:
            with deciding(router.db_for_write(type(session))):
                session.reopen(user=request.user)
        text = ngettext(
            "%d session is open for uploads again.",
            "%d sessions are open for uploads again.",
            len(sessions),
        )
        if sessions:
            self.message_user(request, text % len(sessions), messages.SUCCESS)
        if others := len(queryset) - len(sessions):
            text = ngettext(
                "%d session was left: it is contraindicated, withdrawn or another site's.",
                "%d sessions were left: they are contraindicated, withdrawn or another site's.",
                others,
            )
            self.message_user(request, text % others, messages.WARNING)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        """As ever; and says why not, if a camera sends a file to the session meanwhile."""
        try:
            return super().delete_view(request, object_id, extra_context)  # type: ignore[misc]
        except (ProtectedError, IntegrityError):
            text = _("The session was not deleted: a camera has sent a file to it meanwhile.")
            self.message_user(request, text, messages.ERROR)
            return HttpResponseRedirect(reverse(ADMIN_URL_NAME.format("change"), args=(object_id,)))

    @admin.action(description=_("Delete selected sessions"), permissions=["delete"])
    def delete_selected(self, request: HttpRequest, queryset: Any) -> Any:
        """As ever; and says why not, if a camera sends a file to one of them meanwhile."""
        try:
            return delete_selected(self, request, queryset)  # type: ignore[arg-type]
        except (ProtectedError, IntegrityError):
            text = _("Nothing was deleted: a camera has sent a file to a session meanwhile.")
            self.message_user(request, text, messages.ERROR)
            return None
