"""Unresolved findings of sessions and files: counted in lists, and what lists filter by."""

from typing import Any

from django.contrib import admin
from django.db.models import BigIntegerField, Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from edc_retinopathy.choices import Severity
from edc_retinopathy.models import Finding, SessionFile

from .severities import severity_counts


def with_findings(queryset: Any, path: str) -> Any:
    """Adds how many unresolved findings of each severity a record has; ``path`` leads to it."""
    findings = Finding.objects.unresolved().filter(**{path: OuterRef("pk")}).order_by()
    return queryset.annotate(
        **{
            f"findings_{severity.value}": Coalesce(
                Subquery(
                    findings.filter(severity=severity)
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
    by_file: dict[Any, list[Finding]] = {}
    findings = Finding.objects.unresolved().filter(session_file__in=[file.pk for file in found])
    for finding in findings.severest_first():
        by_file.setdefault(finding.session_file_id, []).append(finding)
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


class FindingsFilter(admin.SimpleListFilter):
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
        # Begins with the findings that are open, of which there are few.
        findings = Finding.objects.unresolved().order_by()
        if self.value() == "severe":
            findings = findings.filter(severity=Severity.SEVERE)
        keys = findings.values(self.path)
        if self.value() == "none":
            return queryset.exclude(pk__in=keys)
        return queryset.filter(pk__in=keys) if self.value() in {"severe", "any"} else queryset


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
        if self.value() is None:
            return queryset
        return queryset.filter(resolved_datetime__isnull=self.value() == "open")
