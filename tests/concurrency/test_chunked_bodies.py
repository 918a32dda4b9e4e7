"""A body of unknown length is refused, and its sender reads why."""

import socket
from contextlib import closing

import pytest

from edc_retinopathy.models import CameraSession
from tests.contents import photograph
from tests.invariants import assert_stored
from tests.servers import CONTENT_TYPE, Answer, Server, answer_of, form, path_of_upload

PIECE = 8192


def answer_to_chunks(server: Server, path: str, body: bytes, content_type: str) -> Answer:
    """Send all of a body in chunks, and only then read; as simple clients do."""
    with closing(server.connect()) as client:
        client.putrequest("POST", path, skip_host=True)
        for header, value in (server.headers() | {"Content-Type": content_type}).items():
            client.putheader(header, value)
        client.putheader("Transfer-Encoding", "chunked")
        client.endheaders()
        assert client.sock is not None
        # Sent at once, so that a connection that was closed early is noticed.
        client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for start in range(0, len(body), PIECE):
            piece = body[start : start + PIECE]
            client.send(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        client.send(b"0\r\n\r\n")
        return answer_of(client)


@pytest.mark.parametrize("size", [100, 3_000_000, 9_000_000])
def test_the_sender_of_a_chunked_upload_reads_why_it_is_refused(
    server: Server, session: CameraSession, size: int
) -> None:
    body = form(photograph(1, size=size))
    refused = answer_to_chunks(server, path_of_upload(session), body, CONTENT_TYPE)
    assert (refused.status, refused.code) == (411, "length_required")
    assert_stored(server.storage, session, {})


def test_the_sender_of_a_chunked_resolve_reads_why_it_is_refused(server: Server) -> None:
    path = "/api/retinopathy/resolve/"
    refused = answer_to_chunks(server, path, b'{"subject_identifier": "x"}', "application/json")
    assert (refused.status, refused.code) == (411, "length_required")


def test_a_malformed_chunk_is_refused_all_the_same(server: Server, session: CameraSession) -> None:
    with closing(server.connect()) as client:
        client.putrequest("POST", path_of_upload(session), skip_host=True)
        for header, value in (server.headers() | {"Content-Type": CONTENT_TYPE}).items():
            client.putheader(header, value)
        client.putheader("Transfer-Encoding", "chunked")
        client.endheaders()
        client.send(b"no number\r\n")
        assert answer_of(client).status == 411
