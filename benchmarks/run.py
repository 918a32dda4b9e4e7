"""Measure the app under gunicorn, side by side with the baseline, and print tables.

.venv/bin/python -m benchmarks.run [--repeat N] [--directory DIR]
"""

import argparse
import hashlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

BASE = "/api/retinopathy"
BOUNDARY = "the-boundary-between-the-parts"
KB, MIB = 1000, 1024 * 1024
SIZES_MB = (0.3, 7, 20)
MANY_SESSIONS = 1000
numbers = count(1)
# As in ``benchmarks.files``, which is loaded once there are settings.
NUMBER = b"7" * 20


@dataclass
class Server:
    """A running gunicorn."""

    process: "subprocess.Popen[bytes]"
    port: int
    token: str

    def request(
        self, method: str, path: str, body: bytes | None = None, content_type: str = ""
    ) -> dict[str, Any]:
        """Send a request that succeeds; gives the answer's JSON."""
        headers = {"Host": "localhost", "Authorization": f"Token {self.token}"}
        if content_type:
            headers["Content-Type"] = content_type
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)) as client:
            client.request(method, path, body, headers)
            response = client.getresponse()
            answer = response.read()
        if response.status not in {200, 201}:
            raise RuntimeError(f"{method} {path}: {response.status} {answer[:300]!r}")
        found: dict[str, Any] = json.loads(answer)
        return found

    def workers(self) -> list[int]:
        """The process ids of the workers."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
        return [int(child) for child in children.split()]

    def bytes_written(self) -> int:
        """What the workers have given to ``write`` so far: files and database, not sockets."""
        return sum(_proc(pid, "io", "wchar") for pid in self.workers())


def _proc(pid: int, file: str, name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+)", Path(f"/proc/{pid}/{file}").read_text(), re.MULTILINE)
    assert found, name  # noqa: S101
    return int(found[1])


@contextmanager
def running(directory: Path, token: str, *, workers: int = 2) -> Iterator[Server]:
    """Run gunicorn on what ``directory`` holds."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        command = [
            *(sys.executable, "-m", "gunicorn", "--config", "demo/gunicorn.conf.py"),
            *("--bind", f"fd://{listener.fileno()}", "--workers", str(workers)),
        ]
        with (directory / "gunicorn.log").open("ab") as log:
            process = subprocess.Popen(  # noqa: S603
                command,
                pass_fds=[listener.fileno()],
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
    server = Server(process, port, token)
    try:
        while True:
            try:
                server.request("GET", f"{BASE}/ping/")
                break
            except ConnectionError:
                time.sleep(0.2)
        yield server
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def form(content: bytes, name: str, content_type: str) -> bytes:
    """An upload's body."""
    fields = {
        # The time of the upload, as clients send it.
        "capture_datetime": datetime.now(UTC).isoformat(),
        "checksum": hashlib.sha256(content).hexdigest(),
    }
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
        for key, value in fields.items()
    ]
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        f"Content-Type: {content_type}\r\n\r\n"
    )
    return "".join([*parts, head]).encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()


@dataclass(frozen=True)
class Kind:
    """What is uploaded."""

    label: str
    file_type: str
    extension: str
    content_type: str
    content: bytes


def uploader(server: Server, base: str, kind: Kind, session: Any) -> Callable[[], float]:
    """A function that uploads the file once more, under a new name, and gives the seconds."""

    def upload() -> float:
        number = next(numbers)
        content = another(kind.content, number)
        body = form(content, f"{number}{kind.extension}", kind.content_type)
        path = f"{base}/{session.subject_identifier}/{kind.file_type}/"
        path += f"?camera_session_id={session.pk}"
        begun = time.perf_counter()
        server.request("POST", path, body, f"multipart/form-data; boundary={BOUNDARY}")
        return time.perf_counter() - begun

    return upload


def another(content: bytes, number: int) -> bytes:
    """The file with another number in it: an honest exam is no copy of an earlier one."""
    return content.replace(NUMBER, b"%0*d" % (len(NUMBER), number), 1)


