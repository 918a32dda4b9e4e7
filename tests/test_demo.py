"""The demo's accounts: every role at both sites, and cameras that are bound to their devices."""

from datetime import datetime
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db.models import Value
from django.db.models.functions import Concat
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from edc_data_manager.auth_objects import DATA_MANAGER_ROLE
from edc_registration.models import RegisteredSubject
from edc_sites.single_site import SingleSite

from demo.accounts import ACCOUNTS, camera_tokens, make_accounts
from demo.flawed_exams import FLAWS, Flaw
from demo.sample_exam import exam_files
from demo.sites import ALPHA, BRAVO
from edc_retinopathy.accounts.provisioning import revoke
from edc_retinopathy.auth_objects import (
    RETINOPATHY_GRADER_ROLE,
    RETINOPATHY_ROLE,
    RETINOPATHY_SUPER_ROLE,
)
from edc_retinopathy.models import CameraAccount, CameraSession
from edc_retinopathy.previews.judging import PIXEL_CODES
from tests import factories
from tests.api.client import CameraApi, assert_error

pytestmark = pytest.mark.django_db
SESSIONS = reverse("edc_retinopathy_admin:edc_retinopathy_camerasession_changelist")


@pytest.mark.parametrize("site", [ALPHA, BRAVO], ids=["alpha", "bravo"])
def test_somebody_of_every_role_logs_in_at_each_site(site: SingleSite) -> None:
    # The tests' own clinician has the same name.
    taken = User.objects.filter(username__in=[account.username for account in ACCOUNTS])
    taken.update(username=Concat(Value("another_"), "username"))
    make_accounts()
    here = [account for account in ACCOUNTS if site.site_id in {at.site_id for at in account.sites}]
    roles = {role for account in here for role in account.roles}
    assert roles >= {
        RETINOPATHY_ROLE,
        RETINOPATHY_GRADER_ROLE,
        RETINOPATHY_SUPER_ROLE,
        DATA_MANAGER_ROLE,
    }
    assert any(account.is_superuser for account in here)
    for account in here:
        client = Client(SERVER_NAME=site.domain)
        form = {"username": account.username, "password": account.password}
        client.post(reverse("edc_auth:login"), form)
        assert client.get(SESSIONS).status_code == 200, account.username


def test_accounts_that_are_there_are_left_as_they_are() -> None:
    make_accounts()
    tokens = camera_tokens(ALPHA)
    make_accounts()
    assert camera_tokens(ALPHA) == tokens


def test_each_camera_is_bound_to_its_device(session: CameraSession) -> None:
    tokens = camera_tokens(ALPHA)
    assert list(tokens) == ["CAM-001", "CAM-002", "CAM-003", "CAM-004"]
    first = CameraApi(tokens["CAM-001"])
    refused = first.resolve(factories.FEMALE_IDENTIFIER, device_id="CAM-002")
    assert_error(refused, 403, "permission_denied")
    assert first.resolve(factories.FEMALE_IDENTIFIER, device_id="CAM-001").status_code == 200


def test_a_camera_of_one_site_finds_no_session_of_the_other(session: CameraSession) -> None:
    (token,) = camera_tokens(BRAVO).values()
    answer = CameraApi(token, host=factories.BRAVO_HOST).resolve(factories.FEMALE_IDENTIFIER)
    assert_error(answer, 404, "no_session")


def test_a_revoked_camera_is_renewed_at_the_next_start() -> None:
    before = camera_tokens(ALPHA)["CAM-001"]
    revoke(CameraAccount.objects.get(user__username="cam-001"))
    after = camera_tokens(ALPHA)["CAM-001"]
    assert after != before
    assert CameraApi(after).ping().status_code == 200


def test_the_home_page_names_every_login() -> None:
    page = Client().get("/").content.decode()
    for account in ACCOUNTS:
        assert f"<code>{account.username}</code>" in page
        assert f"<code>{account.password}</code>" in page
    assert "CAM-101" in page


FINDINGS_OF_FLAWS = (
    "laterality_mismatch",
    "patient_mismatch",
    "same_image_other_eye",
    "clock_skew",
    "maybe_blurred",
    "maybe_dark",
)


@pytest.mark.parametrize(
    ("flaw", "clock", "expected"),
    [(*flaw, code) for flaw, code in zip(FLAWS, FINDINGS_OF_FLAWS, strict=True)],
)
def test_each_flawed_exam_has_its_finding(
    camera: CameraApi,
    session: CameraSession,
    flaw: Flaw,
    clock: datetime | None,
    expected: str,
) -> None:
    identifier = session.subject_identifier
    for file in flaw(identifier, session.report_datetime):
        moment = clock or timezone.now()
        response = camera.upload(
            identifier,
            file.file_type,
            file.content,
            name=file.name,
            capture_datetime=moment.isoformat(),
        )
        assert response.status_code == 201
    if expected in PIXEL_CODES:
        assert camera.status(identifier).json()["findings"] == []
        call_command("render_previews", stdout=StringIO(), stderr=StringIO())
    status = camera.status(identifier).json()
    assert {finding["code"] for finding in status["findings"]} == {expected}
    assert status["complete"] is True


def test_good_exams_of_two_subjects_have_no_finding(
    camera: CameraApi, session: CameraSession, male_subject: RegisteredSubject
) -> None:
    for exam in (session, factories.create_session(male_subject)):
        identifier = exam.subject_identifier
        for file in exam_files(identifier, include_jpegs=True, captured=timezone.now()):
            response = camera.upload(
                identifier,
                file.file_type,
                file.content,
                name=file.name,
                capture_datetime=timezone.now().isoformat(),
            )
            assert response.status_code == 201
            assert response.json()["findings"] == []
