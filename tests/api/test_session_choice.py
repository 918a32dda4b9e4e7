"""Which session is meant: resolve chooses and pins, uploads follow the pin."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from edc_registration.models import RegisteredSubject
from pytest_django import Settings

from edc_retinopathy.models import CameraSession, SessionFile
from tests import factories
from tests.api.client import CameraApi, assert_error
from tests.factories import CONTRAINDICATED, LONG_AGO_MINUTES, complete, minutes_ago, set_moments
from tests.samples import HTML
from tests.storage import StorageOnDisk

IDENTIFIER = factories.FEMALE_IDENTIFIER
CreateSession = Callable[..., CameraSession]
MOMENTS = ("report_datetime", "last_resolved_datetime", "last_upload", "last_reopened_datetime")


def session_active_only_at(
    subject: RegisteredSubject, moment: str, minutes: float
) -> CameraSession:
    """A session whose four moments are long ago, but for one, which was so many minutes ago."""
    long_ago = minutes_ago(LONG_AGO_MINUTES)
    moments = dict.fromkeys(MOMENTS, long_ago) | {moment: minutes_ago(minutes)}
    session = factories.create_session(subject)
    factories.store_file(session, "left", name="earlier.jpg", received=moments.pop("last_upload"))
    set_moments(session, **moments)
    return session


def resolved(camera: CameraApi) -> str:
    """The id of the session that a resolve chooses."""
    response = camera.resolve(IDENTIFIER)
    assert response.status_code == 200, response.content
    return str(response.json()["camera_session_id"])


def uploaded_to(camera: CameraApi, **kwargs: Any) -> str:
    """The id of the session that an upload goes to."""
    response = camera.upload(IDENTIFIER, **kwargs)
    assert response.status_code == 201, response.content
    session_id = str(response.json()["camera_session_id"])
    stored = SessionFile.objects.get(pk=response.json()["id"])
    assert str(stored.camera_session_id) == session_id
    return session_id


class TestResolve:
    """The newest session that is neither contraindicated, complete nor expired."""

    def test_takes_the_newest(self, camera: CameraApi, create_session: CreateSession) -> None:
        newest = create_session(minutes=10)
        create_session(minutes=90)
        assert resolved(camera) == str(newest.pk)

    def test_newest_is_by_report_date_and_not_by_creation(
        self, camera: CameraApi, create_session: CreateSession
    ) -> None:
        newest = create_session(minutes=5)
        create_session(minutes=6)
        create_session(minutes=7)
        assert resolved(camera) == str(newest.pk)

    def test_passes_over_a_contraindicated_session(
        self, camera: CameraApi, create_session: CreateSession
    ) -> None:
        older = create_session(minutes=90)
        create_session(minutes=10, **CONTRAINDICATED)
        assert resolved(camera) == str(older.pk)

    def test_takes_a_session_whose_screening_is_unanswered_or_not_evaluated(
        self, camera: CameraApi, create_session: CreateSession
    ) -> None:
        create_session(minutes=90)
        newest = create_session(minutes=10, photosensitive="not_evaluated")
        assert resolved(camera) == str(newest.pk)

    def test_passes_over_a_complete_session(
        self, camera: CameraApi, create_session: CreateSession
    ) -> None:
        older = create_session(minutes=90)
        complete(create_session(minutes=10))
        assert resolved(camera) == str(older.pk)

    def test_passes_over_an_expired_session(
        self, camera: CameraApi, create_session: CreateSession
    ) -> None:
        reopened = create_session(minutes=LONG_AGO_MINUTES + 60)
        create_session(minutes=LONG_AGO_MINUTES)
        set_moments(reopened, last_reopened_datetime=minutes_ago(1))
        assert resolved(camera) == str(reopened.pk)

    def test_pins_one_session_and_leaves_the_others(
        self, camera: CameraApi, create_session: CreateSession
    ) -> None:
        newest, older = create_session(minutes=10), create_session(minutes=90)
        resolved(camera)
        newest.refresh_from_db()
        older.refresh_from_db()
        assert newest.activity.last_resolved_datetime is not None
        assert older.activity.last_resolved_datetime is None

    @pytest.mark.parametrize("minutes", [1, LONG_AGO_MINUTES], ids=["open", "expired"])
    def test_only_complete_sessions_are_not_eligible(
        self, camera: CameraApi, create_session: CreateSession, minutes: int
    ) -> None:
        complete(create_session(minutes=minutes), received=minutes_ago(minutes))
        assert_error(camera.resolve(IDENTIFIER), 400, "no_eligible_session")

    @pytest.mark.parametrize("minutes", [1, LONG_AGO_MINUTES], ids=["open", "expired"])
    def test_only_contraindicated_sessions_are_not_eligible(
        self, camera: CameraApi, create_session: CreateSession, minutes: int
    ) -> None:
        create_session(minutes=minutes, **CONTRAINDICATED)
        assert_error(camera.resolve(IDENTIFIER), 400, "no_eligible_session")

    def test_complete_and_contraindicated_sessions_together_are_not_eligible(
        self, camera: CameraApi, create_session: CreateSession
    ) -> None:
        complete(create_session(minutes=30))
        create_session(minutes=10, **CONTRAINDICATED)
        assert_error(camera.resolve(IDENTIFIER), 400, "no_eligible_session")

    def test_an_expired_session_that_could_be_reopened_is_no_final_answer(
        self, camera: CameraApi, create_session: CreateSession
    ) -> None:
        create_session(minutes=LONG_AGO_MINUTES)
        assert_error(camera.resolve(IDENTIFIER), 404, "no_session")

    def test_an_expired_session_beside_a_complete_one_is_no_final_answer(
        self, camera: CameraApi, create_session: CreateSession
    ) -> None:
        complete(create_session(minutes=10))
        create_session(minutes=LONG_AGO_MINUTES)
        create_session(minutes=20, **CONTRAINDICATED)
        assert_error(camera.resolve(IDENTIFIER), 404, "no_session")

    def test_succeeds_after_a_clinician_reopened_the_expired_session(
        self, camera: CameraApi, create_session: CreateSession
    ) -> None:
        session = create_session(minutes=LONG_AGO_MINUTES)
        assert_error(camera.resolve(IDENTIFIER), 404, "no_session")
        set_moments(session, last_reopened_datetime=timezone.now())
        assert resolved(camera) == str(session.pk)

    def test_moves_on_to_the_next_visit_when_the_last_one_is_complete(
        self, camera: CameraApi, create_session: CreateSession
    ) -> None:
        first = create_session(minutes=20)
        assert resolved(camera) == str(first.pk)
        complete(first)
        second = create_session(minutes=10)
        assert resolved(camera) == str(second.pk)

    def test_other_subjects_sessions_do_not_count(
        self, camera: CameraApi, session: CameraSession, male_subject: RegisteredSubject
    ) -> None:
        assert_error(camera.resolve(male_subject.subject_identifier), 404, "no_session")


class TestExamThatIsGoingOn:
    """The session last resolved is resolved again for the rest of its exam, complete as it is."""

    @pytest.fixture
    def begun(self, create_session: CreateSession) -> CameraSession:
        """Resolved, and complete since its third file; all of it long ago, but the last upload."""
        session = create_session(minutes=LONG_AGO_MINUTES)
        set_moments(session, last_resolved_datetime=minutes_ago(LONG_AGO_MINUTES - 5))
        return complete(session, received=minutes_ago(20))

    def test_the_rest_of_an_exam_lands_beside_its_first_files(
        self, camera: CameraApi, create_session: CreateSession
    ) -> None:
        session = create_session()
        resolved(camera)
        complete(session)
        for number in range(2):
            assert resolved(camera) == str(session.pk)
            assert uploaded_to(camera, name=f"late-{number}.jpg") == str(session.pk)
        assert session.files.count() == 5

    def test_is_pinned_again_and_its_camera_filled_in(
        self, camera: CameraApi, begun: CameraSession
    ) -> None:
        before = timezone.now()
        response = camera.resolve(IDENTIFIER, device_id="CAM-001")
        assert response.json()["uploaded"] == ["left", "report", "right"]
        begun.refresh_from_db()
        assert begun.activity.last_resolved_datetime is not None
        assert begun.activity.last_resolved_datetime >= before
        assert begun.device_id == "CAM-001"

    def test_gives_way_to_an_open_session(
        self, camera: CameraApi, begun: CameraSession, create_session: CreateSession
    ) -> None:
        # Not newer than the exam: whatever is open comes first.
        opened = create_session(minutes=LONG_AGO_MINUTES + 60)
        set_moments(opened, last_reopened_datetime=minutes_ago(1))
        assert resolved(camera) == str(opened.pk)

    def test_comes_before_an_open_session_that_has_expired(
        self, camera: CameraApi, begun: CameraSession, create_session: CreateSession
    ) -> None:
        create_session(minutes=LONG_AGO_MINUTES - 10)
        assert resolved(camera) == str(begun.pk)

    def test_comes_before_other_complete_or_contraindicated_sessions(
        self, camera: CameraApi, begun: CameraSession, create_session: CreateSession
    ) -> None:
        complete(create_session(minutes=5))
        create_session(minutes=1, **CONTRAINDICATED)
        assert resolved(camera) == str(begun.pk)

    def test_is_over_once_it_has_expired(
        self, camera: CameraApi, begun: CameraSession, settings: Settings
    ) -> None:
        settings.EDC_RETINOPATHY_SESSION_EXPIRE_MINUTES = 19
        assert_error(camera.resolve(IDENTIFIER), 400, "no_eligible_session")
        settings.EDC_RETINOPATHY_SESSION_EXPIRE_MINUTES = 21
        assert resolved(camera) == str(begun.pk)

    def test_goes_on_again_once_it_is_reopened(
        self, camera: CameraApi, begun: CameraSession, settings: Settings
    ) -> None:
        settings.EDC_RETINOPATHY_SESSION_EXPIRE_MINUTES = 19
        set_moments(begun, last_reopened_datetime=timezone.now())
        assert resolved(camera) == str(begun.pk)

    @pytest.mark.parametrize(
        ("never", "minutes", "status"), [(0, 119, 200), (0, 121, 400), (None, 119, 200)]
    )
    def test_goes_on_for_120_minutes_where_sessions_never_expire(  # noqa: PLR0917
        self,
        camera: CameraApi,
        begun: CameraSession,
        settings: Settings,
        never: int | None,
        minutes: int,
        status: int,
    ) -> None:
        settings.EDC_RETINOPATHY_SESSION_EXPIRE_MINUTES = never
        begun.files.update(received_datetime=minutes_ago(minutes))
        factories.count_anew(begun)
        assert camera.resolve(IDENTIFIER).status_code == status

    def test_is_refused_once_it_is_contraindicated(
        self, camera: CameraApi, begun: CameraSession
    ) -> None:
        CameraSession.objects.filter(pk=begun.pk).update(**CONTRAINDICATED)
        assert_error(camera.resolve(IDENTIFIER), 400, "no_eligible_session")

    def test_is_only_the_one_resolved_last(
        self, camera: CameraApi, begun: CameraSession, create_session: CreateSession
    ) -> None:
        over = create_session(minutes=LONG_AGO_MINUTES)
        complete(over, received=minutes_ago(LONG_AGO_MINUTES))
        set_moments(over, last_resolved_datetime=minutes_ago(LONG_AGO_MINUTES + 10))
        assert resolved(camera) == str(begun.pk)
        set_moments(begun, last_resolved_datetime=minutes_ago(LONG_AGO_MINUTES - 5))
        set_moments(over, last_resolved_datetime=minutes_ago(LONG_AGO_MINUTES - 6))
        assert_error(camera.resolve(IDENTIFIER), 400, "no_eligible_session")

    def test_is_none_that_was_never_resolved(self, camera: CameraApi, begun: CameraSession) -> None:
        set_moments(begun, last_resolved_datetime=None)
        assert_error(camera.resolve(IDENTIFIER), 400, "no_eligible_session")

    def test_is_none_of_another_site(self, camera: CameraApi, begun: CameraSession) -> None:
        CameraSession.objects.filter(pk=begun.pk).update(site_id=factories.BRAVO_SITE)
        assert_error(camera.resolve(IDENTIFIER), 404, "no_session")

    def test_another_sites_later_pin_does_not_end_it(
        self, camera: CameraApi, begun: CameraSession, create_session: CreateSession
    ) -> None:
        elsewhere = create_session(minutes=1, site_id=factories.BRAVO_SITE)
        set_moments(elsewhere, last_resolved_datetime=timezone.now())
        assert resolved(camera) == str(begun.pk)


class TestExpiry:
    """A session is open until the time allowed has passed since the latest of four moments."""

    @pytest.mark.parametrize("moment", MOMENTS)
    def test_each_moment_alone_keeps_a_session_open(
        self, camera: CameraApi, subject: RegisteredSubject, moment: str
    ) -> None:
        session = session_active_only_at(subject, moment, minutes=119)
        assert resolved(camera) == str(session.pk)

    @pytest.mark.parametrize("moment", MOMENTS)
    def test_a_session_expires_when_the_latest_moment_is_too_long_ago(
        self, camera: CameraApi, subject: RegisteredSubject, moment: str
    ) -> None:
        session_active_only_at(subject, moment, minutes=121)
        assert_error(camera.resolve(IDENTIFIER), 404, "no_session")
        assert_error(camera.upload(IDENTIFIER), 404, "no_session")

    @pytest.mark.parametrize("moment", MOMENTS)
    def test_each_moment_alone_keeps_a_session_open_for_uploads(
        self, camera: CameraApi, subject: RegisteredSubject, moment: str
    ) -> None:
        session = session_active_only_at(subject, moment, minutes=119)
        assert uploaded_to(camera) == str(session.pk)

    @pytest.mark.parametrize(("minutes", "status"), [(29, 200), (31, 404)])
    def test_the_setting_says_how_long(
        self,
        camera: CameraApi,
        create_session: CreateSession,
        settings: Settings,
        minutes: int,
        status: int,
    ) -> None:
        settings.EDC_RETINOPATHY_SESSION_EXPIRE_MINUTES = 30
        create_session(minutes=minutes)
        assert camera.resolve(IDENTIFIER).status_code == status

    @pytest.mark.parametrize("never", [0, None, 10**9], ids=["0", "None", "2,000 years"])
    def test_zero_or_none_means_never(
        self,
        camera: CameraApi,
        create_session: CreateSession,
        settings: Settings,
        never: int | None,
    ) -> None:
        settings.EDC_RETINOPATHY_SESSION_EXPIRE_MINUTES = never
        session = create_session(minutes=60 * 24 * 365)
        assert uploaded_to(camera) == str(session.pk)
        assert resolved(camera) == str(session.pk)

    def test_a_slow_link_never_loses_a_session_in_the_middle_of_an_exam(
        self, camera: CameraApi, create_session: CreateSession
    ) -> None:
        session = create_session(minutes=LONG_AGO_MINUTES)
        set_moments(session, last_resolved_datetime=minutes_ago(200))
        factories.store_file(session, "left", name="first.jpg", received=minutes_ago(100))
        assert uploaded_to(camera, file_type="right", name="second.jpg") == str(session.pk)

    def test_a_retry_keeps_the_session_that_stored_the_file(
        self, camera: CameraApi, create_session: CreateSession
    ) -> None:
        session = create_session(minutes=100)
        resolved(camera)
        assert uploaded_to(camera) == str(session.pk)
        assert camera.upload(IDENTIFIER).status_code == 200


class TestUploadThatNamesASession:
    """``camera_session_id``: that session of that subject, expired or complete or not."""

    @pytest.fixture(params=["camera_session_id", "eye_exam_register_id"])
    def parameter(self, request: pytest.FixtureRequest) -> str:
        """Both names of the query parameter."""
        return str(request.param)

    def test_goes_there_and_not_to_the_newest(
        self, camera: CameraApi, create_session: CreateSession, parameter: str
    ) -> None:
        older = create_session(minutes=90)
        create_session(minutes=10)
        assert uploaded_to(camera, query={parameter: str(older.pk)}) == str(older.pk)

    def test_goes_there_and_not_to_the_resolved_one(
        self, camera: CameraApi, create_session: CreateSession, parameter: str
    ) -> None:
        named, pinned = create_session(minutes=90), create_session(minutes=10)
        assert resolved(camera) == str(pinned.pk)
        assert uploaded_to(camera, query={parameter: str(named.pk)}) == str(named.pk)

    def test_is_not_refused_because_the_session_expired(
        self, camera: CameraApi, create_session: CreateSession, parameter: str
    ) -> None:
        session = create_session(minutes=LONG_AGO_MINUTES)
        assert uploaded_to(camera, query={parameter: str(session.pk)}) == str(session.pk)

    def test_is_not_refused_because_the_session_is_complete(
        self, camera: CameraApi, create_session: CreateSession, parameter: str
    ) -> None:
        session = complete(create_session())
        query = {parameter: str(session.pk)}
        assert uploaded_to(camera, name="fourth.jpg", query=query) == str(session.pk)

    def test_is_refused_when_the_session_is_contraindicated(
        self,
        camera: CameraApi,
        create_session: CreateSession,
        parameter: str,
        storage: StorageOnDisk,
    ) -> None:
        session = create_session(**CONTRAINDICATED)
        create_session(minutes=10)
        response = camera.upload(IDENTIFIER, query={parameter: str(session.pk)})
        assert_error(response, 400, "no_eligible_session")
        assert not SessionFile.objects.exists()
        assert storage.files() == {}

    def test_finds_no_session_when_there_is_none_of_this_id(
        self,
        camera: CameraApi,
        session: CameraSession,
        parameter: str,
        storage: StorageOnDisk,
    ) -> None:
        response = camera.upload(IDENTIFIER, query={parameter: str(uuid4())})
        assert_error(response, 404, "no_session")
        assert storage.files() == {}

    def test_finds_no_session_when_it_is_another_subjects(
        self,
        camera: CameraApi,
        session: CameraSession,
        male_subject: RegisteredSubject,
        parameter: str,
        storage: StorageOnDisk,
    ) -> None:
        factories.create_session(male_subject)
        response = camera.upload(
            male_subject.subject_identifier, query={parameter: str(session.pk)}
        )
        assert_error(response, 404, "no_session")
        assert not SessionFile.objects.exists()
        assert storage.files() == {}

    def test_is_an_invalid_request_when_the_id_is_no_uuid(
        self,
        camera: CameraApi,
        session: CameraSession,
        parameter: str,
        storage: StorageOnDisk,
    ) -> None:
        response = camera.upload(IDENTIFIER, query={parameter: "not-a-uuid"})
        assert_error(response, 400, "invalid_request", fields={parameter})
        assert not SessionFile.objects.exists()
        assert storage.files() == {}


class TestUploadWithoutASession:
    """The one last resolved; if none was, the newest neither expired nor contraindicated."""

    def test_follows_the_pin_although_a_newer_session_exists(
        self, camera: CameraApi, create_session: CreateSession
    ) -> None:
        pinned = create_session(minutes=30)
        assert resolved(camera) == str(pinned.pk)
        create_session(minutes=1)
        assert uploaded_to(camera) == str(pinned.pk)

    def test_follows_the_latest_of_several_pins(
        self, camera: CameraApi, create_session: CreateSession
    ) -> None:
        newest, older = create_session(minutes=10), create_session(minutes=50)
        set_moments(newest, last_resolved_datetime=minutes_ago(9))
        set_moments(older, last_resolved_datetime=minutes_ago(3))
        assert uploaded_to(camera) == str(older.pk)

    def test_a_fourth_file_lands_beside_the_first_three(
        self, camera: CameraApi, create_session: CreateSession
    ) -> None:
        pinned = create_session(minutes=30)
        resolved(camera)
        complete(pinned)
        create_session(minutes=1)
        assert uploaded_to(camera, name="fourth.jpg") == str(pinned.pk)
        assert pinned.files.count() == 4

    def test_a_resolved_session_that_expired_is_not_replaced_by_another(
        self, camera: CameraApi, create_session: CreateSession, storage: StorageOnDisk
    ) -> None:
        pinned = create_session(minutes=LONG_AGO_MINUTES)
        set_moments(pinned, last_resolved_datetime=minutes_ago(LONG_AGO_MINUTES - 5))
        create_session(minutes=1)
        assert_error(camera.upload(IDENTIFIER), 404, "no_session")
        assert not SessionFile.objects.exists()
        assert storage.files() == {}

    def test_a_resolved_session_receives_again_once_it_is_reopened(
        self, camera: CameraApi, create_session: CreateSession
    ) -> None:
        pinned = create_session(minutes=LONG_AGO_MINUTES)
        set_moments(pinned, last_resolved_datetime=minutes_ago(LONG_AGO_MINUTES - 5))
        create_session(minutes=1)
        assert_error(camera.upload(IDENTIFIER), 404, "no_session")
        set_moments(pinned, last_reopened_datetime=timezone.now())
        assert uploaded_to(camera) == str(pinned.pk)

    def test_resolving_again_moves_the_pin_away_from_an_expired_session(
        self, camera: CameraApi, create_session: CreateSession
    ) -> None:
        expired = create_session(minutes=LONG_AGO_MINUTES)
        set_moments(expired, last_resolved_datetime=minutes_ago(LONG_AGO_MINUTES - 5))
        fresh = create_session(minutes=1)
        assert resolved(camera) == str(fresh.pk)
        assert uploaded_to(camera) == str(fresh.pk)

    def test_a_resolved_session_that_became_contraindicated_is_not_eligible(
        self, camera: CameraApi, create_session: CreateSession, storage: StorageOnDisk
    ) -> None:
        pinned = create_session(minutes=30)
        resolved(camera)
        CameraSession.objects.filter(pk=pinned.pk).update(**CONTRAINDICATED)
        create_session(minutes=1)
        assert_error(camera.upload(IDENTIFIER), 400, "no_eligible_session")
        assert not SessionFile.objects.exists()
        assert storage.files() == {}

    def test_takes_the_newest_when_none_was_resolved(
        self, camera: CameraApi, create_session: CreateSession
    ) -> None:
        newest = create_session(minutes=10)
        create_session(minutes=90)
        assert uploaded_to(camera) == str(newest.pk)

    def test_takes_the_newest_when_none_was_resolved_even_if_it_is_complete(
        self, camera: CameraApi, create_session: CreateSession
    ) -> None:
        newest = complete(create_session(minutes=10))
        create_session(minutes=90)
        assert uploaded_to(camera, name="fourth.jpg") == str(newest.pk)

    def test_passes_over_contraindicated_sessions_when_none_was_resolved(
        self, camera: CameraApi, create_session: CreateSession
    ) -> None:
        older = create_session(minutes=90)
        create_session(minutes=10, **CONTRAINDICATED)
        assert uploaded_to(camera) == str(older.pk)

    def test_passes_over_expired_sessions_when_none_was_resolved(
        self, camera: CameraApi, create_session: CreateSession
    ) -> None:
        reopened = create_session(minutes=LONG_AGO_MINUTES + 60)
        create_session(minutes=LONG_AGO_MINUTES)
        set_moments(reopened, last_reopened_datetime=minutes_ago(1))
        assert uploaded_to(camera) == str(reopened.pk)

    def test_only_contraindicated_sessions_are_not_eligible(
        self, camera: CameraApi, create_session: CreateSession, storage: StorageOnDisk
    ) -> None:
        create_session(**CONTRAINDICATED)
        assert_error(camera.upload(IDENTIFIER), 400, "no_eligible_session")
        assert storage.files() == {}

    def test_only_expired_sessions_find_no_session(
        self, camera: CameraApi, create_session: CreateSession, storage: StorageOnDisk
    ) -> None:
        create_session(minutes=LONG_AGO_MINUTES)
        assert_error(camera.upload(IDENTIFIER), 404, "no_session")
        assert storage.files() == {}

    def test_a_subject_without_sessions_finds_no_session(
        self, camera: CameraApi, subject: RegisteredSubject, storage: StorageOnDisk
    ) -> None:
        assert_error(camera.upload(IDENTIFIER), 404, "no_session")
        assert storage.files() == {}

    def test_an_upload_does_not_pin(self, camera: CameraApi, create_session: CreateSession) -> None:
        first = create_session(minutes=30)
        assert uploaded_to(camera) == str(first.pk)
        second = create_session(minutes=1)
        assert uploaded_to(camera) == str(second.pk)


class TestStatus:
    """The session that an upload without an id would go to; failing that, the newest one."""

    def shown(self, camera: CameraApi) -> str:
        """The id of the session that status answers."""
        response = camera.status(IDENTIFIER)
        assert response.status_code == 200, response.content
        return str(response.json()["camera_session_id"])

    def test_shows_the_resolved_session_although_a_newer_one_exists(
        self, camera: CameraApi, create_session: CreateSession
    ) -> None:
        pinned = create_session(minutes=30)
        resolved(camera)
        create_session(minutes=1)
        assert self.shown(camera) == str(pinned.pk)

    def test_shows_the_resolved_session_once_it_is_complete(
        self, camera: CameraApi, create_session: CreateSession
    ) -> None:
        pinned = create_session(minutes=30)
        resolved(camera)
        complete(pinned)
        create_session(minutes=1)
        assert self.shown(camera) == str(pinned.pk)
        assert camera.status(IDENTIFIER).json()["complete"] is True

    def test_shows_the_newest_open_session_when_none_was_resolved(
        self, camera: CameraApi, create_session: CreateSession
    ) -> None:
        older = create_session(minutes=90)
        create_session(minutes=10, **CONTRAINDICATED)
        assert self.shown(camera) == str(older.pk)

    def test_shows_the_newest_when_the_resolved_one_expired(
        self, camera: CameraApi, create_session: CreateSession
    ) -> None:
        pinned = create_session(minutes=LONG_AGO_MINUTES)
        set_moments(pinned, last_resolved_datetime=minutes_ago(LONG_AGO_MINUTES - 5))
        newest = create_session(minutes=1)
        assert self.shown(camera) == str(newest.pk)

    def test_shows_the_newest_when_the_resolved_one_is_contraindicated(
        self, camera: CameraApi, create_session: CreateSession
    ) -> None:
        pinned = create_session(minutes=30)
        resolved(camera)
        CameraSession.objects.filter(pk=pinned.pk).update(**CONTRAINDICATED)
        newest = create_session(minutes=1)
        assert self.shown(camera) == str(newest.pk)

    def test_shows_the_newest_when_all_expired(
        self, camera: CameraApi, create_session: CreateSession
    ) -> None:
        newest = create_session(minutes=LONG_AGO_MINUTES)
        create_session(minutes=LONG_AGO_MINUTES + 60)
        assert self.shown(camera) == str(newest.pk)

    def test_shows_the_newest_when_all_are_contraindicated(
        self, camera: CameraApi, create_session: CreateSession
    ) -> None:
        newest = create_session(minutes=10, **CONTRAINDICATED)
        create_session(minutes=20, **CONTRAINDICATED)
        assert self.shown(camera) == str(newest.pk)


class TestOtherSites:
    """Another site's subject answers as one that does not exist."""

    def test_another_sites_subject_answers_as_one_that_does_not_exist(
        self, camera: CameraApi, bravo_subject: RegisteredSubject, storage: StorageOnDisk
    ) -> None:
        hidden = factories.create_session(bravo_subject)
        for identifier in (bravo_subject.subject_identifier, factories.UNKNOWN_IDENTIFIER):
            assert_error(camera.resolve(identifier), 404, "no_session")
            assert_error(camera.status(identifier), 404, "no_session")
            assert_error(camera.upload(identifier), 404, "no_session")
        for call in (camera.resolve, camera.status, camera.upload):
            theirs = call(bravo_subject.subject_identifier)
            nobodys = call(factories.UNKNOWN_IDENTIFIER)
            assert theirs.content == nobodys.content
        hidden.refresh_from_db()
        assert hidden.activity.last_resolved_datetime is None
        assert storage.files() == {}

    def test_a_closed_session_of_another_site_is_as_hidden_as_an_open_one(
        self, camera: CameraApi, bravo_subject: RegisteredSubject
    ) -> None:
        factories.create_session(bravo_subject, **CONTRAINDICATED)
        assert_error(camera.resolve(bravo_subject.subject_identifier), 404, "no_session")
        assert_error(camera.upload(bravo_subject.subject_identifier), 404, "no_session")

    def test_naming_another_sites_session_does_not_open_it(
        self, camera: CameraApi, bravo_subject: RegisteredSubject, storage: StorageOnDisk
    ) -> None:
        hidden = factories.create_session(bravo_subject)
        response = camera.upload(
            bravo_subject.subject_identifier, query={"camera_session_id": str(hidden.pk)}
        )
        assert_error(response, 404, "no_session")
        assert not SessionFile.objects.exists()
        assert storage.files() == {}

    def test_a_subjects_session_at_another_site_is_passed_over(
        self, camera: CameraApi, create_session: CreateSession
    ) -> None:
        own = create_session(minutes=60)
        create_session(minutes=1, site_id=factories.BRAVO_SITE)
        assert resolved(camera) == str(own.pk)
        assert uploaded_to(camera) == str(own.pk)
        assert camera.status(IDENTIFIER).json()["camera_session_id"] == str(own.pk)

    def test_the_other_site_has_its_own_camera(
        self, bravo_camera: CameraApi, bravo_subject: RegisteredSubject
    ) -> None:
        session = factories.create_session(bravo_subject)
        identifier = bravo_subject.subject_identifier
        assert bravo_camera.resolve(identifier).json()["camera_session_id"] == str(session.pk)
        assert bravo_camera.upload(identifier).status_code == 201
        assert bravo_camera.status(identifier).json()["uploaded"] == ["left"]

    def test_calling_at_another_sites_host_opens_nothing(
        self, bravo_camera: CameraApi, session: CameraSession, storage: StorageOnDisk
    ) -> None:
        visitor = CameraApi(None, host=factories.ALPHA_HOST)
        visitor.client.credentials(**bravo_camera.client._credentials)
        for response in (
            visitor.resolve(IDENTIFIER),
            visitor.status(IDENTIFIER),
            visitor.upload(IDENTIFIER),
        ):
            assert_error(response, 404, "no_session")
        session.refresh_from_db()
        assert session.activity.last_resolved_datetime is None
        assert storage.files() == {}

    def test_an_account_without_any_site_sees_nothing(
        self, session: CameraSession, storage: StorageOnDisk
    ) -> None:
        homeless = factories.find_or_create_user(
            "camera_nowhere", role="retinopathy_camera", site_ids=[], is_staff=False
        )
        api = CameraApi(factories.token_of(homeless))
        for response in (
            api.resolve(IDENTIFIER),
            api.status(IDENTIFIER),
            api.upload(IDENTIFIER),
        ):
            assert_error(response, 404, "no_session")
        assert storage.files() == {}


def test_one_exam_from_resolve_to_status(camera: CameraApi, session: CameraSession) -> None:
    """What the camera's client does for one folder, per-eye files and all."""
    assert resolved(camera) == str(session.pk)
    report = b"<!DOCTYPE html><html><body><p>Report</p></body></html>"
    kinds = {"report": ("report.html", report, HTML)}
    for file_type, (name, content, declared_type) in kinds.items():
        uploaded_to(
            camera, file_type=file_type, name=name, content=content, declared_type=declared_type
        )
    uploaded_to(camera, file_type="left", name="OS.jpg")
    assert camera.status(IDENTIFIER).json()["complete"] is False
    uploaded_to(camera, file_type="right", name="OD.jpg")
    status = camera.status(IDENTIFIER).json()
    assert status["complete"] is True
    assert status["camera_session_id"] == str(session.pk)
