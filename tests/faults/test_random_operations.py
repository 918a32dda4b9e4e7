"""Uploads, retries, conflicts, faults, crashes, sweeps and audits in random order.

A model remembers what each answer promised. Whatever happens, every record has its whole file, what
was promised is there, and what was stored does not change. The seed is that which ``runtests.py``
prints; it is in the test's name.
"""

import os
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import StringIO
from typing import Any
from unittest.mock import patch

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from edc_retinopathy.models import CameraSession, SessionFile
from edc_retinopathy.refusals import recording
from edc_retinopathy.storage import sweep_stale
from tests.api.client import CameraApi, sha256
from tests.committed import CommittedRecords
from tests.contents import photograph
from tests.faults.plan import Action, Dead, Fault, Point, When, injected
from tests.invariants import (
    StoredFile,
    assert_whole,
    published,
    quarantined,
    stored_file,
    temporary_files,
)
from tests.storage import StorageOnDisk

OPERATIONS = 500
# Few enough that names and contents meet again, below the limit of files in a session.
SESSIONS = 3
# The audit can tell the eye from these, and adopt what a crash left.
NAMES = ("OS_1.jpg", "OD_1.jpg")
# The last one arrives in several chunks.
CONTENTS = tuple(photograph(n, size=size) for n, size in enumerate((0, 0, 400_000)))
CHECK_EVERY = 5
# Once its names are in use, a session sees nothing but retries and conflicts: another takes its
# place.
RENEW_EVERY = 10
REPEATED = frozenset({Point.WRITE, Point.QUERY, Point.FLUSH_DIRECTORY})
# The crashes that matter most: around the record and the published file.
DECISIVE = frozenset({Point.INSERT, Point.LINK, Point.RENAME, Point.FLUSH_DIRECTORY, Point.COMMIT})

# The steps at which a crash, an error of the disk or the loss of the database strikes.
CRASHES = (
    *((point, When.BEFORE) for point in Point if point is not Point.ANSWER),
    (Point.WRITE, When.AFTER),
    (Point.FLUSH_FILE, When.AFTER),
    (Point.INSERT, When.AFTER),
    (Point.LINK, When.AFTER),
    (Point.RENAME, When.AFTER),
    (Point.FLUSH_DIRECTORY, When.AFTER),
    (Point.COMMIT, When.AFTER),
    (Point.UNLINK, When.AFTER),
)
DISK_FAULTS = (
    Point.OPEN,
    Point.WRITE,
    Point.FLUSH_FILE,
    Point.MAKE_DIRECTORY,
    Point.LINK,
    Point.RENAME,
    Point.FLUSH_DIRECTORY,
)
DATABASE_FAULTS = (
    (Point.QUERY, When.BEFORE),
    (Point.INSERT, When.BEFORE),
    (Point.INSERT, When.AFTER),
    (Point.COMMIT, When.BEFORE),
    (Point.COMMIT, When.AFTER),
)


@contextmanager
def watched_recording() -> Iterator[list[BaseException]]:
    """What goes wrong while a refusal is recorded, and is told to nobody but the log."""
    struck: list[BaseException] = []
    record = recording._record

    def watched(*arguments: Any) -> None:
        try:
            record(*arguments)
        except BaseException as e:
            struck.append(e)
            raise

    with patch.object(recording, "_record", watched):
        yield struck


@dataclass
class Model:
    """What the answers promised: files by session and name."""

    promised: dict[tuple[CameraSession, str], StoredFile] = field(default_factory=dict)
    # Everything that was ever sent for a name: the only bytes that may ever lie there.
    sent: dict[tuple[CameraSession, str], set[str]] = field(default_factory=dict)


