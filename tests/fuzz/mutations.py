"""Mutations of real files, and a stream that counts what is asked of it."""

from io import BytesIO
from typing import Any

from hypothesis import strategies as st

from tests import samples

# A flipped bit in each of these is likely to be a length, a tag or a marker.
HEAD_BYTES = 2048
INTERESTING = (
    b"",
    b"\0",
    b"\xff",
    b"\xff\xff\xff\xff",
    b"\xff\xff\xff\x7f",
    b"\0\0\0\x80",
    b"\xff\xd9",
)
SEEDS = {name: sample for name, sample in samples.VALID.items() if len(sample.content) < 400_000}

# Small kinds, and the small parts that these are made of: markers, segments, chunks, objects, tags.
WIDENED = sorted(n for n, sample in SEEDS.items() if sample.content_type != samples.DICOM)
UNITS = (
    b"\0",
    b"\xff",
    b"\xff\0",
    b"\xff\xd0",
    b"\xff\xd8",
    b"\xff\xe0\0\2",
    b"\xff\xda\0\2",
    b"\xff\xf7\0\2",
    b"\0\0\0\0tEXt\0\0\0\0",
    b"%%EOF",
    b"1 0 obj",
    b" \n",
    b"<!-- -->",
)


class CountingStream(BytesIO):
    """Counts the bytes read and the calls; neither may grow beyond what a file needs."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.bytes_read = 0
        self.reads = 0

    def read(self, size: int | None = -1) -> bytes:
        """Read as a file does."""
        data = super().read(size)
        self.bytes_read += len(data)
        self.reads += 1
        return data


@st.composite
def mutated_files(draw: Any) -> tuple[str, bytes]:
    """A sample's name, and its bytes after some bit flips, cuts, splices and false lengths."""
    name = draw(st.sampled_from(sorted(SEEDS)))
    content = bytearray(SEEDS[name].content)
    for _ in range(draw(st.integers(0, 6))):
        _MUTATIONS[draw(st.integers(0, len(_MUTATIONS) - 1))](draw, content)
    return name, bytes(content)


@st.composite
def wide_files(draw: Any) -> bytes:
    """A photograph or a report in which small things are repeated thousands of times."""
    content = bytearray(SEEDS[draw(st.sampled_from(WIDENED))].content)
    for _ in range(draw(st.integers(1, 4))):
        at = _position(draw, content)
        units = draw(st.lists(st.sampled_from(UNITS) | st.binary(max_size=12), max_size=3))
        content[at:at] = b"".join(units) * draw(st.integers(1, 10_000))
        if draw(st.booleans()):
            _MUTATIONS[draw(st.integers(0, len(_MUTATIONS) - 1))](draw, content)
    return bytes(content)


def _position(draw: Any, content: bytearray) -> int:
    end = max(len(content) - 1, 0)
    return int(draw(st.integers(0, min(end, HEAD_BYTES)) | st.integers(0, end)))


def _flip(draw: Any, content: bytearray) -> None:
    if content:
        content[_position(draw, content)] ^= 1 << draw(st.integers(0, 7))


def _truncate(draw: Any, content: bytearray) -> None:
    del content[_position(draw, content) :]


def _overwrite(draw: Any, content: bytearray) -> None:
    at = _position(draw, content)
    value = draw(st.sampled_from(INTERESTING) | st.binary(max_size=8))
    content[at : at + len(value)] = value


def _insert(draw: Any, content: bytearray) -> None:
    at = _position(draw, content)
    content[at:at] = draw(st.sampled_from(INTERESTING) | st.binary(max_size=64))


def _remove(draw: Any, content: bytearray) -> None:
    at = _position(draw, content)
    del content[at : at + draw(st.integers(1, 64))]


def _repeat(draw: Any, content: bytearray) -> None:
    at, length = _position(draw, content), draw(st.integers(1, 512))
    content[at:at] = content[at : at + length] * draw(st.integers(1, 20))


def _splice(draw: Any, content: bytearray) -> None:
    other = SEEDS[draw(st.sampled_from(sorted(SEEDS)))].content
    start = draw(st.integers(0, len(other)))
    del content[_position(draw, content) :]
    content += other[start:]


_MUTATIONS = (_flip, _truncate, _overwrite, _insert, _remove, _repeat, _splice)
