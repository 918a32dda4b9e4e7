"""Odd photographs as cameras, phones and copies leave them, and what is right for each."""

import struct
import zlib
from functools import cache
from io import BytesIO

from PIL import Image

ROWS, COLUMNS = 60, 80
END = b"\xff\xd9"
SIGNATURE = b"\x89PNG\r\n\x1a\n"


@cache
def picture(kind: str = "JPEG", mode: str = "RGB", **options: object) -> bytes:
    """A photograph in any format that Pillow writes."""
    buffer = BytesIO()
    Image.effect_noise((COLUMNS, ROWS), 80).convert(mode).save(buffer, kind, **options)
    return buffer.getvalue()


@cache
def colour(kind: str = "JPEG", **options: object) -> bytes:
    """A photograph of three different bands."""
    bands = [Image.effect_noise((COLUMNS, ROWS), 40 + 20 * n) for n in range(3)]
    buffer = BytesIO()
    Image.merge("RGB", bands).save(buffer, kind, **options)
    return buffer.getvalue()


@cache
def two_pictures() -> bytes:
    """Two pictures of one exposure, behind each other (CIPA DC-007)."""
    buffer = BytesIO()
    first, second = (Image.effect_noise((COLUMNS, ROWS), 60).convert("RGB") for _ in range(2))
    first.save(buffer, "MPO", save_all=True, append_images=[second])
    return buffer.getvalue()


@cache
def moving(kind: str = "PNG") -> bytes:
    """An image of three frames."""
    frames = [Image.effect_noise((COLUMNS, ROWS), 10 + n).convert("RGB") for n in range(3)]
    buffer = BytesIO()
    frames[0].save(buffer, kind, save_all=True, append_images=frames[1:])
    return buffer.getvalue()


def segment(marker: int, data: bytes, length: int | None = None) -> bytes:
    """A segment of a JPEG, whose length may lie."""
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2 if length is None else length) + data


def at(marker: int, content: bytes) -> int:
    """Where a marker first stands."""
    return content.index(bytes((0xFF, marker)))


def put(inserted: bytes, marker: int, content: bytes) -> bytes:
    """A JPEG with something before one of its markers."""
    return content[: at(marker, content)] + inserted + content[at(marker, content) :]


def chunk(kind: bytes, data: bytes = b"") -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_head(
    depth: int = 8, kind: int = 2, interlaced: int = 0, size: tuple[int, int] = (8, 8)
) -> bytes:
    """The signature and the header of a PNG."""
    return SIGNATURE + chunk(b"IHDR", struct.pack(">IIBBBBB", *size, depth, kind, 0, 0, interlaced))


JPEG, PNG = colour(), colour("PNG")
PREVIEW = picture(quality=15)
EXIF = b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0" + PREVIEW
WITH_EXIF = put(segment(0xE1, EXIF), 0xDB, JPEG)
FRAME = at(0xC0, JPEG)
SCAN = at(0xDA, JPEG)
LINES = zlib.compress((b"\0" + bytes(24)) * 8)
IEND = chunk(b"IEND")
SAMSUNG = (
    b"\0\0\1\x0a\x0e\0\0\0Image_UTC_Data1741935600000SEFHk\0\0\0\1\0\0\0"
    + bytes(12)
    + b"\x24\0\0\0SEFT"
)


def frame(marker: int, precision: int = 8, size: tuple[int, int] = (ROWS, COLUMNS)) -> bytes:
    """The photograph with another frame header."""
    head = struct.pack(">BBHBHH", 0xFF, marker, 17, precision, *size)
    return JPEG[:FRAME] + head + JPEG[FRAME + len(head) :]


