"""Frames of DICOM images, in every photometric interpretation of cameras (PS3.3 C.7.6.3)."""

from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from io import BytesIO
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.encaps import get_frame
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.processing import apply_color_lut
from pydicom.pixels.utils import pixel_array
from pydicom.uid import (
    UID,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
)

from edc_retinopathy.previews.reasons import NotRendered, Reason

from .codestreams import size_of_codestream
from .dicom_file import read_data_set
from .greys import is_window_given, to_grey
from .jpeg import Head, Odd, head_of
from .photographs import shown_as_it_is
from .picture import Picture, require_few_pixels

JPEG_SYNTAXES = frozenset({JPEGBaseline8Bit, JPEGExtended12Bit})
# What the extra reads: lossless processes of JPEG, and 12 bits.
NEED_THE_EXTRA = frozenset({JPEGExtended12Bit, JPEGLossless, JPEGLosslessSV1})
# Of the plugins that decode JPEG the one for 12 bits.
PLUGIN_OF_12_BITS = "libjpeg"
PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
BITS_SHOWN = 8
# An image that uses less than this part of its range is black on a screen.
DARK_PART = 16

type Pixels = npt.NDArray[Any]


def open_dicom(stream: BinaryIO, max_pixels: int | None, *, frame: int) -> Picture:
    """The picture of one frame, counted from 1; others are not decoded."""
    data_set, syntax = read_data_set(stream, max_pixels)
    if not any(keyword in data_set for keyword in PIXELS):
        raise NotRendered(Reason.NO_IMAGE)
    frames = max(int(data_set.get("NumberOfFrames", None) or 1), 1)
    rows, columns = int(data_set.Rows), int(data_set.Columns)
    require_few_pixels(rows * columns * frames, max_pixels)
    if frame > frames:
        raise NotRendered(Reason.NO_FRAME)
    picture = _picture(data_set, syntax, frame, frames, max_pixels)
    picture.frames = frames
    picture.icc_profile = picture.icc_profile or data_set.get("ICCProfile", None)
    if picture.icc_profile:
        picture.encoded = None
    return picture


def _picture(
    data_set: Dataset, syntax: UID, frame: int, frames: int, max_pixels: int | None
) -> Picture:
    if syntax.is_encapsulated:
        encoded = get_frame(
            data_set.PixelData,
            frame - 1,
            number_of_frames=frames,
            extended_offsets=_extended_offsets(data_set),
        )
        size = size_of_codestream(encoded)
        if size is not None:
            require_few_pixels(size[0] * size[1], max_pixels)
        if syntax in JPEG_SYNTAXES:
            picture = _jpeg_picture(data_set, encoded, frame)
            if picture is not None:
                return picture
    _require_decoder(syntax)
    return Picture(image=Image.fromarray(_decoded(data_set, frame)))


def _extended_offsets(data_set: Dataset) -> tuple[bytes, bytes] | None:
    table = data_set.get("ExtendedOffsetTable", None)
    return (table, data_set.ExtendedOffsetTableLengths) if table else None


def _require_decoder(syntax: UID) -> None:
    try:
        is_available = get_decoder(syntax).is_available
    except NotImplementedError:
        raise NotRendered(Reason.UNDECODABLE) from None
    if not is_available:
        needs_extra = syntax in NEED_THE_EXTRA
        raise NotRendered(Reason.NEEDS_EXTRA if needs_extra else Reason.UNDECODABLE)


def _jpeg_picture(data_set: Dataset, encoded: bytes, frame: int) -> Picture | None:
    """The frame as the JPEG that it is; None if it is none that Pillow decodes."""
    try:
        head = head_of(encoded)
    except Odd:
        return None
    if not head.is_shown_by_browsers or len(head.component_ids) not in {1, 3}:
        if head.bits > BITS_SHOWN and find_spec(PLUGIN_OF_12_BITS) is None:
            raise NotRendered(Reason.NEEDS_EXTRA)
        return None
    image = Image.open(BytesIO(encoded), formats=("JPEG",))
    if len(head.component_ids) == 1:
        return _grey_jpeg_picture(data_set, image, encoded, frame)
    is_raw_rgb = _is_raw_rgb(data_set, head)
    as_it_is: Callable[[], bytes | None] = partial(_unchanged, encoded)
    return Picture(image=image, encoded=None if is_raw_rgb else as_it_is, is_raw_rgb=is_raw_rgb)


def _is_raw_rgb(data_set: Dataset, head: Head) -> bool:
    """True where the header alone says that the components are colours, and not transformed."""
    return not head.tells_its_colours and data_set.PhotometricInterpretation == "RGB"


def _grey_jpeg_picture(
    data_set: Dataset, image: Image.Image, encoded: bytes, frame: int
) -> Picture:
    is_plain = (
        data_set.PhotometricInterpretation == "MONOCHROME2"
        and int(data_set.get("BitsStored", None) or BITS_SHOWN) == BITS_SHOWN
        and not is_window_given(data_set, frame)
    )
    if is_plain:
        return Picture(image=image, encoded=partial(_unchanged, encoded))
    return Picture(image=Image.fromarray(_shown(data_set, np.asarray(image), frame)))


def _unchanged(encoded: bytes) -> bytes | None:
    """The stream as the file has it, without the padding behind it, if it holds an image alone."""
    return shown_as_it_is(encoded)


def _decoded(data_set: Dataset, frame: int) -> Pixels:
    return _shown(data_set, pixel_array(data_set, index=frame - 1), frame)


def _shown(data_set: Dataset, pixels: Pixels, frame: int) -> Pixels:
    """Values of 8 bits as they are looked at: red, green and blue, or grey."""
    if pixels.ndim == 3:  # noqa: PLR2004
        return _colours(pixels, int(data_set.get("BitsStored", None) or BITS_SHOWN))
    if data_set.PhotometricInterpretation == "PALETTE COLOR":
        return _colours(apply_color_lut(pixels, data_set), None)
    return to_grey(data_set, pixels, frame)


def _colours(pixels: Pixels, bits_stored: int | None) -> Pixels:
    """Colours of 8 bits; of more bits the upper ones, or those that are used at all."""
    if pixels.dtype == np.uint8:
        return np.ascontiguousarray(pixels)
    most = int(pixels.max())
    bits = bits_stored or pixels.dtype.itemsize * 8
    # Palettes of 8 bits are often declared with 16 (PS3.3 C.7.6.3.1.6).
    if most < (1 << bits) // DARK_PART:
        bits = max(most.bit_length(), BITS_SHOWN)
    shifted = pixels >> max(bits - BITS_SHOWN, 0)
    return np.ascontiguousarray(np.clip(shifted, 0, 255).astype(np.uint8))
