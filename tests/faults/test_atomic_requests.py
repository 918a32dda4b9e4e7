"""A project that wraps each request in a transaction: an upload commits before it answers."""

import pytest
from django.db import connection

from edc_retinopathy.models import CameraSession
from tests.api.client import CameraApi
from tests.contents import photograph
from tests.faults.test_failing_disk import upload
from tests.invariants import assert_stored
from tests.storage import StorageOnDisk


def test_an_upload_takes_no_part_in_the_transaction_of_its_request(
    camera: CameraApi,
    session: CameraSession,
    storage: StorageOnDisk,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)  # noqa: FBT003
    assert camera.resolve(session.subject_identifier).status_code == 200
    # A transaction around the one of the record is an error: it is declared durable.
    assert upload(camera, session, photograph(1)).status_code == 201
    assert_stored(storage, session, {"photo.jpg": photograph(1)})
