"""PDF: a header, and an end that is not the end of a part (ISO 32000-1)."""

import re
from typing import BinaryIO

from edc_retinopathy.choices import ContentType

from .chunks import find, rfind
from .facts import Facts

# Readers take a header anywhere in the first 1024 bytes, and measure from there (Adobe's
# implementation notes to PDF 1.7, note 13).
HEADER = b"%PDF-"
HEADER_BYTES = 1024
END = b"%%EOF"
# White space, NUL included (7.2.2), and what a file goes on with if it has not ended: the objects
# of an update (7.5.6), or whatever follows a PDF file that is kept inside of this one.
WHITE_SPACE = b"\0\t\n\x0c\r "
BEHIND_BYTES = 1024
ZEROS_BYTES = 16
UNFINISHED = re.compile(
    rb"\d{1,10}[\0\t\n\x0c\r ]{1,8}\d{1,5}[\0\t\n\x0c\r ]{1,8}obj\b"
    rb"|(?:xref|trailer|startxref|endstream|endobj)\b"
)
LINEARIZED = re.compile(rb"/Linearized\b")
LINEARIZED_LENGTH = re.compile(rb"/L[\0\t\n\x0c\r ]{0,8}(\d{1,12})\b")

# The trailer names the encryption dictionary: by reference as a rule (7.5.5, table 15). The
# dictionary of a cross-reference stream is the trailer too (7.5.8), and stands before the stream.
ENCRYPT = re.compile(
    rb"/Encrypt[\0\t\n\x0c\r ]{0,8}"
    rb"(?:<<|\d{1,10}[\0\t\n\x0c\r ]{1,8}\d{1,5}[\0\t\n\x0c\r ]{1,8}R\b)"
)
START_OF_XREF = re.compile(rb"startxref[\0\t\n\x0c\r ]{1,8}(\d{1,12})\b")
# A trailer is short, and stands at the end.
TRAILER_BYTES = 4 * 1024

NO_END = "The PDF file is incomplete: its end is missing."
HALF_AN_UPDATE = "The PDF file is incomplete: it goes on behind its end marker, and stops."


def starts_at(head: bytes) -> int | None:
    """Where the header is in the first bytes of a file, if it is a PDF file."""
    found = head[: HEADER_BYTES + len(HEADER)].find(HEADER)
    return found if found >= 0 else None


def examine(stream: BinaryIO, size: int) -> Facts:
    """The facts of a PDF file. The end marker may have anything but more PDF behind it."""
    flaw = _flaw(stream, size)
    return Facts(
        content_type=ContentType.PDF,
        flaw=flaw,
        is_image=False,
        is_locked=flaw is None and _is_locked(stream, size),
    )


def _is_locked(stream: BinaryIO, size: int) -> bool:
    """Whether a trailer names an encryption dictionary: the last, or the one it points to."""
    end = rfind(stream, END, 0, size) or 0
    begin = max(end - TRAILER_BYTES, 0)
    stream.seek(begin)
    tail = stream.read(end - begin)
    pointers = START_OF_XREF.findall(tail)
    places = [tail]
    stream.seek(0)
    start = starts_at(stream.read(HEADER_BYTES + len(HEADER))) or 0
    # Of a linearized file the trailer with all in it stands at the beginning (annex F).
    for offset in (0, *(int(pointer) for pointer in pointers[-1:])):
        if (position := start + offset) < size:
            stream.seek(position)
            places.append(stream.read(TRAILER_BYTES))
    return any(ENCRYPT.search(place) for place in places)


def ends_in_zeros(stream: BinaryIO, start: int, stop: int) -> bool:
    """Whether a PDF file between two positions has no end marker, but zeros where it should be."""
    stream.seek(start)
    if starts_at(stream.read(min(HEADER_BYTES + len(HEADER), stop - start))) is None:
        return False
    stream.seek(max(start, stop - ZEROS_BYTES))
    return not any(stream.read(ZEROS_BYTES)) and rfind(stream, END, start, stop) is None


def _flaw(stream: BinaryIO, size: int) -> str | None:
    stream.seek(0)
    head = stream.read(2 * HEADER_BYTES)
    start = starts_at(head)
    end = rfind(stream, END, start or 0, size)
    if start is None or end is None:
        return NO_END
    if LINEARIZED.search(head, start, start + HEADER_BYTES):
        # The first page comes first, with an end marker of its own (annex F.3.4).
        length = LINEARIZED_LENGTH.search(head, start, start + HEADER_BYTES)
        is_last = length and end >= start + int(length[1]) - HEADER_BYTES
        if not is_last and find(stream, END, start, size) == end:
            return NO_END
    stream.seek(end + len(END))
    behind = stream.read(BEHIND_BYTES).lstrip(WHITE_SPACE)
    return HALF_AN_UPDATE if UNFINISHED.match(behind) else None
