"""Filters of the session list."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class EligibilityFilter(admin.SimpleListFilter):
    """By the screening: eligible, contraindicated, or not answered in full."""

    title = _("eligible")
    parameter_name = "eligible"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The three states."""
        return [("yes", _("Yes")), ("no", _("No")), ("unanswered", _("Unanswered"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Those in the state chosen."""
        queries: dict[str | None, Any] = {
            "yes": queryset.eligible,
            "no": queryset.contraindicated,
            "unanswered": queryset.unanswered,
        }
        query = queries.get(self.value())
        return query() if query else queryset


class ProgressFilter(admin.SimpleListFilter):
    """By the files: complete, begun, or none yet; and those withdrawn, which get none."""

    title = _("files")
    parameter_name = "files"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The four states."""
        return [
            ("complete", _("Complete")),
            ("begun", _("Incomplete")),
            ("none", _("None yet")),
            ("withdrawn", _("Withdrawn")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Those in the state chosen."""
        queries: dict[str | None, Any] = {
            "complete": queryset.complete,
            "begun": queryset.begun,
            "none": queryset.in_use().without_files,
            "withdrawn": queryset.withdrawn,
        }
        query = queries.get(self.value())
        return query() if query else queryset
