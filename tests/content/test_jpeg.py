"""JPEG files as cameras, phones and copies leave them, held against what decoders do."""

import struct
from functools import cache
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from edc_retinopathy.choices import ContentType, FileType
from edc_retinopathy.content import jpeg
from tests.content.judged import accepted, refusal

ROWS, COLUMNS = 48, 64
KIB, MIB = 1024, 1024 * 1024
END_IS_MISSING = "The JPEG file is incomplete: its end is missing."


@cache
def picture(mode: str = "RGB", **options: Any) -> bytes:
    """A JPEG file as Pillow writes it."""
    buffer = BytesIO()
    Image.effect_noise((COLUMNS, ROWS), 90).convert(mode).save(buffer, "JPEG", **options)
    return buffer.getvalue()


def segment(marker: int, data: bytes, *, length: int | None = None) -> bytes:
    """A segment of some data, whose length may lie."""
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2 if length is None else length) + data


def at(content: bytes, marker: int) -> int:
    """Where a marker first stands."""
    return content.index(bytes((0xFF, marker)))


def behind_start(inserted: bytes, content: bytes | None = None) -> bytes:
    """The picture with something behind its first marker."""
    content = picture() if content is None else content
    return content[:2] + inserted + content[2:]


def before(marker: int, inserted: bytes, content: bytes | None = None) -> bytes:
    """The picture with something before one of its markers."""
    content = picture() if content is None else content
    return content[: at(content, marker)] + inserted + content[at(content, marker) :]


def scanned(inserted: bytes) -> bytes:
    """The picture with something at the end of its scan."""
    return picture()[:-2] + inserted + picture()[-2:]


def framed(marker: int, bits: int = 8) -> bytes:
    """The picture with another kind of frame."""
    content = bytearray(picture())
    start = at(content, 0xC0)
    content[start + 1] = marker
    content[start + 4] = bits
    return bytes(content)


def sized(rows: int, columns: int) -> bytes:
    """The picture with another size in its frame header."""
    content = bytearray(picture())
    start = at(content, 0xC0) + 5
    content[start : start + 4] = struct.pack(">HH", rows, columns)
    return bytes(content)


THUMBNAIL = segment(0xE1, b"Exif\0\0" + picture(quality=20))
CLIP = b"\0\0\0\x18ftypmp42" + b"\xff\xd9moov\xff\xd8" * 5000

