"""The tags and texts of a page, in one walk whose time grows with the page's length and no faster.

Reads roughly as browsers do (HTML 13.2.5). What it gives is no answer to what is safe: ``nh3``
says that. ``html.parser`` is not used because a page of unfinished tags keeps it for minutes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

NAME = re.compile(r"[a-zA-Z][^\s/>]*")
ATTRIBUTE = re.compile(
    r"[\s/]*(=?[^\s/>=]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|(?![\"'])([^\s>]*)))?"
)
OPEN_QUOTE = re.compile(r"\s*=\s*[\"']")
# Text up to their own end tag.
RAW = frozenset(
    {"iframe", "noembed", "noframes", "plaintext", "script", "style", "textarea", "title", "xmp"}
)
# No character has more digits, and converting thousands of them is refused by Python.
ENDLESS_REFERENCE = re.compile(r"&#[xX]?[0-9a-fA-F]{9,};?")


@dataclass(frozen=True, slots=True)
class Tag:
    """A start tag with its attributes, or an end tag."""

    name: str
    is_end: bool
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Text:
    """Text, its references resolved; ``within`` names the element if it holds nothing else."""

    content: str
    within: str = ""


def walk_tags(markup: str) -> Iterator[Tag | Text]:
    """What the page consists of; an unfinished tag at its end is left out, as browsers do."""
    at = 0
    while (start := markup.find("<", at)) >= 0:
        if start > at:
            yield Text(_resolved(markup[at:start]))
        is_end = markup.startswith("</", start)
        name = NAME.match(markup, start + 1 + is_end)
        if name is None:
            at, text = _behind_no_tag(markup, start)
            if text:
                yield Text(text)
            continue
        attributes, at = _attributes(markup, name.end())
        if at < 0:
            return
        tag = Tag(name[0].lower(), is_end, attributes)
        yield tag
        if tag.name in RAW and not is_end:
            end = re.compile(rf"</{re.escape(tag.name)}(?=[\s/>])", re.IGNORECASE).search(
                markup, at
            )
            stop = end.start() if end else len(markup)
            yield Text(markup[at:stop], within=tag.name)
            at = stop
    if at < len(markup):
        yield Text(_resolved(markup[at:]))


def _behind_no_tag(markup: str, start: int) -> tuple[int, str]:
    """Where a comment, a declaration or a lone ``<`` ends, and its text if it has any."""
    if markup.startswith("<!--", start):
        end, length = markup.find("-->", start + 2), 3
    elif markup.startswith(("<!", "<?", "</"), start):
        end, length = markup.find(">", start + 2), 1
    else:
        return start + 1, "<"
    return (end + length if end >= 0 else len(markup)), ""


def _attributes(markup: str, at: int) -> tuple[dict[str, str], int]:
    """The attributes, the first of each name, and where the tag ends; -1 if it does not."""
    found: dict[str, str] = {}
    while match := ATTRIBUTE.match(markup, at):
        at = match.end()
        value = match[2] or match[3] or match[4] or ""
        if not value and OPEN_QUOTE.match(markup, at):
            return found, -1
        found.setdefault(match[1].lower(), _resolved(value))
    end = markup.find(">", at)
    return found, end + 1 if end >= 0 else -1


def _resolved(text: str) -> str:
    return unescape(ENDLESS_REFERENCE.sub("\ufffd", text)) if "&" in text else text
