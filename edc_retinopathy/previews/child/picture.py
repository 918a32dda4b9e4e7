"""One picture, opened and not decoded yet, and the bound on its pixels."""

from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from edc_retinopathy.previews.reasons import NotRendered, Reason


@dataclass(slots=True, kw_only=True)
class Picture:
    """An image of 8 bits a sample, and what has to be done to it before it is looked at.

    ``orientation`` is the EXIF one (CIPA DC-008, 4.6.4), ``icc_profile`` what its colours mean.
    ``encoded`` gives a JPEG of the very same pixels where the file holds one that may be shown as
    it is. ``is_raw_rgb`` tells a JPEG whose components are red, green and blue, unmarked.
    """

    image: Image.Image
    icc_profile: bytes | None = None
    orientation: int = 1
    encoded: Callable[[], bytes | None] | None = None
    is_raw_rgb: bool = False
    frames: int = 1


def require_few_pixels(pixels: int, max_pixels: int | None) -> None:
    """Raise ``NotRendered`` if there are more than may be decoded."""
    if max_pixels is not None and pixels > max_pixels:
        raise NotRendered(Reason.TOO_MANY_PIXELS)
