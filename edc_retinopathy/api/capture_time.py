"""When a file was captured, as clients write it: ISO 8601, read generously.

The clock of a camera's workstation may stand anywhere. Whatever can be read is kept; what lies
outside of the calendar becomes its first or its last moment.
"""

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from fractions import Fraction

EARLIEST = datetime.min.replace(tzinfo=UTC)
LATEST = datetime.max.replace(tzinfo=UTC)
# Two digits of an hour, with colons or without; of the smallest part a fraction, by point or comma.
TIME = re.compile(
    r"(?P<hour>\d\d|\d(?=:))(?::?(?P<minute>\d\d)(?::?(?P<second>\d\d))?)?(?:[.,](?P<fraction>\d+))?"
    r" ?(?P<offset>Z|[+\-\u2212]\d\d(?::?\d\d(?::?\d\d)?)?)?",
    re.ASCII,
)
CALENDAR_DATE = re.compile(r"([+-]?\d{4,6})-(\d{1,2})-(\d{1,2})|(\d{4})(\d\d)(\d\d)", re.ASCII)
ORDINAL_DATE = re.compile(r"(\d{4})-?(\d{3})", re.ASCII)
WEEK_DATE = re.compile(r"(\d{4})-?W(\d\d)(?:-?([1-7]))?", re.ASCII)
SEPARATOR = re.compile(r"[T ]")
# The calendar repeats itself: a day that this many years away exists, exists.
YEARS_OF_CALENDAR = 400
MICROSECONDS = 6


def read_capture_datetime(text: str, *, zone: tzinfo) -> datetime:
    """The moment in UTC; one without an offset is in ``zone``. Raises ``ValueError`` if unreadable.

    Reads ISO 8601's calendar, week and ordinal dates, extended and basic, with or without a time;
    24:00:00, leap seconds, and a space or lower-case letters where ISO 8601 has T, W and Z.
    """
    written_date, *rest = SEPARATOR.split(text.strip().upper(), maxsplit=1)
    year, day_of_year = _read_date(written_date)
    time_of_day, offset = _read_time(rest[0].strip()) if rest else (timedelta(), None)
    if not date.min.year <= year <= date.max.year:
        return EARLIEST if year < date.min.year else LATEST
    try:
        moment = datetime(year, 1, 1) + day_of_year + time_of_day  # noqa: DTZ001 - zone below
        if offset is None:
            # An hour that a zone leaves out or has twice is read as before the change.
            offset = moment.replace(tzinfo=zone).utcoffset() or timedelta()
        return (moment - offset).replace(tzinfo=UTC)
    # The one sum that leaves the calendar, at whichever end it began.
    except OverflowError:
        return EARLIEST if year == date.min.year else LATEST


def _read_date(written: str) -> tuple[int, timedelta]:
    """The year, and how far into it; the day exists, the year may not."""
    if found := CALENDAR_DATE.fullmatch(written):
        year, month, day = map(int, found.group(1, 2, 3) if found[1] else found.group(4, 5, 6))
        like = year % YEARS_OF_CALENDAR + YEARS_OF_CALENDAR
        return year, date(like, month, day) - date(like, 1, 1)
    if found := ORDINAL_DATE.fullmatch(written):
        year, number = map(int, found.groups())
        like = year % YEARS_OF_CALENDAR + YEARS_OF_CALENDAR
        if not 1 <= number <= (date(like + 1, 1, 1) - date(like, 1, 1)).days:
            raise ValueError("There is no such day in the year.")
        return year, timedelta(days=number - 1)
    if found := WEEK_DATE.fullmatch(written):
        year = int(found[1])
        like = year % YEARS_OF_CALENDAR + YEARS_OF_CALENDAR
        day_of_week = date.fromisocalendar(like, int(found[2]), int(found[3] or 1))
        return year, day_of_week - date(like, 1, 1)
    raise ValueError("This is no date.")


def _read_time(written: str) -> tuple[timedelta, timedelta | None]:
    """How far into the day, and the offset from UTC, None if there is none."""
    found = TIME.fullmatch(written)
    if found is None:
        raise ValueError("This is no time.")
    hour, minute, second = (int(found[name] or 0) for name in ("hour", "minute", "second"))
    unit = timedelta(
        **{"seconds" if found["second"] else "minutes" if found["minute"] else "hours": 1}
    )
    # More digits than a clock has are cut off, as databases do.
    fraction = Fraction(f"0.{(found['fraction'] or '0')[: 2 * MICROSECONDS]}")
    ticks = int(fraction * (unit // timedelta(microseconds=1)))
    time_of_day = timedelta(hours=hour, minutes=minute, seconds=second, microseconds=ticks)
    # 24:00:00 is the end of a day, second 60 a leap second.
    if hour > 23 and time_of_day != timedelta(days=1):  # noqa: PLR2004
        raise ValueError("There is no such hour.")
    if minute > 59 or second > 60:  # noqa: PLR2004
        raise ValueError("There is no such time of day.")
    return time_of_day, _read_offset(found["offset"]) if found["offset"] else None


def _read_offset(written: str) -> timedelta:
    if written == "Z":
        return timedelta()
    digits = written[1:].replace(":", "").ljust(6, "0")
    hours, minutes, seconds = int(digits[:2]), int(digits[2:4]), int(digits[4:])
    if hours > 23 or minutes > 59 or seconds > 59:  # noqa: PLR2004
        raise ValueError("There is no such offset.")
    offset = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return offset if written[0] == "+" else -offset
