"""Moments as DICOM writes them (PS3.5 6.2: DA, TM, DT)."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

# Dates of ACR-NEMA have dots. Without a day there is nothing to compare.
DATE_TIME = re.compile(
    r"(\d{4})\.?(\d{2})\.?(\d{2})(?:(\d{2}):?(?:(\d{2}):?(?:(\d{2})(?:\.\d{1,6})?)?)?)?"
    r"([+-]\d{4})?",
    re.ASCII,
)
OFFSET = re.compile(r"([+-])(\d{2})(\d{2})", re.ASCII)
NOON = 12


def read_moment(written: str, offset: str, zone: tzinfo) -> datetime | None:
    """The moment in UTC, to the second; None if it is none, or has no day.

    Without an offset of its own it has ``offset`` (Timezone Offset From UTC), else that of
    ``zone``.
    """
    found = DATE_TIME.fullmatch(written.partition("\\")[0].strip())
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(n) if n else 0 for n in found.groups()[:6])
    if found[4] is None:
        hour = NOON
    try:
        where = _zone(found[7] or offset) or zone
        # A leap second is second 60.
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=where).astimezone(
            UTC
        )
    # No day of the calendar, or one at its end that has no UTC.
    except (ValueError, OverflowError):
        return None


def _zone(written: str) -> tzinfo | None:
    found = OFFSET.fullmatch(written.strip())
    if found is None:
        return None
    offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return timezone(offset if found[1] == "+" else -offset)
