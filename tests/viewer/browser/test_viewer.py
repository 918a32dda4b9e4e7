"""The viewer in a real Chromium, with what a camera has sent."""

import fcntl
import json
import os
import threading
from collections.abc import Callable
from io import BytesIO
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from PIL import Image
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from demo import sample_exam
from edc_retinopathy.models import CameraSession, FileAccess
from tests.browser.axe import violations
from tests.servers import Server
from tests.viewer.browser.conftest import as_masked_grader

pytestmark = pytest.mark.xdist_group("chromium")
PATIENCE_SECONDS = 60
HOME = "/edc_retinopathy/"
# How large a pane's picture is, which part is shown, and which frame.
STATE = """return document.getElementById('exam').panes.map(
    (pane) => pane.isOpen && [pane.place.zoom, pane.place.center.x, pane.place.center.y, pane.frame]
)"""
WIDTHS = """return document.getElementById('exam').panes.map(
    (pane) => pane.viewer.world.getItemAt(0).getContentSize().x
)"""
KEYS_OF_BUTTONS = """return [...document.querySelectorAll('[aria-keyshortcuts]')].flatMap(
    (button) => button.getAttribute('aria-keyshortcuts').split(' ')
)"""
KEYS_OF_HELP = """return [...document.querySelectorAll('#exam-help kbd')].map(
    (key) => key.textContent.replace('\\u2212', '-')
)"""
# A page that leaves the exam's pages: logging out, and what is of the project.
OUTSIDE = ("/accounts/", "/edc_retinopathy/admin/logout/", "/edc_retinopathy/admin/password")


@pytest.fixture
def tab(tab: Any) -> Any:
    """As everywhere, of a usual size."""
    tab.set_window_size(1280, 1000)
    return tab


@pytest.fixture
def opened(tab: Any, origin: str, exam: CameraSession) -> Any:
    """The tab with the exam in the viewer."""
    return open_viewer(tab, origin + exam.get_exam_url())


def open_viewer(tab: Any, url: str) -> Any:
    """Open an exam and wait for its pictures."""
    tab.get(url)
    wait_for_pictures(tab)
    return tab


def wait_for_pictures(tab: Any) -> None:
    """Return once all panes have opened theirs."""
    ready = "return document.getElementById('exam')?.dataset.isReady === 'true'"
    wait_for(tab, lambda: tab.execute_script(ready))


def wait_for(tab: Any, condition: Callable[[], Any]) -> None:
    """Return as soon as the condition holds."""
    WebDriverWait(tab, PATIENCE_SECONDS).until(lambda _: condition())


def press(tab: Any, *keys: str) -> None:
    """Press keys, one after the other, wherever the focus is."""
    for key in keys:
        ActionChains(tab).send_keys(key).perform()


def state(tab: Any) -> list[list[float]]:
    """What each pane shows, once all are open: zoom, place and frame."""
    wait_for(tab, lambda: all(tab.execute_script(STATE)))
    return tab.execute_script(STATE)  # type: ignore[no-any-return]


def view(tab: Any, pane: str) -> Any:
    """The part of a pane that shows its picture."""
    return tab.find_element(By.CSS_SELECTOR, f"#pane-{pane} .exam-view")


