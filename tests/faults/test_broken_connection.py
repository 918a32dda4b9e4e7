"""Clients that go away, lie about the length, send no length, or are very slow."""

import socket
import time
from contextlib import closing

import pytest

from edc_retinopathy.models import CameraSession
from tests.api.client import BASE
from tests.committed import CommittedRecords
from tests.contents import photograph
from tests.invariants import assert_stored, temporary_files
from tests.servers import (
    CONTENT_TYPE,
    PATIENCE_SECONDS,
    Answer,
    Server,
    answer_of,
    form,
    path_of_upload,
    running,
    wait_until,
)

CONTENT = photograph(1, size=700_000)
BODY = form(CONTENT)
EARLIER = photograph(2)

# 20 MB at 256 kbit/s take over ten minutes, twenty times gunicorn's usual timeout; scaled down:
# 200 kB in 6 s, twice the timeout of a server of its own.
SLOW_TIMEOUT_SECONDS = 3
SLOW_UPLOAD_SECONDS = 6.0
SLOW_CONTENT = photograph(3, size=200_000)


def assert_succeeds_now(server: Server, session: CameraSession) -> None:
    """Assert that nothing is left of the failed upload, and that it succeeds when sent again."""
    wait_until(lambda: temporary_files(server.storage) == [], what="nothing temporary is left")
    assert_stored(server.storage, session, {})
    assert server.upload(session, CONTENT).status == 201
    assert_stored(server.storage, session, {"photo.jpg": CONTENT})


@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
def test_the_client_goes_away_in_the_middle_of_the_body(
    *, server: Server, session: CameraSession, reset: bool
) -> None:
    with closing(server.begin_upload(session, len(BODY))) as client:
        client.send(BODY[: len(BODY) // 2])
        wait_until(lambda: temporary_files(server.storage), what="the upload is received")
        if reset:
            # No orderly end: the server's next read fails.
            no_linger = b"\x01\0\0\0\0\0\0\0"
            client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, no_linger)
    assert_succeeds_now(server, session)


def test_a_content_length_beyond_the_body_is_no_upload(
    server: Server, session: CameraSession
) -> None:
    with closing(server.begin_upload(session, len(BODY) + 1000)) as client:
        client.send(BODY[:-100])
        client.sock.shutdown(socket.SHUT_WR)
        answer = answer_of(client)
    assert (answer.status, answer.code) == (400, "invalid_request")
    assert_succeeds_now(server, session)


@pytest.mark.parametrize("missing", [1, 10, 100_000])
def test_a_content_length_short_of_the_body_is_no_upload(
    server: Server, session: CameraSession, missing: int
) -> None:
    with closing(server.begin_upload(session, len(BODY) - len("--\r\n") - missing)) as client:
        client.send(BODY)
        answer = answer_of(client)
    assert (answer.status, answer.code) == (400, "invalid_request")
    assert_succeeds_now(server, session)


@pytest.mark.parametrize("file_type", ["left", "report"])
def test_a_chunked_body_is_refused(server: Server, session: CameraSession, file_type: str) -> None:
    with closing(server.connect()) as client:
        client.request(
            "POST",
            path_of_upload(session, file_type),
            iter([BODY[:1000], BODY[1000:2000]]),
            server.headers() | {"Content-Type": CONTENT_TYPE},
            encode_chunked=True,
        )
        answer = answer_of(client)
    assert (answer.status, answer.code) == (411, "length_required")
    assert_succeeds_now(server, session)


def test_a_body_over_the_limit_is_refused_before_it_is_sent(
    server: Server, session: CameraSession
) -> None:
    with closing(server.begin_upload(session, 1024**3)) as client:
        answer = answer_of(client)
    assert (answer.status, answer.code) == (400, "file_too_large")
    assert_succeeds_now(server, session)


@pytest.mark.parametrize("length", ["-1", "many", "1e3", ""])
def test_a_content_length_that_is_no_number_is_refused(
    server: Server, session: CameraSession, length: str
) -> None:
    head = [f"POST {path_of_upload(session)} HTTP/1.1", f"Content-Type: {CONTENT_TYPE}"]
    head += [f"{name}: {value}" for name, value in server.headers().items()]
    head += [f"Content-Length: {length}", "Connection: close", "", ""]
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE_SECONDS) as raw:
        raw.sendall("\r\n".join(head).encode())
        raw.shutdown(socket.SHUT_WR)
        assert raw.makefile("rb").readline().startswith(b"HTTP/1.1 4")
    assert_succeeds_now(server, session)


def test_other_bodies_of_unknown_length_are_refused(server: Server) -> None:
    with closing(server.connect()) as client:
        headers = server.headers() | {"Content-Type": "application/json"}
        client.request("POST", f"{BASE}/resolve/", iter([b"{}"]), headers, encode_chunked=True)
        answer = answer_of(client)
    assert (answer.status, answer.code) == (411, "length_required")


def test_an_upload_over_a_slow_link_succeeds_while_others_are_answered(
    records: CommittedRecords, session: CameraSession, tmp_path_factory: pytest.TempPathFactory
) -> None:
    body = form(SLOW_CONTENT)
    pieces = [body[start : start + 4096] for start in range(0, len(body), 4096)]
    directory = tmp_path_factory.mktemp("slow")
    with (
        # One worker, so that the same process serves both.
        running(directory, workers=1, timeout_seconds=SLOW_TIMEOUT_SECONDS) as server,
        closing(server.begin_upload(session, len(body))) as client,
    ):
        begun = time.monotonic()
        answers: list[Answer] = []
        for number, piece in enumerate(pieces):
            client.send(piece)
            # The link's speed, not a wait for something: the rest of the time until the next piece.
            until = begun + SLOW_UPLOAD_SECONDS * (number + 1) / len(pieces)
            if number % 10 == 0:
                answers.append(server.ping())
            time.sleep(max(0.0, until - time.monotonic()))
        answer = answer_of(client)
        assert answer.status == 201, server.output
        assert {ping.status for ping in answers} == {200}
        assert_stored(server.storage, session, {"photo.jpg": SLOW_CONTENT})
        assert temporary_files(server.storage) == []
        # The worker was not taken for hung, and replaced.
        assert "WORKER TIMEOUT" not in server.output
