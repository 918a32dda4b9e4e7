"""A server that is full says so before the body is sent."""

from contextlib import closing
from pathlib import Path

from edc_retinopathy.models import CameraSession
from tests.committed import CommittedRecords
from tests.contents import photograph
from tests.invariants import assert_stored, temporary_files
from tests.servers import Answer, Server, answer_of, form, running, wait_until

CONTENT = photograph(1, size=700_000)
BODY = form(CONTENT)
# More than any disk has.
MORE_MIB = 10**12


def answer_to_headers(server: Server, session: CameraSession) -> Answer:
    """The answer to an upload of which nothing but the headers was sent."""
    with closing(server.begin_upload(session, len(BODY))) as client:
        return answer_of(client)


def test_an_upload_over_the_limit_is_told_to_come_again(
    records: CommittedRecords, session: CameraSession, tmp_path: Path
) -> None:
    limits = {"EDC_RETINOPATHY_MAX_CONCURRENT_UPLOADS": 1}
    with (
        running(tmp_path, workers=1, **limits) as server,
        closing(server.begin_upload(session, len(BODY))) as first,
    ):
        first.send(BODY[: len(BODY) // 2])
        wait_until(lambda: temporary_files(server.storage), what="the first one is received")

        refused = answer_to_headers(server, session)
        assert (refused.status, refused.code) == (503, "server_busy")
        assert int(refused.headers["Retry-After"]) > 0
        assert len(temporary_files(server.storage)) == 1
        # Others than uploads are answered.
        assert server.status(session.subject_identifier).status == 200

        first.send(BODY[len(BODY) // 2 :])
        assert answer_of(first).status == 201
        # Its place is free again, also after clients that went away.
        for _ in range(3):
            with closing(server.begin_upload(session, len(BODY))) as gone:
                gone.send(BODY[: len(BODY) // 2])
                wait_until(lambda: temporary_files(server.storage), what="it is received")
            wait_until(lambda: not temporary_files(server.storage), what="its end is noticed")
        assert server.upload(session, CONTENT).status == 200
        assert_stored(server.storage, session, {"photo.jpg": CONTENT})


def test_an_upload_that_the_disk_has_no_room_for_is_told_to_come_again(
    records: CommittedRecords, session: CameraSession, tmp_path: Path
) -> None:
    with running(tmp_path, workers=1, EDC_RETINOPATHY_MIN_FREE_MB=MORE_MIB) as server:
        refused = answer_to_headers(server, session)
        assert (refused.status, refused.code) == (500, "storage_error")
        assert refused.headers["Retry-After"] == "30"
        assert temporary_files(server.storage) == []
        assert_stored(server.storage, session, {})
    with running(tmp_path, workers=1, EDC_RETINOPATHY_MIN_FREE_MB=1) as server:
        assert server.upload(session, CONTENT).status == 201
        assert_stored(server.storage, session, {"photo.jpg": CONTENT})
