"""Running gunicorn as a child of the process that has loaded Django already."""

import multiprocessing
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path

from gunicorn.app import wsgiapp

HOST = "127.0.0.1"
START_SECONDS = 60
CONFIGURATION = Path(__file__).with_name("gunicorn.conf.py")


class ServerError(Exception):
    """A server that cannot run, with one sentence that says why."""


def refuse_port_in_use(port: int) -> None:
    """Raise ``ServerError`` if the port cannot be listened on."""
    with socket.socket() as probe:
        # As gunicorn does, so that a port just left by an earlier run counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OverflowError as error:
            raise ServerError(f"{port} is no port: it must be below 65536.") from error
        except OSError as error:
            raise ServerError(
                f"Port {port} cannot be used: {error.strerror}. "
                f"Choose another, such as: make demo PORT={port + 1}"
            ) from error


@contextmanager
def gunicorn_on(port: int) -> Iterator[BaseProcess]:
    """Run gunicorn; give its process once it answers; end it on leaving.

    It is forked, not started afresh: loading clinicedc a second time would take seconds more. No
    database connection may be open, as both processes would use it.
    """
    server = multiprocessing.get_context("fork").Process(target=_run_gunicorn, args=(port,))
    server.start()
    try:
        _wait_until_answering(server, port)
        yield server
    finally:
        # Ctrl-C has reached it too; a second signal does no harm. Waiting for its end leaves the
        # port free.
        server.terminate()
        server.join()


def _run_gunicorn(port: int) -> None:
    # What this process does with signals is not for its child; gunicorn sets its own.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    sys.argv = ["gunicorn", "--config", str(CONFIGURATION), "--bind", f"{HOST}:{port}"]
    wsgiapp.run()


def _wait_until_answering(server: BaseProcess, port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if not server.is_alive():
            raise ServerError("The server did not start; the reason is above.")
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise ServerError(f"The server did not answer within {START_SECONDS} seconds.")
