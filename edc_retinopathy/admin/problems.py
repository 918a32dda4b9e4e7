"""Unresolved findings of sessions and files: counted in lists, and what lists filter by."""

from typing import Any

from django.contrib import admin
from django.db.models import BigIntegerField, Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.db.models.lookups import In
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from edc_retinopathy.choices import Severity
from edc_retinopathy.models import Finding, SessionFile

from .large_lists import MOST_LISTED, Unindexed, at_sites, with_count
from .severities import severity_counts
from .site_filters import AtReadableSitesFilter


def with_findings(queryset: Any, path: str) -> Any:
    """Adds how many unresolved findings of each severity a record has; ``path`` leads to it."""
    findings = Finding.objects.unresolved().filter(**{path: OuterRef("pk")}).order_by()
    return queryset.annotate(
        **{
            f"findings_{severity.value}": Coalesce(
                Subquery(
                    # SQLite, without statistics, would read all that are as severe anywhere.
                    findings.filter(
                        In(Unindexed(F("severity"), is_one_of_several=False), [severity])
                    )
                    .values(path)
                    .annotate(n=Count("pk"))
                    .values("n")
                ),
                0,
                output_field=BigIntegerField(),
            )
            for severity in Severity
        }
    )


def files_with_findings(files: Any) -> list[SessionFile]:
    """The files, each with its ``unresolved_findings``; one query for all of them."""
    found = list(files)
    by_file = Finding.objects.by_file(file.pk for file in found)
    for file in found:
        file.unresolved_findings = by_file.get(file.pk, [])
    return found


def _counts(obj: Any, path: str) -> dict[str, int]:
    """How many of each severity; asks the database, unless the record was read with them."""
    if hasattr(obj, f"findings_{Severity.SEVERE.value}"):
        return {s.value: getattr(obj, f"findings_{s.value}") for s in Severity}
    findings = Finding.objects.unresolved().filter(**{path: obj.pk}).order_by()
    return dict(findings.values_list("severity").annotate(n=Count("pk")))


def severe_findings(obj: Any, path: str) -> int:
    """How many severe ones nobody has answered; ``path`` leads from a finding to the record."""
    return _counts(obj, path).get(Severity.SEVERE.value, 0)


def shown_findings(obj: Any, path: str) -> Any:
    """How many of each severity, for people."""
    return severity_counts(_counts(obj, path))


# The values of the filter that are counted: how many have none, the list itself says.
COUNTED = frozenset({"severe", "any"})


class FindingsFilter(AtReadableSitesFilter):
    """By what inspection saw and nobody has answered."""

    title = _("findings")
    parameter_name = "findings"
    # From a finding to what is listed.
    path: str

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The three states."""
        return [("severe", _("Severe")), ("any", _("Any")), ("none", _("None"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those in the state chosen."""
        if self.value() == "none":
            return queryset.exclude(pk__in=self._keys("any"))
        if self.value() in COUNTED:
            return queryset.filter(pk__in=self._keys(self.value()))
        return queryset

    def choices(self, changelist: Any) -> Any:
        """With how many were found, by the other filters as they are chosen."""
        listed = changelist.queryset
        if self.value() is not None:
            listed = changelist.get_queryset(
                self.request, exclude_parameters=self.expected_parameters()
            )
        values = (None, *(value for value, _label in self.lookup_choices))
        for value, choice in zip(values, super().choices(changelist), strict=True):
            if value in COUNTED:
                found = listed.filter(pk__in=self._keys(value)).order_by().values("pk")
                choice["display"] = with_count(choice["display"], found[: MOST_LISTED + 1].count())
            yield choice

    def _keys(self, value: str | None) -> Any:
        """The keys of what has an open finding, severe or any."""
        # Begins with the findings that are open, of which there are few.
        # By all severities too: then there is an index.
        severities = [Severity.SEVERE] if value == "severe" else list(Severity)
        findings = Finding.objects.unresolved().filter(severity__in=severities).order_by()
        # Those of the sites, before their files are looked up.
        return findings.filter(at_sites("site", self._site_ids)).values(self.path)


class FindingsOfSessionFilter(FindingsFilter):
    """Of sessions, by their files."""

    path = "session_file__camera_session_id"


class FindingsOfFileFilter(FindingsFilter):
    """Of files."""

    path = "session_file_id"


class ResolvedFilter(admin.SimpleListFilter):
    """Findings by whether somebody has answered them."""

    title = _("answer")
    parameter_name = "answer"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The two states."""
        return [("open", _("Open")), ("resolved", _("Resolved"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Those in the state chosen."""
        return queryset if self.value() is None else queryset.filter(_answered(self.value()))

    def get_facet_counts(self, pk_attname: str, filtered_qs: Any) -> dict[str, Any]:
        """By conditions: Django would ask for the keys of each state."""
        return {
            f"{n}__c": Count(pk_attname, filter=_answered(value))
            for n, (value, _label) in enumerate(self.lookup_choices)
        }


def _answered(value: Any) -> Q:
    return Q(resolved_datetime__isnull=value == "open")
