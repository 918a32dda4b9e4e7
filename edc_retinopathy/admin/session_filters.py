"""Further filters of the session list: by state, by open refusals, by the number of files."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from edc_retinopathy import conf
from edc_retinopathy.models import Refusal
from edc_retinopathy.sessions.state import Standing

from .large_lists import at_sites
from .site_filters import AtReadableSitesFilter


class StandingFilter(AtReadableSitesFilter):
    """By whether a session waits for files: open, or expired; as its column says."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The two states in which something is missing."""
        return [(choice.value, choice.label) for choice in (Standing.OPEN, Standing.EXPIRED)]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Those in the state chosen."""
        if self.value() == Standing.OPEN:
            found = queryset.waiting()
            if conf.session_expires_after() is None:
                return found
            # Of which there are few: found by the index of each site's latest activity.
            return found.unexpired().filter(activity__site__in=self._site_ids)
        if self.value() == Standing.EXPIRED:
            return queryset.waiting().expired().filter(at_sites("activity__site", self._site_ids))
        return queryset


class OpenRefusalsFilter(AtReadableSitesFilter):
    """By whether a camera was refused something of the session, and nobody has answered."""

    title = _("refusals")
    parameter_name = "refusals"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """With or without."""
        return [("open", _("Open")), ("none", _("None open"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Those with a refusal that is open, or those without."""
        # Of another site a refusal says nothing here. An empty key would be in no list.
        about_sessions = Q(site__in=self._site_ids, camera_session__isnull=False)
        keys = Refusal.objects.open().filter(about_sessions).order_by().values("camera_session_id")
        if self.value() == "open":
            return queryset.filter(pk__in=keys)
        return queryset.exclude(pk__in=keys) if self.value() == "none" else queryset


# The values of the filter, each with its label, the least and the most files.
NUMBERS = {
    "0": ("0", 0, 0),
    "1-3": ("1-3", 1, 3),
    "4-10": ("4-10", 4, 10),
    "more": (_("More than 10"), 11, None),
}


class FileCountFilter(AtReadableSitesFilter):
    """By the number of files, of every version."""

    title = _("number of files")
    parameter_name = "file_count"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """None, few, as many as an exam has, or more."""
        return [(value, label) for value, (label, _least, _most) in NUMBERS.items()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Those with so many."""
        if self.value() not in NUMBERS:
            return queryset
        _label, least, most = NUMBERS[str(self.value())]
        condition = Q(activity__file_count__gte=least)
        if most is not None:
            condition &= Q(activity__file_count__lte=most)
        if least == most:
            # In the order of the index.
            condition = Q(activity__file_count=least)
        return queryset.filter(condition, at_sites("activity__site", self._site_ids))
