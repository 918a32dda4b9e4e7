"""The audit trail of a record that was at another site: neither site sees the other's time."""

import pytest
from django.contrib.auth.models import User
from django.contrib.sites.models import Site

from edc_retinopathy.models import CameraSession
from tests import factories
from tests.admin.pages import logged_in

BELOW = "/edc_retinopathy/admin/edc_retinopathy/camerasession/"


@pytest.fixture
def moved(session: CameraSession) -> CameraSession:
    """A session of site alpha that was at site bravo before."""
    session.device_id = "CAM-OF-BRAVO"
    session.save()
    version = session.history.latest()
    version.site = Site.objects.get(pk=factories.BRAVO_SITE)
    version.save()
    session.device_id = "CAM-OF-ALPHA"
    session.save()
    return session


def status_of_versions(user: User, session: CameraSession) -> dict[str, int]:
    """What the page of each version answers, by the device that it names."""
    browser = logged_in(user)
    return {
        version.device_id: browser.get(
            f"{BELOW}{session.pk}/history/{version.history_id}/"
        ).status_code
        for version in session.history.all()
    }


def test_a_time_at_another_site_is_not_shown(moved: CameraSession, clinician: User) -> None:
    answers = status_of_versions(clinician, moved)
    assert answers["CAM-OF-ALPHA"] == 200
    assert answers["CAM-OF-BRAVO"] == 404
    page = logged_in(clinician).get(f"{BELOW}{moved.pk}/history/").content.decode()
    bravo = moved.history.get(device_id="CAM-OF-BRAVO")
    alpha = moved.history.filter(device_id="CAM-OF-ALPHA").first()
    assert f"/history/{bravo.history_id}/" not in page
    assert f"/history/{alpha.history_id}/" in page


def test_what_has_moved_away_is_gone_with_its_past(session: CameraSession, clinician: User) -> None:
    CameraSession.objects.filter(pk=session.pk).update(site_id=factories.BRAVO_SITE)
    assert set(status_of_versions(clinician, session).values()) == {404}
    assert logged_in(clinician).get(f"{BELOW}{session.pk}/history/").status_code == 404


@pytest.mark.parametrize("version", ["1", "x", "3f2504e0-4f89-41d3-9a0c-0305e82c3301"])
def test_a_version_that_there_is_not(session: CameraSession, clinician: User, version: str) -> None:
    address = f"{BELOW}{session.pk}/history/{version}/"
    assert logged_in(clinician).get(address).status_code == 404
