"""Ports that count who connects, whatever is said there, or nothing."""

import selectors
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

POLL_SECONDS = 0.05


class Listeners:
    """One port for each name; the connections made to it are counted and closed."""

    def __init__(self) -> None:
        self.connections: Counter[str] = Counter()
        self._selector = selectors.DefaultSelector()
        self._sockets: list[socket.socket] = []
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._accept)

    def address(self, name: str) -> str:
        """An origin that nothing else uses."""
        listener = socket.create_server(("127.0.0.1", 0))
        listener.settimeout(0)
        self._sockets.append(listener)
        self._selector.register(listener, selectors.EVENT_READ, name)
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    def _accept(self) -> None:
        while not self._is_over.is_set():
            for key, _ in self._selector.select(POLL_SECONDS):
                listener = key.fileobj
                assert isinstance(listener, socket.socket)
                connection, _ = listener.accept()
                self.connections[key.data] += 1
                connection.close()

    def start(self) -> None:
        """Begin to count."""
        self._thread.start()

    def stop(self) -> None:
        """Close all ports."""
        self._is_over.set()
        self._thread.join()
        self._selector.close()
        for listener in self._sockets:
            listener.close()


@contextmanager
def counting() -> Iterator[Listeners]:
    """Listeners while the block runs."""
    listeners = Listeners()
    listeners.start()
    try:
        yield listeners
    finally:
        listeners.stop()
