"""A camera session: what it copies, what it expects, and what its screening says."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import product
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import ProtectedError
from edc_registration.models import RegisteredSubject
from pytest_django import DjangoAssertNumQueries

from edc_retinopathy.choices import FileType, ReportType
from edc_retinopathy.models import CameraSession
from tests import factories
from tests.factories import ANSWERED_NO
from tests.samples import DICOM, HTML

CreateSession = Callable[..., CameraSession]
QUESTIONS = tuple(ANSWERED_NO)


def test_the_subjects_details_are_copied_when_a_session_is_saved(
    session: CameraSession, subject: RegisteredSubject
) -> None:
    session = CameraSession.objects.get(pk=session.pk)
    assert session.subject_identifier == subject.subject_identifier
    assert session.initials == subject.initials == "AB"
    assert session.gender == subject.gender == "F"
    assert session.age_in_years is not None


def test_the_initials_are_not_in_the_database_as_they_are(session: CameraSession) -> None:
    table = CameraSession._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT initials FROM {table}")  # noqa: S608 (no value from outside)
        rows = cursor.fetchall()
    assert rows
    assert all(value and value != "AB" for (value,) in rows)


@pytest.mark.parametrize(
    ("reported", "age"),
    [
        (datetime(2025, 6, 14, 12, tzinfo=UTC), 44),
        (datetime(2025, 6, 15, 12, tzinfo=UTC), 45),
        (datetime(2025, 6, 16, 12, tzinfo=UTC), 45),
        # Still the 14th by the clock of Greenwich, but the birthday by the clinic's own.
        (datetime(2025, 6, 14, 22, tzinfo=UTC), 45),
    ],
)
def test_the_age_is_that_of_the_day_of_the_report(
    create_session: CreateSession, subject: RegisteredSubject, reported: datetime, age: int
) -> None:
    assert subject.dob == date(1980, 6, 15)
    assert create_session(report_datetime=reported).age_in_years == age


def test_copies_are_renewed_on_the_next_save(
    session: CameraSession, subject: RegisteredSubject
) -> None:
    RegisteredSubject.objects.filter(pk=subject.pk).update(dob=date(1990, 1, 1))
    session = CameraSession.objects.get(pk=session.pk)
    session.report_datetime = datetime(2025, 6, 15, 12, tzinfo=UTC)
    session.save()
    session.refresh_from_db()
    assert session.age_in_years == 35


def test_a_subject_without_a_date_of_birth_has_no_age(
    create_session: CreateSession, subject: RegisteredSubject
) -> None:
    RegisteredSubject.objects.filter(pk=subject.pk).update(dob=None)
    subject.refresh_from_db()
    assert create_session().age_in_years is None


def test_a_new_session_belongs_to_the_current_site_and_has_a_uuid(
    subject: RegisteredSubject,
) -> None:
    session = CameraSession.objects.create(registered_subject=subject)
    assert session.site_id == factories.ALPHA_SITE
    assert isinstance(session.pk, UUID)


def test_a_new_session_is_combined_and_unanswered(subject: RegisteredSubject) -> None:
    session = CameraSession.objects.create(registered_subject=subject)
    session.refresh_from_db()
    assert session.report_type == ReportType.COMBINED == "combined"
    assert session.device_id == ""
    assert session.contraindicated is None
    assert session.activity.last_resolved_datetime is None
    assert session.activity.last_reopened_datetime is None


def test_every_save_leaves_a_version_in_the_history(session: CameraSession) -> None:
    session.device_id = "CAM-002"
    session.save()
    assert [version.device_id for version in session.history.order_by("history_date")] == [
        "",
        "CAM-002",
    ]


def test_a_subject_with_a_session_cannot_be_deleted(
    session: CameraSession, subject: RegisteredSubject
) -> None:
    with transaction.atomic(), pytest.raises(ProtectedError):
        subject.delete()
    assert CameraSession.objects.filter(pk=session.pk).exists()


class TestFileTypes:
    """Expected, missing, complete."""

    @pytest.mark.parametrize(
        ("report_type", "expected"),
        [
            ("combined", ["left", "report", "right"]),
            ("per_eye", ["left", "left_report", "right", "right_report"]),
        ],
    )
    def test_expected_file_types_follow_the_report_type(
        self, create_session: CreateSession, report_type: str, expected: list[str]
    ) -> None:
        session = create_session(report_type=report_type)
        assert sorted(session.expected_file_types) == expected
        assert sorted(session.missing_file_types) == expected
        assert session.is_complete is False

    @pytest.mark.parametrize("report_type", ["combined", "per_eye"])
    @pytest.mark.parametrize("left", ["left", "left_dicom"])
    @pytest.mark.parametrize("right", ["right", "right_dicom"])
    def test_an_eye_is_satisfied_by_its_image_or_its_dicom(
        self, create_session: CreateSession, report_type: str, left: str, right: str
    ) -> None:
        session = create_session(report_type=report_type)
        reports = ["report"] if report_type == "combined" else ["left_report", "right_report"]
        for file_type in (left, right):
            factories.store_file(session, file_type)
        assert sorted(session.missing_file_types) == reports
        assert session.is_complete is False
        for file_type in reports:
            factories.store_file(session, file_type, content_type=HTML)
        assert list(session.missing_file_types) == []
        assert session.is_complete is True

    def test_missing_names_an_eye_by_its_image(self, session: CameraSession) -> None:
        factories.store_file(session, "left_dicom", content_type=DICOM)
        assert sorted(session.missing_file_types) == ["report", "right"]

    def test_two_files_of_one_eye_do_not_satisfy_the_other(self, session: CameraSession) -> None:
        factories.store_file(session, "left")
        factories.store_file(session, "left_dicom", content_type=DICOM)
        factories.store_file(session, "report", content_type=HTML)
        assert list(session.missing_file_types) == ["right"]

    @pytest.mark.parametrize("eye", ["left", "right"])
    def test_a_dicom_that_is_no_image_satisfies_no_eye(
        self, session: CameraSession, eye: str
    ) -> None:
        factories.complete(session)
        session.files.filter(file_type=eye).delete()
        factories.count_anew(session)
        dicom = f"{eye}_dicom"
        factories.store_file(session, dicom, content_type=DICOM, is_image=False)
        assert list(session.missing_file_types) == [eye]
        assert dicom in session.uploaded_file_types
        factories.store_file(session, dicom, name="image.dcm", content_type=DICOM)
        assert session.is_complete is True

    def test_a_report_need_not_be_an_image(self, session: CameraSession) -> None:
        factories.complete(session)
        assert session.files.get(file_type="report").is_image is False
        assert session.is_complete is True

    def test_files_of_another_session_do_not_count(self, create_session: CreateSession) -> None:
        session, other = create_session(minutes=1), create_session(minutes=2)
        factories.complete(other)
        assert session.is_complete is False
        assert other.is_complete is True

    def test_the_choices_are_those_of_the_contract(self) -> None:
        assert sorted(FileType.values) == [
            "left",
            "left_dicom",
            "left_report",
            "report",
            "right",
            "right_dicom",
            "right_report",
        ]
        assert sorted(ReportType.values) == ["combined", "per_eye"]

    def test_progress_is_asked_of_the_database_once(
        self, session: CameraSession, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        factories.complete(session)
        with django_assert_max_num_queries(1):
            assert list(session.missing_file_types) == []


class TestContraindicated:
    """True if any answer is Yes; None while any is unanswered or not evaluated; else False."""

    def test_all_answered_no_is_false(self, create_session: CreateSession) -> None:
        assert create_session(**ANSWERED_NO).contraindicated is False

    def test_pregnancy_not_applicable_counts_as_answered(
        self, male_subject: RegisteredSubject
    ) -> None:
        answers = {**ANSWERED_NO, "pregnant": "N/A"}
        assert factories.create_session(male_subject, **answers).contraindicated is False

    @pytest.mark.parametrize("question", QUESTIONS)
    def test_any_yes_is_true(self, subject: RegisteredSubject, question: str) -> None:
        session = CameraSession(registered_subject=subject, **{**ANSWERED_NO, question: "Yes"})
        assert session.contraindicated is True

    @pytest.mark.parametrize("question", QUESTIONS)
    def test_any_unanswered_is_none(self, subject: RegisteredSubject, question: str) -> None:
        session = CameraSession(registered_subject=subject, **{**ANSWERED_NO, question: ""})
        assert session.contraindicated is None

    @pytest.mark.parametrize("question", QUESTIONS[1:])
    def test_any_not_evaluated_is_none(self, subject: RegisteredSubject, question: str) -> None:
        answers = {**ANSWERED_NO, question: "not_evaluated"}
        session = CameraSession(registered_subject=subject, **answers)
        assert session.contraindicated is None

    @pytest.mark.parametrize("other", ["", "not_evaluated"])
    def test_a_yes_outweighs_what_is_unanswered(
        self, subject: RegisteredSubject, other: str
    ) -> None:
        answers = {**dict.fromkeys(QUESTIONS[1:], other), "pregnant": "Yes"}
        session = CameraSession(registered_subject=subject, **answers)
        assert session.contraindicated is True

    def test_the_table_holds_for_every_combination(self, subject: RegisteredSubject) -> None:
        for answers in product(["Yes", "No", "not_evaluated", ""], repeat=4):
            for pregnant in ("Yes", "No", "N/A", ""):
                given = (pregnant, *answers)
                expected = (
                    True
                    if "Yes" in given
                    else None
                    if "" in given or "not_evaluated" in given
                    else False
                )
                session = CameraSession(
                    registered_subject=subject, **dict(zip(QUESTIONS, given, strict=True))
                )
                assert session.contraindicated is expected, given

    def test_the_answers_are_those_that_clinicedc_uses(self) -> None:
        for question in QUESTIONS:
            choices = {value for value, _ in CameraSession._meta.get_field(question).choices or ()}
            other = "N/A" if question == "pregnant" else "not_evaluated"
            assert choices - {""} == {"Yes", "No", other}


class TestSavingWhatWasReadEarlier:
    """A form is read, a camera resolves the session, the form is saved."""

    @pytest.fixture
    def as_read(self, session: CameraSession) -> CameraSession:
        """The session, as somebody read it before the camera came."""
        return CameraSession.objects.get(pk=session.pk)

    @pytest.fixture
    def resolved(
        self, as_read: CameraSession, session: CameraSession, camera_user: User
    ) -> CameraSession:
        """The session, as a camera left it since."""
        factories.pin(session, device_id="CAM-001", user=camera_user)
        session.refresh_from_db()
        session.reopen(user=camera_user)
        return session

    def test_takes_back_nothing(self, as_read: CameraSession, resolved: CameraSession) -> None:
        as_read.photosensitive = "No"
        as_read.save()
        stored = CameraSession.objects.get(pk=as_read.pk)
        assert stored.photosensitive == "No"
        assert stored.device_id == "CAM-001"
        assert stored.activity.last_resolved_datetime == resolved.activity.last_resolved_datetime
        assert stored.activity.last_reopened_datetime == resolved.activity.last_reopened_datetime
        version = stored.history.latest()
        assert (version.photosensitive, version.device_id) == ("No", "CAM-001")

    @pytest.mark.parametrize("device_id", ["CAM-002", "CAM-001"])
    def test_a_camera_that_is_named_here_counts(
        self, as_read: CameraSession, resolved: CameraSession, device_id: str
    ) -> None:
        as_read.device_id = device_id
        as_read.save()
        assert CameraSession.objects.get(pk=as_read.pk).device_id == device_id
        # And can be taken away again.
        as_read.device_id = ""
        as_read.save()
        assert CameraSession.objects.get(pk=as_read.pk).device_id == ""

    def test_deferred_fields_are_no_changes(
        self, as_read: CameraSession, resolved: CameraSession
    ) -> None:
        CameraSession.objects.defer("device_id").get(pk=as_read.pk).save()
        assert CameraSession.objects.get(pk=as_read.pk).device_id == "CAM-001"
