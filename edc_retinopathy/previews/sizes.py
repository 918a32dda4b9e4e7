"""The sizes that pictures are made in."""

from enum import StrEnum


class Size(StrEnum):
    """How large a picture is shown: for lists, for a screen, or as it was taken."""

    THUMBNAIL = "thumbnail"
    SCREEN = "screen"
    FULL = "full"


# The longest side in pixels; what is smaller is not enlarged.
LONGEST_SIDE = {Size.THUMBNAIL: 320, Size.SCREEN: 1600}
THUMBNAIL_BYTES = 25_000
# A page of a PDF file has no pixels of its own: A4 at some 270 dots an inch.
LONGEST_SIDE_OF_PAGE = 3200

# Made together, because decoding is what takes time.
FIRST_SIZES = (Size.THUMBNAIL, Size.SCREEN)
