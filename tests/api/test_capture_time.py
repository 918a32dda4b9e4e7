"""The time of the capture: whatever can be read is kept, however wrong the clock."""

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone as django_timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from edc_retinopathy.api.capture_time import EARLIEST, LATEST, read_capture_datetime
from edc_retinopathy.models import CameraSession, SessionFile
from tests import factories
from tests.api.client import CameraApi, assert_error
from tests.storage import StorageOnDisk

IDENTIFIER = factories.FEMALE_IDENTIFIER
BERLIN = ZoneInfo("Europe/Berlin")
MORNING = datetime(2025, 3, 14, 9, 30, tzinfo=UTC)

READABLE = {
    "2025-03-14T09:30:00Z": MORNING,
    "2025-03-14t09:30:00z": MORNING,
    "2025-03-14 09:30:00Z": MORNING,
    " 2025-03-14T09:30:00Z\n": MORNING,
    "2025-03-14T09:30Z": MORNING,
    "2025-03-14T12:30:00+03": MORNING,
    "2025-03-14T12:30:00+0300": MORNING,
    "2025-03-14T12:30:00+03:00": MORNING,
    "2025-03-14T12:30:00 +03:00": MORNING,
    "2025-03-14T06:30:00\u221203:00": MORNING,
    "2025-03-14T09:30:00-00:00": MORNING,
    "2025-03-14T09:30:30+00:00:30": MORNING,
    "20250314T093000Z": MORNING,
    "20250314T0930Z": MORNING,
    "2025-03-14T09.5Z": MORNING,
    "2025-03-14T09:30,0Z": MORNING,
    "2025-3-14 9:30Z": MORNING,
    "2025-073T09:30Z": MORNING,
    "2025073T0930Z": MORNING,
    "2025-W11-5T09:30Z": MORNING,
    "2025w115t0930z": MORNING,
    # Without an offset: an hour before UTC's in the zone of these tests.
    "2025-03-14T10:30:00": MORNING,
    "2025-03-14": datetime(2025, 3, 13, 23, tzinfo=UTC),
    "2025-W11": datetime(2025, 3, 9, 23, tzinfo=UTC),
    "2025-03-14T09:30:00.1Z": MORNING.replace(microsecond=100_000),
    "2025-03-14T09:30:00,123456Z": MORNING.replace(microsecond=123_456),
    "2025-03-14T09:30:00.1234567Z": MORNING.replace(microsecond=123_456),
    "2025-03-14T09:30:00.123456789999999Z": MORNING.replace(microsecond=123_456),
    f"2025-03-14T09:30:00.{'9' * 5000}Z": MORNING.replace(microsecond=999_999),
    "2025-03-13T24:00:00Z": datetime(2025, 3, 14, tzinfo=UTC),
    "2025-03-13T24:00Z": datetime(2025, 3, 14, tzinfo=UTC),
    "2024-12-31T24:00:00.000Z": datetime(2025, 1, 1, tzinfo=UTC),
    "2016-12-31T23:59:60Z": datetime(2017, 1, 1, tzinfo=UTC),
    # A gap and an hour that comes twice, in Berlin.
    "2025-03-30T02:30:00": datetime(2025, 3, 30, 1, 30, tzinfo=UTC),
    "2025-10-26T02:30:00": datetime(2025, 10, 26, 0, 30, tzinfo=UTC),
    # Clocks that nobody set.
    "1970-01-01T00:00:00Z": datetime(1970, 1, 1, tzinfo=UTC),
    "2001-01-01T00:00:00Z": datetime(2001, 1, 1, tzinfo=UTC),
    "2099-12-31T23:59:59Z": datetime(2099, 12, 31, 23, 59, 59, tzinfo=UTC),
    "0001-01-01T00:00:00Z": EARLIEST,
    "9999-12-31T23:59:59Z": datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
    # Beyond the calendar.
    "0001-01-01T00:00:00": EARLIEST,
    "0001-01-01T00:00:00+23:59": EARLIEST,
    "0001-W01-1T00:00:00+14:00": EARLIEST,
    "0000-02-29T00:00:00Z": EARLIEST,
    "-0044-03-15T12:00:00Z": EARLIEST,
    "9999-12-31T23:59:59-23:59": LATEST,
    "9999-12-31T24:00:00Z": LATEST,
    "9999-W52-7T00:00Z": LATEST,
    "10000-01-01T00:00:00Z": LATEST,
    "+12025-03-14T09:30:00Z": LATEST,
}
UNREADABLE = [
    "yesterday",
    "now",
    "1741937400",
    "1712121512345",
    "14/03/2025 09:30",
    "2025",
    "2025-03",
    "2025-13-01",
    "2025-02-30T00:00:00Z",
    "2025-366T00:00Z",
    "2025-000",
    "2025-W54-1",
    "2025-W11-8",
    "20250314093000",
    "2025-03-14T",
    "2025-03-14T25:00:00Z",
    "2025-03-14T24:00:01Z",
    "2025-03-14T09:60:00Z",
    "2025-03-14T09:30:61Z",
    "2025-03-14T09:30:00+24:00",
    "2025-03-14T09:30:00+03:60",
    "2025-03-14T09:30:00Zulu",
    "2025-03-14T09:30:00Z and more",
    "٢٠٢٥-03-14T09:30:00Z",
    "0000-00-00 00:00:00",
]