SHOWN: dict[str, bytes] = {
    # Encodings that every browser shows.
    "4:1:1": colour(subsampling=2),
    "4:4:4 progressive with restarts": colour(
        subsampling=0, progressive=True, restart_marker_rows=1
    ),
    "optimized grey": picture(mode="L", optimize=True),
    "CMYK with Adobe's segment": picture(mode="CMYK"),
    "extended sequential of 8 bits": frame(0xC1),
    "a profile in two segments": colour(icc_profile=b"\0" * 90_000),
    "quality 100": colour(quality=100),
    # Between and in segments.
    "EXIF longer than its length": put(
        segment(0xE1, b"Exif\0\0" + bytes(range(250)) * 3, length=400), 0xDB, JPEG
    ),
    "EXIF shorter than its length, into the tables": JPEG[:2]
    + segment(0xE1, b"Exif\0\0" + bytes(60), length=90)[:68]
    + JPEG[2:],
    "comment of 65533 bytes that is a JPEG": put(segment(0xFE, (PREVIEW * 90)[:65533]), 0xDB, JPEG),
    "40 kB of a maker's bytes before the tables": put(b"\0" * 40_000, 0xDB, JPEG),
    "one odd 0xFF before the scan": put(b"\xff", 0xDA, JPEG),
    "stuffed zeros before the frame": put(b"\xff\0" * 9, 0xC0, JPEG),
    "temporary marker": put(b"\xff\x01", 0xC0, JPEG),
    "text behind the first segment": put(b"Optomed Aurora", 0xDB, JPEG),
    "zeros before the end": JPEG[:-2] + bytes(600) + END,
    "no JFIF, no EXIF": JPEG[:2] + JPEG[at(0xDB, JPEG) :],
    "sixteen makers' segments": put(
        b"".join(segment(0xE0 + n, b"maker%d" % n) for n in range(16)), 0xDB, JPEG
    ),
    # Previews and further pictures.
    "preview in EXIF": WITH_EXIF,
    "preview in EXIF, cut": put(segment(0xE1, EXIF[:-300]), 0xDB, JPEG),
    "two previews": put(segment(0xE1, EXIF) + segment(0xE2, b"MPF\0" + PREVIEW), 0xDB, JPEG),
    "two pictures of one exposure": two_pictures(),
    "second picture cut within its preview": WITH_EXIF + WITH_EXIF[:200],
    "second picture cut by its end": JPEG + WITH_EXIF[:-2],
    "a phone's trailer": JPEG + SAMSUNG,
    "motion photo": WITH_EXIF + b"\0\0\0\x1cftypisom" + b"mdat\xff\xd8\xff\xe1" * 20_000,
    "a zip behind": JPEG + b"PK\x03\x04" + bytes(500),
    "a PNG behind": JPEG + PNG,
    "to the next block": JPEG + bytes(-len(JPEG) % 32_768),
    "erased flash behind": JPEG + b"\xff" * 9000,
    "one byte behind": JPEG + b"\n",
    # PNG.
    "interlaced": png_head(interlaced=1, size=(1, 1))
    + chunk(b"IDAT", zlib.compress(b"\0\1\2\3"))
    + IEND,
    "16 bit": picture("PNG", "I;16"),
    "16 bit colour": png_head(16) + chunk(b"IDAT", zlib.compress((b"\0" + bytes(48)) * 8)) + IEND,
    "palette, transparent": picture("PNG", "P", transparency=3),
    "two colours": picture("PNG", "1"),
    "grey with alpha": picture("PNG", "LA"),
    "moving": moving(),
    "a byte a chunk": png_head() + b"".join(chunk(b"IDAT", bytes([b])) for b in LINES) + IEND,
    "empty data first": png_head() + chunk(b"IDAT") * 3 + chunk(b"IDAT", LINES) + IEND,
    "EXIF behind the data": png_head() + chunk(b"IDAT", LINES) + chunk(b"eXIf", EXIF) + IEND,
    "a profile and text": colour("PNG", icc_profile=b"profile" * 900),
    "wrong checksum of a comment": png_head()
    + chunk(b"tEXt", b"a\0b")[:-1]
    + b"\0"
    + chunk(b"IDAT", LINES)
    + IEND,
    "private chunk": png_head() + chunk(b"caNx", b"END IEND") + chunk(b"IDAT", LINES) + IEND,
    "line end behind a PNG": PNG + b"\r\n",
    "block of zeros behind a PNG": PNG + bytes(65_536),
    "half a PNG behind a PNG": PNG + PNG[: len(PNG) // 2],
    "a JPEG behind a PNG": PNG + JPEG[:-2],
}

MIDDLE = (SCAN + len(JPEG)) // 2
END_OF_PNG = len(PNG) - 12
DATA_OF_PNG = PNG.index(b"IDAT") - 4

REFUSED: dict[str, tuple[bytes, str]] = {
    # Half copies.
    "end cut by one byte": (JPEG[:-1], "end is missing"),
    "cut behind the preview": (
        WITH_EXIF[: WITH_EXIF.index(PREVIEW) + len(PREVIEW)],
        "incomplete",
    ),
    "cut within the scan behind a preview": (WITH_EXIF[:-500], "end is missing"),
    "zeros from the scan on": (JPEG[:MIDDLE] + bytes(len(JPEG) - MIDDLE), "end is missing"),
    "zeros behind the preview": (
        WITH_EXIF[: at(0xDB, WITH_EXIF[600:]) + 600] + bytes(9000),
        "incomplete",
    ),
    "erased flash from the scan on": (
        JPEG[:MIDDLE] + b"\xff" * (len(JPEG) - MIDDLE),
        "end is missing",
    ),
    "first picture cut, second whole": (JPEG[:MIDDLE] + WITH_EXIF, "another image"),
    "cut behind the frame header": (JPEG[:SCAN], "incomplete"),
    "cut behind the scan's header": (JPEG[: SCAN + 14], "incomplete"),
    "only a start": (b"\xff\xd8\xff", ""),
    "zeros from the second block on, last byte written": (
        JPEG[:512] + bytes(len(JPEG) - 513) + b"\xd9",
        "incomplete",
    ),
    "first block of zeros": (bytes(512) + JPEG[512:], "another kind"),
    "zeros": (bytes(20_000), "another kind"),
    "progressive, cut between scans": (
        colour(progressive=True)[: colour(progressive=True).rindex(b"\xff\xda")],
        "end is missing",
    ),
    "PNG, zeros from the data on": (
        PNG[: DATA_OF_PNG + 40] + bytes(len(PNG) - DATA_OF_PNG - 40),
        "end is missing",
    ),
    "PNG cut by four bytes": (PNG[:-4], "end is missing"),
    "PNG cut before its end": (PNG[:END_OF_PNG], "end is missing"),
    "moving PNG cut between frames": (
        moving()[: moving().rindex(b"fcTL") - 4],
        "end is missing",
    ),
    # What no browser shows.
    "differential": (frame(0xC5), "browser"),
    "differential progressive": (frame(0xC6), "browser"),
    "arithmetic": (frame(0xC9), "browser"),
    "arithmetic progressive": (frame(0xCA), "browser"),
    "arithmetic lossless": (frame(0xCB), "browser"),
    "JPEG-LS": (frame(0xF7), "browser"),
    "12 bits extended": (frame(0xC1, 12), "browser|12"),
    "16 bits lossless": (frame(0xC3, 16), "browser|lossless"),
    "no lines": (frame(0xC0, size=(0, COLUMNS)), ""),
    "no columns": (frame(0xC0, size=(ROWS, 0)), ""),
    "two images' headers, no scan": (JPEG[:SCAN] + JPEG[2:SCAN] + END, "incomplete|image data"),
    "start and end": (b"\xff\xd8" + END, ""),
    "tables only": (JPEG[: at(0xC0, JPEG)] + END, ""),
    "preview alone": (JPEG[:2] + segment(0xE1, EXIF) + END, ""),
    "empty data": (png_head() + chunk(b"IDAT") * 4 + IEND, "no image data"),
    "animation without its image": (
        png_head() + chunk(b"acTL", bytes(8)) + chunk(b"fdAT", bytes(4) + LINES) + IEND,
        "no image data",
    ),
    "end within a comment, cut": (
        png_head() + chunk(b"IDAT", LINES) + chunk(b"tEXt", b"a\0" + IEND + bytes(90))[:-40],
        "end is missing",
    ),
    "depth of 3": (png_head(3) + chunk(b"IDAT", LINES) + IEND, ""),
    "no size": (png_head(size=(0, 8)) + chunk(b"IDAT", LINES) + IEND, ""),
    "palette without colours": (
        png_head(8, 3) + chunk(b"IDAT", zlib.compress((b"\0" + bytes(8)) * 8)) + IEND,
        "",
    ),
    "CgBI of a telephone": (
        SIGNATURE
        + chunk(b"CgBI", b"\x50\0\x20\x02")
        + png_head()[8:]
        + chunk(b"IDAT", LINES)
        + IEND,
        "",
    ),
    "sent as text": (PNG.replace(b"\r\n", b"\n"), ""),
    # Other kinds.
    "JPEG 2000": (picture("JPEG2000"), ""),
    "WebP": (picture("WEBP"), ""),
    "TIFF": (picture("TIFF"), ""),
    "GIF": (picture("GIF", "P"), ""),
    "BMP": (picture("BMP"), ""),
    "HEIC": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(400), ""),
    "JPEG XL": (b"\xff\x0a" + bytes(400), ""),
    "MNG": (b"\x8aMNG\r\n\x1a\n" + PNG[8:], ""),
    "junk before the start": (b"\r\n" + JPEG, "another kind"),
}
