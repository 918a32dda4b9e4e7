"""From the bytes to a media type, and from there to the check that nothing is missing."""

import re
from collections.abc import Callable
from typing import BinaryIO

from edc_retinopathy.choices import ContentType, FileType
from edc_retinopathy.errors import InvalidContent

from . import dicom, html, jpeg, pdf, png
from .chunks import rfind
from .facts import Facts
from .libmagic import media_type

# An HTML document may begin behind so much text.
HEAD_BYTES = 64 * 1024
# libmagic looks for HTML's tags in half of this. Thousands of line ends take it half a second.
TEXT_BYTES = 8 * 1024
SPACE = re.compile(rb"\s{2,}")
DICOM_PREFIX = b"DICM"
DICOM_PREFIX_AT = 128

PLAIN_TEXT = "text/plain"
HTML_START = re.compile(rb"<(?:!doctype\s{1,16}html|html)[\s>]", re.IGNORECASE)
# Scripts and JSON, whatever libmagic takes them for.
OTHER_STARTS = (b"#!", b"{", b"[", b'"')
# What libmagic calls binary for: single control bytes. NUL is left, which text has not.
CONTROL_BYTES = bytes({*range(1, 0x20), 0x7F} - set(b"\t\n\x0b\x0c\r\x1b"))


EXAMINERS: dict[ContentType, Callable[[BinaryIO, int], Facts]] = {
    ContentType.JPEG: jpeg.examine,
    ContentType.PNG: png.examine,
    ContentType.DICOM: dicom.examine,
    ContentType.PDF: pdf.examine,
    ContentType.HTML: html.examine,
}


def check_content(stream: BinaryIO, size: int, file_type: FileType) -> Facts:
    """What the bytes say of a file, if ``file_type`` accepts it and it is whole.

    ``stream`` is seekable, ``size`` its length in bytes. Raises ``InvalidContent`` saying what
    was found and what was expected, or what is missing. Reads forward, a chunk at a time.
    """
    if size == 0:
        raise InvalidContent("The file is empty.")
    content_type = detect(stream, size)
    if content_type not in file_type.accepts:
        expected = " or ".join(sorted(kind.label for kind in file_type.accepts))
        found = content_type.label if content_type else "another kind of file"
        raise InvalidContent(
            f"The content is {found}; file type {file_type.value} accepts {expected}."
        )
    facts = examine(stream, size, content_type)
    if facts.flaw:
        raise InvalidContent(facts.flaw)
    return facts


def examine(stream: BinaryIO, size: int, content_type: ContentType) -> Facts:
    """What the bytes say of a file of this kind, whole or not."""
    return EXAMINERS[content_type](stream, size)


def detect(stream: BinaryIO, size: int) -> ContentType | None:
    """The media type that the bytes show; None if it is none we keep.

    By signature, the strictest first. The preamble of a DICOM file may hold the head of another
    kind, often TIFF (PS3.10 7.1). libmagic has the last word where no signature tells.
    """
    stream.seek(0)
    head = stream.read(HEAD_BYTES)
    if head.startswith(DICOM_PREFIX, DICOM_PREFIX_AT):
        return ContentType.DICOM
    if head.startswith(jpeg.ANOTHER):
        return ContentType.JPEG
    if head.startswith(png.START):
        return ContentType.PNG
    begins_as_html = html.begins_as_html(stream, size)
    starts_pdf = pdf.starts_at(head)
    # A warning in HTML may have come before a PDF file; a report in HTML may speak of PDF.
    if starts_pdf is not None and not (
        begins_as_html and rfind(stream, pdf.END, starts_pdf, size) is None
    ):
        return ContentType.PDF
    if begins_as_html is None:
        begins_as_html = _is_html_behind_text(head)
    return ContentType.HTML if begins_as_html else None


def _is_html_behind_text(head: bytes) -> bool:
    """Whether libmagic sees text, not a program's source, and HTML in it: no signature tells."""
    if head.lstrip().startswith(OTHER_STARTS):
        return False
    text = SPACE.sub(b"\n", head[:TEXT_BYTES].translate(None, CONTROL_BYTES))
    found = media_type(text)
    return found == ContentType.HTML or (
        found == PLAIN_TEXT and HTML_START.search(head) is not None
    )
