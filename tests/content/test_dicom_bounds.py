"""No DICOM file takes more work than an honest one of its size, nor memory beyond a constant."""

import tracemalloc
from io import BytesIO

import pytest

from edc_retinopathy.content.dicom import examine
from edc_retinopathy.content.dicom.pixel_data import MAX_FRAMES_LOOKED_AT
from edc_retinopathy.content.dicom.source import (
    INFLATED_BYTES,
    INFLATED_SEARCH_BYTES,
    INFLATED_TAIL_BYTES,
    InflatedSource,
    Source,
)
from edc_retinopathy.content.facts import Facts
from tests import samples
from tests.fuzz.mutations import CountingStream

from .dicom_bytes import (
    COMPRESSED,
    DEFLATED_UID,
    DELIMITER,
    EXPLICIT,
    JPEG_HEAD,
    JPEG_UID,
    NATIVE,
    PIXELS,
    UNDEFINED,
    deflated,
    encapsulated,
    image,
    item,
    meta,
    native,
)

MIB = 1024 * 1024
MEMORY_BYTES = 4 * MIB
# Looks at the bytes ahead: two or three an element, and one a window of 64 KiB that is searched.
MAX_LOOKS = 100_000

SEQUENCE = EXPLICIT.head(0x00081140, "SQ", UNDEFINED)
OPENED = SEQUENCE + b"\xfe\xff\x00\xe0\xff\xff\xff\xff"
EMPTY_ITEM = item(b"")
SMALL_ELEMENTS = b"".join(EXPLICIT.element(0x00090010, "LO", "") for _ in range(MIB // 8))
ROWS_AND_NO_PIXELS = EXPLICIT.element(0x00280010, "US", 8) + EXPLICIT.head(0x7FE00010, "OB", 0)
SHORT_JPEG = (
    b"\xff\xd8\xff\xc0\0\x0b\x08\0\x08\0\x08\1\1\x11\0\xff\xda\0\x08\1\1\0\0\x3f\0\1\xff\xd9\0"
)

# What each holds, and whether it is whole all the same. None of them is an honest file.
WIDE_AND_DEEP: dict[str, tuple[bytes, bool]] = {
    "empty items": (
        meta() + SEQUENCE + EMPTY_ITEM * MIB + DELIMITER + image() + native(),
        True,
    ),
    "empty items of a sequence of defined length": (
        meta() + EXPLICIT.head(0x00081140, "SQ", 8 * MIB) + EMPTY_ITEM * MIB + image() + native(),
        True,
    ),
    "deep sequences": (meta() + OPENED * (MIB // 4) + image() + native(), True),
    "small elements": (meta() + SMALL_ELEMENTS * 8 + image() + native(), True),
    "small elements and no image": (meta() + SMALL_ELEMENTS * 8, False),
    "false images": (
        meta() + SEQUENCE + EMPTY_ITEM * 20_000 + ROWS_AND_NO_PIXELS * (MIB // 4),
        False,
    ),
    "zeros behind the pixels": (COMPRESSED + bytes(8 * MIB), True),
    "zeros before the pixels": (meta() + bytes(8 * MIB) + image() + native(), False),
    "empty fragments": (JPEG_HEAD + encapsulated(*[b""] * 10, end=EMPTY_ITEM * MIB), False),
    "small fragments": (JPEG_HEAD + encapsulated(end=item(b"\xff\xd8") * MIB), False),
    "a fragment of 0xFF": (JPEG_HEAD + encapsulated(b"\xff\xd8" + b"\xff" * 8 * MIB), False),
    "small elements behind pixels without a size": (
        meta() + image(without=(0x00280010,)) + native() + SMALL_ELEMENTS * 8,
        False,
    ),
    "deflated empty items": (
        meta(DEFLATED_UID) + deflated(SEQUENCE + EMPTY_ITEM * MIB + DELIMITER + image() + native()),
        True,
    ),
    "deflated zeros behind the pixels": (
        meta(DEFLATED_UID) + deflated(image() + native() + bytes(100 * MIB)),
        True,
    ),
    "a length beyond the file": (
        meta() + image() + EXPLICIT.head(0x00290010, "OB", 0x7FFFFFFF),
        False,
    ),
}


def examined(content: bytes, monkeypatch: pytest.MonkeyPatch) -> tuple[Facts, CountingStream, int]:
    """The facts, what was read, and how often the walk looked ahead."""
    looks = 0
    peek = Source.peek

    def counting_peek(self: Source, count: int) -> bytes:
        nonlocal looks
        looks += 1
        return peek(self, count)

    monkeypatch.setattr(Source, "peek", counting_peek)
    stream = CountingStream(content)
    return examine(stream, len(content)), stream, looks


@pytest.mark.parametrize(("content", "is_whole"), WIDE_AND_DEEP.values(), ids=WIDE_AND_DEEP)
def test_a_dishonest_file_gets_the_right_answer_within_bounds(
    content: bytes,
    is_whole: bool,  # noqa: FBT001
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    facts, stream, looks = examined(content, monkeypatch)
    assert (facts.flaw is None) == is_whole
    assert looks < MAX_LOOKS
    # Up to the walk's end, and once more from there where the image is searched for.
    assert stream.bytes_read <= 2 * len(content) + MIB


@pytest.mark.parametrize(("content", "is_whole"), WIDE_AND_DEEP.values(), ids=WIDE_AND_DEEP)
def test_memory_does_not_grow_with_the_file(
    content: bytes,
    is_whole: bool,  # noqa: FBT001
) -> None:
    stream = BytesIO(content)
    tracemalloc.start()
    try:
        facts = examine(stream, len(content))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (facts.flaw is None) == is_whole
    assert peak < MEMORY_BYTES


def test_pixels_are_neither_read_nor_counted_one_by_one() -> None:
    pixels = bytes(16 * MIB)
    content = meta() + image(x00280010=("US", 2048), x00280011=("US", 2730)) + native(value=pixels)
    stream = CountingStream(content)
    assert examine(stream, len(content)).flaw is None
    assert stream.bytes_read < MIB


class TestBomb:
    """0.4 MB that unpack to 432 MB, and say so."""

    def test_it_is_refused_before_it_is_unpacked(self) -> None:
        bomb = samples.deflated_bomb_dicom()
        assert len(bomb) < MIB
        assert samples.BOMB_BYTES > 400 * MIB
        stream = CountingStream(bomb)
        assert "unpacks to more" in (examine(stream, len(bomb)).flaw or "")
        assert stream.bytes_read < len(bomb) // 2

    def test_one_that_does_not_say_so_is_stopped_at_the_limit(self) -> None:
        """Zero-length elements without end: nothing tells how many there are."""
        content = meta(DEFLATED_UID) + deflated(
            OPENED + EMPTY_ITEM * 8 * (INFLATED_BYTES // MIB + 30) * (MIB // 64)
        )
        assert len(content) < MIB
        assert examine(BytesIO(content), len(content)).flaw is not None

    def test_a_black_photograph_is_no_bomb(self) -> None:
        content = meta(DEFLATED_UID) + deflated(
            image(x00280010=("US", 3000), x00280011=("US", 4000)) + native(value=bytes(36_000_000))
        )
        assert examine(BytesIO(content), len(content)).flaw is None


def test_nothing_but_the_disk_makes_it_raise() -> None:
    """Whatever the bytes say, there is an answer: bits of each byte of a head are flipped."""
    for content in (NATIVE, COMPRESSED[:1200]):
        for position in range(132, len(content) - len(PIXELS) if content is NATIVE else 700):
            for bit in (1, 16, 128):
                changed = bytearray(content)
                changed[position] ^= bit
                examine(BytesIO(changed), len(changed))


class TestManyFrames:
    """More frames than an exam can have: the last ones tell whether a copy is finished."""

    FRAMES = 10 * MAX_FRAMES_LOOKED_AT // 2
    HEAD = meta(JPEG_UID) + image(x00280008=("IS", str(FRAMES)))

    def test_they_are_not_all_looked_at(self) -> None:
        content = self.HEAD + encapsulated(*[SHORT_JPEG] * self.FRAMES)
        stream = CountingStream(content)
        assert examine(stream, len(content)).flaw is None
        assert stream.reads < 4 * MAX_FRAMES_LOOKED_AT

    @pytest.mark.parametrize("position", [-1, -MAX_FRAMES_LOOKED_AT])
    def test_one_of_the_last_that_is_cut_is_seen(self, position: int) -> None:
        frames = [SHORT_JPEG] * self.FRAMES
        frames[position] = SHORT_JPEG[:-3] + b"\1"
        content = self.HEAD + encapsulated(*frames)
        assert "a frame is cut" in (examine(BytesIO(content), len(content)).flaw or "")


def test_a_deflated_data_set_is_searched_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    inflated = 0
    read = InflatedSource._read

    def counting_read(self: InflatedSource, count: int) -> bytes:
        nonlocal inflated
        inflated += len(more := read(self, count))
        return more

    monkeypatch.setattr(InflatedSource, "_read", counting_read)
    content = meta(DEFLATED_UID) + deflated(SMALL_ELEMENTS * 40 + image() + native())
    assert examine(BytesIO(content), len(content)).flaw is not None
    assert inflated <= INFLATED_SEARCH_BYTES + INFLATED_TAIL_BYTES + MIB
