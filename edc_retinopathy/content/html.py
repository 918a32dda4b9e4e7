"""HTML: told by how it begins, as browsers tell it (WHATWG, MIME Sniffing Standard, 7.1)."""

import re
from typing import BinaryIO

from edc_retinopathy.choices import ContentType

from .chunks import Chunks
from .facts import Facts

BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
# White space, and control bytes, which browsers leave out. NUL among them: every second byte of
# UTF-16 is one.
IGNORED = bytes(range(0x21)) + b"\x7f"
# Comments and processing instructions that may come before the first tag.
MAX_STEPS = 100
TAG_BYTES = 256
IGNORED_BYTES = 16 * 1024

# The standard's table has seventeen tags. A report may as well begin with any other (HTML Standard,
# index of elements, and the obsolete ones), but for svg and math, which are languages of their own.
TAGS = frozenset(
    b"""a abbr acronym address applet area article aside audio b base basefont bdi bdo bgsound big
    blink blockquote body br button canvas caption center cite code col colgroup data datalist dd
    del details dfn dialog dir div dl dt em embed fieldset figcaption figure font footer form frame
    frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe img input ins kbd label legend
    li link main map mark marquee menu meta meter nav nobr noframes noscript object ol optgroup
    option output p picture pre progress q s samp script search section select slot small source
    span strike strong style sub summary sup table tbody td template textarea tfoot th thead time
    title tr track tt u ul var video wbr""".split()
)
TAG = re.compile(rb"<([a-z][a-z0-9:._-]{0,31})(?=[\s/>])", re.IGNORECASE)
DOCTYPE = re.compile(rb"<!doctype\s{1,16}html(?=[\s>])", re.IGNORECASE)


def begins_as_html(stream: BinaryIO, size: int) -> bool | None:
    """Whether a file begins as HTML does, in ASCII, UTF-8 or UTF-16; None if this does not tell.

    White space, comments of any length and an XML declaration may come first. With a
    declaration, only XHTML is HTML: other XML has elements of the same names.
    """
    chunks = Chunks(stream, size)
    position = _behind_mark(chunks)
    is_xml = is_commented = False
    for _ in range(MAX_STEPS):
        position = _behind_ignored(chunks, position, size)
        raw = chunks.read(position, TAG_BYTES)
        head = raw.replace(b"\0", b"")
        if head.startswith(b"<!--"):
            is_commented = True
            end, length = _find_wide(chunks, b"-->", position, raw)
        elif head.startswith(b"<?"):
            is_xml = is_xml or head[2:5].lower() == b"xml"
            end, length = _find_wide(chunks, b">", position, raw)
        else:
            return _is_html(head, is_xml=is_xml, is_commented=is_commented)
        if end is None:
            # Browsers take the rest for the comment: the document is cut.
            break
        position = end + length
    return is_commented and not is_xml


def examine(stream: BinaryIO, size: int) -> Facts:
    """The facts of an HTML file: that it is one. It has no end that must be there."""
    return Facts(content_type=ContentType.HTML, is_image=False)


def _is_html(head: bytes, *, is_xml: bool, is_commented: bool) -> bool | None:
    if DOCTYPE.match(head):
        return True
    tag = TAG.match(head)
    name = tag[1].lower() if tag else b""
    if is_xml:
        return name == b"html"
    # "<!--" is in the standard's table: text behind it is a document without tags.
    return name in TAGS or (is_commented and not head.startswith(b"<")) or None


def _behind_mark(chunks: Chunks) -> int:
    head = chunks.read(0, 3)
    return max((len(mark) for mark in BYTE_ORDER_MARKS if head.startswith(mark)), default=0)


def _behind_ignored(chunks: Chunks, position: int, size: int) -> int:
    while position < size:
        part = chunks.read(position, min(IGNORED_BYTES, size - position))
        position += len(part) - len(stripped := part.lstrip(IGNORED))
        if stripped or not part:
            break
    return position


def _find_wide(chunks: Chunks, end: bytes, position: int, raw: bytes) -> tuple[int | None, int]:
    """Where ``end`` is found, and its length there: in UTF-16 every second byte is NUL."""
    is_wide = raw[1:2] == b"\0"
    needle = b"\0".join(end[i : i + 1] for i in range(len(end))) if is_wide else end
    return chunks.find(needle, position), len(needle)
