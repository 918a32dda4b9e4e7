"""A copy of an HTML report to look at: layout, text, tables and the pictures in it, no more.

A sandbox keeps a report from running, not from asking: a browser follows ``<link rel=preconnect>``
whatever the page's policy says. So what is shown has nothing left in it that asks. ``nh3`` decides
what stays. What it is given was taken apart and put together again before, level and balanced:
on deeply nested or crossing tags the time of its parser, which builds what browsers build,
grows with the square of their number.
"""

import re
from collections.abc import Set
from html import escape

import nh3

from .report_style import clean_declarations, clean_stylesheet
from .report_tags import Tag, Text, walk_tags
from .report_text import decode_report

MAX_REPORT_BYTES = 32 * 1024 * 1024
# Without its pictures: a second or two, whatever it consists of.
MAX_MARKUP_CHARS = 512 * 1024
# References make it longer.
MAX_REBUILT_CHARS = 1024 * 1024
MAX_DEPTH = 64

VOID = frozenset({"br", "col", "hr", "img", "wbr"})
TAGS = VOID | frozenset(
    """
    abbr address article aside b bdi bdo big blockquote caption center cite code colgroup dd
    del dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header i ins kbd li
    main mark nav ol p pre q s samp section small span strike strong sub sup table tbody td
    tfoot th thead time tr tt u ul var
    """.split()  # noqa: SIM905 - a list to read
)
# Left out with all that is in them.
DROPPED = frozenset(
    """
    applet audio canvas frameset iframe math noembed noframes noscript object plaintext script
    select style svg template textarea title video xmp
    """.split()  # noqa: SIM905 - a list to read
)
ATTRIBUTES = {
    "*": {"align", "class", "dir", "id", "lang", "style", "title", "valign", "width", "height"},
    "img": {"src", "alt", "border"},
    "font": {"color", "face", "size"},
    "ol": {"start", "type"},
    "table": {"bgcolor", "border", "cellpadding", "cellspacing"},
    "tr": {"bgcolor"},
    "td": {"bgcolor", "colspan", "nowrap", "rowspan"},
    "th": {"bgcolor", "colspan", "nowrap", "rowspan", "scope"},
    "col": {"span"},
    "colgroup": {"span"},
}
# An end tag that may be left out: what the next of them closes, and where to stop looking for it.
_CELLS = frozenset({"td", "th"})
_SECTIONS = frozenset({"thead", "tbody", "tfoot"})
_TABLE = frozenset({"table"})
IMPLIED_ENDS = {
    "li": (frozenset({"li"}), frozenset({"ul", "ol"})),
    "dt": (frozenset({"dt", "dd"}), frozenset({"dl"})),
    "dd": (frozenset({"dt", "dd"}), frozenset({"dl"})),
    "td": (_CELLS, _TABLE),
    "th": (_CELLS, _TABLE),
    "tr": (frozenset({"tr"}), _TABLE),
    **dict.fromkeys(_SECTIONS, (_SECTIONS, _TABLE)),
    "p": (frozenset({"p"}), TAGS - {"p", "b", "i", "u", "em", "strong", "span", "font"}),
}
PICTURE = re.compile(
    r"data:(image/(?:png|jpe?g|gif|webp));base64,([A-Za-z0-9+/=\r\n]+)", re.IGNORECASE
)
STAND_IN = re.compile(r"data:image/png;base64,(\d{1,7})\Z")


class ReportTooLarge(Exception):  # noqa: N818 - it is an answer, not an error
    """The report has more markup than is cleaned while a person waits."""


