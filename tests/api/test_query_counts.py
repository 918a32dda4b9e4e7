"""How many queries each request costs, whatever the history of a subject."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from edc_retinopathy.models import CameraSession
from tests import factories
from tests.api.client import CameraApi

IDENTIFIER = factories.FEMALE_IDENTIFIER
MOST_FOR_UPLOAD = 11
MOST_FOR_RESOLVE = 5
MOST_FOR_STATUS = 4
TRANSACTION_WORDS = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")

pytestmark = pytest.mark.parametrize("earlier_sessions", [0, 12])


@pytest.fixture
def history(
    camera: CameraApi,
    session: CameraSession,
    create_session: Callable[..., CameraSession],
    earlier_sessions: int,
) -> CameraSession:
    """The open session, after so many earlier ones, each with files.

    The process knows its sites already: clinicedc caches them.
    """
    assert camera.ping().status_code == 200
    for number in range(earlier_sessions):
        factories.complete(create_session(minutes=1000 + number))
    return session


@contextmanager
def at_most(count: int) -> Iterator[None]:
    """Assert that the block asks the database no more often; its transactions are not counted."""
    with CaptureQueriesContext(connection) as queries:
        yield
    asked = [q["sql"] for q in queries if not q["sql"].startswith(TRANSACTION_WORDS)]
    assert len(asked) <= count, "\n".join(asked)


def test_queries_of_an_upload(
    camera: CameraApi,
    history: CameraSession,
) -> None:
    with at_most(MOST_FOR_UPLOAD):
        assert camera.upload(IDENTIFIER).status_code == 201
    # A retry asks for the record that there is.
    with at_most(MOST_FOR_UPLOAD):
        assert camera.upload(IDENTIFIER).status_code == 200


def test_queries_of_an_upload_that_names_its_session(
    camera: CameraApi,
    history: CameraSession,
) -> None:
    query = {"camera_session_id": str(history.pk)}
    with at_most(MOST_FOR_UPLOAD):
        assert camera.upload(IDENTIFIER, query=query).status_code == 201


def test_queries_of_a_resolve(camera: CameraApi, history: CameraSession) -> None:
    for _ in range(2):
        with at_most(MOST_FOR_RESOLVE):
            assert camera.resolve(IDENTIFIER).status_code == 200


def test_queries_of_a_resolve_that_fills_in_the_camera(
    camera: CameraApi, history: CameraSession
) -> None:
    with at_most(MOST_FOR_RESOLVE):
        assert camera.resolve(IDENTIFIER, device_id="CAM-001").status_code == 200
    history.refresh_from_db()
    assert history.device_id == "CAM-001"
    version = history.history.first()
    assert version.device_id == "CAM-001"
    assert version.initials == history.initials


def test_queries_of_a_status(
    camera: CameraApi,
    history: CameraSession,
) -> None:
    assert camera.upload(IDENTIFIER).status_code == 201
    with at_most(MOST_FOR_STATUS):
        assert camera.status(IDENTIFIER).status_code == 200
