"""Real servers for tests: gunicorn with several workers on the database of the test run.

What such a server reads has to be committed: see ``tests.committed``.
"""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection

from edc_retinopathy.auth_objects import RETINOPATHY_CAMERA_ROLE
from edc_retinopathy.models import CameraSession
from tests import factories
from tests.api.client import BASE, CAPTURED, sha256, upload_url
from tests.storage import StorageOnDisk

ROOT = Path(__file__).resolve().parent.parent
BOUNDARY = "the-boundary-between-the-parts"
CONTENT_TYPE = f"multipart/form-data; boundary={BOUNDARY}"
# The test application's header: what is to go wrong in this request.
FAULT_HEADER = "X-Test-Fault"
# Its answer: the process that served.
WORKER_HEADER = "X-Test-Worker"
# And the modules that it has imported since it began to serve.
IMPORTED_HEADER = "X-Test-Imported"
POLL_SECONDS = 0.02
PATIENCE_SECONDS = 60.0
# Longer than a ping takes on a busy machine.
SOON_SECONDS = 5.0
LOCK_WAIT_SECONDS = 1


def wait_until(condition: Callable[[], Any], *, what: str) -> None:
    """Return as soon as the condition holds; fail when it does not for long."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"Waited {PATIENCE_SECONDS:.0f} s in vain until {what}."
        time.sleep(POLL_SECONDS)


@dataclass(frozen=True)
class Answer:
    """What a server answered: its status, its headers and the JSON of its body."""

    status: int
    headers: Mapping[str, str]
    body: dict[str, Any]

    @property
    def code(self) -> str:
        """The machine word of an error."""
        return str(self.body["code"])


def form(content: bytes, name: str = "photo.jpg") -> bytes:
    """The multipart body of an upload as a camera sends it, with its checksum."""
    fields = {"capture_datetime": CAPTURED, "checksum": sha256(content)}
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
        for key, value in fields.items()
    ]
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    return "".join([*parts, head]).encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()


class Server:
    """A running gunicorn, and what a camera asks of it."""

    def __init__(
        self,
        process: "subprocess.Popen[bytes]",
        listener: socket.socket,
        storage: StorageOnDisk,
        log: Path,
        token: str,
    ) -> None:
        self.process = process
        self.port: int = listener.getsockname()[1]
        self.storage = storage
        self.log = log
        self.token = token

    @property
    def output(self) -> str:
        """What the server has logged so far."""
        return self.log.read_text(errors="replace")

    def headers(self, *, token: str = "", fault: str = "", **more: str) -> dict[str, str]:
        """The headers of a request: the token, and what is to go wrong, if anything."""
        headers = {"Host": factories.ALPHA_HOST, "Authorization": f"Token {token or self.token}"}
        return headers | ({FAULT_HEADER: fault} if fault else {}) | more

    def request(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] = {}
    ) -> Answer:
        """Send a request; raises ``ConnectionError`` if the server goes away."""
        with closing(self.connect()) as client:
            client.request(method, path, body, {**self.headers(), **headers})
            return answer_of(client)

    def connect(self, timeout_seconds: float = PATIENCE_SECONDS) -> http.client.HTTPConnection:
        """A connection, not yet made; the caller closes it."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout_seconds)

    def ping(self) -> Answer:
        """``GET ping/``."""
        return self.request("GET", f"{BASE}/ping/")

    def is_up(self) -> bool:
        """Whether it answers a ping soon; fails if the process has ended."""
        assert self.process.poll() is None, f"The server ended:\n{self.output}"
        with suppress(OSError), closing(self.connect(SOON_SECONDS)) as client:
            client.request("GET", f"{BASE}/ping/", headers=self.headers())
            return answer_of(client).status == 200
        return False

    def resolve(self, subject_identifier: str, **fields: str) -> Answer:
        """``POST resolve/``."""
        token = fields.pop("token", "")
        body = json.dumps({"subject_identifier": subject_identifier, **fields}).encode()
        headers = self.headers(token=token) | {"Content-Type": "application/json"}
        return self.request("POST", f"{BASE}/resolve/", body, headers)

    def status(self, subject_identifier: str) -> Answer:
        """``GET <subject_identifier>/status/``."""
        return self.request("GET", f"{BASE}/{subject_identifier}/status/")

    def upload(
        self,
        session: CameraSession,
        content: bytes,
        *,
        name: str = "photo.jpg",
        file_type: str = "left",
        fault: str = "",
        token: str = "",
    ) -> Answer:
        """Upload a file to this session."""
        headers = self.headers(fault=fault, token=token) | {"Content-Type": CONTENT_TYPE}
        return self.request(
            "POST", path_of_upload(session, file_type), form(content, name), headers
        )

    def begin_upload(
        self, session: CameraSession, content_length: int, file_type: str = "left"
    ) -> http.client.HTTPConnection:
        """Send the headers of an upload whose body follows; the caller closes the connection."""
        client = self.connect()
        client.putrequest("POST", path_of_upload(session, file_type), skip_host=True)
        sent = self.headers() | {"Content-Type": CONTENT_TYPE}
        for header, value in (sent | {"Content-Length": str(content_length)}).items():
            client.putheader(header, value)
        client.endheaders()
        return client


