"""Hostile and broken files take steps, reads and memory like an honest file of their size."""

import tracemalloc
from contextlib import suppress
from itertools import product
from typing import Any

import pytest

from edc_retinopathy.choices import FileType
from edc_retinopathy.content import check_content, chunks, jpeg, png
from edc_retinopathy.errors import InvalidContent
from tests import samples
from tests.fuzz.mutations import CountingStream

MIB = 1024 * 1024
SIZE = 4 * MIB
# A chunk as read, as translated, what is cut out of them, and the next one while it is read.
MEMORY_BYTES = 8 * chunks.CHUNK_BYTES
STEPS = 3 * max(jpeg.MAX_STEPS, png.MAX_STEPS)

JPEG, PNG = samples.small_jpeg(), samples.small_png()
PDF, HTML = samples.VALID["pdf"].content, samples.VALID["html"].content
CONTENTS = {"jpeg": JPEG, "png": PNG, "pdf": PDF, "html": HTML}
SCAN, PNG_DATA = JPEG.index(b"\xff\xda"), PNG.index(b"IDAT") - 4

JPEG_UNITS = (
    b"\0",
    b"\xff",
    b"\xff\0",
    b"\xff\xd0",
    b"\xff\x41",
    b"\xff\xd8",
    b"\xff\xd8\0",
    b"\xff\xe0\0\2",
    b"\xff\xe0\0\0",
    b"\xff\xee\0\3a\xff\xe1\0\2",
    b"\xff\xc0\0\2",
    b"\xff\xc0\0\x0b",
    b"\xff\xf7\0\2",
    b"\xff\xda\0\2",
    b"\xff\xda\0\x08",
    b"\xff\xdc\0\4\0\1",
    b"\xff\xe0\xff\xff",
)
HTML_UNITS = (
    b"\0",
    b" ",
    b"<!---->",
    b"<!--",
    b"<?x>",
    b"<",
    b"<!doctype ",
    b"<html",
    b"-->",
    b"%PDF-",
)
PDF_UNITS = (b"%", b"%%EO", b"%%EOF", b"1 0 obj ", b"\0", b"/Linearized ", b"%PDF-", b" 1")
PNG_UNITS = (b"\0", b"\0\0\0\0tEXt\0\0\0\0", b"\0\0\0\0IDAT\0\0\0\0", b"IEND", b"IDAT")


WIDE = [
    *product((FileType.LEFT,), ("jpeg",), (2, 3, SCAN, len(JPEG) - 2, len(JPEG)), JPEG_UNITS),
    *product((FileType.LEFT,), ("png",), (8, 33, PNG_DATA, len(PNG) - 12), PNG_UNITS),
    *product((FileType.REPORT,), ("pdf",), (0, 9, len(PDF)), PDF_UNITS),
    *product((FileType.REPORT,), ("html",), (0, len(HTML)), HTML_UNITS),
]


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One item that counts what is asked of the chunks."""
    counted = [0]

    def counting(method: Any) -> Any:
        def call(*args: Any) -> Any:
            counted[0] += 1
            return method(*args)

        return call

    for name in ("read", "find"):
        monkeypatch.setattr(chunks.Chunks, name, counting(getattr(chunks.Chunks, name)))
    return counted


@pytest.mark.parametrize(("file_type", "name", "place", "unit"), WIDE)
def test_a_wide_file_takes_no_more_than_its_size(
    file_type: FileType, name: str, place: int, unit: bytes, steps: list[int]
) -> None:
    """One small thing, repeated for megabytes, and then the rest of the file or nothing."""
    start = CONTENTS[name][:place] + unit * (SIZE // len(unit))
    for content in (start, start + CONTENTS[name][place:]):
        steps[0] = 0
        stream = CountingStream(content)
        with suppress(InvalidContent):
            check_content(stream, len(content), file_type)
        assert steps[0] <= STEPS
        assert stream.bytes_read <= 2 * len(content) + 8 * chunks.CHUNK_BYTES
        assert stream.reads <= 200


@pytest.mark.parametrize(
    ("file_type", "start", "unit", "end"),
    [
        (FileType.LEFT, JPEG[:-2], b"\0", JPEG[-2:]),
        (FileType.LEFT, JPEG, b"\0", b""),
        (FileType.LEFT, JPEG[:2], b"\xff\xe0\0\2", JPEG[2:]),
        (FileType.LEFT, PNG[:PNG_DATA], b"\0\0\0\0tEXt\0\0\0\0", PNG[PNG_DATA:]),
        (FileType.REPORT, PDF, b"\0", b""),
        (FileType.REPORT, b"", b" ", HTML),
        (FileType.REPORT, b"<!--", b" ", b"-->" + HTML),
    ],
)
def test_memory_does_not_grow_with_the_file(
    file_type: FileType, start: bytes, unit: bytes, end: bytes
) -> None:
    content = start + unit * (32 * MIB // len(unit)) + end
    stream = CountingStream(content)
    tracemalloc.start()
    try:
        check_content(stream, len(content), file_type)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < MEMORY_BYTES
