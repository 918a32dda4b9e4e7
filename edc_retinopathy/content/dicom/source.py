"""The bytes of a data set, read forward through a small window: as stored, or deflated."""

import zlib
from typing import BinaryIO

WINDOW_BYTES = 64 * 1024
# What a deflated data set may unpack to: so much, and so many times its own length. A 12 MP
# photograph is 36 MB; without a limit a small file could keep a worker busy for long.
INFLATED_BYTES = 48 * 1024 * 1024
INFLATED_RATIO = 8
# How much of what follows the pixels is inflated to find the end of the deflated stream.
INFLATED_TAIL_BYTES = 4 * 1024 * 1024
# How much is inflated in search of the image, behind more elements than any photograph has.
INFLATED_SEARCH_BYTES = 8 * 1024 * 1024


class TooMuchData(Exception):  # noqa: N818
    """A deflated data set unpacks to more than an image of its length can have."""


class Source:
    """Bytes that are read forward; ``position`` counts from the first one.

    ``size`` is where they end, None while that is not known. Raises ``OSError``.
    """

    def __init__(self, stream: BinaryIO, start: int, size: int | None) -> None:
        self._stream = stream
        self._window = b""
        self._at = 0
        self._window_end = start
        self.size = size
        stream.seek(start)

    @property
    def position(self) -> int:
        """Where the next byte comes from."""
        return self._window_end - len(self._window) + self._at

    def peek(self, count: int) -> bytes:
        """The next bytes, which stay; fewer than ``count`` only at the end."""
        if len(self._window) - self._at < count:
            rest = self._window[self._at :]
            while len(rest) < count and (more := self._read(WINDOW_BYTES)):
                rest += more
                self._window_end += len(more)
            self._window, self._at = rest, 0
        return self._window[self._at : self._at + count]

    def take(self, count: int) -> bytes:
        """The next bytes; fewer than ``count`` only at the end."""
        taken = self.peek(count)
        self._at += len(taken)
        return taken

    def skip(self, count: int) -> int:
        """Pass over ``count`` bytes, or all there are; gives how many that were."""
        inside = min(count, len(self._window) - self._at)
        self._at += inside
        if inside == count:
            return count
        self._window, self._at = b"", 0
        passed = self._pass_over(count - inside)
        self._window_end += passed
        return inside + passed

    def find(self, *wanted: bytes) -> bool:
        """Move to the next place of any of these bytes; False, behind all that may be searched."""
        longest = max(map(len, wanted))
        while self._may_search() and (window := self.peek(WINDOW_BYTES)):
            places = [place for place in map(window.find, wanted) if place >= 0]
            if places:
                self.skip(min(places))
                return True
            self.skip(max(len(window) - longest + 1, 1))
        return False

    def drain(self) -> bool:
        """Whether the stream ends as it should behind what was read."""
        return True

    def _may_search(self) -> bool:
        return True

    def _read(self, count: int) -> bytes:
        # Others read from the stream too.
        self._stream.seek(self._window_end)
        return self._stream.read(count)

    def _pass_over(self, count: int) -> int:
        assert self.size is not None  # noqa: S101 - only deflated bytes have an unknown end
        return min(count, max(self.size - self._window_end, 0))


class InflatedSource(Source):
    """A deflated data set (PS3.5 A.5), inflated on the way, in constant memory.

    Raises ``TooMuchData``, and ``zlib.error`` where the stream is damaged.
    """

    def __init__(self, stream: BinaryIO, start: int, size: int) -> None:
        super().__init__(stream, start, None)
        self._window_end = 0
        self._left = INFLATED_BYTES + INFLATED_RATIO * (size - start)
        self._left_to_search = INFLATED_SEARCH_BYTES
        # Some writers keep the header of zlib (RFC 1950 2.2), which the standard leaves out.
        head = int.from_bytes(stream.read(2), "big")
        has_header = head >> 8 & 0x0F == zlib.DEFLATED and head % 31 == 0
        stream.seek(start)
        self._inflater = zlib.decompressobj(zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS)

    def drain(self) -> bool:
        """Whether the end of the deflated stream is there, or too far behind to be looked for."""
        self._window, self._at = b"", 0
        left = min(INFLATED_TAIL_BYTES, self._left - WINDOW_BYTES)
        while left > 0 and (more := self._read(WINDOW_BYTES)):
            left -= len(more)
        return left <= 0 or self._inflater.eof

    def _may_search(self) -> bool:
        self._left_to_search -= WINDOW_BYTES
        return self._left_to_search >= 0

    def _read(self, count: int) -> bytes:
        inflater = self._inflater
        while not inflater.eof:
            deflated = inflater.unconsumed_tail or self._stream.read(WINDOW_BYTES // 4)
            inflated = inflater.decompress(deflated, count)
            if inflated:
                self._left -= len(inflated)
                if self._left < 0:
                    raise TooMuchData
                return inflated
            if not deflated:
                break
        return b""

    def _pass_over(self, count: int) -> int:
        # Said before the work, not after.
        if count > self._left:
            raise TooMuchData
        left = count
        while left > 0 and (more := self._read(min(left, WINDOW_BYTES))):
            left -= len(more)
        return count - left
