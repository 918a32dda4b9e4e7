"""Refusals and allowed versions when several cameras and workers meet."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from edc_retinopathy.choices import RefusalState
from edc_retinopathy.models import CameraSession, Refusal, SessionFile
from edc_retinopathy.refusals.answers import answer
from edc_retinopathy.refusals.recording import MAX_OPEN_REFUSALS
from tests import factories
from tests.api.client import CameraApi
from tests.committed import CommittedRecords
from tests.concurrency.together import together
from tests.contents import photograph
from tests.invariants import published, quarantined, temporary_files
from tests.servers import Server, camera_token

UPLOADS = 8
SIZE = 100_000


@pytest.fixture(autouse=True)
def no_refusals(records: CommittedRecords) -> None:
    """None of earlier tests: they are of one account."""
    Refusal.objects.all()._raw_delete(Refusal.objects.db)


@pytest.fixture
def allowed(server: Server, session: CameraSession) -> bytes:
    """The first file of a session whose next version is allowed."""
    first = photograph(1, size=SIZE)
    assert server.upload(session, first).status == 201
    assert server.upload(session, photograph(2, size=SIZE)).status == 409
    clinician = factories.find_or_create_user("clinician", role="retinopathy")
    answer(Refusal.objects.get(), RefusalState.ALLOWED, user=clinician)
    return first


def contents_of(server: Server, session: CameraSession) -> dict[str, bytes]:
    """What is on disk for the session, by name."""
    return {name: file.content for name, file in published(server.storage, session).items()}


def test_of_parallel_different_files_one_is_the_allowed_version(
    server: Server, session: CameraSession, allowed: bytes
) -> None:
    contents = [photograph(10 + n, size=SIZE - 5_000 * n) for n in range(UPLOADS)]
    answers = together([lambda c=c: server.upload(session, c) for c in contents])  # type: ignore[misc]
    assert Counter(a.status for a in answers) == {201: 1, 409: UPLOADS - 1}, answers
    (winner,) = [c for c, a in zip(contents, answers, strict=True) if a.status == 201]
    assert contents_of(server, session) == {"photo.jpg": allowed, "photo~2.jpg": winner}
    assert SessionFile.objects.current().get(camera_session=session).version == 2
    assert temporary_files(server.storage) == []
    assert quarantined(server.storage, session) == []


def test_parallel_identical_files_are_one_allowed_version(
    server: Server, session: CameraSession, allowed: bytes
) -> None:
    content = photograph(30, size=SIZE)
    answers = together([lambda: server.upload(session, content)] * UPLOADS)
    assert Counter(a.status for a in answers) == {201: 1, 200: UPLOADS - 1}, answers
    assert len({a.body["id"] for a in answers}) == 1
    assert contents_of(server, session) == {"photo.jpg": allowed, "photo~2.jpg": content}


def test_parallel_refusals_of_one_cause_are_one_row_that_counts_all(
    server: Server, session: CameraSession
) -> None:
    assert server.upload(session, photograph(1, size=SIZE)).status == 201
    other = photograph(2, size=SIZE)
    answers = together([lambda: server.upload(session, other)] * UPLOADS)
    assert {a.status for a in answers} == {409}
    assert Refusal.objects.get().count == UPLOADS


def test_a_flood_from_several_workers_stays_within_the_bound(
    server: Server, session: CameraSession
) -> None:
    subject = session.subject_identifier
    wanted = MAX_OPEN_REFUSALS + 40

    def send(number: int) -> int:
        return int(server.upload(session, b"x", name=f"{number}.jpg").status)

    with ThreadPoolExecutor(UPLOADS) as pool:
        assert set(pool.map(send, range(wanted))) == {400}
    kept = Refusal.objects.exclude(code="too_many_refusals")
    assert kept.open().count() == MAX_OPEN_REFUSALS
    assert {r.subject_identifier for r in kept} == {subject}
    assert Refusal.objects.get(code="too_many_refusals").count == wanted - MAX_OPEN_REFUSALS
    camera = CameraApi(camera_token())
    assert camera.resolve(subject).status_code == 200
