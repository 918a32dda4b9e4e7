"""Filters of the session list."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from edc_retinopathy.choices import Eligibility, Progress, RefusalState
from edc_retinopathy.models import CameraSession
from edc_retinopathy.sessions.state import Standing

from .large_lists import WITHOUT_ROWS, LargeChangeList, at_sites, with_count
from .session_filters import NUMBERS, FileCountFilter, StandingFilter
from .site_filters import AtReadableSitesFilter

# What orders the sessions, in the row of what cameras do. By the key's column: by the key itself
# Django would take the session's own order.
ON_ACTIVITY = {
    f"{sign}{name}": f"{sign}activity__{column}"
    for sign in ("", "-")
    for name, column in (("report_datetime", "report_datetime"), ("pk", "camera_session_id"))
}


class EligibilityFilter(admin.SimpleListFilter):
    """By the screening: eligible, contraindicated, or not answered in full."""

    title = _("eligible")
    parameter_name = "eligible"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The three states."""
        return list(Eligibility.choices)

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Those in the state chosen."""
        queries: dict[str | None, Any] = {
            Eligibility.ELIGIBLE: queryset.eligible,
            Eligibility.CONTRAINDICATED: queryset.contraindicated,
            Eligibility.UNANSWERED: queryset.unanswered,
        }
        query = queries.get(self.value())
        return query() if query else queryset


class ProgressFilter(AtReadableSitesFilter):
    """By the files: complete, begun, or none yet; and those withdrawn, which get none."""

    title = _("files")
    parameter_name = "files"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The four states."""
        shown = (Progress.COMPLETE, Progress.BEGUN, Progress.NONE, Standing.WITHDRAWN)
        return [(choice.value, choice.label) for choice in shown]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Those in the state chosen."""
        queries: dict[str | None, Any] = {
            Progress.COMPLETE: queryset.complete,
            Progress.BEGUN: queryset.begun,
            Progress.NONE: queryset.in_use().without_files,
            Standing.WITHDRAWN: queryset.withdrawn,
        }
        query = queries.get(self.value())
        if query is None:
            return queryset
        # Said of both rows, so that either's index can be read.
        at_site = at_sites("activity__site", self._site_ids)
        return query().filter(at_site) if self.value() in Progress else query()


class DeviceFilter(admin.SimpleListFilter):
    """By the camera, of those that were used at the sites."""

    title = _("camera")
    parameter_name = "device_id"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The cameras by name, and none; the chosen one alone, where nobody looks at the others."""
        if WITHOUT_ROWS in vars(request):
            return [(self.value() or "", self.value())]
        at_site = at_sites("site", model_admin.readable_site_ids(request))
        sessions = CameraSession.objects.filter(at_site).order_by("device_id")
        names = sessions.values_list("device_id", flat=True).distinct()
        return [(name, name or _("None yet")) for name in names]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """The sessions of the camera chosen."""
        return queryset if self.value() is None else queryset.filter(device_id=self.value())


class SessionChangeList(LargeChangeList):
    """The list of sessions, read in the order of what cameras do where that is asked for.

    Filtered by what came of them, a list by the session's date would have to read the rows of
    both models.
    """

    def get_ordering(self, request: HttpRequest, queryset: Any) -> list[Any]:
        """As Django's, by the same columns of the other row."""
        ordering = super().get_ordering(request, queryset)
        of_activity = (
            request.GET.get(ProgressFilter.parameter_name) in Progress
            or request.GET.get(FileCountFilter.parameter_name) in NUMBERS
            or request.GET.get(StandingFilter.parameter_name) in {Standing.OPEN, Standing.EXPIRED}
        )
        if not of_activity:
            return list(ordering)
        return [ON_ACTIVITY.get(str(name), name) for name in ordering]


class RefusalStateFilter(admin.SimpleListFilter):
    """By what became of a refusal; the open ones if nothing is chosen."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """All but open, which is the first choice, and all of them."""
        closed = [state for state in RefusalState if state != RefusalState.OPEN]
        return [*((state.value, state.label) for state in closed), ("all", _("All"))]

    def get_facet_counts(self, pk_attname: str, filtered_qs: Any) -> dict[str, Any]:
        """By conditions: Django would ask for the keys of each state."""
        counts = {
            f"{n}__c": Count(pk_attname, filter=_in_state(value))
            for n, (value, _label) in enumerate(self.lookup_choices)
        }
        return {"open": Count(pk_attname, filter=_in_state(None)), **counts}

    def get_facet_queryset(self, changelist: Any) -> Any:
        """Remembers how many are open, for the first choice."""
        counts = super().get_facet_queryset(changelist)
        self._open = counts["open"]
        return counts

    def choices(self, changelist: Any) -> Any:
        """With the open ones where Django says "All"."""
        choices = list(super().choices(changelist))
        choices[0]["display"] = with_count(RefusalState.OPEN.label, self._open)
        return choices

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Those in the state chosen."""
        return queryset.filter(_in_state(self.value()))


def _in_state(value: Any) -> Q:
    return Q() if value == "all" else Q(state=value or RefusalState.OPEN)