def middle(tab: Any, pane: str) -> tuple[int, int, int]:
    """The colour in the middle of a pane, as it is on the screen."""
    image = Image.open(BytesIO(view(tab, pane).screenshot_as_png)).convert("RGB")
    colour = image.getpixel((image.width // 2, image.height // 2))
    assert isinstance(colour, tuple)
    return colour[0], colour[1], colour[2]


def tool(tab: Any, name: str) -> Any:
    """A button of the toolbar."""
    return tab.find_element(By.CSS_SELECTOR, f".exam-tools [data-does={name}]")


def said(tab: Any) -> str:
    """What the live region says."""
    return tab.find_element(By.ID, "exam-status").text  # type: ignore[no-any-return]


def is_retina(colour: tuple[int, int, int]) -> bool:
    """True for the orange of a fundus."""
    red, green, blue = colour
    return red > 90 and red > green + 30 > blue


class TestPictures:
    """What is shown, and where."""

    def test_the_right_eye_stands_on_the_left(self, opened: Any) -> None:
        right, left = view(opened, "right"), view(opened, "left")
        assert right.location["x"] + right.size["width"] <= left.location["x"]
        assert right.location["y"] == left.location["y"]
        wait_for(opened, lambda: is_retina(middle(opened, "right")))
        wait_for(opened, lambda: is_retina(middle(opened, "left")))

    def test_the_full_resolution_is_reached(self, opened: Any) -> None:
        press(opened, "1")
        assert opened.execute_script(WIDTHS) == [1411, 1411]
        assert said(opened) == "Zoom 100 %"

    def test_a_jpeg_is_shown_as_a_dicom_is(
        self, tab: Any, origin: str, earlier_exam: CameraSession
    ) -> None:
        open_viewer(tab, origin + earlier_exam.get_exam_url())
        wait_for(tab, lambda: is_retina(middle(tab, "right")) and is_retina(middle(tab, "left")))

    def test_an_earlier_exam_stands_below(
        self, opened: Any, origin: str, exam: CameraSession, earlier_exam: CameraSession
    ) -> None:
        open_viewer(opened, f"{origin}{exam.get_exam_url()}?earlier={earlier_exam.pk}")
        wait_for(opened, lambda: is_retina(middle(opened, "earlier-left")))
        assert view(opened, "earlier-right").location["x"] == view(opened, "right").location["x"]
        press(opened, "+")
        zooms = [pane[0] for pane in state(opened)]
        assert len(zooms) == 4
        assert max(zooms) - min(zooms) < 0.01

    def test_another_picture_is_chosen_for_an_eye(self, opened: Any, exam: CameraSession) -> None:
        right = exam.files.get(file_type="right_dicom")
        link = opened.find_element(By.CSS_SELECTOR, f"[data-shows='{right.pk}'][data-in=left]")
        link.click()
        wait_for(opened, lambda: link.get_attribute("aria-current") == "true")
        shown = opened.find_element(By.CSS_SELECTOR, "#pane-left .exam-shown")
        assert shown.text == "Right eye (OD), picture 1"
        assert f"left={right.pk}" in opened.current_url
        # So it is, if the page is loaded again.
        open_viewer(opened, opened.current_url)
        assert "Right eye (OD)" in opened.find_element(By.CSS_SELECTOR, "#pane-left h2").text

    def test_frames_are_leafed_through(self, opened: Any) -> None:
        press(opened, "e", ".")
        wait_for(opened, lambda: state(opened)[1][3] == 2)
        assert said(opened) == "Frame 2 of 2"
        press(opened, ".")
        press(opened, ",")
        wait_for(opened, lambda: state(opened)[1][3] == 1)
        assert state(opened)[0][3] == 1

    def test_the_report_is_in_its_frame(self, opened: Any) -> None:
        report = opened.find_element(By.CSS_SELECTOR, ".exam-report")
        report.find_element(By.TAG_NAME, "summary").click()
        frame = report.find_element(By.TAG_NAME, "iframe")
        assert frame.get_attribute("sandbox") == ""
        opened.switch_to.frame(frame)
        wait_for(opened, lambda: opened.find_element(By.TAG_NAME, "body").text)
        opened.switch_to.default_content()

    def test_each_picture_is_looked_at_once(self, opened: Any, exam: CameraSession) -> None:
        press(opened, "1")
        looks = FileAccess.objects.filter(session_file__camera_session=exam)
        before = looks.count()
        open_viewer(opened, opened.current_url)
        press(opened, "1")
        wait_for(opened, lambda: looks.count() == before + 2)


class TestZoom:
    """Linked, and each alone."""

    def test_all_pictures_zoom_and_move_together(self, opened: Any) -> None:
        before = state(opened)
        press(opened, "+", "+")
        after = state(opened)
        assert after[0][0] > before[0][0] * 1.5
        assert after[1][0] == pytest.approx(after[0][0])
        opened.execute_script("document.getElementById('exam').panes[0].focus()")
        press(opened, Keys.ARROW_RIGHT, Keys.ARROW_DOWN)
        moved = state(opened)
        assert moved[0][1] > after[0][1]
        assert moved[0][2] > after[0][2]
        assert moved[1][:3] == pytest.approx(moved[0][:3])

    def test_a_wheel_moves_both_too(self, opened: Any) -> None:
        before = state(opened)
        ActionChains(opened).scroll_from_origin(_on(view(opened, "left")), 0, -300).perform()
        wait_for(opened, lambda: state(opened)[1][0] > before[1][0])
        assert state(opened)[0][0] == pytest.approx(state(opened)[1][0])

    def test_unlinked_each_moves_alone_and_linked_again_they_agree(self, opened: Any) -> None:
        press(opened, "l")
        assert tool(opened, "link").get_attribute("aria-pressed") == "false"
        assert said(opened) == "Zoom and position are not linked."
        before = state(opened)
        press(opened, "+")
        after = state(opened)
        assert after[0][0] > before[0][0]
        assert after[1] == before[1]
        press(opened, "l")
        assert state(opened)[1][0] == pytest.approx(after[0][0])

    def test_mirrored_both_move_towards_the_nose(self, opened: Any) -> None:
        press(opened, "+", "m")
        opened.execute_script("document.getElementById('exam').panes[0].focus()")
        press(opened, Keys.ARROW_RIGHT)
        right, left = state(opened)
        assert left[1] == pytest.approx(1 - right[1])
        assert right[1] > 0.5


class TestLook:
    """Filters change what is seen, never what is kept."""

    def test_red_free_is_the_green_channel_as_grey(self, opened: Any) -> None:
        wait_for(opened, lambda: is_retina(middle(opened, "right")))
        coloured = middle(opened, "right")
        press(opened, "g")
        grey = middle(opened, "right")
        assert max(grey) - min(grey) <= 2
        assert grey[1] == pytest.approx(coloured[1], abs=3)
        assert tool(opened, "redFree").get_attribute("aria-pressed") == "true"
        assert said(opened) == "Red-free"

    def test_invert_brightness_and_contrast_and_back(self, opened: Any) -> None:
        wait_for(opened, lambda: is_retina(middle(opened, "right")))
        coloured = middle(opened, "right")
        press(opened, "i")
        assert middle(opened, "right") == pytest.approx([255 - c for c in coloured], abs=3)
        press(opened, "i", "b", "b")
        assert sum(middle(opened, "right")) > sum(coloured)
        assert said(opened) == "Brightness 120 %"
        press(opened, "B", "B", "B", "c")
        assert said(opened) == "Contrast 110 %"
        press(opened, "r")
        assert middle(opened, "right") == pytest.approx(coloured, abs=3)
        assert said(opened) == "Pictures as they are."


class TestKeyboard:
    """Everything without a mouse."""

    def test_help_opens_and_closes(self, opened: Any) -> None:
        press(opened, "?")
        help_sheet = opened.find_element(By.ID, "exam-help")
        assert help_sheet.is_displayed()
        press(opened, Keys.ESCAPE)
        assert not help_sheet.is_displayed()

    def test_keys_can_be_turned_off(self, opened: Any) -> None:
        press(opened, "?")
        opened.find_element(By.ID, "exam-keys-on").click()
        press(opened, Keys.ESCAPE, "g")
        assert tool(opened, "redFree").get_attribute("aria-pressed") == "false"
        # Buttons do it still, and so it can be turned on again.
        tool(opened, "help").send_keys(Keys.ENTER)
        opened.find_element(By.ID, "exam-keys-on").click()
        press(opened, Keys.ESCAPE, "g")
        assert tool(opened, "redFree").get_attribute("aria-pressed") == "true"

    def test_every_key_of_the_help_is_one(self, opened: Any) -> None:
        of_buttons = set(opened.execute_script(KEYS_OF_BUTTONS)) - {"Shift+B", "Shift+C"}
        assert of_buttons <= set(opened.execute_script(KEYS_OF_HELP))

    def test_a_grader_reads_two_exams_with_the_keyboard_alone(
        self, tab: Any, origin: str, exam: CameraSession, earlier_exam: CameraSession
    ) -> None:
        with as_masked_grader(tab, origin):
            tab.get(origin + HOME)
            # The list: its first link to an exam, by tabbing to it.
            for _ in range(60):
                press(tab, Keys.TAB)
                if "/exam/" in (tab.switch_to.active_element.get_attribute("href") or ""):
                    break
            press(tab, Keys.ENTER)
            wait_for_pictures(tab)
            assert str(exam.pk) in tab.current_url
            press(tab, "g", "+", "+", "e")
            assert tab.execute_script("return document.activeElement.dataset.pane") == "left"
            press(tab, Keys.ARROW_LEFT, "]", ".", "r", "n")
            wait_for(tab, lambda: str(earlier_exam.pk) in tab.current_url)
            wait_for_pictures(tab)
            press(tab, "n")
            assert said(tab) == "There is no further exam in this list."


class TestPage:
    """The page around the pictures."""

    def test_it_asks_no_other_host_and_has_no_errors(
        self, opened: Any, origin: str, exam: CameraSession, earlier_exam: CameraSession
    ) -> None:
        open_viewer(opened, f"{origin}{exam.get_exam_url()}?earlier={earlier_exam.pk}")
        press(opened, "1", "g", "?", Keys.ESCAPE)
        errors = [
            entry["message"]
            for entry in opened.get_log("browser")
            if entry["level"] in {"SEVERE", "WARNING"}
        ]
        assert errors == []
        asked = [json.loads(entry["message"])["message"] for entry in opened.get_log("performance")]
        urls = [
            event["params"]["request"]["url"]
            for event in asked
            if event["method"] == "Network.requestWillBeSent"
        ]
        hosts = {urlsplit(url).netloc for url in urls if not url.startswith(("data:", "blob:"))}
        assert hosts == {urlsplit(origin).netloc}
        # A strict policy would refuse the one that the library writes.
        assert not opened.find_elements(
            By.CSS_SELECTOR, "style[data-openseadragon-mobile-css]:not(:empty)"
        )

    def test_without_scripts_both_eyes_are_shown(
        self, tab: Any, origin: str, exam: CameraSession
    ) -> None:
        tab.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
        try:
            tab.get(origin + exam.get_exam_url())
            wait_for(tab, lambda: is_retina(middle(tab, "right")))
            wait_for(tab, lambda: is_retina(middle(tab, "left")))
            assert not tab.find_element(By.CSS_SELECTOR, ".exam-tools").is_displayed()
            right = exam.files.get(file_type="right_dicom")
            tab.find_element(By.CSS_SELECTOR, f"[data-shows='{right.pk}'][data-in=left]").click()
            wait_for(tab, lambda: f"left={right.pk}" in tab.current_url)
            assert "Right eye (OD)" in tab.find_element(By.CSS_SELECTOR, "#pane-left h2").text
        finally:
            tab.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})

    @pytest.mark.parametrize("width", [390, 1024, 1280, 1920])
    def test_it_fits_the_window(
        self, tab: Any, origin: str, exam: CameraSession, width: int
    ) -> None:
        metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        tab.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        try:
            open_viewer(tab, origin + exam.get_exam_url())
            overflow = "return document.documentElement.scrollWidth - window.innerWidth"
            assert tab.execute_script(overflow) <= 0
        finally:
            tab.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})

    @pytest.mark.parametrize("part", ["page", "help"])
    def test_anybody_can_use_it(self, opened: Any, part: str) -> None:
        if part == "help":
            press(opened, "?")
        assert violations(opened) == []

    def test_a_masked_grader_who_follows_every_link_learns_no_name(
        self, tab: Any, origin: str, exam: CameraSession
    ) -> None:
        with as_masked_grader(tab, origin):
            todo, seen = [origin + HOME], set()
            while todo:
                tab.get(todo.pop())
                assert exam.subject_identifier not in tab.page_source, tab.current_url
                assert exam.subject_identifier not in tab.current_url
                links = tab.find_elements(By.CSS_SELECTOR, "a[href], iframe[src], img[src]")
                for link in links:
                    address = link.get_attribute("href") or link.get_attribute("src")
                    url = urljoin(origin, address).partition("#")[0]
                    path = urlsplit(url).path
                    if path.startswith(HOME) and not path.startswith(OUTSIDE) and path not in seen:
                        seen.add(path)
                        todo.append(url)
            assert exam.get_exam_url() in seen
            assert any("/renderings/" in path for path in seen)


