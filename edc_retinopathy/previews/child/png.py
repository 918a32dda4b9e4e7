"""PNG files."""

from typing import BinaryIO

import numpy as np
from PIL import Image

from edc_retinopathy.previews.reasons import NotRendered, Reason

from .photographs import orientation_of
from .picture import Picture, require_few_pixels

PNG_FORMATS = ("PNG",)


def open_png(stream: BinaryIO, max_pixels: int | None) -> Picture:
    """The picture of a PNG file; what shines through is black, as around a retina."""
    image: Image.Image = Image.open(stream, formats=PNG_FORMATS)
    require_few_pixels(image.width * image.height, max_pixels)
    profile = image.info.get("icc_profile")
    orientation = orientation_of(image)
    return Picture(image=_of_8_bits(image), icc_profile=profile, orientation=orientation)


def _of_8_bits(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        values = np.asarray(image)
        if values.min() < 0 or values.max() > np.iinfo(np.uint16).max:
            raise NotRendered(Reason.BROKEN)
        return Image.fromarray((values >> 8).astype(np.uint8))
    has_transparency = image.mode in {"LA", "PA", "RGBA", "La", "RGBa"} or (
        "transparency" in image.info
    )
    if has_transparency:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, (0, 0, 0, 255)), image)
    return image if image.mode == "L" else image.convert("L" if image.mode == "1" else "RGB")
