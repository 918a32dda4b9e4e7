"""A file's bytes, a chunk at a time: searched at C speed, in constant memory."""

from typing import BinaryIO

CHUNK_BYTES = 256 * 1024


class Chunks:
    """Reads and searches a stream up to ``stop``, holding one chunk of it.

    Meant for a walk that goes forward: then every byte is read about once, however many steps the
    walk takes. With ``classes``, a table for ``bytes.translate``, a search looks for a needle in
    the translated bytes: "0xFF, then any byte of these" is found as fast as a word.
    """

    def __init__(self, stream: BinaryIO, stop: int, *, classes: bytes | None = None) -> None:
        self._stream = stream
        self._stop = stop
        self._classes = classes
        self._start = self._end = 0
        self._data = self._searched = b""

    def read(self, position: int, length: int) -> bytes:
        """The ``length`` bytes at ``position``; fewer where the stream stops."""
        self._load(position, length)
        return self._data[position - self._start : position - self._start + length]

    def find(self, needle: bytes, position: int) -> int | None:
        """Where ``needle`` begins for the first time at or behind ``position``."""
        while position + len(needle) <= self._stop:
            self._load(position, len(needle))
            found = self._searched.find(needle, position - self._start)
            if found >= 0:
                return self._start + found
            # It may lie across the border of two chunks.
            following = self._end - len(needle) + 1
            if following <= position:
                break
            position = following
        return None

    def _load(self, position: int, length: int) -> None:
        if self._start <= position and position + length <= self._end:
            return
        self._start = position
        self._stream.seek(position)
        self._data = self._stream.read(max(min(CHUNK_BYTES, self._stop - position), 0))
        self._end = position + len(self._data)
        self._searched = self._data.translate(self._classes) if self._classes else self._data


def find(stream: BinaryIO, needle: bytes, start: int, stop: int) -> int | None:
    """Where ``needle`` begins for the first time between ``start`` and ``stop``."""
    return Chunks(stream, stop).find(needle, start)


def rfind(stream: BinaryIO, needle: bytes, start: int, stop: int) -> int | None:
    """Where ``needle`` begins for the last time between ``start`` and ``stop``."""
    while stop - start >= len(needle):
        position = max(start, stop - CHUNK_BYTES)
        stream.seek(position)
        found = stream.read(stop - position).rfind(needle)
        if found >= 0:
            return position + found
        if position == start:
            break
        stop = position + len(needle) - 1
    return None