class Machine:
    """Carries out random operations and checks their answers against the model."""

    def __init__(
        self,
        seed: int,
        *,
        camera: CameraApi,
        records: CommittedRecords,
        storage: StorageOnDisk,
    ) -> None:
        self.random = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
        self.camera = camera
        self.records = records
        self.storage = storage
        self.model = Model()
        self.subject = records.subject()
        self.sessions = [records.session(self.subject) for _ in range(SESSIONS)]
        self.done: Counter[str] = Counter()
        self.operations: dict[Callable[[], str], int] = {
            self.upload: 30,
            self.upload_with_a_wrong_checksum: 5,
            self.upload_and_crash: 30,
            self.upload_on_a_failing_disk: 15,
            self.upload_while_the_database_is_lost: 10,
            self.resolve: 5,
            self.sweep: 5,
            self.audit: 2,
            self.audit_and_quarantine: 2,
            self.audit_and_adopt: 2,
        }

    def run(self, operations: int) -> None:
        """Carry out so many operations; check the promises every few of them and in the end."""
        for number in range(operations):
            (operation,) = self.random.choices(
                list(self.operations), weights=list(self.operations.values())
            )
            self.done[operation()] += 1
            if number % RENEW_EVERY == RENEW_EVERY - 1:
                self.renew_a_session()
            if number % CHECK_EVERY == 0:
                self.check(self.sessions)
        self.check({session for session, _ in self.model.sent})

    def renew_a_session(self) -> None:
        """Take leave of a session, but for the last check."""
        position = self.random.randrange(SESSIONS)
        self.check([self.sessions[position]])
        self.sessions[position] = self.records.session(self.subject)

    def upload(self) -> str:
        session, name, content = self.chosen()
        return f"upload {self.expect(session, name, content, self.send(session, name, content))}"

    def upload_with_a_wrong_checksum(self) -> str:
        session, name, content = self.chosen()
        response = self.send(session, name, content, checksum=sha256(b"other bytes"))
        assert response.status_code == 400, response.content
        assert response.json()["code"] == "checksum_mismatch"
        return "wrong checksum"

    def upload_and_crash(self) -> str:
        session, name, content = self.chosen()
        weights = [5 if point in DECISIVE else 1 for point, _ in CRASHES]
        ((point, when),) = self.random.choices(CRASHES, weights)
        return self.crash(
            session, name, content, Fault(point, when, Action.DIE, self.chosen_nth(point))
        )

    def crash(self, session: CameraSession, name: str, content: bytes, fault: Fault) -> str:
        response = None
        with injected(fault) as plan:
            try:
                response = self.send(session, name, content)
            # Whatever the dead process would have raised next: its connection is closed.
            except (Dead, Exception) as e:  # noqa: BLE001
                assert plan.is_dead, e  # noqa: PT017
        connection.close()
        if not plan.is_dead:
            assert response is not None
            return f"no crash {self.expect(session, name, content, response)}"
        return f"crash {fault.point} {fault.when}"

    def crash_where_chance_did_not(self) -> None:
        """Die once at each decisive step that the seed left out, with what may follow."""
        # Setting a file aside takes two crashes.
        for point, when in CRASHES:
            if point in DECISIVE - {Point.RENAME} and not self.done[f"crash {point} {when}"]:
                self.check([self.sessions[0]])
                session = self.sessions[0] = self.records.session(self.subject)
                fault = Fault(point, when, Action.DIE)
                self.done[self.crash(session, NAMES[0], CONTENTS[0], fault)] += 1
                self.done[self.upload()] += 1
                self.check(self.sessions)

    def upload_on_a_failing_disk(self) -> str:
        action = self.random.choice((Action.NO_SPACE, Action.INPUT_OUTPUT))
        point = self.random.choice(DISK_FAULTS)
        return self.upload_with(
            Fault(point, When.BEFORE, action, self.chosen_nth(point)), "storage_error"
        )

    def upload_while_the_database_is_lost(self) -> str:
        point, when = self.random.choice(DATABASE_FAULTS)
        fault = Fault(point, when, Action.DATABASE_LOST, self.chosen_nth(point))
        return self.upload_with(fault, "server_busy")

    def upload_with(self, fault: Fault, code: str) -> str:
        session, name, content = self.chosen()
        with injected(fault) as plan, watched_recording() as struck:
            response = self.send(session, name, content)
        if not plan.has_struck:
            return f"no fault {self.expect(session, name, content, response)}"
        if struck:
            # The upload was refused already: what becomes of the record of that changes no answer.
            assert response.json()["code"] == "filename_conflict", (fault, response.content)
            return f"unrecorded {self.expect(session, name, content, response)}"
        assert response.json()["code"] == code, (fault, response.content)
        return code

    def resolve(self) -> str:
        response = self.camera.resolve(self.subject.subject_identifier)
        assert response.status_code == 200, response.content
        return "resolve"

    def sweep(self) -> str:
        sweep_stale(older_than_seconds=-1)
        assert temporary_files(self.storage) == []
        return "sweep"

    def audit(self) -> str:
        self.audited()
        return "audit"

    def audit_and_quarantine(self) -> str:
        self.audited("--quarantine", "--commit")
        for session in {session for session, _ in self.model.sent}:
            assert set(published(self.storage, session)) == set(assert_whole(self.storage, session))
        return "quarantine"

    def audit_and_adopt(self) -> str:
        self.audited("--adopt", "--commit")
        for session in {session for session, _ in self.model.sent}:
            assert set(published(self.storage, session)) == set(assert_whole(self.storage, session))
        return "adopt"

    def audited(self, *options: str) -> None:
        """Run the audit; it may find files without a record, and nothing else."""
        report = StringIO()
        try:
            call_command("audit_session_files", "--format", "json", *options, stdout=report)
        except CommandError as e:
            assert e.returncode == 1, e  # noqa: PT017
        for result in ("missing", "changed", "unreadable"):
            wrong = SessionFile.objects.filter(last_audit_result=result)
            assert not wrong.exists(), report.getvalue()

    def chosen_nth(self, point: Point) -> int:
        return self.random.randint(1, 3) if point in REPEATED else 1

    def chosen(self) -> tuple[CameraSession, str, bytes]:
        session = self.random.choice(self.sessions)
        return session, self.random.choice(NAMES), self.random.choice(CONTENTS)

    def send(self, session: CameraSession, name: str, content: bytes, **fields: Any) -> Any:
        self.model.sent.setdefault((session, name), set()).add(sha256(content))
        return self.camera.upload(
            session.subject_identifier,
            content=content,
            name=name,
            query={"camera_session_id": str(session.pk)},
            **fields,
        )

    def expect(self, session: CameraSession, name: str, content: bytes, response: Any) -> int:
        """Hold the answer to an upload that nothing disturbed against the model."""
        status: int = response.status_code
        promised = self.model.promised.get((session, name))
        if promised is not None:
            assert status == (200 if promised.content == content else 409), response.content
        elif status == 409:
            # An upload that died, or lost the database, had committed before.
            stored = assert_whole(self.storage, session)[name]
            assert stored != content
        else:
            assert status in {200, 201}, response.content
        if status in {200, 201}:
            assert response.json()["checksum"] == sha256(content)
            found = stored_file(self.storage, f"{session.pk}/{name}")
            assert found.content == content
            self.model.promised.setdefault((session, name), found)
        return status

    def check(self, sessions: Iterable[CameraSession]) -> None:
        """Every record is whole, every promise kept, and nothing there that was not sent."""
        for session in sessions:
            recorded = assert_whole(self.storage, session)
            for name in NAMES:
                if promised := self.model.promised.get((session, name)):
                    assert recorded[name] == promised.content
                    assert stored_file(self.storage, f"{session.pk}/{name}") == promised
            for name, found in published(self.storage, session).items():
                assert sha256(found.content) in self.model.sent[session, name]
            for content in quarantined(self.storage, session):
                assert content in CONTENTS


def seeds() -> list[int]:
    # One that is known to all workers of pytest-xdist, which must collect the same tests.
    return [int(os.environ["EDC_RETINOPATHY_TEST_SEED"])]


@pytest.mark.parametrize("seed", seeds())
def test_promises_hold_through_random_operations(
    camera: CameraApi, records: CommittedRecords, storage: StorageOnDisk, seed: int
) -> None:
    machine = Machine(seed, camera=camera, records=records, storage=storage)
    try:
        machine.run(OPERATIONS)
        machine.crash_where_chance_did_not()
    finally:
        print(f"seed {seed}:", dict(sorted(machine.done.items())))  # noqa: T201
    expected = DECISIVE - {Point.RENAME}
    decisive = {f"crash {point} {when}" for point, when in CRASHES if point in expected}
    assert decisive <= set(machine.done), decisive - set(machine.done)
