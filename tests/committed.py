"""Records that other processes and other transactions see, and fixtures that work on them.

Tests of faults and races cannot be rolled back: what they are about is the commit. Each makes
sessions of its own with :class:`CommittedRecords`, which removes them when the module is done. A
``conftest`` imports the fixtures; its tests then run without a transaction around them.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from typing import Any

import pytest
from edc_registration.models import RegisteredSubject
from pytest_django import DjangoDbBlocker

from edc_retinopathy.models import (
    CameraSession,
    Finding,
    Refusal,
    SessionActivity,
    SessionFile,
    SessionFileFacts,
    SessionFileMeasures,
    StorageAudit,
)
from tests import factories
from tests.api.client import CameraApi
from tests.invariants import temporary_files
from tests.servers import Server, camera_token, running


class CommittedRecords:
    """Subjects and sessions that other processes see; :meth:`remove` takes them away again."""

    _numbers = count(1)

    def __init__(self) -> None:
        self._subjects: list[RegisteredSubject] = []
        self._shared: RegisteredSubject | None = None

    def subject(self) -> RegisteredSubject:
        """A new subject of site alpha, without sessions."""
        number = next(self._numbers)
        subject = factories.find_or_create_subject(f"105-10-7{number:03}-{number % 10}")
        self._subjects.append(subject)
        return subject

    def session(self, subject: RegisteredSubject | None = None, **fields: Any) -> CameraSession:
        """A new, empty session; of one subject that all of them share unless one is given."""
        if subject is None:
            subject = self._shared = self._shared or self.subject()
        return factories.create_session(subject, **fields)

    def remove(self) -> None:
        """Delete all of it, past the protection of records."""
        subjects = [subject.pk for subject in self._subjects]
        sessions = list(
            CameraSession.objects.filter(registered_subject__in=subjects).values_list(
                "pk", flat=True
            )
        )
        for manager in (Refusal.history, Refusal.objects):
            _delete(manager.all())
        files = list(
            SessionFile.objects.filter(camera_session__in=sessions).values_list("pk", flat=True)
        )
        for manager in (
            Finding.history,
            Finding.objects,
            SessionFileFacts.objects,
            SessionFileMeasures.objects,
        ):
            _delete(manager.filter(session_file_id__in=files))
        for model, key in ((SessionFile, "camera_session_id__in"), (CameraSession, "id__in")):
            if model is CameraSession:
                _delete(SessionActivity.objects.filter(pk__in=sessions))
            for manager in (model.history, model.objects):
                _delete(manager.filter(**{key: sessions}))
        for manager in (RegisteredSubject.history, RegisteredSubject.objects):
            _delete(manager.filter(id__in=subjects))
        # Audits that ran meanwhile.
        _delete(StorageAudit.objects.all())


def _delete(queryset: Any) -> None:
    queryset._raw_delete(queryset.db)


@pytest.fixture(scope="module")
def db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The database, without a transaction around each test: takes the place of pytest-django's."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture(scope="module")
def records(db: None) -> Iterator[CommittedRecords]:
    """Makes records that are committed, and removes them in the end."""
    records = CommittedRecords()
    yield records
    records.remove()


@pytest.fixture
def session(records: CommittedRecords) -> CameraSession:
    """An open, empty session, committed."""
    return records.session()


@pytest.fixture(scope="session")
def shared_server(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Server]:
    """A gunicorn of two workers with four threads each, started once: that takes seconds."""
    directory = tmp_path_factory.mktemp("server")
    with ExitStack() as stack:
        with django_db_blocker.unblock():
            server = stack.enter_context(running(directory))
        yield server


@pytest.fixture
def server(shared_server: Server, records: CommittedRecords) -> Server:
    """The shared server, with nothing of earlier tests on its way in."""
    # Another module may have flushed the database, and the token with it.
    shared_server.token = camera_token()
    for path in temporary_files(shared_server.storage):
        path.unlink()
    return shared_server


@pytest.fixture
def camera(records: CommittedRecords) -> CameraApi:
    """The API in this process, as the camera of site alpha calls it."""
    camera = CameraApi(camera_token())
    # An answer is what a camera sees, whatever was raised behind it.
    camera.client.raise_request_exception = False
    return camera
