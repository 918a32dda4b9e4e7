"""A corpus of hostile reports and PDFs in a real Chromium, and ports that count who connects."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from selenium.common.exceptions import NoAlertPresentException
from selenium.webdriver.common.by import By

from edc_retinopathy.models import SessionFile
from tests.samples import HTML, PDF
from tests.security.browser.attacker import serving
from tests.security.browser.listeners import Listeners, counting
from tests.security.browser.test_chromium import wait_for
from tests.security.hostile_pdfs import ACTIONS, hostile_pdf
from tests.security.hostile_reports import HOSTILE_REPORTS

pytestmark = pytest.mark.xdist_group("chromium")
# Where nothing holds it back, each of these connects within a moment.
SETTLE_SECONDS = 2.0
# They connect by ways that differ, without a click and without the leave of a dialog.
CONTROLS = (
    "preconnect",
    "preload",
    "stylesheet",
    "iframe",
    "frameset",
    "object",
    "img",
    "video poster",
    "css url",
    "css import",
    "svg image",
    "onerror",
    "meta refresh",
)


@pytest.fixture
def listeners() -> Iterator[Listeners]:
    """Ports that count."""
    with counting() as listeners:
        yield listeners


def has_dialog(tab: Any) -> bool:
    """True if a dialog was open; it is closed."""
    with suppress(NoAlertPresentException):
        tab.switch_to.alert.dismiss()
        return True
    return False


def test_no_report_connects_asks_or_leaves(
    tab: Any, listeners: Listeners, origin: str, store: Callable[..., SessionFile]
) -> None:
    assert len(HOSTILE_REPORTS) >= 60
    problems = {}
    handles = len(tab.window_handles)
    for number, (name, report) in enumerate(HOSTILE_REPORTS.items()):
        content = report.replace("{at}", listeners.address(name)).encode()
        file = store("report", name=f"hostile-{number}.html", content=content, content_type=HTML)
        url = origin + file.get_view_url()
        tab.get(url)
        seen = (has_dialog(tab), tab.current_url, "taken over" in tab.title)
        if seen != (False, url, False) or len(tab.window_handles) != handles:
            problems[name] = seen
        tab.switch_to.frame(tab.find_element(By.CSS_SELECTOR, "iframe"))
        # The copy is there, not an error.
        if tab.execute_script("return document.characterSet") != "UTF-8":
            problems[name] = seen
        tab.switch_to.default_content()
    time.sleep(SETTLE_SECONDS)
    assert problems == {}
    assert not listeners.connections


@pytest.mark.parametrize("name", CONTROLS)
def test_they_connect_where_nothing_holds_them_back(
    tab: Any, listeners: Listeners, name: str
) -> None:
    # Else the test above could not fail.
    page = HOSTILE_REPORTS[name].replace("{at}", listeners.address(name))
    with serving(page) as url, suppress(Exception):
        tab.get(url)
    wait_for(tab, lambda: listeners.connections[name])


@pytest.mark.parametrize("which", ["get_content_url", "get_report_url"])
def test_a_reports_address_leads_to_its_page(
    tab: Any, origin: str, store: Callable[..., SessionFile], which: str
) -> None:
    file = store("report", name=f"{which}.html", content=b"<html><p>a</p>", content_type=HTML)
    tab.get(origin + getattr(file, which)())
    assert tab.current_url == origin + file.get_view_url()
    tab.switch_to.frame(tab.find_element(By.CSS_SELECTOR, "iframe"))
    assert tab.find_element(By.CSS_SELECTOR, "p").text == "a"


@pytest.mark.parametrize("action", ACTIONS)
def test_a_pdf_is_saved_and_never_opened(
    tab: Any,
    listeners: Listeners,
    origin: str,
    store: Callable[..., SessionFile],
    action: str,
) -> None:
    content = hostile_pdf(action, listeners.address(action))
    file = store("report", name=f"{action}.pdf", content=content, content_type=PDF)
    page = origin + file.get_view_url()
    tab.get(page)
    title = tab.title
    assert not tab.find_elements(By.CSS_SELECTOR, "iframe, embed, object")
    tab.find_element(By.LINK_TEXT, "Download").click()
    for address in (file.get_content_url(), file.get_download_url()):
        tab.get(origin + address)
    time.sleep(SETTLE_SECONDS)
    assert not has_dialog(tab)
    assert (tab.current_url, tab.title) == (page, title)
    assert not listeners.connections
