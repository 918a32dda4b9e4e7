"""What is typed above a list, looked up as one thing: the first of several that there is.

Each is found by an index. ``icontains`` over several columns would read the whole table.
"""

import re
from typing import Any

from django.db.models import F
from django.http import HttpRequest

from edc_retinopathy.models import CameraSession, FileAccess, SessionFile
from edc_retinopathy.models.lookups import BeginsWith

from .large_lists import at_sites

CHECKSUM = re.compile(r"[0-9a-fA-F]{64}")
LONGEST_TERM = 300
# Of the sessions or files that a beginning matches, so many are followed to their records.
MOST_FOLLOWED = 200


class FirstMatchSearchMixin:
    """For a ``ModelAdmin`` with a ``look_up`` instead of searched columns."""

    # Any name shows the field.
    search_fields: Any = ("pk",)
    readable_site_ids: Any

    def look_up(self, queryset: Any, term: str, at_site: Any) -> Any:
        """The rows that the term names; ``at_site`` is the condition that a record may be seen."""
        raise NotImplementedError

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        """The rows, none of them twice."""
        # PostgreSQL takes no NUL in a text.
        term = search_term.replace("\x00", "").strip()[:LONGEST_TERM]
        if not term:
            return queryset, False
        at_site = at_sites("site", self.readable_site_ids(request))
        return self.look_up(queryset, term, at_site), False


def begins_with(name: str, term: str) -> Any:
    """The condition that a column begins so."""
    return BeginsWith(F(name), term)


def sessions_found(queryset: Any, term: str, at_site: Any) -> Any:
    """Sessions of this camera; else of the subjects whose identifier begins so."""
    if CameraSession.objects.filter(at_site, device_id=term).exists():
        return queryset.filter(device_id=term)
    return queryset.filter(begins_with("subject_identifier", term.upper()))


def files_found(queryset: Any, term: str, at_site: Any) -> Any:
    """Files of this checksum; else of the subjects whose identifier begins so; else of the name."""
    if CHECKSUM.fullmatch(term):
        return queryset.filter(checksum=term.lower())
    if sessions := _sessions_of_subjects(term, at_site):
        return queryset.filter(camera_session__in=sessions)
    return queryset.filter(begins_with("original_filename", term))


def accesses_found(queryset: Any, term: str, at_site: Any) -> Any:
    """What this user looked at; else who looked at the files of the subjects, or of the name."""
    if FileAccess.objects.filter(at_site, username=term).exists():
        return queryset.filter(username=term)
    if CHECKSUM.fullmatch(term):
        files = SessionFile.objects.filter(at_site, checksum=term.lower())
    elif sessions := _sessions_of_subjects(term, at_site):
        return queryset.filter(session_file__camera_session__in=sessions)
    else:
        files = SessionFile.objects.filter(at_site, begins_with("original_filename", term))
    keys = files.order_by("-received_datetime").values_list("pk", flat=True)[:MOST_FOLLOWED]
    return queryset.filter(session_file__in=list(keys))


def findings_found(queryset: Any, term: str, at_site: Any) -> Any:
    """Findings in the files of the subjects whose identifier begins so; else of the name."""
    if sessions := _sessions_of_subjects(term, at_site):
        return queryset.filter(session_file__camera_session__in=sessions)
    files = SessionFile.objects.filter(at_site, begins_with("original_filename", term))
    keys = files.order_by("-received_datetime").values_list("pk", flat=True)[:MOST_FOLLOWED]
    return queryset.filter(session_file__in=list(keys))


def _sessions_of_subjects(term: str, at_site: Any) -> list[Any]:
    found = CameraSession.objects.filter(at_site, begins_with("subject_identifier", term.upper()))
    keys = found.order_by("-report_datetime").values_list("pk", flat=True)
    return list(keys[:MOST_FOLLOWED])