def at_once(call: Callable[[], float], clients: int) -> float:
    """The seconds until each of so many clients has called once, per call."""
    if clients == 1:
        return call()
    begun = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(lambda _: call(), range(clients)))
    return (time.perf_counter() - begun) / clients


def milliseconds(seconds: list[float]) -> float:
    """The median, in milliseconds."""
    return statistics.median(seconds) * 1000


def table(title: str, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    """Print a table."""
    cells = [columns, *[tuple(_cell(value) for value in row) for row in rows]]
    widths = [max(len(row[i]) for row in cells) for i in range(len(columns))]
    print(f"\n{title}\n{'-' * len(title)}")  # noqa: T201
    for row in cells:
        print("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)))  # noqa: T201


def _cell(value: Any) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def kinds() -> list[Kind]:
    """JPEG and DICOM of each size."""
    from benchmarks.files import jpeg, uncompressed_dicom  # noqa: PLC0415

    found = []
    for size in SIZES_MB:
        found.append(Kind(f"JPEG {size} MB", "left", ".jpg", "image/jpeg", jpeg(size)))
        content = uncompressed_dicom(size)
        found.append(Kind(f"DICOM {size} MB", "left_dicom", ".dcm", "application/dicom", content))
    return found


def measure_uploads(server: Server, records: "Records", repeat: int) -> None:
    """Ours and the baseline in turns: medians, ratio, and bytes written for each byte."""
    rows = []
    for clients in (1, 4):
        for kind in kinds():
            seconds: dict[str, list[float]] = {"ours": [], "baseline": []}
            written = dict.fromkeys(seconds, 0)
            calls = {
                "ours": uploader(server, BASE, kind, records.session()),
                "baseline": uploader(server, "/baseline", kind, records.session()),
            }
            for call in calls.values():
                call()
            for _ in range(repeat):
                for name, call in calls.items():
                    # What the baseline left to be written is not ours to wait for.
                    os.sync()
                    before = server.bytes_written()
                    seconds[name].append(at_once(call, clients))
                    written[name] += server.bytes_written() - before
            sent = len(kind.content) * clients * repeat
            ours, baseline = milliseconds(seconds["ours"]), milliseconds(seconds["baseline"])
            amounts = (written["ours"] / sent, written["baseline"] / sent)
            rows.append((kind.label, clients, ours, baseline, ours / baseline, *amounts))
            records.free_space()
    columns = ("file", "clients", "ms", "baseline", "ratio", "written/byte", "baseline")
    table("Upload (median per file)", columns, rows)


def measure_questions(server: Server, records: "Records", repeat: int) -> None:
    """Resolve, status and a whole exam: ours and the baseline in turns."""
    rows = []
    for sessions in (1, MANY_SESSIONS):
        identifier = records.subject_with(sessions)
        for label, ask in {"resolve": resolve, "status": status}.items():
            row = in_turns(lambda base, ask=ask, i=identifier: ask(server, base, i), repeat * 3)  # type: ignore[misc]
            rows.append((label, sessions, *row))
    label = "a whole exam: resolve, report, two DICOMs, status"
    rows.append((label, 1, *in_turns(lambda base: exam(server, base, records.session()), repeat)))
    ping = [timed(lambda: server.request("GET", f"{BASE}/ping/")) for _ in range(repeat * 3)]
    rows.append(("ping", 1, milliseconds(ping), "", ""))
    table("Questions", ("request", "sessions", "ms", "baseline", "ratio"), rows)


def in_turns(
    call: Callable[[str], Callable[[], object]], repeat: int
) -> tuple[float, float, float]:
    """Medians in milliseconds of what ``call`` makes of our base and of the baseline's; ratio."""
    seconds: dict[str, list[float]] = {BASE: [], "/baseline": []}
    for _ in range(repeat):
        for base, measured in seconds.items():
            prepared = call(base)
            os.sync()
            measured.append(timed(prepared))
    ours, baseline = map(milliseconds, seconds.values())
    return ours, baseline, ours / baseline


def timed(call: Callable[[], object]) -> float:
    """How many seconds a call takes."""
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def resolve(server: Server, base: str, identifier: str) -> Callable[[], object]:
    """A call that resolves the subject."""
    body = json.dumps({"subject_identifier": identifier}).encode()
    return lambda: server.request("POST", f"{base}/resolve/", body, "application/json")


def status(server: Server, base: str, identifier: str) -> Callable[[], object]:
    """A call that asks for the subject's status."""
    return lambda: server.request("GET", f"{base}/{identifier}/status/")


def exam(server: Server, base: str, session: Any) -> Callable[[], object]:
    """A call that sends what the camera's client sends for one subject, without its pauses."""
    from demo.sample_exam import exam_files  # noqa: PLC0415

    identifier = session.subject_identifier
    kinds = [
        Kind("", file.file_type, Path(file.name).suffix, "", file.content)
        for file in exam_files(identifier, include_jpegs=False)
    ]
    steps: list[Callable[[], object]] = [
        resolve(server, base, identifier),
        *(uploader(server, base, kind, session) for kind in kinds),
        status(server, base, identifier),
    ]
    return lambda: [step() for step in steps]


def measure_memory(server: Server, records: "Records") -> None:
    """What the peak of the one worker rises by during an upload of 20 MB."""
    rows = []
    for base, label in ((BASE, "ours"), ("/baseline", "baseline")):
        for kind in kinds():
            call = uploader(server, base, kind, records.session())
            call()
            (worker,) = server.workers()
            Path(f"/proc/{worker}/clear_refs").write_text("5", encoding="ascii")
            before = _proc(worker, "status", "VmRSS")
            call()
            rise = (_proc(worker, "status", "VmHWM") - before) / 1024
            rows.append((label, kind.label, before / 1024, rise))
            records.free_space()
    table("Memory of a worker", ("view", "file", "MiB before", "rises by MiB"), rows)


def measure_queries(records: "Records") -> None:
    """Queries for each request, in this process."""
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415
    from rest_framework.test import APIClient  # noqa: PLC0415, TID251

    client: Any = APIClient(SERVER_NAME="localhost")
    client.credentials(HTTP_AUTHORIZATION=f"Token {records.token}")
    rows = []
    for sessions in (1, MANY_SESSIONS):
        identifier = records.subject_with(sessions)
        content = kinds()[0].content
        body = form(content, f"{next(numbers)}.jpg", "image/jpeg")
        calls: dict[str, Callable[[], Any]] = {
            "resolve": lambda i=identifier: client.post(  # type: ignore[misc]
                f"{BASE}/resolve/", {"subject_identifier": i}, format="json"
            ),
            "upload": lambda i=identifier, b=body: client.generic(  # type: ignore[misc]
                "POST", f"{BASE}/{i}/left/", b, f"multipart/form-data; boundary={BOUNDARY}"
            ),
            "status": lambda i=identifier: client.get(f"{BASE}/{i}/status/"),  # type: ignore[misc]
        }
        for label, call in calls.items():
            with CaptureQueriesContext(connection) as queries:
                response = call()
            assert response.status_code in {200, 201}, response.content  # noqa: S101
            asked = [
                query["sql"]
                for query in queries
                if not query["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"))
            ]
            rows.append((label, sessions, len(asked)))
    table("Queries", ("request", "sessions", "queries"), rows)


def measure_imports(repeat: int) -> None:
    """What importing the app adds to ``django.setup`` and the loading of the URLs."""
    program = (
        "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'benchmarks.settings'\n"
        "from demo.startup import set_up; set_up()\n"
        "from django.urls import get_resolver; get_resolver().url_patterns"
    )
    totals, own = [], []
    for _ in range(repeat):
        run = subprocess.run(  # noqa: S603
            [sys.executable, "-X", "importtime", "-c", program],
            capture_output=True,
            text=True,
            check=True,
        )
        total, self_only = imports_of_the_app(run.stderr)
        totals.append(total)
        own.append(self_only)
    rows = [
        ("its own modules", milliseconds(own)),
        ("with what only they import", milliseconds(totals)),
    ]
    table("Import", ("edc_retinopathy", "ms"), rows)


def imports_of_the_app(report: str) -> tuple[float, float]:
    """From ``-X importtime``: seconds of the app's modules with what they import, and alone."""
    total = own = 0
    # Children come before their parent, which is indented less.
    pending: list[tuple[int, bool, int]] = []
    for line in report.splitlines():
        found = re.match(r"import time:\s+(\d+) \|\s+(\d+) \|( +)(\S+)", line)
        if not found:
            continue
        alone, cumulative, depth = int(found[1]), int(found[2]), len(found[3])
        is_ours = found[4].startswith("edc_retinopathy")
        own += alone if is_ours else 0
        below = 0
        while pending and pending[-1][0] > depth:
            _, child_is_ours, child_total = pending.pop()
            below += child_total if child_is_ours or not is_ours else 0
        pending.append((depth, is_ours, cumulative if is_ours else below))
    total = sum(item[2] for item in pending)
    return total / 1e6, own / 1e6


class Records:
    """Subjects and sessions to upload to."""

    def __init__(self, directory: Path) -> None:
        from django.contrib.sites.models import Site  # noqa: PLC0415

        from edc_retinopathy.accounts.provisioning import create_camera_account  # noqa: PLC0415

        # Bound to no device: it acts for the camera of whatever session.
        self.token = create_camera_account("camera", Site.objects.get(pk=10))
        self.images = directory / "storage" / "images"

    def subject(self) -> Any:
        """A new subject."""
        from datetime import date  # noqa: PLC0415

        from edc_registration.models import RegisteredSubject  # noqa: PLC0415

        number = next(numbers)
        return RegisteredSubject.objects.create(
            subject_identifier=f"105-10-{number:04}-{number % 10}",
            site_id=10,
            gender="F",
            initials="AB",
            first_name=f"NAME{number}",
            dob=date(1980, 1, 1),
        )

    def session(self) -> Any:
        """A new session of a new subject."""
        from edc_retinopathy.models import CameraSession  # noqa: PLC0415

        return CameraSession.objects.create(registered_subject=self.subject(), site_id=10)

    def subject_with(self, sessions: int) -> str:
        """The identifier of a new subject with so many sessions."""
        from edc_retinopathy.models import CameraSession  # noqa: PLC0415

        newest = self.session()
        identifier: str = newest.subject_identifier
        CameraSession.objects.bulk_create(
            CameraSession(
                id=uuid4(),
                registered_subject=newest.registered_subject,
                subject_identifier=identifier,
                site_id=10,
                report_datetime=newest.report_datetime,
            )
            for _ in range(sessions - 1)
        )
        return identifier

    def free_space(self) -> None:
        """Remove the files of what was measured; the records are of no more use."""
        for directory in self.images.iterdir():
            shutil.rmtree(directory)


def main() -> None:
    """Prepare a database, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=7, help="how often each is measured (7)")
    parser.add_argument("--directory", type=Path, help="where to write, to measure another disk")
    options = parser.parse_args()
    directory = Path(tempfile.mkdtemp(prefix="edc-retinopathy-benchmark-", dir=options.directory))
    os.environ |= {
        "DEMO_DATA": str(directory),
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "EDC_RETINOPATHY_MAX_FILE_SIZE_MB": "40",
        # The baseline's temporary files on the same disk.
        "TMPDIR": str(directory),
    }
    try:
        from demo.startup import set_up  # noqa: PLC0415

        set_up()
        from django.core.management import call_command  # noqa: PLC0415

        call_command("migrate", verbosity=0)
        records = Records(directory)
        measure_queries(records)
        measure_imports(3)
        with running(directory, records.token) as server:
            measure_uploads(server, records, options.repeat)
            measure_questions(server, records, options.repeat)
        with running(directory, records.token, workers=1) as server:
            measure_memory(server, records)
    finally:
        shutil.rmtree(directory)


if __name__ == "__main__":
    main()
