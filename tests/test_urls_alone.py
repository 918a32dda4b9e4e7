"""A project that includes ``edc_retinopathy.urls`` and nothing else of the app."""

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings

from demo.urls import urlpatterns as demo_urls
from edc_retinopathy.models import CameraSession
from tests import factories
from tests.admin.pages import logged_in
from tests.samples import DICOM, HTML, JPEG, PDF

urlpatterns = [
    pattern
    for pattern in demo_urls
    if getattr(pattern, "namespace", None) not in {"edc_retinopathy_admin", "edc_retinopathy_api"}
]


@pytest.mark.parametrize("content_type", [JPEG, PDF, HTML, DICOM])
def test_no_page_is_an_error(
    clinician: User, session: CameraSession, settings: Settings, content_type: str
) -> None:
    settings.ROOT_URLCONF = __name__
    file_type = {JPEG: "left", DICOM: "left_dicom"}.get(content_type, "report")
    file = factories.store_file(session, file_type, content_type=content_type)
    browser = logged_in(clinician)
    page = browser.get(file.get_view_url())
    assert page.status_code == 200
    assert file.get_download_url() in page.content.decode()
    download = browser.get(file.get_download_url())
    assert download.status_code == 200
    download.getvalue()
    framed = browser.get(file.get_report_url(), HTTP_SEC_FETCH_DEST="iframe")
    assert framed.status_code == (200 if content_type == HTML else 404)
    for address in ("/edc_retinopathy/", session.get_page_url()):
        assert browser.get(address).status_code == 200