SHOWN = {
    "grey": picture("L"),
    "CMYK": picture("CMYK"),
    "progressive": picture(progressive=True),
    "progressive with restarts": picture(progressive=True, restart_marker_blocks=1),
    "with restarts": picture(restart_marker_blocks=1),
    "ICC profile": picture(icc_profile=bytes(range(256)) * 800),
    "thumbnail": behind_start(THUMBNAIL),
    "junk behind the first segment": before(0xDB, b"\0" * 7),
    "text before the frame": before(0xC0, b"written by a camera"),
    "junk before the scan": before(0xDA, bytes(range(200))),
    "fill bytes before a marker": before(0xC4, b"\xff" * 300),
    "stuffed zeros and restarts between segments": before(0xC4, b"\xff\0\xff\xd3\xff\1"),
    "segment longer than its length": behind_start(segment(0xE5, b"x" * 90, length=20)),
    "segment of length 0": behind_start(segment(0xE5, b"", length=0)),
    "comment between frame and scan": before(0xDA, segment(0xFE, b"\xff\xd9 is no end here")),
    "application's segment behind a scan": scanned(segment(0xE3, b"\xff\xd9" * 20)),
    "fill bytes before the end": scanned(b"\xff" * 1000),
    "number of lines behind the scan": scanned(segment(0xDC, struct.pack(">H", ROWS))),
    "bytes in the scan that are no marker": scanned(
        b"\xff\x41\xff\x02\xff\xd8\x41\xff\xe5\xff\xf0"
    ),
    "clip behind the end": picture() + CLIP,
    "second picture": picture() + picture("L"),
    "second picture, cut": picture() + picture("L")[:90],
    "padding": picture() + bytes(70 * KIB),
    "padding with 0xFF": picture() + b"\xff" * (70 * KIB),
    "a MiB of empty segments": behind_start(segment(0xE0, b"") * (MIB // 4)),
    "a MiB of short segments": behind_start(
        (segment(0xE0, b"") + segment(0xEE, b"ab")) * (MIB // 10)
    ),
    "a MiB of empty segments behind the frame": before(0xDA, segment(0xE0, b"") * (MIB // 4)),
    "a MiB of 0xFF before the frame": before(0xC0, b"\xff" * MIB),
    "a MiB of restarts in the scan": scanned(b"\xff\xd0" * (MIB // 2)),
    "a MiB of stuffed zeros in the scan": scanned(b"\xff\0" * (MIB // 2)),
    "a MiB of zeros between segments": before(0xC4, bytes(MIB)),
}

# What Pillow, which reads byte by byte in Python here, would take too long for or refuses.
NOT_FOR_PILLOW = {
    "segment of length 0",
    "bytes in the scan that are no marker",
    "stuffed zeros and restarts between segments",
    "junk before the scan",
    *(name for name in SHOWN if "MiB" in name),
}


@pytest.mark.parametrize("name", sorted(SHOWN))
def test_what_decoders_show_is_accepted(name: str) -> None:
    facts = accepted(SHOWN[name], FileType.LEFT)
    assert facts.content_type == ContentType.JPEG
    assert (facts.rows, facts.columns) == (ROWS, COLUMNS)
    assert facts.is_image


@pytest.mark.parametrize("name", sorted(SHOWN.keys() - NOT_FOR_PILLOW))
def test_pillow_shows_what_is_accepted(name: str) -> None:
    with Image.open(BytesIO(SHOWN[name])) as image:
        image.load()
        assert image.size == (COLUMNS, ROWS)


NOT_WHOLE = {
    "cut in the header": picture()[:100],
    "cut in the thumbnail's segment": behind_start(THUMBNAIL)[: len(THUMBNAIL) - 40],
    "cut in the scan": picture()[:-200],
    "cut before the end marker": picture()[:-2],
    "cut in the end marker": picture()[:-1],
    "cut between scans": picture(progressive=True)[:-500],
    "cut behind a thumbnail": behind_start(THUMBNAIL)[:-50],
    "zeros from somewhere on": picture()[:-300] + bytes(300),
    "zeros from the header on": picture()[:60] + bytes(2000),
    "0xFF from somewhere on": picture()[:-300] + b"\xff" * (300 * KIB),
    "a MiB of 0xFF": picture()[:20] + b"\xff" * MIB,
    "a MiB of restarts": picture()[:-2] + b"\xff\xd7" * (MIB // 2),
    "a MiB of empty segments": picture()[:2] + segment(0xE0, b"") * (MIB // 4),
    "a segment longer than the file": behind_start(segment(0xE0, b"", length=0xFFFF)),
    "start alone": b"\xff\xd8\xff",
    "start alone, twice": b"\xff\xd8\xff\xd8",
}


@pytest.mark.parametrize("name", sorted(NOT_WHOLE))
def test_what_is_not_whole_is_refused(name: str) -> None:
    assert "incomplete" in refusal(NOT_WHOLE[name], FileType.RIGHT)
    if name.startswith(("cut", "zeros", "0xFF", "a MiB")):
        assert refusal(NOT_WHOLE[name], FileType.RIGHT) == END_IS_MISSING


@pytest.mark.parametrize("part", [0.3, 0.6, 0.95])
def test_the_end_of_another_picture_is_not_that_of_one_that_was_cut(part: float) -> None:
    """A phone's original, cut, with its preview whole behind it."""
    original = picture(quality=95)
    content = original[: int(len(original) * part)] + picture(quality=30)
    sentence = refusal(content, FileType.LEFT)
    assert sentence == "The JPEG file is incomplete: another image begins before its end."


def test_nor_behind_more_segments_than_are_walked() -> None:
    content = picture()[:-2] + segment(0xE0, b"") * jpeg.MAX_STEPS + picture()
    assert "another image begins" in refusal(content, FileType.LEFT)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (framed(0xC3), "lossless JPEG"),
        (framed(0xC3)[:-2], "lossless JPEG"),
        (framed(0xC5), "hierarchical JPEG"),
        (framed(0xC7), "hierarchical JPEG"),
        (framed(0xC9), "arithmetic coding"),
        (framed(0xCA), "arithmetic coding"),
        (framed(0xF7), "JPEG-LS"),
        (framed(0xC1, bits=12), "12 bits a sample"),
        (framed(0xC0, bits=12), "12 bits a sample"),
        (framed(0xC2, bits=16), "16 bits a sample"),
    ],
)
def test_what_no_browser_shows_is_refused_with_the_reason(content: bytes, what: str) -> None:
    expected = f"The JPEG file is of a kind that browsers do not show: {what}."
    assert refusal(content, FileType.LEFT) == expected


HEADER_OF_A_SCAN = b"\xff\xda\0\x08\1\1\0\0\x3f\0"


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"\xff\xd8" + HEADER_OF_A_SCAN + b"\xff\xd9", "it has no frame header"),
        (b"\xff\xd8" + HEADER_OF_A_SCAN + b"scan\xff\xd9", "it has no frame header"),
        (b"\xff\xd8" + segment(0xE0, b"JFIF") + b"\xff\xd9", "it has no frame header"),
        (picture()[: at(picture(), 0xDA)] + b"\xff\xd9", "it has no image data"),
        (
            picture()[: at(picture(), 0xDA)] + HEADER_OF_A_SCAN + b"\xff\xd9",
            "it has no image data",
        ),
        (sized(0, COLUMNS), "the size of its image is not given"),
        (sized(ROWS, 0), "the size of its image is not given"),
    ],
)
def test_what_has_no_image_is_refused_with_the_reason(content: bytes, what: str) -> None:
    assert refusal(content, FileType.LEFT) == f"The JPEG file is incomplete: {what}."
