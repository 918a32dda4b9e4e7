"""Pictures as arrays of numbers: of one shape, scaled by areas, smoothed. Pure, numpy only."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

type Numbers = NDArray[np.float32]

COLOURS = 3
# Beyond it a Gaussian counts for nothing.
REACH_IN_SIGMAS = 3
# A source is binned first, to so many pixels at least for each that is asked for.
OVERSAMPLING = 2


def as_rgb(array: NDArray[Any]) -> NDArray[np.uint8]:
    """The picture as (rows, columns, 3) of 0 to 255; a grey one thrice the same, alpha left out.

    Other numbers are cut to that range: what has 16 bits is to be windowed before.
    """
    if array.dtype != np.uint8:
        numbers = np.nan_to_num(array.real.astype(np.float64), posinf=255, neginf=0)
        array = np.clip(numbers, 0, 255).astype(np.uint8)
    if array.ndim == COLOURS and array.shape[2] >= COLOURS:
        return array[:, :, :COLOURS]
    grey = array[:, :, 0] if array.ndim == COLOURS and array.shape[2] else array
    if grey.ndim + 1 != COLOURS:
        grey = np.zeros((0, 0), np.uint8)
    return np.broadcast_to(grey[:, :, None], (*grey.shape, COLOURS))


def scaled(
    array: NDArray[np.uint8], top: float, left: float, size: tuple[int, int], pixel: float
) -> Numbers:
    """A part of the array, in pixels that are squares of ``pixel`` source pixels: their means.

    It begins at (``top``, ``left``) and has ``size`` rows and columns. What lies outside of the
    source is taken from its margin.
    """
    step = max(1, int(pixel / OVERSAMPLING))
    part: NDArray[Any] = _binned(array, step)
    for axis, (start, count) in enumerate(zip((top, left), size, strict=True)):
        starts = (start + pixel * np.arange(count)) / step
        part = _means(part, starts, pixel / step, axis)
    return part


def _binned(array: NDArray[np.uint8], step: int) -> Numbers:
    """The means of squares of so many pixels; what is no whole square at the end is left out."""
    rows, columns = (max(1, length // step) for length in array.shape[:2])
    sums = np.zeros((rows, *array.shape[1:]), np.uint32)
    for n in range(min(step, array.shape[0])):
        sums += array[n::step][:rows]
    bins = np.zeros((rows, columns, *array.shape[2:]), np.uint32)
    for n in range(min(step, array.shape[1])):
        bins += sums[:, n::step][:, :columns]
    counted = min(step, array.shape[0]) * min(step, array.shape[1])
    return bins.astype(np.float32) / np.float32(counted)


def _means(array: Numbers, starts: NDArray[np.float64], width: float, axis: int) -> Numbers:
    """The means of stretches along one axis, with the parts of pixels at their ends."""
    shape = [1] * array.ndim
    shape[axis] = -1
    first = np.floor(starts).astype(int)
    sizes = list(array.shape)
    sizes[axis] = len(starts)
    means = np.zeros(sizes, np.float32)
    for n in range(int(width) + 2):
        begin = np.maximum(starts, first + n)
        overlap = np.clip(np.minimum(starts + width, first + n + 1) - begin, 0, None) / width
        pixels = array.take(np.clip(first + n, 0, array.shape[axis] - 1), axis=axis)
        means += overlap.astype(np.float32).reshape(shape) * pixels
    return means


def blurred(picture: Numbers, sigma: float) -> Numbers:
    """Smoothed by a Gaussian of ``sigma`` pixels; the margin goes on outside."""
    reach = int(np.ceil(REACH_IN_SIGMAS * sigma))
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    weights = (weights / weights.sum()).astype(np.float32)
    for axis in (0, 1):
        padding = [(0, 0)] * picture.ndim
        padding[axis] = (reach, reach)
        padded = np.pad(picture, padding, mode="edge")
        length = picture.shape[axis]
        result = np.zeros_like(picture)
        for n, weight in enumerate(weights):
            part = padded[n : n + length] if axis == 0 else padded[:, n : n + length]
            result += weight * part
        picture = result
    return picture
