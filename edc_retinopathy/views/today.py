"""The home page: today at this site."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.generic import TemplateView

from edc_retinopathy.accounts.masking import is_masked
from edc_retinopathy.accounts.sites import current_site_id
from edc_retinopathy.clinic.problems import ADMIN
from edc_retinopathy.clinic.rights import rights_of
from edc_retinopathy.clinic.today import today_at
from edc_retinopathy.clinic.versions import version_of_today

from .live import LivePart, viewer_of
from .pages import AccessMixin, PageMixin


class TodayMixin(AccessMixin):
    """What the page and its part share."""

    def get_version(self) -> str:
        """Of today at the current site."""
        return version_of_today(current_site_id(self.request), *viewer_of(self.request))

    def get_part_context(self) -> dict[str, Any]:
        """Today at the current site; 403 for an account that may not look there."""
        rights = rights_of(self.request)
        home = reverse("edc_retinopathy:home_url")
        return {
            "today": today_at(self.require_current_site(), rights=rights, back=home),
            "rights": rights,
            "add_url": reverse(f"{ADMIN}camerasession_add") if rights.adds else None,
        }


class TodayPage(TodayMixin, PageMixin, TemplateView):
    """The sessions of today at the current site."""

    http_method_names = ["get", "head"]
    template_name = "edc_retinopathy/today.html"
    is_for_masked = True

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The page; a masked account is sent to the exams, which are all that it works with."""
        if is_masked(request.user):
            return redirect("edc_retinopathy_admin:edc_retinopathy_camerasession_changelist")
        return super().get(request, *args, **kwargs)

    def get_title(self) -> str:
        """The day is in the page."""
        return gettext("Today")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The version before the rest, which may be newer."""
        live = {"version": self.get_version(), "live_url": reverse("edc_retinopathy:today")}
        return super().get_context_data(**live, **self.get_part_context(), **kwargs)


class TodayPart(TodayMixin, LivePart):
    """The part that changes by itself."""

    template_name = "edc_retinopathy/today_part.html"
