"""What is left of a report in the copy that is shown: what it looks like, and nothing that asks."""

import re
import time

import pytest

from edc_retinopathy.content.report_copy import MAX_MARKUP_CHARS, ReportTooLarge, clean_report
from edc_retinopathy.content.report_style import clean_declarations, clean_stylesheet
from tests import samples
from tests.security.hostile_reports import HOSTILE_REPORTS

PATIENCE_SECONDS = 30
TABLE, END = "<table><tbody><tr><td>", "</td></tr></tbody></table>"
PICTURE = "data:image/png;base64,iVBORw0KGgo="


def copy_of(markup: str | bytes) -> str:
    """The body of the copy."""
    content = markup if isinstance(markup, bytes) else markup.encode()
    return clean_report(content).partition("<body>")[2].removesuffix("</body></html>\n")


class TestWhatStays:
    """A report still tells what it told."""

    def test_a_cameras_report_keeps_its_text_its_table_and_its_style(self) -> None:
        page = clean_report(samples.html_report())
        for part in ("<h1>Fundus examination</h1>", "<th>", "<td>", "font-family: sans-serif"):
            assert part in page

    @pytest.mark.parametrize(
        "markup",
        [
            '<p style="color: red; margin: 1px 2px">a</p>',
            '<font color="red" size="2">a</font>',
            f'<img src="{PICTURE}" alt="OD" width="10">',
            "<ul><li>a</li><li>b</li></ul>",
            '<div class="a b" id="c"><span>a</span></div>',
            "<p>1 &lt; 2 &amp;&amp; 3 &gt; 2</p>",
            '<table><tbody><tr><td colspan="2">a</td></tr></tbody></table>',
        ],
    )
    def test_as_it_is(self, markup: str) -> None:
        assert copy_of(markup) == markup

    @pytest.mark.parametrize(
        ("markup", "expected"),
        [
            ("<ul><li>a<li>b</ul>", "<ul><li>a</li><li>b</li></ul>"),
            ("<p>a<p>b", "<p>a</p><p>b</p>"),
            (
                "<table><tr><td>a<td>b<tr><td>c</table>",
                "<table><tbody><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></tbody></table>",
            ),
            (
                "<table><tr><td><table><tr><td>a</table>b</table>",
                f"{TABLE}{TABLE}a{END}b{END}",
            ),
            ("<b>bold<i>both</b></i>", "<b>bold<i>both</i></b>"),
            ('<a href="http://x/">link</a>', "link"),
            ("<P ALIGN=center>a</P>", '<p align="center">a</p>'),
            ("a < b", "a &lt; b"),
            (f"<img src='{PICTURE[:-4]}\r\n{PICTURE[-4:]}'>", f'<img src="{PICTURE}">'),
        ],
    )
    def test_put_straight(self, markup: str, expected: str) -> None:
        assert copy_of(markup) == expected

    def test_a_thousand_rows_without_end_tags(self) -> None:
        rows = "<tr><td>OD<td>OS" * 1000
        assert copy_of(f"<table>{rows}</table>").count("<tr><td>OD</td><td>OS</td></tr>") == 1000

    def test_a_large_picture(self) -> None:
        data = "data:image/jpeg;base64," + "A" * 8_000_000
        assert copy_of(f'<p>a</p><img src="{data}">') == f'<p>a</p><img src="{data}">'


class TestWhatGoes:
    """Nothing of it runs, asks, or leaves."""

    @pytest.mark.parametrize("name", HOSTILE_REPORTS)
    def test_nothing_is_left_that_asks(self, name: str) -> None:
        report = HOSTILE_REPORTS[name].replace("{at}", "http://attacker.example/x")
        page = clean_report(report.encode())
        tags = re.findall(r"<[^>]*>", page)
        assert not [tag for tag in tags if "attacker" in tag]
        style = page.partition("<style>")[2].partition("</style>")[0]
        assert "attacker" not in style
        assert "url" not in style
        assert not re.search(r"<(script|link|meta http|iframe|object|svg|form|base|a)\b", page)
        assert not [tag for tag in tags if re.search(r"\son\w+=", tag)]

    @pytest.mark.parametrize(
        "source",
        [
            "http://x/a.png",
            "//x/a.png",
            "a.png",
            "file:///etc/passwd",
            "data:image/svg+xml;base64,PHN2Zz4=",
            "data:text/html;base64,PHA+",
            "data:image/png,x",
            "javascript:1",
            "data:image/png;base64&#44;0",
        ],
    )
    def test_only_pictures_of_pixels_that_it_holds(self, source: str) -> None:
        assert copy_of(f'<img src="{source}">') == "<img>"

    def test_a_picture_is_given_once(self) -> None:
        named_again = '<img src="data:image/png;base64&#44;0">' * 1000
        assert copy_of(f'<img src="{PICTURE}">{named_again}').count(PICTURE) == 1

    @pytest.mark.parametrize(
        "css",
        [
            "background: url(http://x/)",
            "background: URL('http://x/')",
            r"background: \75rl(http://x/)",
            "background: image-set('http://x/' 1x)",
            "background: u/**/rl(http://x/)",
            "background-image: url(http://x/)",
            "list-style: url(http://x/)",
            "content: url(http://x/)",
            "cursor: url(http://x/), auto",
            "--a: url(http://x/)",
            "color: var(--a)",
            "width: expression(alert(1))",
            "behavior: url(http://x/)",
            "-moz-binding: url(http://x/)",
            "font: 1px url(",
            "filter: url(http://x/#a)",
            "color: red}</style><script>",
        ],
    )
    def test_no_style_that_asks(self, css: str) -> None:
        assert clean_declarations(css) == ""
        assert clean_declarations(f"color: red; {css}; margin: 0") == "color: red; margin: 0"
        assert "x/" not in clean_stylesheet(f"p {{ {css} }}")

    def test_rules_that_are_no_ones_own(self) -> None:
        css = """@import url(http://x/); @charset "utf-8"; <!-- p { color: red }
        @font-face { font-family: x; src: url(//x/) } @media print { p { display: none } td { } }
        a[href^="http"] { background: url(x) } td /* { } */ { margin: 0 } --> b { color: blue"""
        assert clean_stylesheet(css).splitlines() == [
            "p { color: red }",
            "td { margin: 0 }",
            "b { color: blue }",
        ]


