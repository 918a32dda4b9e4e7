#!/usr/bin/env python
"""Take the documentation's pictures of pages from a demo of its own: docs/images/*.png.

The demo runs in a temporary directory. Its cameras send what a morning brings: whole exams, a dark
picture, swapped eyes, half an exam, and one of a person who has no session. Needs Chromium and its
driver (Debian: apt install chromium-driver).
"""

import argparse
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any

from PIL import Image
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from demo.camera import Camera, CameraError  # noqa: E402
from demo.flawed_exams import dark_picture, swapped_eyes  # noqa: E402
from demo.sample_exam import ExamFile, exam_files  # noqa: E402

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--hide-scrollbars",
)
PATIENCE_SECONDS = 300
MOST_BYTES = 200_000
DESK, PHONE, VIEWER = (1280, 900), (390, 844), (1024, 760)
# Of nobody in the demo.
STRANGER = "105-10-0009-9"
# Every picture that can be seen is there: a thumbnail that was not ready is asked for again, and
# the viewer draws its own.
IS_LOADED = """
const isSeen = (image) => image.offsetParent && image.getBoundingClientRect().top < innerHeight;
return document.readyState === "complete" && performance.now() > 4000
    && Array.from(document.images).filter(isSeen).every((image) => image.naturalWidth > 1);
"""


def main() -> int:
    """Run the demo, send exams, take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=ROOT / "docs" / "images")
    directory = parser.parse_args().to
    with tempfile.TemporaryDirectory() as data, demo(Path(data)) as details:
        whole, doubtful = send_exams(details)
        # Their findings too: the pages show them at once.
        run_in_demo(Path(data), "demo/manage.py", "render_previews").wait()
        with chromium() as browser:
            log_in(browser, details)
            base = f"{details['url']}/edc_retinopathy"
            take(browser, f"{base}/", DESK, directory / "home.png")
            take(browser, f"{base}/", PHONE, directory / "home_narrow.png")
            take(browser, f"{base}/sessions/{doubtful}/", DESK, directory / "session.png")
            take(browser, f"{base}/sessions/{whole}/exam/", VIEWER, directory / "viewer.png")
    return 0


@contextlib.contextmanager
def demo(directory: Path) -> Iterator[dict[str, Any]]:
    """A demo in ``directory`` on a free port; gives what it tells programs, and ends it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = run_in_demo(directory, "-m", "demo", "--port", str(port))
    try:
        ready = directory / "demo.json"
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not ready.exists():
            if server.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("The demo did not start.")
            time.sleep(0.5)
        yield json.loads(ready.read_text(encoding="utf-8"))
    finally:
        server.terminate()
        server.wait()


def run_in_demo(directory: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    """This interpreter, with the data of the demo in ``directory``."""
    return subprocess.Popen(  # noqa: S603 - nothing from outside
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, "DEMO_DATA": str(directory)},
        stdout=subprocess.DEVNULL,
    )


def send_exams(details: dict[str, Any]) -> tuple[str, str]:
    """Send a morning's exams; gives the keys of a whole session and of one with a dark picture."""
    now = datetime.now(UTC)
    subjects = iter(details["subjects"]["combined"])
    cameras = [Camera(details["url"], token, name) for name, token in details["cameras"].items()]

    def send(camera: Camera, files: Any) -> str:
        while True:
            subject = next(subjects)
            # The list of the demo's subjects is older than some of their exams.
            with contextlib.suppress(CameraError):
                found = camera.resolve(subject)
                break
        for file in files(subject):
            camera.upload(subject, file)
        return str(found["camera_session_id"])

    def whole(subject: str) -> Iterator[ExamFile]:
        return exam_files(subject, captured=now, include_jpegs=True)

    first = send(cameras[0], whole)
    send(cameras[1], lambda subject: swapped_eyes(subject, now))
    send(cameras[1], lambda subject: islice(exam_files(subject, captured=now), 2))
    doubtful = send(cameras[0], lambda subject: dark_picture(subject, now))
    with contextlib.suppress(CameraError):
        cameras[1].resolve(STRANGER)
    return first, doubtful


@contextlib.contextmanager
def chromium() -> Iterator[Any]:
    """A Chromium without a window."""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for flag in FLAGS:
        options.add_argument(flag)
    driver = webdriver.Chrome(options, webdriver.ChromeService(shutil.which("chromedriver")))
    try:
        yield driver
    finally:
        driver.quit()


def log_in(browser: Any, details: dict[str, Any]) -> None:
    """Log in as the demo's clinician."""
    login = details["logins"]["clinician"]
    browser.get(f"{details['url']}/accounts/login/?next=/edc_retinopathy/")
    for name in ("username", "password"):
        browser.find_element(By.NAME, name).send_keys(login[name])
    browser.find_element(By.NAME, "password").submit()
    wait(browser, "return location.pathname === '/edc_retinopathy/'")


def take(browser: Any, address: str, size: tuple[int, int], path: Path) -> None:
    """Take a picture of the top of a page in a window of that size."""
    width, height = size
    window = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": size == PHONE}
    path.parent.mkdir(parents=True, exist_ok=True)
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", window)
    browser.get(address)
    wait(browser, IS_LOADED)
    if not browser.find_elements(By.CSS_SELECTOR, ".retinopathy"):
        raise SystemExit(f"{address} is no page of the app: {browser.title}")
    write_small(browser.get_screenshot_as_png(), path)
    sys.stdout.write(f"{path} {path.stat().st_size // 1000} kB\n")


def wait(browser: Any, script: str) -> None:
    """Wait until a script is true in the page."""
    WebDriverWait(browser, PATIENCE_SECONDS).until(lambda driver: driver.execute_script(script))


def write_small(png: bytes, path: Path) -> None:
    """Write the picture in as many colours as fit into ``MOST_BYTES``."""
    with Image.open(BytesIO(png)) as image:
        for colours in (256, 128, 64, 32):
            image.convert("RGB").quantize(
                colours, method=Image.Quantize.MAXCOVERAGE, kmeans=2, dither=Image.Dither.NONE
            ).save(path, optimize=True)
            if path.stat().st_size < MOST_BYTES:
                return


if __name__ == "__main__":
    sys.exit(main())
