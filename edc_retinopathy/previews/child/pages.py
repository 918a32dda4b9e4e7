"""Pages of PDF files as pictures: nothing in them runs, and no link leads away."""

from typing import BinaryIO

import pypdfium2 as pdfium
from PIL import Image
from pypdfium2.raw import FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY, FPDF_GetLastError

from edc_retinopathy.previews.reasons import NotRendered, Reason
from edc_retinopathy.previews.sizes import LONGEST_SIDE, LONGEST_SIDE_OF_PAGE, Size

from .picture import Picture

IS_LOCKED = frozenset({FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY})


def open_page(stream: BinaryIO, *, page: int, sizes: set[str]) -> Picture:
    """The picture of one page, counted from 1, in the largest of the sizes."""
    document = _opened(stream.read())
    try:
        count = len(document)
        if page > count:
            raise NotRendered(Reason.NO_FRAME if count else Reason.NO_IMAGE)
        longest = LONGEST_SIDE_OF_PAGE if Size.FULL in sizes else LONGEST_SIDE[Size.SCREEN]
        image = _drawn(document[page - 1], longest)
    finally:
        document.close()
    return Picture(image=image, frames=count)


def count_pages(stream: BinaryIO) -> int:
    """How many pages the file has."""
    document = _opened(stream.read())
    try:
        return len(document)
    finally:
        document.close()


def _opened(data: bytes) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError:
        is_locked = FPDF_GetLastError() in IS_LOCKED
        raise NotRendered(Reason.LOCKED if is_locked else Reason.BROKEN) from None


def _drawn(page: pdfium.PdfPage, longest: int) -> Image.Image:
    width, height = page.get_size()
    if min(width, height) <= 0:
        raise NotRendered(Reason.BROKEN)
    scale = longest / max(width, height)
    image: Image.Image = page.render(scale=scale).to_pil()
    return image.convert("RGB")
