"""The real camera client, ``fundus-camera-watchdog``, run as it is on a camera's workstation."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

# The client holds this local port so that only one instance runs.
LOCK_PORT = 51742
ALREADY_RUNNING = "Another instance"
# The client itself, but for its patience: 5 s between attempts, 60 s between sweeps.
HURRIED_CLIENT = (
    "import fundus_camera_watchdog.main as client; "
    "client.RETRY_DELAY_SECONDS = 0.1; client.SWEEP_INTERVAL_SECONDS = 0.5; client.main()"
)
POLL_SECONDS = 0.05
PATIENCE_SECONDS = 90.0


def wait_until(
    condition: Callable[[], bool], *, what: str, seconds: float = PATIENCE_SECONDS
) -> None:
    """Return as soon as the condition holds; fail when it still does not after so many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"Waited {seconds:.0f} s in vain until {what}.")
        time.sleep(POLL_SECONDS)


class Watchdog:
    """One running client; what it logs goes to a file."""

    def __init__(self, watch_dir: Path, log: Path, process: "subprocess.Popen[bytes]") -> None:
        self.watch_dir = watch_dir
        self.log = log
        self.process = process

    @property
    def output(self) -> str:
        """What the client has logged so far."""
        return self.log.read_text(errors="replace")

    def is_up_or_gone(self) -> bool:
        """True once the client watches its folder, or has ended."""
        return self.process.poll() is not None or "Watching" in self.output

    def wait_until_moved_to(self, archive: str) -> Path:
        """Give the subject's folder once it was moved to ``processed`` or ``rejected``."""
        directory = self.watch_dir / archive

        def has_moved() -> bool:
            assert self.process.poll() is None, f"The client ended:\n{self.output}"
            # Its last word about the folder: by then everything has been moved.
            return directory.is_dir() and f"-> {archive}/" in self.output

        try:
            wait_until(has_moved, what=f"a folder lies in {archive}/")
        except AssertionError as e:
            raise AssertionError(f"{e}\n{self.output}") from None
        (moved,) = directory.iterdir()
        return moved


@contextmanager
def running(
    watch_dir: Path, *, url: str, token: str, log: Path, flags: tuple[str, ...] = ()
) -> Iterator[Watchdog]:
    """Run the client on a folder while the block runs, once no other one holds its lock."""
    command = [
        sys.executable,
        "-c",
        HURRIED_CLIENT,
        *("--watch-dir", str(watch_dir), "--api-url", url, "--token", token),
        *("--device-id", "CAM-001", "--log-level", "INFO", *flags),
    ]
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        wait_until(_lock_is_free, what="another client ends")
        with log.open("wb") as output:
            process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        client = Watchdog(watch_dir, log, process)
        wait_until(
            client.is_up_or_gone,
            what="the client has started",
        )
        if process.poll() is None or ALREADY_RUNNING not in client.output:
            break
        assert time.monotonic() < deadline, client.output
    try:
        yield client
    finally:
        process.terminate()
        process.wait(timeout=10)


def _lock_is_free() -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        try:
            probe.bind(("127.0.0.1", LOCK_PORT))
        except OSError:
            return False
    return True
