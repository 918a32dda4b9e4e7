"""A fresh worker meets many first requests at once, of every endpoint and kind of file.

What is imported only then is imported by several threads: one of them may meet a package that
another has half loaded, and Python keeps it so.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Barrier

import pytest

from edc_retinopathy.models import CameraSession
from tests.committed import CommittedRecords
from tests.invariants import assert_stored
from tests.samples import EXTENSIONS, VALID
from tests.servers import IMPORTED_HEADER, Answer, Server, running, wait_until

ROUNDS = 6
# Leaves of Python's and Django's own: Django waits for a module that is half loaded, and the other
# is one file of C.
ALLOWED = frozenset(
    {
        "_sha2",
        "django.contrib.messages.storage.cookie",
        "django.contrib.messages.storage.fallback",
        "django.contrib.messages.storage.session",
        "django.contrib.sessions.serializers",
    }
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Only Linux lists children.")


def name_of(key: str) -> str:
    """A name for the file of a sample."""
    return f"{key.replace(' ', '-')}{EXTENSIONS[VALID[key].content_type or '']}"


def workers_of(server: Server) -> set[int]:
    """The processes that serve."""
    pid = server.process.pid
    return {int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}


def kill_workers(server: Server) -> None:
    """End the workers; the master forks fresh ones, which have served nothing."""
    before = workers_of(server)
    for pid in before:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    wait_until(
        lambda: len(workers_of(server) - before) == len(before), what="there are fresh workers"
    )


def first_requests(server: Server, session: CameraSession) -> dict[str, Callable[[], Answer]]:
    """One request of each endpoint, and one of each kind of file."""
    subject_identifier = session.subject_identifier

    def upload(key: str) -> Callable[[], Answer]:
        sample = VALID[key]
        content, file_type = sample.content, sample.accepted_by[0]
        return lambda: server.upload(session, content, name=name_of(key), file_type=file_type)

    return {
        "ping": server.ping,
        "resolve": lambda: server.resolve(subject_identifier),
        "status": lambda: server.status(subject_identifier),
        **{key: upload(key) for key in VALID},
    }


def all_at_once(requests: dict[str, Callable[[], Answer]]) -> Iterator[tuple[str, Answer]]:
    """The answers to requests that are sent at the same moment."""
    start = Barrier(len(requests))

    def send(request: Callable[[], Answer]) -> Answer:
        start.wait()
        return request()

    with ThreadPoolExecutor(len(requests)) as pool:
        yield from zip(requests, pool.map(send, requests.values()), strict=True)


def test_every_first_request_succeeds_and_imports_nothing(
    records: CommittedRecords, tmp_path: Path
) -> None:
    # The documented shape.
    with running(tmp_path, workers=2, threads=8) as server:
        for _ in range(ROUNDS):
            session = records.session(records.subject())
            requests = first_requests(server, session)
            kill_workers(server)
            imported: set[str] = set()
            for name, answer in all_at_once(requests):
                assert answer.status in {200, 201}, (name, answer.body, server.output)
                imported |= set(answer.headers[IMPORTED_HEADER].split())
            assert not imported - ALLOWED, " ".join(sorted(imported - ALLOWED))
            stored = {name_of(key): sample.content for key, sample in VALID.items()}
            assert_stored(server.storage, session, stored)
