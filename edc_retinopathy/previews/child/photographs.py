"""JPEG files."""

from io import BytesIO
from typing import BinaryIO

from PIL import ExifTags, Image

from .colours import is_srgb
from .jpeg import Odd, head_of, without_metadata
from .picture import Picture, require_few_pixels

# What holds several pictures (MPO) is opened by it too, at its first.
JPEG_FORMATS = ("JPEG",)
# Pillow's own limit is a warning first; ours is asked before a pixel is decoded.
Image.MAX_IMAGE_PIXELS = None


def open_jpeg(stream: BinaryIO, max_pixels: int | None) -> Picture:
    """The picture of a JPEG file."""
    data = stream.read()
    image = Image.open(BytesIO(data), formats=JPEG_FORMATS)
    require_few_pixels(image.width * image.height, max_pixels)
    orientation = orientation_of(image)
    profile = image.info.get("icc_profile")
    is_plain = orientation == 1 and (profile is None or is_srgb(profile))
    return Picture(
        image=image,
        icc_profile=profile,
        orientation=orientation,
        encoded=(lambda: shown_as_it_is(data)) if is_plain else None,
    )


def shown_as_it_is(data: bytes) -> bytes | None:
    """The stream without what may name a person, if browsers show it; None if it is odd."""
    try:
        head = head_of(data)
        has_usual_colours = len(head.component_ids) in {1, 3}
        if not head.is_shown_by_browsers or not has_usual_colours:
            return None
        return without_metadata(data)
    except Odd:
        return None


def orientation_of(image: Image.Image) -> int:
    """Which side is up, by EXIF; 1, as stored, where that says nothing sensible."""
    try:
        orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
    # Pillow reads EXIF data as it is written: anything may be.
    except (OSError, ValueError, SyntaxError, KeyError, TypeError):
        return 1
    return orientation if orientation in range(1, 9) else 1
