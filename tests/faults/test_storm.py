"""Several cameras at once on a real server, while workers are killed and audits tidy up.

Each camera uploads, repeats and contradicts at random; nothing waits for anything else. Whatever
the order: of one name no two contents are ever acknowledged, what was acknowledged stays as it was,
and every record has its whole file. The operations come from the seed that ``runtests.py`` prints.
"""

import os
import random
import signal
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.client import HTTPException
from io import StringIO

from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from pytest_django import Settings

from edc_retinopathy.models import CameraSession
from edc_retinopathy.storage import sweep_stale
from tests.api.client import sha256
from tests.committed import CommittedRecords
from tests.contents import photograph
from tests.invariants import (
    StoredFile,
    assert_whole,
    published,
    quarantined,
    stored_file,
    temporary_files,
)
from tests.servers import WORKER_HEADER, Answer, Server, wait_until

CAMERAS = 4
OPERATIONS = 500
SESSIONS = 12
NAMES = ("left.jpg", "right.jpg", "again.jpg")
# The last two arrive in several chunks.
CONTENTS = tuple(photograph(n, size=size) for n, size in enumerate((0, 400_000, 1_500_000)))
BY_CHECKSUM = {sha256(content): content for content in CONTENTS}
SECONDS_BETWEEN_KILLS = 0.5
SECONDS_BETWEEN_AUDITS = 0.3
KILLS_AT_LEAST = 3


class Storm:
    """What the cameras share: what was acknowledged, and the workers that answered."""

    def __init__(self, server: Server, sessions: list[CameraSession]) -> None:
        self.server = server
        self.sessions = sessions
        self.lock = threading.Lock()
        self.acknowledged: dict[tuple[CameraSession, str], StoredFile] = {}
        self.workers: set[int] = set()
        self.done: Counter[str] = Counter()
        self.is_over = threading.Event()

    def camera(self, seed: int) -> None:
        """Send as many uploads as one camera does."""
        chance = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
        for _ in range(OPERATIONS // CAMERAS):
            session, name = chance.choice(self.sessions), chance.choice(NAMES)
            content = chance.choice(CONTENTS)
            try:
                if chance.random() < 0.1:
                    self.server.resolve(session.subject_identifier)
                answer = self.server.upload(session, content, name=name)
            except (OSError, HTTPException):
                # The worker was killed: the camera cannot know whether the file is stored.
                self.count("cut off")
            else:
                self.heard(answer, session, name, content)

    def heard(self, answer: Answer, session: CameraSession, name: str, content: bytes) -> None:
        """Hold an answer against what was acknowledged before."""
        outcome = str(answer.status) if answer.status in {200, 201} else answer.code
        assert outcome in {"200", "201", "filename_conflict", "server_busy"}, answer
        self.count(outcome)
        with self.lock:
            self.workers.add(int(answer.headers[WORKER_HEADER]))
            earlier = self.acknowledged.get((session, name))
            if outcome == "filename_conflict":
                assert earlier is None or earlier.content != content
            elif outcome != "server_busy":
                found = stored_file(self.server.storage, f"{session.pk}/{name}")
                assert found.content == content
                assert earlier in {None, found}
                self.acknowledged[session, name] = found

    def count(self, outcome: str) -> None:
        """Note what came of an operation."""
        with self.lock:
            self.done[outcome] += 1

    def killer(self, seed: int) -> None:
        """Kill one of the workers that answered lately, again and again."""
        chance = random.Random(seed)  # noqa: S311
        while not self.is_over.wait(SECONDS_BETWEEN_KILLS):
            with self.lock:
                victim = chance.choice(sorted(self.workers)) if self.workers else None
                self.workers.clear()
            if victim is not None:
                with suppress(ProcessLookupError):
                    os.kill(victim, signal.SIGKILL)
                    self.count("kills")

    def auditor(self) -> None:
        """Audit and set aside what has no record, again and again."""
        try:
            while not self.is_over.wait(SECONDS_BETWEEN_AUDITS):
                self.audited()
                self.count("audits")
        finally:
            connection.close()

    def audited(self) -> None:
        """Set aside what has no record; nothing else may ever be found."""
        report = StringIO()
        try:
            call_command("audit_session_files", "--quarantine", "--commit", stdout=report)
        except CommandError as e:
            assert e.returncode == 1, e  # noqa: PT017
        assert "files checked: 0 missing, 0 changed, 0 unreadable" in report.getvalue()


def test_promises_hold_while_everything_happens_at_once(
    server: Server, records: CommittedRecords, settings: Settings
) -> None:
    settings.EDC_RETINOPATHY_STORAGE_DIR = server.storage.directory
    seed = int(os.environ["EDC_RETINOPATHY_TEST_SEED"])
    sessions = [records.session() for _ in range(SESSIONS)]
    storm = Storm(server, sessions)
    with ThreadPoolExecutor(CAMERAS + 2) as pool:
        others = [pool.submit(storm.killer, seed), pool.submit(storm.auditor)]
        cameras = [pool.submit(storm.camera, seed + number) for number in range(CAMERAS)]
        try:
            for camera in cameras:
                camera.result()
        finally:
            storm.is_over.set()
        for other in others:
            other.result()
    print(f"seed {seed}:", dict(sorted(storm.done.items())))  # noqa: T201
    assert storm.done["kills"] >= KILLS_AT_LEAST
    assert min(storm.done[outcome] for outcome in ("200", "201", "filename_conflict")) > 0

    wait_until(server.is_up, what="the server answers again")
    storm.audited()
    for session in sessions:
        recorded = assert_whole(server.storage, session)
        lying = published(server.storage, session)
        assert {name: file.content for name, file in lying.items()} == recorded
        for name in NAMES:
            if (acknowledged := storm.acknowledged.get((session, name))) is not None:
                assert lying[name] == acknowledged
        assert all(
            sha256(content) in BY_CHECKSUM for content in quarantined(server.storage, session)
        )
        # A camera that was cut off sends again, and has its file then.
        for name in set(NAMES) - set(recorded):
            assert server.upload(session, CONTENTS[0], name=name).status == 201
    sweep_stale(older_than_seconds=-1)
    assert temporary_files(server.storage) == []
