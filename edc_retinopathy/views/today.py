"""The home page: today at this site."""

from typing import Any

from django.utils.timezone import localdate
from django.utils.translation import gettext
from django.views.generic.base import TemplateResponseMixin

from edc_retinopathy.models import CameraSession

from .pages import PageMixin

MOST_SESSIONS = 50


class TodayPage(TemplateResponseMixin, PageMixin):
    """The sessions of today at the current site."""

    http_method_names = ["get", "head"]
    template_name = "edc_retinopathy/today.html"

    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """The page."""
        return self.render_to_response(self.get_context_data(**kwargs))

    def get_title(self) -> str:
        """The day is in the page."""
        return gettext("Today")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The sessions, newest first."""
        site_id = self.require_current_site()
        sessions = (
            CameraSession.objects.visible_at([site_id])
            .in_use()
            .filter(report_datetime__date=localdate())
            .with_state()
            .defer("initials")
            .order_by("-activity__latest_datetime")
        )
        return super().get_context_data(sessions=sessions[:MOST_SESSIONS], **kwargs)
