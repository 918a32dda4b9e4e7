"""The page of one session."""

from collections.abc import Sequence
from typing import Any

from django.views.generic.base import TemplateResponseMixin

from edc_retinopathy.models import CameraSession
from edc_retinopathy.sessions.state import SessionState

from .pages import Crumb, PageMixin


class SessionPage(TemplateResponseMixin, PageMixin):
    """What there is of an exam, and what may be done."""

    http_method_names = ["get", "head"]
    template_name = "edc_retinopathy/session.html"
    session: CameraSession

    def get(self, request: Any, pk: Any) -> Any:
        """The page; 404 for a session of another site."""
        self.session = self.get_session(pk)
        return self.render_to_response(self.get_context_data())

    def get_title(self) -> str:
        """Names the session."""
        return str(self.session)

    def get_crumbs(self) -> Sequence[Crumb]:
        """Itself."""
        return [Crumb(self.session)]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The session, its state and its files."""
        return super().get_context_data(
            session=self.session,
            state=SessionState.of(self.session),
            files=self.session.files.current(),
            **kwargs,
        )
