"""Is the file whole? For the kinds whose end can be recognised without decoding them."""

from struct import Struct
from typing import BinaryIO

from edc_retinopathy.errors import InvalidContent

TAIL_BYTES = 64 * 1024
# PDF readers look for the end marker in the last 1024 bytes (Adobe's implementation notes
# to PDF 1.7, note 18).
PDF_TAIL_BYTES = 1024

JPEG_START = b"\xff\xd8"
JPEG_END = b"\xff\xd9"
JPEG_FILL = 0xFF
# 0xFF, the marker, and the length of the segment, itself included.
JPEG_SEGMENT_HEAD = Struct(">BBH")
JPEG_START_OF_SCAN = 0xDA
# Markers that stand alone, without a length: TEM, RST0 to RST7, SOI (ITU-T T.81, table B.1).
JPEG_STANDALONE = frozenset({0x01, *range(0xD0, 0xD9)})
PNG_END = b"\x00\x00\x00\x00IEND\xae\x42\x60\x82"
PDF_END = b"%%EOF"

TRUNCATED = "The {kind} file is incomplete: its end is missing."


def check_jpeg(stream: BinaryIO, size: int) -> None:
    """Raise ``InvalidContent`` unless an end of image follows the start of scan (T.81, B.1.1).

    Segments are skipped by their lengths, so that the end marker of a thumbnail in the
    header is not taken for the image's own.
    """
    scan_at = _jpeg_scan_offset(stream, size)
    if scan_at is None or JPEG_END not in _tail(stream, size, TAIL_BYTES, not_before=scan_at):
        raise InvalidContent(TRUNCATED.format(kind="JPEG"))


def _jpeg_scan_offset(stream: BinaryIO, size: int) -> int | None:
    """Where the first scan's data begins; None if the segments do not lead there."""
    position = len(JPEG_START)
    while position + JPEG_SEGMENT_HEAD.size <= size:
        stream.seek(position)
        fill, marker, length = JPEG_SEGMENT_HEAD.unpack(stream.read(JPEG_SEGMENT_HEAD.size))
        if fill != JPEG_FILL:
            return None
        if marker == JPEG_START_OF_SCAN:
            return position + len(JPEG_END)
        if marker == JPEG_FILL:
            position += 1
        elif marker in JPEG_STANDALONE:
            position += len(JPEG_END)
        else:
            # A length of 0 or 1 is malformed, and goes on all the same.
            position += len(JPEG_END) + length
    return None


def check_png(stream: BinaryIO, size: int) -> None:
    """Raise ``InvalidContent`` unless the last chunk, IEND, is there (PNG, 3rd edition, 11.2.5)."""
    if PNG_END not in _tail(stream, size, TAIL_BYTES):
        raise InvalidContent(TRUNCATED.format(kind="PNG"))


def check_pdf(stream: BinaryIO, size: int) -> None:
    """Raise ``InvalidContent`` unless the end marker is near the end (ISO 32000-1, 7.5.5)."""
    if PDF_END not in _tail(stream, size, PDF_TAIL_BYTES):
        raise InvalidContent(TRUNCATED.format(kind="PDF"))


def check_html(stream: BinaryIO, size: int) -> None:
    """Accept: HTML has no required end (the ``html`` end tag may be left out)."""


def _tail(stream: BinaryIO, size: int, length: int, *, not_before: int = 0) -> bytes:
    stream.seek(max(size - length, not_before, 0))
    return stream.read(length)
