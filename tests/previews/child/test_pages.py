"""Pages of PDF files, as pictures."""

from io import BytesIO

import numpy
import pytest
from pypdf import PdfReader, PdfWriter

from demo.sample_exam import pdf_report
from edc_retinopathy.previews import NotRendered
from tests.previews.child.pictures import drawn, screen
from tests.samples import PDF


def pages(count: int, *, password: str = "", owner: str = "") -> bytes:
    """The report's page so many times, each turned a little further, locked if named."""
    writer = PdfWriter()
    for number in range(count):
        page = PdfReader(BytesIO(pdf_report())).pages[0]
        writer.add_page(page).rotate(90 * number)
    if password or owner:
        writer.encrypt(password, owner or None, algorithm="AES-256")
    buffer = BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def test_a_page_is_drawn() -> None:
    shown = screen(pdf_report(), PDF)
    assert shown.shape == (1600, 1131, 3)
    # Black on white.
    assert (shown.min(), numpy.median(shown)) == (0, 255)


def test_each_page_is_reached() -> None:
    content = pages(3)
    assert drawn(content, PDF, frame=1)[1].sizes["screen"] == [1131, 1600]
    assert drawn(content, PDF, frame=2)[1].sizes["screen"] == [1600, 1131]
    assert drawn(content, PDF, frame=2)[1].frames == 3
    with pytest.raises(NotRendered, match="no_frame"):
        drawn(content, PDF, frame=4)


def test_sizes() -> None:
    assert drawn(pdf_report(), PDF, "thumbnail", "full")[1].sizes == {
        "thumbnail": [226, 320],
        "full": [2262, 3200],
    }


def test_a_locked_one_says_so() -> None:
    with pytest.raises(NotRendered, match="locked_pdf"):
        drawn(pages(1, password="secret"), PDF)


def test_one_that_any_reader_opens_is_shown() -> None:
    # Encrypted, so that a reader holds to what the owner forbids.
    assert drawn(pages(2, owner="owner"), PDF)[1].frames == 2


@pytest.mark.parametrize("content", [b"", b"%PDF-1.4\n%%EOF", pdf_report()[:300]])
def test_broken(content: bytes) -> None:
    with pytest.raises(NotRendered, match="broken"):
        drawn(content, PDF)
