"""Moments as DICOM writes them, and what is none."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from edc_retinopathy.inspection.dicom_time import read_moment

NAIROBI = timezone(timedelta(hours=3))


@pytest.mark.parametrize(
    ("written", "offset", "expected"),
    [
        ("20250314093000", "", datetime(2025, 3, 14, 6, 30, tzinfo=UTC)),
        ("20250314093000.123456", "", datetime(2025, 3, 14, 6, 30, tzinfo=UTC)),
        ("20250314093000+0000", "+0300", datetime(2025, 3, 14, 9, 30, tzinfo=UTC)),
        ("20250314093000", "-0500", datetime(2025, 3, 14, 14, 30, tzinfo=UTC)),
        ("202503140930", "", datetime(2025, 3, 14, 6, 30, tzinfo=UTC)),
        ("2025031409", "", datetime(2025, 3, 14, 6, 0, tzinfo=UTC)),
        # A day alone is its noon: what is compared are days.
        ("20250314", "", datetime(2025, 3, 14, 9, 0, tzinfo=UTC)),
        ("2025.03.14", "", datetime(2025, 3, 14, 9, 0, tzinfo=UTC)),
        ("2025031409:30:00", "", datetime(2025, 3, 14, 6, 30, tzinfo=UTC)),
        ("20161231235960+0000", "", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("20250314\\20250315", "", datetime(2025, 3, 14, 9, 0, tzinfo=UTC)),
        ("20250314093000", "no offset", datetime(2025, 3, 14, 6, 30, tzinfo=UTC)),
    ],
)
def test_moments(written: str, offset: str, expected: datetime) -> None:
    assert read_moment(written, offset, NAIROBI) == expected


@pytest.mark.parametrize(
    "written",
    [
        "",
        "2025",
        "202503",
        "20250230",
        "20251301",
        "00000101",
        "00010101000000+1400",
        "20250314250000",
        "20250314093000+9999",
        "14 March 2025",
        "٢٠٢٥٠٣١٤",
    ],
)
def test_what_is_no_moment_is_none(written: str) -> None:
    assert read_moment(written, "", NAIROBI) is None
