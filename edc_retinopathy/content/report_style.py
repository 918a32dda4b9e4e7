"""CSS of a report, down to what only changes how it looks: by lists of what may stay.

What is written here is made of characters that cannot ask for anything: no ``url()``, no
``@import``, no escapes, no markup.
"""

import re

PROPERTIES = frozenset(
    """
    background background-color border border-bottom border-bottom-color border-bottom-style
    border-bottom-width border-collapse border-color border-left border-left-color
    border-left-style border-left-width border-radius border-right border-right-color
    border-right-style border-right-width border-spacing border-style border-top
    border-top-color border-top-style border-top-width border-width bottom box-sizing
    caption-side clear color column-gap direction display empty-cells flex flex-basis
    flex-direction flex-flow flex-grow flex-shrink flex-wrap float font font-family font-size
    font-style font-variant font-weight gap grid-column grid-gap grid-row
    grid-template-columns grid-template-rows height justify-content align-content align-items
    align-self left letter-spacing line-height list-style list-style-position list-style-type
    margin margin-bottom margin-left margin-right margin-top max-height max-width min-height
    min-width object-fit opacity overflow overflow-wrap overflow-x overflow-y padding
    padding-bottom padding-left padding-right padding-top position right row-gap table-layout
    text-align text-decoration text-indent text-transform top vertical-align visibility
    white-space width word-break word-spacing word-wrap z-index
    """.split()  # noqa: SIM905 - a list to read
)
MAX_VALUE_CHARS = 200
MAX_SELECTOR_CHARS = 400
# The only functions are those of colours and of sums.
VALUE = re.compile(
    r"(?:[\w\s.,#%+!/-]|\b(?:rgba?|hsla?|calc|repeat|minmax)\([\w\s.,%+*/-]*\))+", re.ASCII
)
SELECTOR = re.compile(r"[\w\s.,#>*+~:-]+(?:\(\w+\)[\w\s.,#>*+~:-]*)*", re.ASCII)


def clean_declarations(css: str) -> str:
    """The harmless declarations of a ``style`` attribute or of a rule; may be empty."""
    kept = []
    for declaration in css.split(";"):
        name, colon, value = declaration.partition(":")
        name = name.strip().lower()
        # Names of fonts do without.
        value = value.replace('"', "").replace("'", "").strip()
        if (
            colon
            and name in PROPERTIES
            and len(value) <= MAX_VALUE_CHARS
            and VALUE.fullmatch(value)
        ):
            kept.append(f"{name}: {value}")
    return "; ".join(kept)


def clean_stylesheet(css: str) -> str:
    """The harmless rules of a style sheet; those for printing or a kind of screen are left out."""
    kept = []
    depth = 0
    for chunk in _without_comments(css).split("}"):
        opened = chunk.count("{")
        if depth == 0 and opened == 1:
            selector, _, body = chunk.partition("{")
            # Behind the last statement that has no block, such as @charset.
            selector = selector.rpartition(";")[2].strip()
            declarations = clean_declarations(body)
            if (
                declarations
                and len(selector) <= MAX_SELECTOR_CHARS
                and SELECTOR.fullmatch(selector)
            ):
                kept.append(f"{selector} {{ {declarations} }}")
        depth = max(depth + opened - 1, 0)
    return "\n".join(kept)


def _without_comments(css: str) -> str:
    # Pages for old browsers hide their style sheets in a comment of HTML.
    first, *others = css.replace("<!--", " ").replace("-->", " ").split("/*")
    return first + " ".join(other.partition("*/")[2] for other in others)
