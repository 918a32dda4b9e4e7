"""Values of one sample as shades of grey (PS3.3 C.11.1, C.11.2; PS3.14 is for the screen)."""

from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset

# Tables are made for so many values at most; of others each is computed.
MAX_TABLE = 1 << 17
BITS_SHOWN = 8
ROWS_AT_ONCE = 128

type Values = npt.NDArray[Any]


def to_grey(data_set: Dataset, pixels: Values, frame: int) -> Values:
    """Grey of 8 bits: by the window of the file, else by the range of its values.

    Values of 8 bits without a window are shown as they are.
    """
    low, high = _range(data_set, pixels)
    if pixels.dtype.kind in "iu" and high - low < MAX_TABLE:
        return _looked_up_in_parts(_shades(data_set, np.arange(low, high + 1), frame), pixels, low)
    return np.ascontiguousarray(_shades(data_set, pixels, frame))


def _looked_up_in_parts(table: Values, pixels: Values, low: int) -> Values:
    """What the table says of each value; numpy takes 8 bytes for each place that it looks up."""
    grey = np.empty(pixels.shape, np.uint8)
    for start in range(0, len(pixels), ROWS_AT_ONCE):
        part = slice(start, start + ROWS_AT_ONCE)
        places = pixels[part].astype(np.int64) - low
        grey[part] = np.take(table, places, mode="clip")
    return grey


def is_window_given(data_set: Dataset, frame: int) -> bool:
    """True if the file says which values are to be seen, or what they mean."""
    return (
        _window(data_set, frame) is not None
        or "VOILUTSequence" in data_set
        or "ModalityLUTSequence" in data_set
    )


def _range(data_set: Dataset, pixels: Values) -> tuple[Any, Any]:
    """The least and the greatest value that is seen; what pads the picture is none."""
    padding = data_set.get("PixelPaddingValue", None)
    if isinstance(padding, int) and pixels.dtype.kind in "iu":
        seen = pixels[pixels != padding]
        pixels = seen if seen.size else pixels
    low, high = pixels.min(), pixels.max()
    return (int(low), int(high)) if pixels.dtype.kind in "iu" else (low, high)


def _shades(data_set: Dataset, values: Values, frame: int) -> Values:
    meant = _rescaled(data_set, values, frame)
    window = _window(data_set, frame)
    table = _first_item(data_set, "VOILUTSequence")
    if window is not None:
        shades = _windowed(meant, *window)
    elif table is not None and (looked_up := _looked_up(table, meant)) is not None:
        shades = looked_up
    elif values.dtype.kind in "iu" and _bits(data_set) == BITS_SHOWN and meant is values:
        shades = values / 255.0
    else:
        shades = _stretched(meant)
    grey = np.clip(np.rint(shades * 255.0), 0, 255).astype(np.uint8)
    is_inverted = data_set.PhotometricInterpretation == "MONOCHROME1"
    return 255 - grey if is_inverted else grey


def _bits(data_set: Dataset) -> int:
    return int(data_set.get("BitsStored", None) or BITS_SHOWN)


def _rescaled(data_set: Dataset, values: Values, frame: int) -> Values:
    """What the values mean; themselves where the file says nothing of it."""
    table = _first_item(data_set, "ModalityLUTSequence")
    if table is not None and (looked_up := _looked_up(table, values)) is not None:
        return looked_up
    found = _of_frame(data_set, frame, "PixelValueTransformationSequence", "RescaleSlope")
    slope = _number(found.get("RescaleSlope", None)) or 1.0
    intercept = _number(found.get("RescaleIntercept", None)) or 0.0
    return values if (slope, intercept) == (1.0, 0.0) else values * slope + intercept


def _window(data_set: Dataset, frame: int) -> tuple[float, float, str] | None:
    """Centre, width and function of the first window that the file names."""
    found = _of_frame(data_set, frame, "FrameVOILUTSequence", "WindowCenter")
    centre = _number(found.get("WindowCenter", None))
    width = _number(found.get("WindowWidth", None))
    if centre is None or width is None or width <= 0:
        return None
    return centre, width, str(found.get("VOILUTFunction", None) or "LINEAR").strip().upper()


def _windowed(values: Values, centre: float, width: float, function: str) -> Values:
    """From 0 to 1 (PS3.3 C.11.2.1.2, C.11.2.1.3)."""
    if function == "SIGMOID":
        exponent = np.clip(-4 * (values - centre) / width, -50, 50)
        return np.asarray(1 / (1 + np.exp(exponent)))
    if function == "LINEAR_EXACT":
        return np.asarray((values - centre) / width + 0.5)
    if width <= 1:
        return np.asarray(np.where(values > centre - 0.5, 1.0, 0.0))
    return np.asarray((values - (centre - 0.5)) / (width - 1) + 0.5)


def _looked_up(table: Dataset, values: Values) -> Values | None:
    """From 0 to 1 by a table (PS3.3 C.11.1.1, C.11.2.1.1); None if it is none."""
    descriptor = table.get("LUTDescriptor", None)
    data = table.get("LUTData", None)
    if descriptor is None or data is None or len(descriptor) != 3:  # noqa: PLR2004
        return None
    bits = int(descriptor[2])
    entries = np.frombuffer(data, "<u2") if isinstance(data, bytes) else np.asarray(data)
    if not entries.size or not 0 < bits <= 16:  # noqa: PLR2004
        return None
    places = np.clip(np.rint(values).astype(np.int64) - int(descriptor[1]), 0, entries.size - 1)
    return np.asarray(entries[places] / float((1 << bits) - 1))


def _stretched(values: Values) -> Values:
    low, high = float(values.min()), float(values.max())
    return np.asarray((values - low) / ((high - low) or 1.0))


def _of_frame(data_set: Dataset, frame: int, sequence: str, keyword: str) -> Dataset:
    """Where an attribute is: the frame's, all frames', or the image's own (PS3.3 C.7.6.16)."""
    groups = data_set.get("PerFrameFunctionalGroupsSequence", None) or []
    candidates = [groups[frame - 1]] if frame <= len(groups) else []
    candidates += list(data_set.get("SharedFunctionalGroupsSequence", None) or [])[:1]
    for group in candidates:
        item = _first_item(group, sequence)
        if item is not None and keyword in item:
            return item
    return data_set


def _first_item(data_set: Dataset, keyword: str) -> Dataset | None:
    items = data_set.get(keyword, None)
    return items[0] if items else None


def _number(value: Any) -> float | None:
    """The first of the values, if it is a number."""
    try:
        first = value if isinstance(value, int | float) else value[0]
        number = float(first)
    except (TypeError, ValueError, IndexError):
        return None
    return number if np.isfinite(number) else None