@pytest.mark.parametrize(("written", "meant"), READABLE.items())
def test_what_people_write_is_read(written: str, meant: datetime) -> None:
    assert read_capture_datetime(written, zone=BERLIN) == meant


@pytest.mark.parametrize("written", UNREADABLE)
def test_what_is_no_time_is_not_guessed(written: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of several sentences
        read_capture_datetime(written, zone=BERLIN)


@settings(deadline=None, database=None)
@given(
    moment=st.datetimes(timezones=st.timezones() | st.just(UTC)),
    separator=st.sampled_from("T "),
)
def test_what_python_writes_is_read_as_it_is(moment: datetime, separator: str) -> None:
    read = read_capture_datetime(moment.isoformat(separator), zone=UTC)
    if datetime(1, 1, 3) < moment.replace(tzinfo=None) < datetime(9999, 12, 29):  # noqa: DTZ001
        assert read == moment.astimezone(UTC)


@settings(deadline=None, database=None)
@given(written=st.text("0123456789-+:.,TtZzW ", max_size=40))
def test_any_text_is_read_or_refused(written: str) -> None:
    for zone in (UTC, BERLIN, timezone(timedelta(hours=14)), timezone(-timedelta(hours=12))):
        try:
            read = read_capture_datetime(written, zone=zone)
        except ValueError:
            continue
        assert EARLIEST <= read <= LATEST


@pytest.mark.django_db
class TestUpload:
    """In the record, in its history and in the admin."""

    @pytest.mark.parametrize(
        "written",
        [
            "1970-01-01T00:00:00Z",
            "2001-01-01T00:00:00+03:00",
            "2099-12-31T23:59:59Z",
            "1000-01-01T00:00:00Z",
            "0001-01-01T00:00:00",
            "0001-01-01T00:00:00Z",
            "0001-01-01T00:00:00+23:59",
            "9999-12-31T23:59:59",
            "9999-12-31T23:59:59Z",
            "9999-12-31T24:00:00-23:59",
            "10000-01-01T00:00:00Z",
            "2025-03-13t24:00:00z",
        ],
    )
    @pytest.mark.parametrize("zone", ["Africa/Dar_es_Salaam", "America/Lima"])
    def test_a_wrong_clock_loses_no_exam(
        self,
        camera: CameraApi,
        session: CameraSession,
        admin_client: Client,
        written: str,
        zone: str,
    ) -> None:
        with django_timezone.override(zone):
            meant = read_capture_datetime(written, zone=ZoneInfo(zone))
            if connection.vendor == "mysql":
                meant = max(meant, datetime(1000, 1, 1, tzinfo=UTC))
            assert camera.upload(IDENTIFIER, capture_datetime=written).status_code == 201
            stored = SessionFile.objects.get()
            assert stored.capture_datetime == meant
            assert SessionFile.history.get().capture_datetime == meant
            # A retry is one, whatever its time.
            assert camera.upload(IDENTIFIER, capture_datetime=written).status_code == 200
            page = reverse(
                "edc_retinopathy_admin:edc_retinopathy_sessionfile_change", args=(stored.pk,)
            )
            shown = admin_client.get(page, SERVER_NAME=factories.ALPHA_HOST)
            assert shown.status_code == 200
            assert str(stored.captured_locally.year) in shown.content.decode()

    @pytest.mark.parametrize("written", ["yesterday", "2025-02-30T00:00:00Z", "", " "])
    def test_what_cannot_be_read_is_a_field_at_fault(
        self, camera: CameraApi, session: CameraSession, storage: StorageOnDisk, written: str
    ) -> None:
        response = camera.upload(IDENTIFIER, capture_datetime=written)
        assert_error(response, 400, "invalid_request", fields={"capture_datetime"})
        assert storage.files() == {}
        assert not SessionFile.objects.exists()


def test_a_moment_beyond_the_zones_calendar_is_shown_in_utc() -> None:
    lima: tzinfo = ZoneInfo("America/Lima")
    with django_timezone.override(lima):
        assert SessionFile(capture_datetime=EARLIEST).captured_locally == EARLIEST
        moment = SessionFile(capture_datetime=MORNING).captured_locally
        assert (moment, moment.tzinfo) == (MORNING, lima)
