"""PNG files: a header, data and an end, each as a chunk of its own."""

import struct
import zlib
from functools import cache
from io import BytesIO

import pytest
from PIL import Image, PngImagePlugin

from edc_retinopathy.choices import ContentType, FileType
from edc_retinopathy.content import png
from tests.content.judged import accepted, refusal

ROWS, COLUMNS = 30, 40
MIB = 1024 * 1024
END = b"\0\0\0\0IEND\xae\x42\x60\x82"
END_IS_MISSING = "The PNG file is incomplete: its end is missing."
NO_DATA = "The PNG file is incomplete: it has no image data."
BAD_HEADER = "The PNG file cannot be read: its header is malformed."


def chunk(kind: bytes, data: bytes = b"") -> bytes:
    """A chunk with its length and its checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def header(
    rows: int = ROWS, columns: int = COLUMNS, depth: int = 8, colour: int = 0, *rest: int
) -> bytes:
    """The signature and a header of a grey image."""
    fields = struct.pack(">IIBBBBB", columns, rows, depth, colour, *(rest or (0, 0, 0)))
    return png.START + chunk(b"IHDR", fields)


DATA = chunk(b"IDAT", zlib.compress((b"\0" + bytes(COLUMNS)) * ROWS))


@cache
def picture(mode: str = "RGB") -> bytes:
    """A PNG file as Pillow writes it, with a comment."""
    buffer = BytesIO()
    comment = PngImagePlugin.PngInfo()
    comment.add_text("Comment", "left eye" + "IEND")
    image = Image.effect_noise((COLUMNS, ROWS), 90).convert(mode)
    image.save(buffer, "PNG", pnginfo=comment)
    return buffer.getvalue()


SHOWN = {
    **{mode: picture(mode) for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")},
    "smallest": header() + DATA + END,
    "split data": header()
    + chunk(b"IDAT")
    + chunk(b"IDAT", zlib.compress((b"\0" + bytes(COLUMNS)) * ROWS)[:9])
    + chunk(b"IDAT", zlib.compress((b"\0" + bytes(COLUMNS)) * ROWS)[9:])
    + END,
    "end's bytes inside another chunk": header() + chunk(b"tEXt", b"a\0" + END) + DATA + END,
    "clip behind the end": picture() + b"\0\0\0\x18ftypmp42" + b"v" * 70_000,
    "zeros behind the end": picture() + bytes(200_000),
    "second picture, cut": picture() + picture()[:90],
    "a MiB of empty chunks": header() + chunk(b"tEXt") * (MIB // 12) + DATA + END,
    "a MiB of empty chunks behind the data": header() + DATA + chunk(b"IDAT") * (MIB // 12) + END,
    "a MiB in one chunk": header() + chunk(b"tEXt", b"a\0" + bytes(MIB)) + DATA + END,
}


@pytest.mark.parametrize("name", sorted(SHOWN))
def test_what_decoders_show_is_accepted(name: str) -> None:
    facts = accepted(SHOWN[name], FileType.LEFT)
    assert facts.content_type == ContentType.PNG
    assert (facts.rows, facts.columns) == (ROWS, COLUMNS)
    if "MiB" not in name:
        with Image.open(BytesIO(SHOWN[name])) as image:
            image.load()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (header() + END, NO_DATA),
        (header() + chunk(b"IDAT") + END, NO_DATA),
        (header() + chunk(b"tEXt", b"a\0IDAT") + END, NO_DATA),
        (header() + END + DATA + END, NO_DATA),
        (header() + DATA, END_IS_MISSING),
        (header() + DATA + END[:-1], END_IS_MISSING),
        (header() + DATA + END[:6], END_IS_MISSING),
        (header() + DATA[:20], END_IS_MISSING),
        (header(), END_IS_MISSING),
        (header()[:20], END_IS_MISSING),
        (png.START, END_IS_MISSING),
        # The end's bytes, but of no chunk: inside of the one that was cut, of any kind.
        (header() + DATA + chunk(b"tEXt", b"a\0" + END + bytes(100))[:60], END_IS_MISSING),
        (header() + DATA + struct.pack(">I4s", 5000, b"IDAT") + END, END_IS_MISSING),
        # A copy of the final size whose rest is not written yet.
        (header() + DATA + bytes(4000), END_IS_MISSING),
        (header() + DATA[:30] + bytes(4000), END_IS_MISSING),
        (header() + DATA + bytes(4000) + END, END_IS_MISSING),
        (header() + chunk(b"tEXt") * (MIB // 12), NO_DATA),
        (header() + DATA + chunk(b"tEXt") * (MIB // 12), END_IS_MISSING),
    ],
)
def test_what_is_not_whole_is_refused(content: bytes, sentence: str) -> None:
    assert refusal(content, FileType.LEFT) == sentence


@pytest.mark.parametrize(
    "start",
    [
        header(rows=0),
        header(columns=0),
        header(rows=2**31),
        header(depth=3),
        header(depth=16, colour=3),
        header(depth=4, colour=2),
        header(colour=1),
        header(ROWS, COLUMNS, 8, 0, 1, 0, 0),
        header(ROWS, COLUMNS, 8, 0, 0, 1, 0),
        header(ROWS, COLUMNS, 8, 0, 0, 0, 2),
        header()[:-1] + b"\0",
        png.START + chunk(b"CgBI", bytes(4)) + header()[8:],
        png.START + chunk(b"tEXt", b"a\0b") + header()[8:],
        png.START + bytes(25),
    ],
)
def test_a_header_that_no_decoder_takes_is_refused(start: bytes) -> None:
    assert refusal(start + DATA + END, FileType.LEFT) == BAD_HEADER
