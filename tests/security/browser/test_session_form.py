"""The session form in a real Chromium: who is examined, and a second session of the same day."""

from typing import Any

import pytest
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from edc_retinopathy.models import CameraSession
from tests.admin.pages import MODEL, page_url
from tests.committed import CommittedRecords
from tests.security.browser.test_chromium import wait_for

pytestmark = pytest.mark.xdist_group("chromium")


def choose_subject(tab: Any, identifier: str) -> None:
    """Look the subject up in the form's field, as a person does."""
    tab.find_element(By.CSS_SELECTOR, ".field-registered_subject .select2-selection").click()
    tab.find_element(By.CSS_SELECTOR, ".select2-search__field").send_keys(identifier)
    wait_for(tab, lambda: options_of(tab) == [identifier])
    tab.find_element(By.CSS_SELECTOR, ".select2-search__field").send_keys(Keys.ENTER)


def options_of(tab: Any) -> list[str]:
    """What the field offers."""
    script = "return [...document.querySelectorAll('.select2-results li')].map(e => e.textContent)"
    found: list[str] = tab.execute_script(script)
    return found


def who_is_shown(tab: Any) -> str:
    """What stands below the field."""
    return str(tab.find_element(By.ID, "retinopathy-subject").text)


def save(tab: Any) -> None:
    """Press the button, and wait for the next page."""
    button = tab.find_element(By.NAME, "_save")
    button.click()
    wait_for(tab, lambda: is_gone(button))
    wait_for(tab, lambda: tab.execute_script("return document.readyState") == "complete")


def is_gone(element: Any) -> bool:
    """True once the page of the element has been left."""
    try:
        element.is_enabled()
    except StaleElementReferenceException:
        return True
    return False


def test_a_second_session_of_the_day_is_asked_about_and_then_saved(
    tab: Any, origin: str, records: CommittedRecords
) -> None:
    subject = records.subject()
    sessions = CameraSession.objects.filter(registered_subject=subject)

    def page_of_newest() -> str:
        return origin + sessions.latest("created").get_page_url()

    tab.get(origin + page_url(MODEL, "add"))
    assert who_is_shown(tab) == ""
    choose_subject(tab, subject.subject_identifier)
    wait_for(tab, lambda: "years" in who_is_shown(tab))
    sex, age, initials = who_is_shown(tab).split(" · ")
    assert sex == "Female"
    assert age.removesuffix(" years").isdigit()
    # A clinician's role is not one for personal data.
    assert initials == "*****"
    # Nothing to confirm yet.
    assert not tab.find_element(By.NAME, "confirm_second_session").is_displayed()
    save(tab)
    assert tab.current_url == page_of_newest(), tab.find_element(By.TAG_NAME, "body").text
    assert sessions.count() == 1

    tab.get(origin + page_url(MODEL, "add"))
    choose_subject(tab, subject.subject_identifier)
    save(tab)
    # Asked, and told what it does to uploads; nothing is saved, and what was chosen is still so.
    page = tab.find_element(By.CSS_SELECTOR, ".field-confirm_second_session").text
    assert "the camera sends to the session with the later report date" in page
    assert subject.subject_identifier in tab.find_element(By.ID, "id_registered_subject").text
    assert "years" in who_is_shown(tab)
    assert sessions.count() == 1

    tab.find_element(By.NAME, "confirm_second_session").click()
    save(tab)
    assert tab.current_url == page_of_newest(), tab.find_element(By.TAG_NAME, "body").text
    assert sessions.count() == 2
