"""What the app's pages share: who may see them, the EDC's look, and a policy for the browser."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.views.generic.base import ContextMixin, View

from edc_retinopathy.accounts.sites import current_site_id
from edc_retinopathy.admin_site import edc_retinopathy_admin
from edc_retinopathy.auth_objects import VIEW_FILES, VIEW_SESSIONS
from edc_retinopathy.files.policy import add_policy
from edc_retinopathy.models import CameraSession
from edc_retinopathy.project.mounting import admin_index

from .access import AccountMixin

# A page asks its own origin alone, and shows nothing that runs by itself.
PAGE_POLICY = "object-src 'none'; base-uri 'self'; frame-src 'self'; connect-src 'self'"


class Crumb(NamedTuple):
    """A step of the way to a page; the last one has no address."""

    label: Any
    url: str | None = None


class AccessMixin(AccountMixin):
    """Another site's session: as if there were none.

    Cameras, which may ask for sessions, may not look at files: pages are for people.
    """

    permission_required: Any = (VIEW_SESSIONS, VIEW_FILES)

    def require_current_site(self) -> int:
        """The current site's id; raises ``PermissionDenied`` if the account may not read there."""
        site_id = current_site_id(self.request)
        if site_id not in self.site_ids:
            raise PermissionDenied
        return site_id

    def get_session(self, pk: Any, *, with_initials: bool = False) -> CameraSession:
        """The session, read with its state, at a site that the account may read; else 404."""
        sessions = CameraSession.objects.visible_at(self.site_ids).with_state()
        sessions = sessions.select_related("site", "activity")
        if not with_initials:
            # They are costly to decrypt.
            sessions = sessions.defer("initials")
        return get_object_or_404(sessions, pk=pk)


def site_context(request: HttpRequest) -> dict[str, Any]:
    """What the admin's templates ask for, and its address; that is None where it is not mounted.

    They name addresses that there are none of there.
    """
    index = admin_index()
    return {**(edc_retinopathy_admin.each_context(request) if index else {}), "index_url": index}


class PageMixin(AccessMixin, ContextMixin, View):
    """A page in the EDC's look, or bare where the project does not mount the app's admin site.

    Templates begin with ``{% extends base %}`` and fill ``content``; scripts go to ``extrahead``.
    """

    # Beside the project's own: see ``add_policy``.
    policy = PAGE_POLICY

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """As ever, with the policy."""
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        add_policy(response, self.policy)
        return response

    def get_title(self) -> str:
        """What the page is about, for the browser's title; asked after the page's own context."""
        raise NotImplementedError

    def get_crumbs(self) -> Sequence[Crumb]:
        """The way here from the home page, which itself is not among them."""
        return ()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the base template asks for: call it last, as it names the page."""
        site = site_context(self.request)
        home = Crumb(gettext("Retinopathy"), reverse("edc_retinopathy:home_url"))
        return {
            **super().get_context_data(**kwargs),
            **site,
            "base": f"edc_retinopathy/{'page' if site['index_url'] else 'bare'}.html",
            "page_title": self.get_title(),
            "crumbs": [home, *self.get_crumbs()],
        }
