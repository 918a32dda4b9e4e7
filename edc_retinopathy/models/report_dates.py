"""Which dates a report may have."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .ages import date_of_birth

EARLIEST_REPORT_YEAR = 2000


def require_report_date(reported: datetime) -> None:
    """Raise ``ValidationError`` for a report from before the years in which there were cameras."""
    # By its own year first: the first days of the calendar cannot be converted.
    if (
        reported.year < EARLIEST_REPORT_YEAR - 1
        or timezone.localtime(reported).year < EARLIEST_REPORT_YEAR
    ):
        raise ValidationError(_("The report date is before the year 2000."))


def require_report_of(subject: Any, reported: datetime) -> None:
    """Raise ``ValidationError`` likewise, and for a report from before the subject's birth."""
    require_report_date(reported)
    born = date_of_birth(subject) if subject else None
    if born and timezone.localdate(reported) < born:
        raise ValidationError(_("The report date is before the subject's birth."))
