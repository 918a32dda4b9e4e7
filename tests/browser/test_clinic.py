"""Home and session in a real Chromium: they change while a camera sends, and all can use them."""

from collections.abc import Callable
from typing import Any

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from edc_retinopathy.choices import FindingCode, Severity
from edc_retinopathy.models import CameraSession, Finding, SessionFile
from tests import samples
from tests.browser.axe import violations
from tests.committed import CommittedRecords
from tests.samples import HTML, JPEG
from tests.security.browser.test_chromium import wait_for
from tests.servers import Server

pytestmark = pytest.mark.xdist_group("chromium")
WIDTHS = (390, 1024, 1280, 1920)


@pytest.fixture
def exam(records: CommittedRecords) -> CameraSession:
    """A session of a subject of its own, without files."""
    return records.session(records.subject())


@pytest.fixture
def doubtful(camera_session: CameraSession, store: Callable[..., SessionFile]) -> CameraSession:
    """A session with both eyes, a report, and something wrong with one eye."""
    if not camera_session.files.exists():
        content = samples.small_jpeg()
        left = store("left", name="l.jpg", content=content, content_type=JPEG)
        store("right", name="r.jpg", content=content, content_type=JPEG)
        store("report", name="r.html", content=samples.html_report(), content_type=HTML)
        Finding.objects.create(
            session_file=left,
            code=FindingCode.SAME_IMAGE_OTHER_EYE,
            severity=Severity.SEVERE,
            message="What it says.",
        )
    return camera_session


def resize(tab: Any, width: int, scheme: str = "light") -> None:
    """Let the page be this wide, and the system prefer a colour scheme."""
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    tab.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    tab.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def text_of(tab: Any, selector: str) -> str:
    """The text of an element, hidden or not."""
    return str(tab.find_element(By.CSS_SELECTOR, selector).get_attribute("textContent"))


def test_home_changes_while_a_camera_sends(
    tab: Any, origin: str, server: Server, exam: CameraSession
) -> None:
    tab.get(f"{origin}/edc_retinopathy/")
    link = tab.find_element(By.ID, f"open-{exam.pk}")
    tab.execute_script("arguments[0].focus(); window.stays = true", link)
    answer = server.upload(exam, samples.small_jpeg(), name="a.jpg")
    assert answer.status == 201
    card = f"li.retinopathy-card#session-{exam.pk}"
    wait_for(tab, lambda: tab.find_elements(By.CSS_SELECTOR, f"{card} img"))
    # Said aloud, with the eye, and nothing lost of what one was doing.
    wait_for(tab, lambda: "Here: Left eye image" in text_of(tab, "#retinopathy-news"))
    assert tab.switch_to.active_element.get_attribute("id") == f"open-{exam.pk}"
    assert tab.execute_script("return window.stays")
    # Pictures that are shown are left alone when another comes.
    tab.execute_script("document.querySelector(arguments[0]).stays = true", f"{card} img")
    assert server.upload(exam, samples.small_png(), name="b.png", file_type="right").status == 201
    wait_for(tab, lambda: len(tab.find_elements(By.CSS_SELECTOR, f"{card} img")) == 2)
    images = f"[...document.querySelectorAll('{card} img')]"
    assert tab.execute_script(f"return {images}.filter(image => image.stays).length") == 1


def test_a_session_changes_while_a_camera_sends(
    tab: Any, origin: str, server: Server, exam: CameraSession
) -> None:
    tab.get(origin + exam.get_page_url())
    assert "Nothing yet" in text_of(tab, "#retinopathy-board")
    assert server.upload(exam, samples.small_jpeg(), name="a.jpg").status == 201
    wait_for(tab, lambda: tab.find_elements(By.CSS_SELECTOR, "#retinopathy-board img"))


def test_a_refused_file_is_shown_with_what_to_do(
    tab: Any, origin: str, server: Server, exam: CameraSession
) -> None:
    tab.get(f"{origin}/edc_retinopathy/")
    assert server.upload(exam, b"no picture", name="a.jpg").status == 400
    problem = "li.retinopathy-problem[id^=refusal-]"
    wait_for(tab, lambda: tab.find_elements(By.CSS_SELECTOR, problem))
    assert "export it again at the camera" in text_of(tab, problem)


def test_the_page_says_when_the_server_cannot_be_reached(
    tab: Any, origin: str, exam: CameraSession
) -> None:
    tab.get(origin + exam.get_page_url())
    message = tab.find_element(By.ID, "retinopathy-connection")
    assert message.text == ""
    offline = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    tab.execute_cdp_cmd("Network.enable", {})
    tab.execute_cdp_cmd("Network.emulateNetworkConditions", {"offline": True, **offline})
    try:
        wait_for(tab, lambda: "The server has not been reached since" in message.text)
    finally:
        tab.execute_cdp_cmd("Network.emulateNetworkConditions", {"offline": False, **offline})
    wait_for(tab, lambda: message.text == "")


def test_the_page_says_when_one_is_logged_out(tab: Any, origin: str, exam: CameraSession) -> None:
    tab.get(origin + exam.get_page_url())
    cookie = tab.get_cookie("sessionid")
    tab.delete_cookie("sessionid")
    try:
        message = tab.find_element(By.ID, "retinopathy-connection")
        wait_for(tab, lambda: "You are logged out" in message.text)
        # What was shown stays, and no login is shown inside of it.
        assert tab.find_elements(By.ID, "retinopathy-board")
    finally:
        tab.add_cookie(cookie)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("page", ["home", "session"])
def test_anybody_can_use_it(
    tab: Any, origin: str, doubtful: CameraSession, page: str, scheme: str
) -> None:
    for width in WIDTHS:
        resize(tab, width, scheme)
        tab.get(origin + ("/edc_retinopathy/" if page == "home" else doubtful.get_page_url()))
        assert violations(tab) == [], width
        # Nothing is cut off, nor has to be scrolled for sideways.
        assert tab.execute_script("return document.documentElement.scrollWidth") <= width
        background = "return getComputedStyle(document.body).backgroundColor"
        assert tab.execute_script(background) == "rgb(255, 255, 255)"


def test_the_keyboard_reaches_an_exam(tab: Any, origin: str, doubtful: CameraSession) -> None:
    resize(tab, 1280)
    tab.get(f"{origin}/edc_retinopathy/")
    for _ in range(60):
        tab.switch_to.active_element.send_keys(Keys.TAB)
        focused = tab.switch_to.active_element
        assert focused.value_of_css_property("outline-style") != "none", focused.tag_name
        if focused.get_attribute("id") == f"open-{doubtful.pk}":
            break
    focused.send_keys(Keys.ENTER)
    wait_for(tab, lambda: tab.current_url == origin + doubtful.get_page_url())


def test_it_works_without_scripts(tab: Any, origin: str, doubtful: CameraSession) -> None:
    tab.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        for page in ("/edc_retinopathy/", doubtful.get_page_url()):
            tab.get(origin + page)
            assert tab.find_elements(By.CSS_SELECTOR, "#retinopathy-board img")
            assert tab.find_elements(By.CSS_SELECTOR, "meta[http-equiv=refresh]")
    finally:
        tab.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