def _on(element: Any) -> Any:
    from selenium.webdriver.common.actions.wheel_input import ScrollOrigin

    return ScrollOrigin.from_element(element)


def test_pictures_that_are_not_made_yet_appear_when_they_are(
    tab: Any, origin: str, server: Server, send: Callable[..., CameraSession]
) -> None:
    # Never seen before: their bytes are others.
    right, left = (sample_exam.right_jpeg() + b"new", sample_exam.left_jpeg() + b"new")
    exam = send({"right": right, "left": left})
    locks = server.storage.directory / "previews" / ".locks"
    locks.mkdir(parents=True, exist_ok=True)
    slots = [os.open(locks / f"slot-{number}", os.O_RDWR | os.O_CREAT) for number in range(2)]
    for slot in slots:
        fcntl.flock(slot, fcntl.LOCK_EX)

    def release() -> None:
        for slot in slots:
            os.close(slot)

    timer = threading.Timer(4, release)
    timer.start()
    try:
        open_viewer(tab, origin + exam.get_exam_url())
    finally:
        timer.join()
    statuses = (
        "return performance.getEntriesByType('resource').map((entry) => entry.responseStatus)"
    )
    assert 503 in tab.execute_script(statuses)
    shown = "return [...document.images].every((image) => image.complete && image.naturalWidth)"
    WebDriverWait(tab, PATIENCE_SECONDS).until(lambda tab: tab.execute_script(shown))
    assert set(tab.execute_script(WIDTHS)) == {1411}
