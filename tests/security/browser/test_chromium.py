"""A real Chromium: a report cannot do anything, and the app's pages ask nobody else."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from edc_retinopathy.models import CameraSession, SessionFile
from tests import samples
from tests.samples import DICOM, HTML, JPEG, PDF
from tests.security.browser.attacker import LEAVES, REACHES, UNTOUCHED, Attacker, hostile_report

pytestmark = pytest.mark.xdist_group("chromium")
PATIENCE_SECONDS = 30


def wait_for(tab: Any, condition: Callable[[], Any]) -> None:
    """Return as soon as the condition holds."""
    WebDriverWait(tab, PATIENCE_SECONDS).until(lambda _: condition())


def wait_for_the_control(tab: Any, attacker: Attacker) -> None:
    """Open the same report where nothing holds it back, and wait for all that it can do.

    What a report opened before could do it has done by then.
    """
    attacker.asked = [path for path in attacker.asked if not path.startswith("/control")]
    here = tab.current_window_handle
    tab.switch_to.new_window("tab")
    tab.get(f"{attacker.origin}/control.html")
    wait_for(tab, lambda: attacker.beacons("control") >= REACHES)
    tab.close()
    tab.switch_to.window(here)


@pytest.mark.parametrize("how", ["page stays", "page leaves", "file stays", "file leaves"])
def test_a_report_does_nothing(
    tab: Any, attacker: Attacker, origin: str, store: Callable[..., SessionFile], how: str
) -> None:
    opened, report_that = how.split()
    label = f"{opened}-{report_that}"
    report = hostile_report(attacker, label, leaves=report_that == "leaves").encode()
    file = store("report", name=f"{label}.html", content=report, content_type=HTML)
    url = origin + (file.get_view_url() if opened == "page" else file.get_content_url())
    tab.get(url)
    wait_for_the_control(tab, attacker)
    # Nothing reached the attacker, by whatever way.
    assert attacker.beacons(label) == set()
    # A report's own address leads to its page.
    assert tab.current_url == origin + file.get_view_url()
    assert len(tab.window_handles) == 2
    assert tab.title != "taken over"
    tab.switch_to.frame(tab.find_element(By.CSS_SELECTOR, "iframe"))
    assert tab.find_element(By.ID, "state").text == UNTOUCHED
    # Nor did anything reach the app's API, or whatever else a report might name.
    assert not {path for path in _asked_of(tab, origin) if path.startswith(("/api", "/no-such"))}


def test_no_link_of_a_report_leaves_its_frame(
    tab: Any, attacker: Attacker, origin: str, store: Callable[..., SessionFile]
) -> None:
    report = hostile_report(attacker, "links").encode()
    file = store("report", name="links.html", content=report, content_type=HTML)
    url = origin + file.get_view_url()
    tab.get(url)
    tab.switch_to.frame(tab.find_element(By.CSS_SELECTOR, "iframe"))
    assert not tab.find_elements(By.CSS_SELECTOR, "a, [href], form, iframe, object, svg")
    tab.find_element(By.TAG_NAME, "body").click()
    assert tab.find_element(By.ID, "state").text == UNTOUCHED
    tab.switch_to.default_content()
    wait_for_the_control(tab, attacker)
    assert tab.current_url == url
    assert len(tab.window_handles) == 2
    assert attacker.beacons("links") == set()


def test_the_report_can_do_it_all_where_nothing_holds_it_back(tab: Any, attacker: Attacker) -> None:
    # Else the tests above could not fail.
    wait_for_the_control(tab, attacker)
    assert attacker.beacons("control") >= REACHES
    tab.get(f"{attacker.origin}/control.html?leaves")
    wait_for(tab, lambda: attacker.beacons("control") & LEAVES)


@pytest.fixture
def pages(camera_session: CameraSession, store: Callable[..., SessionFile]) -> dict[str, str]:
    """The app's pages by name."""
    below = "/edc_retinopathy/admin/edc_retinopathy/camerasession/"
    files = {
        "image": store("left", name="page.jpg", content=samples.small_jpeg(), content_type=JPEG),
        "DICOM file": store(
            "left_dicom", name="page.dcm", content=samples.small_dicom(), content_type=DICOM
        ),
        "report": store(
            "report", name="page.html", content=samples.html_report(), content_type=HTML
        ),
        "PDF report": store(
            "report", name="page.pdf", content=samples.pdf_report(), content_type=PDF
        ),
    }
    return {
        "index": "/edc_retinopathy/",
        "list": below,
        "new session": f"{below}add/",
        "session": f"{below}{camera_session.pk}/change/",
        "audit trail": f"{below}{camera_session.pk}/history/",
        "files": "/edc_retinopathy/admin/edc_retinopathy/sessionfile/",
        **{f"view {name}": file.get_view_url() for name, file in files.items()},
        **{f"record of {name}": file.get_absolute_url() for name, file in files.items()},
    }


def test_the_pages_ask_no_other_host_and_have_no_errors(
    tab: Any, origin: str, pages: dict[str, str]
) -> None:
    problems = {}
    for name, path in pages.items():
        tab.get(origin + path)
        wait_for(tab, lambda: tab.execute_script("return document.readyState") == "complete")
        assert "Log in" not in tab.title, name
        errors = [
            entry["message"] for entry in tab.get_log("browser") if entry["level"] == "SEVERE"
        ]
        hosts = {urlsplit(url).netloc for url in _requests(tab)}
        assert urlsplit(origin).netloc in hosts
        if errors or hosts != {urlsplit(origin).netloc}:
            problems[name] = (errors, hosts)
    assert problems == {}


def test_an_image_is_shown(tab: Any, origin: str, store: Callable[..., SessionFile]) -> None:
    file = store("left", name="shown.jpg", content=samples.small_jpeg(), content_type=JPEG)
    tab.get(origin + file.get_view_url())
    image = tab.find_element(By.CSS_SELECTOR, "img.retinopathy-image")
    wait_for(tab, lambda: tab.execute_script("return arguments[0].complete", image))
    assert tab.execute_script("return arguments[0].naturalWidth", image) == samples.SMALL_SIZE


def test_a_report_looks_as_it_was_made(
    tab: Any, origin: str, store: Callable[..., SessionFile]
) -> None:
    styled = b"<!DOCTYPE html><html><style>p { color: rgb(1, 2, 3) }</style><p>Report</p></html>"
    file = store("report", name="styled.html", content=styled, content_type=HTML)
    tab.get(origin + file.get_view_url())
    tab.switch_to.frame(tab.find_element(By.CSS_SELECTOR, "iframe"))
    paragraph = tab.find_element(By.CSS_SELECTOR, "p")
    assert paragraph.value_of_css_property("color") in {"rgb(1, 2, 3)", "rgba(1, 2, 3, 1)"}


def _requests(tab: Any) -> list[str]:
    """The HTTP URLs that the tab has asked for since the log was last read."""
    events = [json.loads(entry["message"])["message"] for entry in tab.get_log("performance")]
    # Announced, but kept back by the page's policy.
    blocked = {
        event["params"]["requestId"]
        for event in events
        if event["method"] == "Network.loadingFailed" and event["params"].get("blockedReason")
    }
    urls = [
        event["params"]["request"]["url"]
        for event in events
        if event["method"] == "Network.requestWillBeSent"
        and event["params"]["requestId"] not in blocked
    ]
    return [url for url in urls if urlsplit(url).scheme in {"http", "https", "ws", "wss"}]


def _asked_of(tab: Any, origin: str) -> set[str]:
    return {url.removeprefix(origin) for url in _requests(tab) if url.startswith(origin)}
