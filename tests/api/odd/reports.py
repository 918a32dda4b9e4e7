"""Odd reports as cameras, printers and proxies leave them, and what is right for each."""

import gzip
import json
from functools import cache
from io import BytesIO

from PIL import Image
from pypdf import PdfWriter

from tests import samples

END = b"%%EOF"
PAGE = b"<html><head><title>Report</title></head><body><p>OD: no DR \xe9</p></body></html>"
TEXT = PAGE.decode("latin-1")


@cache
def report(*, pages: int = 1, password: str = "", compressed: bool = False) -> bytes:
    """A report as pypdf writes it."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    if compressed:
        writer.compress_identical_objects()
    buffer = BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


@cache
def picture_report() -> bytes:
    """A report that is one picture, as Pillow writes it."""
    buffer = BytesIO()
    Image.effect_noise((60, 60), 50).convert("RGB").save(buffer, "PDF")
    return buffer.getvalue()


@cache
def with_attachment() -> bytes:
    """A report that carries another one, uncompressed."""
    writer = PdfWriter(BytesIO(report()))
    writer.add_attachment("earlier.pdf", report(pages=3))
    buffer = BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


@cache
def updated(times: int = 3) -> bytes:
    """A report that was signed or annotated so often."""
    content = report()
    for number in range(times):
        writer = PdfWriter(BytesIO(content), incremental=True)
        writer.add_metadata({"/Note": f"signed {number}"})
        buffer = BytesIO()
        writer.write(buffer)
        content = buffer.getvalue()
    return content


PDF = report()
UPDATED = updated()
SECOND_END = UPDATED.index(END, UPDATED.index(END) + 5) + 5
LAST_UPDATE = UPDATED[: UPDATED.rindex(END) - 60]
JOB = b"\x1b%-12345X@PJL JOB\r\n@PJL ENTER LANGUAGE=PDF\r\n"

SHOWN_PDF: dict[str, bytes] = {
    "a printer's job": JOB + PDF + b"\x1b%-12345X@PJL EOJ\r\n",
    "header at byte 1019": b"\0" * 1019 + PDF,
    "mark and line ends before": b"\xef\xbb\xbf\r\n\r\n" + PDF,
    "Macintosh's binary header before": b"\0\x0aReport.pdf" + bytes(116) + PDF,
    "60 kB of 0xFF behind": PDF + b"\xff" * 60_000,
    "30 kB of a web page behind": PDF + PAGE * 300,
    "chunked trailer behind": PDF + b"\r\n0\r\n\r\n",
    "Ctrl-Z and padding behind": PDF + b"\x1a" + bytes(511),
    "line ends of a Macintosh": PDF.replace(b"\n", b"\r"),
    "no line end behind": PDF.rstrip(),
    "spaces within the last line": PDF.rstrip() + b"   \r\n",
    "three updates": UPDATED,
    "three updates and padding": UPDATED + bytes(4096),
    "two reports": PDF + report(pages=2),
    "of a picture": picture_report(),
    "with another report in it": with_attachment(),
    "locked": report(password="secret"),
    "multipart boundary behind": PDF + b"\r\n------WebKitFormBoundaryAbC--\r\n",
    "version 2.0": PDF.replace(PDF[:8], b"%PDF-2.0", 1),
    "mail's header before": b"Content-Type: application/pdf\r\nContent-Disposition: inline\r\n\r\n"
    + PDF,
}

SHOWN_HTML: dict[str, bytes] = {
    "Windows-1252": TEXT.replace("é", "\u2013").encode("cp1252"),
    "Japanese": TEXT.replace("no DR", "\u53f3\u773c").encode("shift-jis", "ignore"),
    "Chinese": TEXT.replace("é", "\u53f3\u773c").encode("gb18030"),
    "Japanese with escapes": TEXT.replace("é", "\u53f3\u773c").encode("iso-2022-jp"),
    "mark, then white space": b"\xef\xbb\xbf \r\n\t" + PAGE,
    "UTF-16 BE behind white space": ("\r\n  " + TEXT).encode("utf-16-be"),
    "UTF-16 with an odd byte behind": TEXT.encode("utf-16-le") + b"\0",
    "UTF-16 of upper case": TEXT.upper().encode("utf-16"),
    "saved by a browser": b"<!-- saved from url=(0014)about:internet -->\r\n" + PAGE,
    "saved by Word": b'<html xmlns:v="urn:schemas-microsoft-com:vml"\r\nxmlns="http://www.w3.org/TR/REC-html40">'
    + PAGE[6:],
    "conditional comment": b"<!--[if IE 9]><html class='ie'><![endif]-->" + PAGE,
    "document type of 1999": b'<!doctype HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">\n'
    + PAGE,
    "XML declaration": b"<?xml version='1.0' encoding='utf-8'?><!DOCTYPE html>"
    b'<html xmlns="http://www.w3.org/1999/xhtml"><body/></html>',
    "form feed first": b"\x0c\r\n" + PAGE,
    "begins with h2": b"<h2>Left eye</h2>",
    "begins with a preformatted part": b"<PRE>\r\nOD  no DR\r\n</PRE>\r\n",
    "begins with a script": b"<script>var eye = 'L';</script><p>OD</p>",
    "begins with a picture": b'<img src="data:image/png;base64,AAAA"><br>',
    "begins with a list": b"<ul><li>OD: no DR</ul>",
    "begins with bold": b"<B>Report</B>",
    "escape and bell inside": PAGE.replace(b"no DR", b"\x1b[1mno\x07 DR"),
    "record separators": PAGE.replace(b" ", b"\x1e"),
    "data of a camera behind": PAGE + bytes(range(256)) * 8,
    "cut": PAGE[:50],
    "tag of one letter alone": b"<p>",
    "200 kB of comment": b"<!--" + b" - " * 70_000 + b"-->" + PAGE,
}

OTHER: dict[str, tuple[bytes, str]] = {
    "end marker cut": (PDF.rstrip()[:-1], "end is missing"),
    "cut behind the cross-reference": (PDF[: PDF.index(b"trailer")], "end is missing"),
    "zeros from half on": (PDF[:300] + bytes(len(PDF)), "end is missing"),
    "erased flash from half on": (PDF[:300] + b"\xff" * len(PDF), "end is missing"),
    "zeros, last byte written": (PDF[:300] + bytes(len(PDF) - 301) + b"\n", "end is missing"),
    "second update cut": (UPDATED[: SECOND_END + 60], "goes on"),
    "last update cut before its end marker": (LAST_UPDATE, "goes on"),
    "last update of zeros from half on": (LAST_UPDATE + bytes(400), "goes on"),
    "cut behind an attachment": (
        with_attachment()[: with_attachment().rindex(END) - 9],
        "goes on|end is missing",
    ),
    "header behind 1100 bytes": (bytes(1100) + PDF, "another kind"),
    "only a header": (b"%PDF-1.7\n", "end is missing"),
    "forms data": (b"%FDF-1.2\n1 0 obj\n<<>>\nendobj\ntrailer<<>>\n%%EOF\n", "another kind"),
    "PostScript": (b"%!PS-Adobe-3.0\n%%EOF\n", "another kind"),
    "mail with a page": (
        b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n" + b"x: y\r\n" * 20,
        "another kind",
    ),
    "JSON with a page": (json.dumps({"html": TEXT}).encode(), "another kind"),
    "rich text": (b"{\\rtf1\\ansi OD: no DR}", "another kind"),
    "HL7": (b"MSH|^~\\&|TOPCON|SITE|||20250314||ORU^R01|1|P|2.5\r", "another kind"),
    "XML": (b"<?xml version='1.0'?><Report><Eye>OD</Eye></Report>", "another kind"),
    "compressed page": (gzip.compress(PAGE, mtime=0), "another kind"),
    "zeros": (bytes(9000), "another kind"),
    "word processor's": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "another kind"),
    "comparison": (b"< 5 mm and <b\n", "another kind"),
    "a DICOM of a report": (samples.encapsulated_pdf_dicom(), "DICOM"),
    "a photograph": (samples.small_jpeg(), "JPEG"),
}
