"""A server, records that it sees, and a real Chromium."""

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from edc_retinopathy.auth_objects import RETINOPATHY_ROLE
from edc_retinopathy.models import CameraSession, FileAccess, SessionFile
from tests import factories
from tests.committed import CommittedRecords, db, records
from tests.security.browser.attacker import Attacker, listening
from tests.servers import Server, running

__all__ = ["db", "records"]

CHROMIUM = shutil.which("chromium")
CHROMEDRIVER = shutil.which("chromedriver")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--window-size=1280,1000",
)


@pytest.fixture(scope="module")
def server(db: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A gunicorn with the static files that pages ask for, which it looks for when it starts."""
    call_command("collectstatic", interactive=False, verbosity=0)
    with running(tmp_path_factory.mktemp("browser"), workers=1) as server:
        yield server


@pytest.fixture(scope="module")
def origin(server: Server) -> str:
    """The address of site alpha."""
    return f"http://{factories.ALPHA_HOST}:{server.port}"


@pytest.fixture(scope="module")
def camera_session(records: CommittedRecords) -> Iterator[CameraSession]:
    """An open session, committed."""
    session = records.session(device_id="CAM-1")
    yield session
    FileAccess.objects.filter(session_file__camera_session=session).delete()


@pytest.fixture
def store(
    server: Server, camera_session: CameraSession, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., SessionFile]:
    """Stores a file where the server finds it; see ``factories.store_file``."""
    monkeypatch.setattr(settings, "EDC_RETINOPATHY_STORAGE_DIR", server.storage.directory)

    def store_file(file_type: str, **fields: Any) -> SessionFile:
        return factories.store_file(camera_session, file_type, **fields)

    return store_file


@pytest.fixture(scope="module")
def attacker() -> Iterator[Attacker]:
    """Somebody else's server."""
    with listening() as attacker:
        yield attacker


@pytest.fixture(scope="module")
def chromium(origin: str, db: None) -> Iterator[Any]:
    """Chromium, logged in as a clinician."""
    if not CHROMIUM or not CHROMEDRIVER:
        pytest.skip(
            "chromium and chromedriver are not installed (Debian: apt install chromium-driver)"
        )
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(CHROMEDRIVER))
    try:
        # A cookie is set for the page at hand.
        driver.get(f"{origin}/static/edc_retinopathy/admin.css")
        driver.add_cookie({"name": "sessionid", "value": _session_cookie(), "httpOnly": True})
        # One that scripts could read, if there were any.
        driver.add_cookie({"name": "readable", "value": "secret"})
        yield driver
    finally:
        driver.quit()


@pytest.fixture
def tab(chromium: Any) -> Iterator[Any]:
    """A tab of its own, with nothing in the logs."""
    first = chromium.current_window_handle
    chromium.switch_to.new_window("tab")
    for log in ("browser", "performance"):
        chromium.get_log(log)
    yield chromium
    for handle in chromium.window_handles:
        if handle != first:
            chromium.switch_to.window(handle)
            chromium.close()
    chromium.switch_to.window(first)


def _session_cookie() -> str:
    client = Client(SERVER_NAME=factories.ALPHA_HOST)
    client.force_login(factories.find_or_create_user("clinician", role=RETINOPATHY_ROLE))
    return client.cookies["sessionid"].value