class TestEncodings:
    """The letters stay what they were."""

    TEXT = "Größe, Ärztin, jicho la kushoto: ng'ombe"

    @pytest.mark.parametrize(
        "content",
        [
            f"<p>{TEXT}</p>".encode(),
            f"<p>{TEXT}</p>".encode("utf-8-sig"),
            f'<meta charset="utf-8"><p>{TEXT}</p>'.encode(),
            f"<p>{TEXT}</p>".encode("utf-16"),
            b"\xfe\xff" + f"<p>{TEXT}</p>".encode("utf-16-be"),
            f"<p>{TEXT}</p>".encode("utf-16-le"),
            f"<p>{TEXT}</p>".encode("utf-16-be"),
            f"<p>{TEXT}</p>".encode("cp1252"),
            f'<meta charset="iso-8859-1"><p>{TEXT}</p>'.encode("latin-1"),
            f'<meta content="text/html; charset=windows-1252"><p>{TEXT}</p>'.encode("cp1252"),
            f"<meta charset=utf-16><p>{TEXT}</p>".encode(),
            f"<meta charset=no-such><p>{TEXT}</p>".encode(),
        ],
    )
    def test_readable(self, content: bytes) -> None:
        assert copy_of(content) == f"<p>{self.TEXT}</p>"

    @pytest.mark.parametrize("declared", ["utf-7", "unicode_escape", "rot13", "hex", "idna"])
    def test_no_encoding_hides_a_tag(self, declared: str) -> None:
        content = f"<meta charset={declared}><p>+ADw-script+AD4- \\x3cscript\\x3e".encode()
        assert copy_of(content) == "<p>+ADw-script+AD4- \\x3cscript\\x3e</p>"

    @pytest.mark.parametrize(
        "broken", [b"\xff\xfe<", b"\xfe\xff\xd8", b"\xef\xbb\xbf\xff", b"\x00"]
    )
    def test_broken_bytes_raise_nothing(self, broken: bytes) -> None:
        assert clean_report(broken + b"<p>a")


BOMBS = {
    "nested": "<div>",
    "formatting": "<b><p>",
    "crossing": "<b></p>",
    "comments": "<!--",
    "declarations": "<!",
    "sections": "<![CDATA[",
    "end tags": "</",
    "unfinished": "<p a",
    "open quotes": "<p a='",
    "less than": "<",
    "references": "&",
    "numbers": "&#x",
    "raw": "<script></scri",
    "foreign": "<svg>",
    "items": "<li>",
    "styles": "<b style='a:b'>",
    "meta": "<meta charset",
    "braces": "<style>a{",
}


class TestBombs:
    """Time and memory are those of an honest report."""

    @pytest.mark.parametrize("name", BOMBS)
    def test_in_time(self, name: str) -> None:
        unit = BOMBS[name]
        began = time.monotonic()
        try:
            page = clean_report((unit * (MAX_MARKUP_CHARS // len(unit))).encode())
        except ReportTooLarge:
            page = ""
        assert time.monotonic() - began < PATIENCE_SECONDS
        assert len(page) < 8 * MAX_MARKUP_CHARS

    def test_distinct_attributes(self) -> None:
        began = time.monotonic()
        clean_report(("<p " + " ".join(f"a{i}" for i in range(60_000)) + ">").encode())
        clean_report("".join(f"<font size={i}><p>" for i in range(24_000)).encode())
        assert time.monotonic() - began < PATIENCE_SECONDS

    def test_endless_number(self) -> None:
        assert copy_of(f"<p>&#{'9' * 5000};</p>") == "<p>\ufffd</p>"

    @pytest.mark.parametrize("unit", ["<p>a</p>", "text "])
    def test_too_large(self, unit: str) -> None:
        with pytest.raises(ReportTooLarge):
            clean_report((unit * (10 * 1024 * 1024 // len(unit))).encode())
