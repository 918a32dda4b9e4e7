"""What cameras do with a session is written by single statements, and agrees with its files."""

from itertools import permutations
from typing import Any

import pytest
from django.contrib.auth.models import User

from edc_retinopathy.choices import FileType, Progress, ReportType
from edc_retinopathy.models import CameraSession, SessionActivity
from edc_retinopathy.models.requirements import REQUIREMENTS
from edc_retinopathy.sessions.state import SessionState
from tests import factories
from tests.factories import minutes_ago
from tests.samples import DICOM, HTML

pytestmark = pytest.mark.django_db


def activity(session: CameraSession) -> SessionActivity:
    """The row as it is stored."""
    return SessionActivity.objects.get(pk=session.pk)


def is_as_the_files_say(session: CameraSession) -> bool:
    """True if counting anew would change nothing."""
    return not SessionActivity.objects.differing([session], [activity(session)])


def test_a_new_session_has_one(session: CameraSession) -> None:
    row = activity(session)
    assert (row.progress, row.completed_datetime, row.file_count) == (Progress.NONE, None, 0)
    assert row.latest_datetime == row.report_datetime == session.report_datetime
    assert row.site_id == session.site_id


def test_sessions_made_in_bulk_have_one(session: CameraSession) -> None:
    made = CameraSession.objects.bulk_create(
        CameraSession(
            registered_subject=session.registered_subject,
            subject_identifier=session.subject_identifier,
            site_id=session.site_id,
            report_type=ReportType.PER_EYE,
        )
        for _ in range(2)
    )
    assert {activity(one).report_type for one in made} == {ReportType.PER_EYE}


@pytest.mark.parametrize("order", list(permutations(("left", "right_dicom", "report"))))
def test_complete_is_since_the_last_required_file(
    session: CameraSession, order: tuple[str, ...]
) -> None:
    moments = [minutes_ago(minutes) for minutes in (30, 20, 10)]
    types: dict[str, Any] = {"report": HTML, "right_dicom": DICOM}
    for file_type, moment in zip(order, moments, strict=True):
        assert activity(session).completed_datetime is None
        options = {"content_type": types[file_type]} if file_type in types else {}
        factories.store_file(session, file_type, received=moment, **options)
        assert is_as_the_files_say(session)
    factories.store_file(session, "left", name="further.jpg", received=minutes_ago(1))
    row = activity(session)
    assert (row.progress, row.completed_datetime) == (Progress.COMPLETE, moments[-1])
    assert row.file_count == 4
    assert is_as_the_files_say(session)


@pytest.mark.parametrize("report_type", ReportType)
def test_each_required_file_is_needed(session: CameraSession, report_type: ReportType) -> None:
    session.report_type = report_type
    session.save()
    for position, requirement in enumerate(REQUIREMENTS[report_type]):
        assert activity(session).progress == (Progress.BEGUN if position else Progress.NONE)
        factories.store_file(session, requirement.file_type)
    assert activity(session).progress == Progress.COMPLETE


def test_a_dicom_that_is_no_image_completes_nothing(session: CameraSession) -> None:
    factories.store_file(session, FileType.LEFT)
    factories.store_file(session, FileType.REPORT, content_type=HTML)
    factories.store_file(session, FileType.RIGHT_DICOM, content_type=DICOM, is_image=False)
    assert activity(session).completed_datetime is None
    assert is_as_the_files_say(session)


def test_another_report_type_asks_anew(session: CameraSession) -> None:
    arrived = minutes_ago(5)
    factories.complete(session, received=arrived)
    for report_type, completed in ((ReportType.PER_EYE, None), (ReportType.COMBINED, arrived)):
        session.report_type = report_type
        session.save(update_fields=["report_type"])
        assert activity(session).completed_datetime == completed
        assert is_as_the_files_say(session)


def test_a_date_that_is_moved_back_is_followed(session: CameraSession) -> None:
    session.report_datetime = minutes_ago(600)
    session.save()
    assert activity(session).latest_datetime == session.report_datetime
    assert SessionState.of(session).is_expired


def test_a_form_read_earlier_takes_back_nothing(session: CameraSession, camera_user: User) -> None:
    form = CameraSession.objects.get(pk=session.pk)
    factories.pin(session, device_id="CAM-001", user=camera_user)
    factories.complete(session)
    rows = SessionActivity.objects.filter(pk=session.pk).values()
    before = rows.get()
    form.save()
    assert rows.get() == before


def test_an_earlier_moment_is_no_later_one(session: CameraSession) -> None:
    factories.store_file(session, "left", received=minutes_ago(600))
    assert activity(session).latest_datetime == session.report_datetime


def test_an_earlier_version_takes_room_and_counts_for_no_exam(session: CameraSession) -> None:
    factories.complete(session)
    session.files.filter(file_type="left").update(superseded_datetime=minutes_ago(1))
    assert SessionActivity.objects.correct(session)
    row = activity(session)
    assert (row.progress, row.completed_datetime) == (Progress.BEGUN, None)
    assert (row.has_left, row.shows_left, row.file_count) == (False, False, 3)
    assert row.stored_bytes == sum(session.files.values_list("file_size", flat=True))
