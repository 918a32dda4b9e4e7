"""The list of camera accounts."""

import re
from typing import Any

from django.contrib.auth.models import User
from django.contrib.sites.models import Site
from django.db import connection
from django.test.utils import CaptureQueriesContext

from edc_retinopathy.accounts.provisioning import create_camera_account
from edc_retinopathy.models import CameraAccount
from tests import factories
from tests.admin.pages import logged_in, page_url

LIST = ("edc_retinopathy_cameraaccount", "changelist")


def test_the_list_takes_the_same_number_of_queries_for_2_and_for_12_accounts(
    superuser: User,
) -> None:
    browser: Any = logged_in(superuser)
    site = Site.objects.get(pk=factories.ALPHA_SITE)
    counts = []
    for numbers in (range(2), range(2, 12)):
        for number in numbers:
            create_camera_account(f"camera{number}", site, device_id=f"CAM-{number}")
        browser.get(page_url(*LIST))
        with CaptureQueriesContext(connection) as queries:
            text = browser.get(page_url(*LIST)).content.decode()
        assert f"CAM-{numbers[-1]}" in text
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_title_of_a_record_names_its_kind(superuser: User) -> None:
    create_camera_account("titled", Site.objects.get(pk=factories.ALPHA_SITE))
    account = CameraAccount.objects.get(user__username="titled")
    page = logged_in(superuser).get(page_url("edc_retinopathy_cameraaccount", "change", account.pk))
    (title,) = re.findall(r"<title>(.*?)</title>", page.content.decode(), re.DOTALL)
    assert "Camera account" in title
    assert "None" not in title
