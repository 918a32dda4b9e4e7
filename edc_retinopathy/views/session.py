"""The page of one session."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.views.generic import TemplateView

from edc_retinopathy.clinic.rights import rights_of
from edc_retinopathy.clinic.session import session_view
from edc_retinopathy.clinic.versions import version_of_session
from edc_retinopathy.models import CameraSession
from edc_retinopathy.project.returning import url_to_return_to

from .live import LivePart, viewer_of
from .pages import AccessMixin, Crumb, PageMixin


class SessionMixin(AccessMixin):
    """What the page and its part share."""

    session: CameraSession

    kwargs: dict[str, Any]

    def get_version(self) -> str:
        """Of the session, whoever's it is."""
        return version_of_session(self.kwargs["pk"], *viewer_of(self.request))

    def get_part_context(self) -> dict[str, Any]:
        """The session; 404 for one of another site."""
        rights = rights_of(self.request)
        session = self.get_session(self.kwargs["pk"], with_initials=rights.sees_initials)
        self.session = session
        return {
            "session": session,
            "view": session_view(session, rights=rights),
            "rights": rights,
            # Of the subject's dashboard, for example.
            "back_url": url_to_return_to(self.request),
        }


class SessionPage(SessionMixin, PageMixin, TemplateView):
    """What there is of an exam, and what may be done."""

    http_method_names = ["get", "head"]
    template_name = "edc_retinopathy/session.html"

    def get_title(self) -> str:
        """Names the session."""
        return str(self.session)

    def get_crumbs(self) -> Sequence[Crumb]:
        """Itself."""
        return [Crumb(self.session)]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The version before the rest, which may be newer."""
        live = {
            "version": self.get_version(),
            "live_url": reverse("edc_retinopathy:session_part", args=(self.kwargs["pk"],)),
        }
        # The keys of the address are in ``kwargs`` too.
        return super().get_context_data(**{**kwargs, **live, **self.get_part_context()})


class SessionPart(SessionMixin, LivePart):
    """The part that changes by itself."""

    template_name = "edc_retinopathy/session_part.html"
