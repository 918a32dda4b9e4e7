"""Ask clamd about a file, where the project has one (clamd(8), command INSTREAM)."""

import socket
from contextlib import closing
from typing import BinaryIO

from edc_retinopathy.errors import InvalidContent, ServerBusy

CHUNK_BYTES = 64 * 1024
TIMEOUT_SECONDS = 60
MAX_ANSWER_BYTES = 4096


def scan(stream: BinaryIO, address: str) -> None:
    """Send the file to clamd at ``address``, a Unix socket's path or ``host:port``.

    Raises ``InvalidContent`` if it finds something, and ``ServerBusy`` if it does not answer as
    it should: what was not scanned is not stored.
    """
    try:
        with closing(_connect(address)) as connection:
            answer = _ask(connection, stream)
    except OSError as e:
        raise ServerBusy("The virus scanner cannot be reached. Send the file again.") from e
    if answer.endswith("FOUND"):
        raise InvalidContent("The virus scanner refuses the file.")
    if not answer.endswith("OK"):
        raise ServerBusy("The virus scanner could not scan the file. Send it again.")


def _connect(address: str) -> socket.socket:
    if address.startswith("/"):
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(TIMEOUT_SECONDS)
        try:
            connection.connect(address)
        except OSError:
            connection.close()
            raise
        return connection
    host, _, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=TIMEOUT_SECONDS)


def _ask(connection: socket.socket, stream: BinaryIO) -> str:
    connection.sendall(b"zINSTREAM\0")
    stream.seek(0)
    while chunk := stream.read(CHUNK_BYTES):
        connection.sendall(len(chunk).to_bytes(4, "big") + chunk)
    connection.sendall(bytes(4))
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < MAX_ANSWER_BYTES:
        part = connection.recv(MAX_ANSWER_BYTES)
        if not part:
            break
        answer += part
    return answer.rstrip(b"\0").decode(errors="replace")
