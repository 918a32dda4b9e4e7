"""From the first bytes to a media type, and from there to the check that nothing is missing."""

import re
from collections.abc import Callable
from functools import cache
from typing import Any, BinaryIO

from edc_retinopathy.choices import REPORTS, ContentType, FileType
from edc_retinopathy.errors import InvalidContent

from .dicom import examine
from .facts import Facts
from .whole import check_html, check_jpeg, check_pdf, check_png

# libmagic needs no more than this; an HTML report may open with long comments.
HEAD_BYTES = 64 * 1024

HTML_START = re.compile(rb"<(!doctype\s+html|html)[\s>]", re.IGNORECASE)

CHECKS: dict[ContentType, Callable[[BinaryIO, int], None]] = {
    ContentType.JPEG: check_jpeg,
    ContentType.PNG: check_png,
    ContentType.PDF: check_pdf,
    ContentType.HTML: check_html,
}


def check_content(stream: BinaryIO, size: int, file_type: FileType) -> Facts:
    """What the bytes say of a file, if ``file_type`` accepts it and it is whole.

    ``stream`` is seekable, ``size`` its length in bytes. Raises ``InvalidContent`` saying what
    was found and what was expected. Reads the head, the tail and headers, never all of a
    large file into memory.
    """
    if size == 0:
        raise InvalidContent("The file is empty.")
    stream.seek(0)
    content_type = detect(stream.read(HEAD_BYTES))
    if content_type not in file_type.accepts:
        expected = " or ".join(sorted(kind.label for kind in file_type.accepts))
        found = content_type.label if content_type else "another kind of file"
        raise InvalidContent(
            f"The content is {found}; file type {file_type.value} accepts {expected}."
        )
    if content_type is ContentType.DICOM:
        facts = examine(stream, size)
        if facts.flaw:
            raise InvalidContent(facts.flaw)
        return facts
    CHECKS[content_type](stream, size)
    return Facts(content_type=content_type, is_image=content_type not in REPORTS)


def detect(head: bytes) -> ContentType | None:
    """The media type that the first bytes show, by libmagic; None if it is none we keep."""
    found = _magic().from_buffer(head)
    if found in {"application/xhtml+xml", "text/html"} or (
        # libmagic calls an HTML file plain text or XML when its head is long or unusual.
        found in {"text/plain", "text/xml", "application/xml"} and _starts_html(head)
    ):
        return ContentType.HTML
    if found in ContentType.values:
        return ContentType(found)
    # The preamble of a DICOM file may hold the head of another kind, often TIFF (PS3.10 7.1).
    return ContentType.DICOM if head[128:132] == b"DICM" else None


def _starts_html(head: bytes) -> bool:
    for encoding in ("utf-16", "utf-8-sig"):
        if encoding == "utf-16" and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
            continue
        head = head.decode(encoding, errors="ignore").encode()
    return bool(HTML_START.search(head))


@cache
def _magic() -> Any:
    # Imported when first needed: loading libmagic takes longer than the rest of the app.
    try:
        import magic  # noqa: PLC0415
    except ImportError:
        # No libmagic on this system: bring the bundled one. Not otherwise, because importing
        # it changes the process's environment.
        import pylibmagic  # noqa: F401, PLC0415

        # isort: split
        import magic  # noqa: PLC0415
    return magic.Magic(mime=True)