def path_of_upload(session: CameraSession, file_type: str = "left") -> str:
    """The path of an upload to this very session."""
    query = {"camera_session_id": str(session.pk)}
    return f"{upload_url(session.subject_identifier, file_type)}?{urlencode(query)}"


def answer_of(client: http.client.HTTPConnection) -> Answer:
    """Read the answer; it is JSON in every case."""
    response = client.getresponse()
    body = response.read()
    assert response.headers["Content-Type"] == "application/json", body[:500]
    return Answer(response.status, dict(response.headers), json.loads(body))


@contextmanager
def running(
    directory: Path,
    *,
    workers: int = 2,
    threads: int = 4,
    timeout_seconds: int = 60,
    lock_wait: bool = False,
    storage: StorageOnDisk | None = None,
    options: tuple[str, ...] = (),
    is_awaited: bool = True,
    **app_settings: object,
) -> Iterator[Server]:
    """Run gunicorn while the block runs, with its storage and its log in ``directory``.

    The database must be unblocked. ``lock_wait`` makes it wait for a lock no longer than
    ``LOCK_WAIT_SECONDS``; ``options`` are gunicorn's; ``app_settings`` are settings of the app.
    Unless it is awaited, requests wait in the socket's queue until the first worker serves.
    """
    storage = storage or made_storage(directory)
    token = camera_token()
    log = directory / "gunicorn.log"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        command = [
            *(sys.executable, "-m", "gunicorn", "--config", "demo/gunicorn.conf.py"),
            *("--bind", f"fd://{listener.fileno()}", "--workers", str(workers)),
            *("--threads", str(threads), *options),
            *("--timeout", str(timeout_seconds), "tests.faults.wsgi:application"),
        ]
        with log.open("ab") as output:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=_environment(storage, lock_wait=lock_wait, app_settings=app_settings),
                pass_fds=[listener.fileno()],
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        server = Server(process, listener, storage, log, token)
    # The socket is the server's alone from here on: once it has ended, nobody listens.
    try:
        if is_awaited:
            wait_until(server.is_up, what="the server answers")
        yield server
    finally:
        kill(server)


def camera_token(username: str = "camera") -> str:
    """The token of a camera account of site alpha, committed, made now if there is none yet."""
    return factories.token_of(
        factories.find_or_create_user(username, role=RETINOPATHY_CAMERA_ROLE, is_staff=False)
    )


def kill(server: Server) -> None:
    """End the server with all its workers, at once; harmless when it has ended."""
    with suppress(ProcessLookupError):
        os.killpg(server.process.pid, signal.SIGKILL)
    server.process.wait()


def made_storage(directory: Path) -> StorageOnDisk:
    """An empty storage directory and Django's spool beside it, made if they are not there."""
    for path in (directory / "storage" / "images", directory / "spool"):
        path.mkdir(parents=True, exist_ok=True)
    return StorageOnDisk(directory / "storage", directory / "spool")


def _environment(
    storage: StorageOnDisk, *, lock_wait: bool, app_settings: dict[str, object]
) -> dict[str, str]:
    database = {k: v for k, v in connection.settings_dict.items() if k != "TEST"}
    if lock_wait:
        database["OPTIONS"] = database["OPTIONS"] | _short_lock_wait(database["OPTIONS"])
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.server_settings",
        # The keys that the test run encrypts with.
        "DEMO_DATA": str(settings.DATA_DIR),
        "EDC_RETINOPATHY_TEST_SERVER_DATABASE": json.dumps(database, default=str),
        "EDC_RETINOPATHY_TEST_SERVER_SPOOL": str(storage.spool),
        "EDC_RETINOPATHY_STORAGE_DIR": str(storage.directory),
        **{name: json.dumps(value) for name, value in app_settings.items()},
    }


def _short_lock_wait(options: dict[str, Any]) -> dict[str, Any]:
    if connection.vendor == "sqlite":
        return {"timeout": LOCK_WAIT_SECONDS}
    if connection.vendor == "postgresql":
        return {"options": f"-c lock_timeout={LOCK_WAIT_SECONDS * 1000}"}
    return {"init_command": f"SET SESSION innodb_lock_wait_timeout={LOCK_WAIT_SECONDS}"}