def clean_report(content: bytes) -> str:
    """A whole page in UTF-8 made of the report, with nothing in it that runs or asks.

    Raises ``ReportTooLarge``.
    """
    if len(content) > MAX_REPORT_BYTES:
        raise ReportTooLarge
    pictures: dict[int, str] = {}

    def set_aside(found: re.Match[str]) -> str:
        number = len(pictures)
        data = found[2].replace("\r", "").replace("\n", "")
        pictures[number] = f"data:{found[1].lower()};base64,{data}"
        return f"data:image/png;base64,{number}"

    markup = PICTURE.sub(set_aside, decode_report(content))
    if len(markup) > MAX_MARKUP_CHARS:
        raise ReportTooLarge
    rebuilt = _Rebuilder(markup)
    if len(rebuilt.body) > MAX_REBUILT_CHARS:
        raise ReportTooLarge
    body = _cleaner(pictures).clean(rebuilt.body)
    return (
        '<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title></title>'
        f"<style>{clean_stylesheet(rebuilt.style)}</style></head>\n"
        f"<body>{body}</body></html>\n"
    )


def _cleaner(pictures: dict[int, str]) -> nh3.Cleaner:
    def keep(tag: str, name: str, value: str) -> str | None:
        if name == "style":
            return clean_declarations(value) or None
        if name == "src":
            stand_in = STAND_IN.match(value)
            # Each is given once: a page of few bytes must not name a large one a thousand times.
            return pictures.pop(int(stand_in[1]), None) if stand_in else None
        return value

    return nh3.Cleaner(
        tags=set(TAGS),
        clean_content_tags={"script", "style"},
        attributes=ATTRIBUTES,
        attribute_filter=keep,
        url_schemes={"data"},
        link_rel=None,
    )


class _Rebuilder:
    """The tags and texts that may stay, each tag closed, and no deeper than ``MAX_DEPTH``."""

    def __init__(self, markup: str) -> None:
        self._styles: list[str] = []
        self._parts: list[str] = []
        self._open: list[str] = []
        self._dropped: list[str] = []
        for found in walk_tags(markup):
            if isinstance(found, Text):
                self._add_text(found)
            elif found.is_end:
                self._end(found.name)
            else:
                self._start(found)
        self._close_down_to(0)

    @property
    def body(self) -> str:
        """What may stay, as markup."""
        return "".join(self._parts)

    @property
    def style(self) -> str:
        """The report's style sheets."""
        return "\n".join(self._styles)

    def _start(self, tag: Tag) -> None:
        if tag.name == "body":
            self._dropped.clear()
        if tag.name in DROPPED and len(self._dropped) < MAX_DEPTH:
            self._dropped.append(tag.name)
        if self._dropped or tag.name not in TAGS:
            return
        if tag.name in IMPLIED_ENDS:
            self._end_what_is_implied(*IMPLIED_ENDS[tag.name])
        if tag.name not in VOID:
            if len(self._open) >= MAX_DEPTH:
                return
            self._open.append(tag.name)
        allowed = ATTRIBUTES["*"] | ATTRIBUTES.get(tag.name, set())
        written = "".join(
            f' {name}="{escape(value)}"'
            for name, value in tag.attributes.items()
            if name in allowed
        )
        self._parts.append(f"<{tag.name}{written}>")

    def _end(self, name: str) -> None:
        if self._dropped:
            if name in self._dropped:
                while self._dropped.pop() != name:
                    pass
        elif name in self._open:
            at = len(self._open) - 1 - self._open[::-1].index(name)
            # A stray end tag in a cell does not close the table around it.
            if "table" not in self._open[at + 1 :]:
                self._close_down_to(at)

    def _add_text(self, text: Text) -> None:
        if text.within == "style":
            self._styles.append(text.content)
        elif not text.within and not self._dropped:
            self._parts.append(escape(text.content, quote=False))

    def _end_what_is_implied(self, closes: Set[str], ends_at: Set[str]) -> None:
        for at in range(len(self._open) - 1, -1, -1):
            if self._open[at] in closes:
                self._close_down_to(at)
            elif self._open[at] in ends_at:
                return

    def _close_down_to(self, depth: int) -> None:
        while len(self._open) > depth:
            self._parts.append(f"</{self._open.pop()}>")
