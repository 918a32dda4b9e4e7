"""JPEG: a frame that browsers show, a scan, and the end of the image behind it.

The walk goes forward from the start of the image as decoders go (ITU-T T.81, annex B; libjpeg's
``jdmarker.c``): segments are skipped by their lengths, what lies between them is skipped up to the
next marker, and nothing behind the end of the image counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

from edc_retinopathy.choices import ContentType

from .chunks import Chunks, find
from .facts import Facts

START = b"\xff\xd8"
ANOTHER = b"\xff\xd8\xff"
END = b"\xff\xd9"
# An honest file has some hundred markers: four for each scan, and an ICC profile's or an EXIF
# maker note's segments. Beyond this many steps the rest is searched, not walked.
MAX_STEPS = 20_000

SOI, EOI, SOS, DNL = 0xD8, 0xD9, 0xDA, 0xDC
# JPEG-LS (ITU-T T.87, C.1.1), whose entropy-coded data is stuffed with bits instead of bytes.
SOF_LS = 0xF7
# Start of frame (T.81, table B.1): C4, C8 and CC are other markers.
FRAMES = frozenset({*range(0xC0, 0xD0), SOF_LS} - {0xC4, 0xC8, 0xCC})
# All but baseline, extended and progressive.
KIND_OF_FRAME = {
    0xC3: "lossless JPEG",
    **dict.fromkeys((0xC5, 0xC6, 0xC7), "hierarchical JPEG"),
    **dict.fromkeys((0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF), "arithmetic coding"),
    SOF_LS: "JPEG-LS",
}
# Markers with a length: tables, frames, scans, applications' data, comments and extensions.
SEGMENTS = frozenset({*range(0xC0, 0xD0), *range(0xDA, 0xFF)})
SHOWN_BITS = 8

INCOMPLETE = "The JPEG file is incomplete: {what}."
NOT_SHOWN = "The JPEG file is of a kind that browsers do not show: {what}."


def _classes(groups: dict[str, Iterable[int]], *, other: str = "m") -> bytes:
    """A table for ``bytes.translate`` that gives each byte the letter of its group."""
    table = bytearray(other.encode() * 256)
    for letter, codes in groups.items():
        for code in codes:
            table[code] = ord(letter)
    return bytes(table)


# A marker is 0xFF ("F") and another byte than these ("-"): 0 stuffs entropy-coded data, TEM and
# RST0 to RST7 stand alone, and any number of 0xFF may fill the space before a marker.
MARKER = b"Fm"
HUFFMAN = _classes({"-": (0, 1, *range(0xD0, 0xD8)), "F": (0xFF,)})
# In JPEG-LS data, 0xFF and a byte below 0x80 is data (T.87, A.1).
BIT_STUFFED = _classes({"-": (*range(0x80), *range(0xD0, 0xD8)), "F": (0xFF,)})
# Heads of frames and scans: marker, upper byte of the length, length for one to four components.
FRAME_HEAD = b"FS0L"
FRAME_HEADS = _classes({"F": (0xFF,), "S": FRAMES, "0": (0,), "L": range(0x0B, 0x15, 3)})
SCAN_HEAD = b"FS0L"
SCAN_HEADS = _classes({"F": (0xFF,), "S": (SOS,), "0": (0,), "L": range(0x08, 0x0F, 2)})


@dataclass(slots=True)
class _Picture:
    """What the walk met of one image."""

    frame: int | None = None
    bits: int = 0
    rows: int = 0
    columns: int = 0
    # Where the data of the last scan begins, and whether any scan had data.
    scan_at: int | None = None
    has_data: bool = False
    # Where the end marker is, whatever came before it.
    end: int | None = None
    is_interrupted: bool = False

    @property
    def is_whole(self) -> bool:
        return self.frame is not None and self.has_data and self.end is not None


def examine(stream: BinaryIO, size: int) -> Facts:
    """The facts of a JPEG file, which starts with ``START``."""
    picture = _walk(stream, 0, size)
    return Facts(
        content_type=ContentType.JPEG,
        flaw=_flaw(picture),
        rows=picture.rows or None,
        columns=picture.columns or None,
    )


def end_of_image(stream: BinaryIO, start: int, stop: int) -> int | None:
    """Where the codestream ends that starts at ``start``; None if it is not whole.

    The position is that behind the end marker, at most ``stop``. For what DICOM encapsulates as
    one fragment: JPEG of every process, lossless and 12 bits too, and JPEG-LS (PS3.5 A.4.1, A.4.3).
    None if there is no start, no frame, no scan with data in it, or no end of the image behind it.
    What follows the end, as a byte of padding does, is not looked at. Constant memory.
    """
    stream.seek(start)
    if stop - start < len(START) or stream.read(len(START)) != START:
        return None
    picture = _walk(stream, start, stop)
    return picture.end if picture.is_whole else None


def _flaw(picture: _Picture) -> str | None:
    if picture.frame in KIND_OF_FRAME:
        return NOT_SHOWN.format(what=KIND_OF_FRAME[picture.frame])
    if picture.frame is not None and picture.bits != SHOWN_BITS:
        return NOT_SHOWN.format(what=f"{picture.bits} bits a sample")
    missing = _missing(picture)
    return INCOMPLETE.format(what=missing) if missing else None


def _missing(picture: _Picture) -> str | None:
    if picture.is_whole:
        return None if picture.rows and picture.columns else "the size of its image is not given"
    if picture.frame is None and (picture.end or picture.scan_at):
        return "it has no frame header"
    if picture.end:
        return "it has no image data"
    if picture.is_interrupted:
        return "another image begins before its end"
    return "its end is missing"


def _walk(stream: BinaryIO, start: int, stop: int) -> _Picture:
    picture = _Picture()
    chunks = Chunks(stream, stop, classes=HUFFMAN)
    position = start + len(START)
    for _ in range(MAX_STEPS):
        at = chunks.find(MARKER, position)
        if at is None:
            return picture
        code = chunks.read(at, 2)[1]
        if picture.scan_at is not None and at > picture.scan_at:
            picture.has_data = True
        position = at + 2
        if code == EOI:
            picture.end = position
            return picture
        if code == SOI:
            # In damaged data two such bytes may meet; an image has a marker behind them.
            if chunks.read(at, len(ANOTHER)) == ANOTHER:
                picture.is_interrupted = True
                return picture
        elif code in SEGMENTS:
            if code == SOF_LS and picture.frame is None:
                chunks = Chunks(stream, stop, classes=BIT_STUFFED)
            end = _segment(picture, chunks, code, position)
            # In damaged data a marker may show that is none, and its length leads nowhere.
            if end <= stop or not picture.has_data:
                position = end
    _search(picture, stream, position, stop)
    return picture


def _segment(picture: _Picture, chunks: Chunks, code: int, position: int) -> int:
    """Note what a segment says; give where it ends. ``position`` is that of its length."""
    head = chunks.read(position, 8)
    # A length of 0 or 1 is malformed; decoders go on behind it.
    end = position + max(int.from_bytes(head[:2]), 2)
    if code in FRAMES and picture.frame is None:
        picture.frame = code
        picture.bits = int.from_bytes(head[2:3])
        picture.rows = int.from_bytes(head[3:5])
        picture.columns = int.from_bytes(head[5:7])
    elif code == SOS:
        picture.scan_at = end
    elif code == DNL and not picture.rows:
        picture.rows = int.from_bytes(head[2:4])
    return end


def _search(picture: _Picture, stream: BinaryIO, position: int, stop: int) -> None:
    """Find what is still missing without walking: there is no end of segments."""
    if picture.frame is None:
        heads = Chunks(stream, stop, classes=FRAME_HEADS)
        at = heads.find(FRAME_HEAD, position)
        if at is None:
            return
        position = _segment(picture, heads, heads.read(at, 2)[1], at + 2)
    if picture.scan_at is None:
        heads = Chunks(stream, stop, classes=SCAN_HEADS)
        at = heads.find(SCAN_HEAD, position)
        if at is None:
            return
        position = _segment(picture, heads, SOS, at + 2)
    end = find(stream, END, position, stop)
    if end is None or find(stream, ANOTHER, position, end) is not None:
        picture.is_interrupted = end is not None
        return
    picture.has_data = picture.has_data or end > position
    picture.end = end + len(END)
