"""HTML as browsers tell it, whatever libmagic calls it; and what is none."""

import pytest

from edc_retinopathy.choices import ContentType, FileType
from tests import samples
from tests.content.judged import accepted, refusal

DOCUMENT = (
    "<!DOCTYPE html><html><head><title>Report</title></head><body><p>OD: no DR, é</p></body></html>"
)
PLAIN = DOCUMENT.encode()
XHTML = b'<html xmlns="http://www.w3.org/1999/xhtml"><body/></html>'
DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'
STRICT = b'<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "xhtml1-strict.dtd">\n'
COMMENT = b"<!-- " + b"x" * 70_000 + b" -->"

# Tags of the table of the MIME Sniffing Standard, and others.
TAGS = """html head script iframe h1 div font table a style title b body br p meta link center
span section main article form h6 ul img hr pre noscript"""

SHOWN = {
    "document": PLAIN,
    "own report": samples.VALID["html"].content,
    "cut": PLAIN[:40],
    "upper case": DOCUMENT.upper().encode(),
    **{f"starts with {tag}": f"<{tag}>OD: no DR".encode() for tag in TAGS.split()},
    "attributes in the first tag": b'<div class="report">OD</div>',
    "first tag over several lines": b'<table\n  width="100%">',
    "first tag closed": b"<br/>OD: no DR",
    **{
        f"control byte {byte} at {place}": PLAIN[:place] + bytes([byte]) + PLAIN[place:]
        for byte in (0x00, 0x01, 0x08, 0x1A, 0x1B, 0x7F)
        for place in (0, 15, 60, len(PLAIN))
    },
    "many NULs behind": PLAIN + bytes(70_000),
    "Ctrl-Z behind": PLAIN + b"\x1a",
    "binary behind": PLAIN + bytes(range(256)) * 9,
    "UTF-8 with a mark": DOCUMENT.encode("utf-8-sig"),
    "Latin 1": DOCUMENT.encode("latin-1"),
    "UTF-16 LE": DOCUMENT.encode("utf-16-le"),
    "UTF-16 BE": DOCUMENT.encode("utf-16-be"),
    "UTF-16 LE with a mark": b"\xff\xfe" + DOCUMENT.encode("utf-16-le"),
    "UTF-16 BE with a mark": b"\xfe\xff" + DOCUMENT.encode("utf-16-be"),
    "UTF-16 behind a comment": ("<!-- a > b -->\r\n" + DOCUMENT).encode("utf-16-le"),
    "UTF-16 BE behind a long comment": (COMMENT.decode() + DOCUMENT).encode("utf-16-be"),
    "UTF-16 behind much white space": (" \r\n" * 30_000 + DOCUMENT).encode("utf-16-le"),
    "comment": b"<!-- made by a camera --><p>OD</p>",
    "comment alone": b"<!-- made by a camera -->",
    "comment that does not end": b"<!-- made by a camera",
    "text behind a comment": b"<!-- made by a camera -->OD: no DR",
    "long comment": COMMENT + PLAIN,
    "many comments": b"<!-- a -->\n" * 5000 + PLAIN,
    "much white space": b"\r\n\t " * 20_000 + PLAIN,
    "XHTML": DECLARATION + XHTML,
    "XHTML with a document type": DECLARATION + STRICT + XHTML,
    "XHTML behind comments": DECLARATION + COMMENT + b"<?xml-stylesheet href='a'?>" + XHTML,
    "XHTML in UTF-16": (DECLARATION + STRICT + XHTML).decode().encode("utf-16"),
    "text before the document": b"Report of 2025-03-14\n" + PLAIN,
    "text and a control byte before the document": b"Report\x01 of 2025-03-14\n" + PLAIN,
    "speaks of PDF": PLAIN.replace(b"OD", b"%PDF-1.4"),
}


@pytest.mark.parametrize("name", sorted(SHOWN))
def test_what_browsers_show_is_accepted(name: str) -> None:
    facts = accepted(SHOWN[name], FileType.REPORT)
    assert facts.content_type == ContentType.HTML
    assert not facts.is_image


OTHERS = {
    "text": samples.TEXT,
    "text with a tag's beginning": b"left eye <5, right eye <b\n",
    "number below": b"<5 mm",
    "unknown tag": b"<exam><eye>left</eye></exam>",
    "tag of a longer name": b"<bodyguard>",
    "JSON": b'{"report": "<html><body>OD</body></html>"}',
    "JSON, long": b'{"report": "<html>' + b"x" * 100_000 + b'"}',
    "JSON array": b'["<!DOCTYPE html>"]',
    "XML": DECLARATION + b"<exam><eye>left</eye></exam>",
    "XML with HTML's element names": DECLARATION + b"<table><tr/></table>",
    "XML with HTML inside": DECLARATION + b"<exam>" + PLAIN + b"</exam>",
    "XML behind a comment": DECLARATION + b"<!-- c --><exam><html></html></exam>",
    "XML that does not go on": DECLARATION,
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg"><rect/></svg>',
    "SVG with a declaration": DECLARATION + b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    "shell script": b"#!/bin/sh\ncat <<END\n" + PLAIN + b"\nEND\n",
    "other script": b"#!/usr/bin/env report\nprint '" + PLAIN + b"'\n",
    "Linux executable": samples.ELF + PLAIN,
    "Windows executable": samples.WINDOWS_EXECUTABLE + PLAIN,
    "zeros": bytes(100_000),
    "white space": b" \n" * 50_000,
    "zip": b"PK\x03\x04" + bytes(26) + PLAIN,
}


@pytest.mark.parametrize("name", sorted(OTHERS))
def test_what_is_no_html_is_refused(name: str) -> None:
    assert "another kind of file" in refusal(OTHERS[name], FileType.REPORT)


@pytest.mark.parametrize("sample", ["jpeg", "png", "dicom uncompressed"])
def test_an_image_is_no_report(sample: str) -> None:
    label = refusal(samples.VALID[sample].content, FileType.REPORT)
    assert "The content is " in label
    assert "another kind" not in label
