"""PDF files: what readers show is kept, whatever stands before and behind it."""

from functools import cache
from io import BytesIO

import pypdfium2
import pytest
from pypdf import PdfReader, PdfWriter

from edc_retinopathy.choices import ContentType, FileType
from edc_retinopathy.content.pdf import examine
from tests import samples
from tests.content.judged import accepted, refusal

END = b"%%EOF"
END_IS_MISSING = "The PDF file is incomplete: its end is missing."
HALF_AN_UPDATE = "The PDF file is incomplete: it goes on behind its end marker, and stops."
HTML = b"<html><body>appended by a proxy</body></html>\n"


@cache
def report() -> bytes:
    """One page, as pypdf writes it."""
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    buffer = BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


@cache
def updated() -> bytes:
    """The report with an update behind its end (ISO 32000-1, 7.5.6)."""
    writer = PdfWriter(BytesIO(report()), incremental=True)
    writer.add_blank_page(100, 100)
    buffer = BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


@cache
def linearized() -> bytes:
    """A file whose first page comes first, with a part's end marker before it (annex F)."""
    first = (
        b"%%PDF-1.4\n9 0 obj\n<< /Linearized 1 /L %06d /H [ 0 0 ] /O 3 /E 500 /N 1 /T 0 >>\n"
        b"endobj\n"
        b"xref\n9 1\n0000000009 00000 n \ntrailer\n<< /Size 10 /Root 1 0 R >>\n"
        b"startxref\n0\n%%%%EOF\n"
    )
    page = report()[report().index(b"1 0 obj") :]
    filler = b"".join(b"%% page content %06d\n" % n for n in range(400))
    size = len(first % 0) + len(filler) + len(page)
    return first % size + filler + page


SHOWN = {
    "report": report(),
    "own report": samples.VALID["pdf"].content,
    "updated": updated(),
    "linearized": linearized(),
    "linearized and updated": linearized() + updated()[len(report()) :],
    "no line end behind the marker": report().rstrip(),
    **{f"{n} NULs behind": report() + bytes(n) for n in (1, 1100, 70_000, 1_000_000)},
    "HTML behind": report() + HTML,
    "much HTML behind": report() + HTML * 1000,
    "text behind": report() + b"printed by a camera\r\n" * 3000,
    "0xFF behind": report() + b"\xff" * 70_000,
    "Ctrl-Z behind": report() + b"\x1a",
    "the same file behind": report() + report(),
    "half of the same file behind": report() + report()[: len(report()) // 2],
    "tail behind an update": updated() + bytes(5000),
    "tail behind a linearized file": linearized() + bytes(5000),
    "mark before": b"\xef\xbb\xbf" + report(),
    "NULs before": bytes(4) + report(),
    "white space before": b"\r\n \t" * 200 + report(),
    "header of HTTP before": b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n" + report(),
    "warning in HTML before": b"<br />\n<b>Warning</b>: no time zone set\n" + report(),
    "0xFF before": b"\xff" * 1000 + report(),
    "1024 bytes before": b"x" * 1024 + report(),
}


@pytest.mark.parametrize("name", sorted(SHOWN))
def test_what_readers_show_is_accepted(name: str) -> None:
    facts = accepted(SHOWN[name], FileType.REPORT)
    assert facts.content_type == ContentType.PDF
    assert not facts.is_image


@pytest.mark.parametrize("name", sorted(name for name in SHOWN if "before" not in name))
def test_the_reader_of_chromium_shows_what_is_accepted(name: str) -> None:
    document = pypdfium2.PdfDocument(SHOWN[name])
    assert len(document) >= 1
    document.close()


def test_another_reader_shows_the_updated_report() -> None:
    assert len(PdfReader(BytesIO(updated())).pages) == 2
    assert updated().startswith(report())


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (report()[:-8], END_IS_MISSING),
        (report()[: len(report()) // 2], END_IS_MISSING),
        (report()[:9], END_IS_MISSING),
        (report()[:100] + bytes(2000), END_IS_MISSING),
        # An end marker before the header is that of something else.
        (END + b"\n" + report().replace(END, b""), END_IS_MISSING),
        # The end marker of the first page is none of the file.
        (linearized()[:600], END_IS_MISSING),
        (linearized()[:-10], END_IS_MISSING),
        (linearized()[:600] + bytes(len(linearized()) - 600), END_IS_MISSING),
        (updated()[: updated().rindex(b"startxref")], HALF_AN_UPDATE),
        (updated()[: len(report()) + 40], HALF_AN_UPDATE),
        (updated()[: len(report()) + 40] + bytes(500), HALF_AN_UPDATE),
        # A file kept inside of another that was cut.
        (report()[:60] + b"stream\n" + report() + b"\nendstream\nendobj\n7 0 o", HALF_AN_UPDATE),
    ],
)
def test_what_is_not_whole_is_refused(content: bytes, sentence: str) -> None:
    assert refusal(content, FileType.REPORT) == sentence


@pytest.mark.parametrize(
    "content", [b"x" * 1025 + report(), report()[5:], b"speaks of %PDF, no more" + END]
)
def test_what_has_no_header_where_readers_look_is_no_pdf(content: bytes) -> None:
    assert "another kind of file" in refusal(content, FileType.REPORT)


@pytest.mark.parametrize(
    ("change", "is_locked"),
    [
        ((b"%PDF", b"%PDF"), False),
        ((b"/Root 1 0 R >>", b"/Root 1 0 R /Encrypt 6 0 R >>"), True),
        ((b"/Root 1 0 R >>", b"/Root 1 0 R /Encrypt<</Filter/Standard>> >>"), True),
        # What a page says, and not the trailer.
        ((b"sample report", b"/Encrypt is a word"), False),
    ],
)
def test_a_trailer_says_whether_the_file_is_locked(
    *, change: tuple[bytes, bytes], is_locked: bool
) -> None:
    content = samples.pdf_report().replace(*change)
    assert examine(BytesIO(content), len(content)).is_locked is is_locked


def test_a_cross_reference_stream_is_a_trailer_too() -> None:
    stream = b"7 0 obj <</Type/XRef/Encrypt 6 0 R/Length 99999>> stream\n"
    content = b"%PDF-1.5\n" + b"x" * 9000
    at = len(content)
    content += stream + b"\1" * 99_999 + b"\nendstream endobj\nstartxref\n%d\n%%%%EOF\n" % at
    assert examine(BytesIO(content), len(content)).is_locked


@pytest.mark.parametrize("algorithm", ["RC4-40", "RC4-128"])
def test_a_file_with_a_password_is_locked(algorithm: str) -> None:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.encrypt("secret", algorithm=algorithm)
    buffer = BytesIO()
    writer.write(buffer)
    content = buffer.getvalue()
    assert accepted(content, FileType.REPORT)
    assert examine(BytesIO(content), len(content)).is_locked
    assert not examine(BytesIO(report()), len(report())).is_locked
