"""The audit deals with files that a crash left, while cameras go on uploading."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from unittest.mock import patch

import pytest

from edc_retinopathy import storage as storage_of_app
from edc_retinopathy.audits import orphans
from edc_retinopathy.models import CameraSession, SessionFile
from edc_retinopathy.storage import StoredFile, key_of
from tests.api.client import CameraApi
from tests.contents import photograph
from tests.faults.plan import Action, Fault, Point, When, injected
from tests.faults.test_failing_disk import upload
from tests.invariants import assert_whole, quarantined
from tests.storage import StorageOnDisk

NAME = "OS.jpg"
LEFT_BY_A_CRASH = photograph(1)
OTHER = photograph(2)

Meanwhile = Callable[[], object]


@pytest.fixture
def orphan(session: CameraSession, storage: StorageOnDisk) -> StoredFile:
    """A whole photograph in the session's directory, without a record."""
    path = storage.images / str(session.pk) / NAME
    path.parent.mkdir()
    path.write_bytes(LEFT_BY_A_CRASH)
    return storage_of_app.stat(key_of(session.pk, NAME))


def adopt_while(orphan: StoredFile, meanwhile: Meanwhile) -> None:
    """Adopt a file; something else happens after it was looked at and before it is recorded."""
    look = orphans._record_for

    def look_and_wait(file: StoredFile) -> SessionFile:
        record = look(file)
        meanwhile()
        return record

    with patch.object(orphans, "_record_for", look_and_wait), suppress(orphans.CannotAdopt):
        orphans.adopt(orphan, is_dry_run=False)


def test_a_file_is_adopted(
    session: CameraSession, storage: StorageOnDisk, orphan: StoredFile
) -> None:
    orphans.adopt(orphan, is_dry_run=False)
    assert assert_whole(storage, session) == {NAME: LEFT_BY_A_CRASH}


def test_an_upload_that_is_first_keeps_the_name(
    camera: CameraApi, session: CameraSession, storage: StorageOnDisk, orphan: StoredFile
) -> None:
    adopt_while(orphan, lambda: upload(camera, session, OTHER, NAME))
    assert assert_whole(storage, session) == {NAME: OTHER}
    assert quarantined(storage, session) == [LEFT_BY_A_CRASH]


@pytest.mark.parametrize(
    "fault",
    [
        # Published, and lost the database: other bytes lie there, without a record.
        Fault(Point.COMMIT, When.BEFORE, Action.DATABASE_LOST),
        # Set aside and not published: nothing lies there.
        Fault(Point.LINK, When.BEFORE, Action.INPUT_OUTPUT, 2),
    ],
    ids=["other bytes", "nothing"],
)
def test_a_file_that_an_upload_replaced_in_vain_is_not_adopted(
    camera: CameraApi,
    session: CameraSession,
    storage: StorageOnDisk,
    orphan: StoredFile,
    fault: Fault,
) -> None:
    def fail() -> None:
        with injected(fault) as plan:
            upload(camera, session, OTHER, NAME)
        assert plan.has_struck

    adopt_while(orphan, fail)
    assert_whole(storage, session)


def test_an_adopted_file_is_on_the_disk_before_its_record_is_committed(
    session: CameraSession, storage: StorageOnDisk, orphan: StoredFile
) -> None:
    """The crash that left it may have come before its bytes, or its name, were flushed."""
    flushed: list[Path] = []

    def fsync(fd: int) -> None:
        flushed.append(Path(f"/proc/self/fd/{fd}").readlink())

    with patch.object(os, "fsync", fsync):
        orphans.adopt(orphan, is_dry_run=False)
    path = storage.images / orphan.key
    assert {path, path.parent} <= set(flushed)
