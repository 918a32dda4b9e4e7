"""Is a clock at the camera wrong, or a file late?"""

from datetime import UTC, datetime, timedelta

from edc_retinopathy.content import Facts

from .dicom_time import read_moment
from .said import Said

# Clients send the time of the upload, and send again what failed; a workstation may be without a
# network for days. Time zones that are not written take up half a day.
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
MOST_BEHIND = timedelta(days=7)
MOST_AHEAD = timedelta(days=1)


def clock_skew(facts: Facts, said: Said) -> str | None:
    """Which of the moments of a file is far from that of its arrival, and both their days."""
    acquired = read_moment(facts.acquisition_datetime, facts.timezone_offset, said.time_zone)
    for what, moment in (("captured", said.captured), ("acquired", acquired)):
        if moment is not None and _is_skewed(moment, said.received):
            return f"{what} on {_day(moment)}, received on {_day(said.received)}"
    return None


def _is_skewed(moment: datetime, received: datetime) -> bool:
    ahead = moment - received
    return moment < EARLIEST or ahead > MOST_AHEAD or -ahead > MOST_BEHIND


def _day(moment: datetime) -> str:
    # Not by the local calendar, which has no such day at its ends.
    return moment.date().isoformat()
