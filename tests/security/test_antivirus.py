"""The optional scan: what clamd finds is refused, and what it did not scan is not stored."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from pytest_django import Settings

from edc_retinopathy.content import antivirus
from edc_retinopathy.models import CameraSession, SessionFile
from tests import factories, samples
from tests.api.client import CameraApi, assert_error
from tests.samples import left_jpeg
from tests.storage import StorageOnDisk

IDENTIFIER = factories.FEMALE_IDENTIFIER


class FakeClamd:
    """Reads one INSTREAM as clamd(8) says, and answers what it is told to."""

    def __init__(self, listener: socket.socket) -> None:
        self.listener = listener
        self.answer: bytes | None = b"stream: OK\0"
        self.reads_all = True
        self.received: list[bytes] = []
        self.finished = threading.Event()
        self.thread = threading.Thread(target=self.serve)

    def serve(self) -> None:
        """Answer connections until the listener is closed."""
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with closing(connection), connection.makefile("rb") as stream:
                self.converse(connection, stream)

    def converse(self, connection: socket.socket, stream: object) -> None:
        """One conversation."""
        read: Callable[[int], bytes] = stream.read  # type: ignore[attr-defined]
        if not self.reads_all:
            return
        assert read(10) == b"zINSTREAM\0"
        content = b""
        while length := int.from_bytes(read(4), "big"):
            content += read(length)
        self.received.append(content)
        if self.answer is None:
            # Hangs until the test is done.
            self.finished.wait()
        else:
            connection.sendall(self.answer)


@pytest.fixture(params=["unix", "tcp"])
def clamd(
    request: pytest.FixtureRequest, settings: Settings, tmp_path: Path
) -> Iterator[FakeClamd]:
    """A clamd at a Unix socket and at a port, and the setting that names it."""
    if request.param == "unix":
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(tmp_path / "clamd"))
        listener.listen()
        settings.EDC_RETINOPATHY_CLAMD = str(tmp_path / "clamd")
    else:
        listener = socket.create_server(("127.0.0.1", 0))
        settings.EDC_RETINOPATHY_CLAMD = f"127.0.0.1:{listener.getsockname()[1]}"
    fake = FakeClamd(listener)
    fake.thread.start()
    yield fake
    fake.finished.set()
    # Wakes the thread that accepts.
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    fake.thread.join()


def assert_nothing_stored(storage: StorageOnDisk) -> None:
    """Assert that a refusal left nothing behind."""
    assert storage.files() == {}
    assert not SessionFile.objects.exists()


def test_a_clean_file_is_stored(
    clamd: FakeClamd, camera: CameraApi, session: CameraSession
) -> None:
    # Larger than what is sent at a time.
    assert len(left_jpeg()) > 2 * antivirus.CHUNK_BYTES
    assert camera.upload(IDENTIFIER, content=left_jpeg()).status_code == 201
    assert clamd.received == [left_jpeg()]


def test_a_find_is_refused(
    clamd: FakeClamd, camera: CameraApi, session: CameraSession, storage: StorageOnDisk
) -> None:
    clamd.answer = b"stream: Eicar-Test-Signature FOUND\0"
    assert_error(camera.upload(IDENTIFIER), 400, "invalid_content")
    assert_nothing_stored(storage)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\0",
        b"INSTREAM size limit exceeded. ERROR\0",
        b"UNKNOWN COMMAND\0",
        b"\xff\xfe\0",
        b"stream: OK but\0",
        b"x" * 10_000,
    ],
)
def test_an_answer_that_is_no_verdict_is_none(
    clamd: FakeClamd,
    camera: CameraApi,
    session: CameraSession,
    storage: StorageOnDisk,
    answer: bytes,
) -> None:
    clamd.answer = answer
    response = camera.upload(IDENTIFIER)
    assert_error(response, 503, "server_busy")
    assert int(response["Retry-After"]) > 0
    assert_nothing_stored(storage)
    clamd.answer = b"stream: OK\0"
    assert camera.upload(IDENTIFIER).status_code == 201


def test_a_scanner_that_hangs_up(
    clamd: FakeClamd, camera: CameraApi, session: CameraSession, storage: StorageOnDisk
) -> None:
    clamd.reads_all = False
    assert_error(camera.upload(IDENTIFIER, content=left_jpeg()), 503, "server_busy")
    assert_nothing_stored(storage)


def test_a_scanner_that_says_nothing(
    clamd: FakeClamd,
    camera: CameraApi,
    session: CameraSession,
    storage: StorageOnDisk,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(antivirus, "TIMEOUT_SECONDS", 0.2)
    clamd.answer = None
    assert_error(camera.upload(IDENTIFIER), 503, "server_busy")
    assert_nothing_stored(storage)


@pytest.mark.parametrize("address", ["/no/such/socket", "127.0.0.1:1"])
def test_a_scanner_that_is_not_there(
    camera: CameraApi,
    session: CameraSession,
    storage: StorageOnDisk,
    settings: Settings,
    address: str,
) -> None:
    settings.EDC_RETINOPATHY_CLAMD = address
    assert_error(camera.upload(IDENTIFIER), 503, "server_busy")
    assert_nothing_stored(storage)


def test_what_is_refused_anyway_is_not_scanned(
    clamd: FakeClamd, camera: CameraApi, session: CameraSession
) -> None:
    assert_error(camera.upload(IDENTIFIER, content=samples.TEXT), 400, "invalid_content")
    assert clamd.received == []


def test_nothing_is_scanned_by_default(
    camera: CameraApi, session: CameraSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(antivirus, "_connect", refuse)
    assert camera.upload(IDENTIFIER).status_code == 201
