"""How good a fundus photograph is, in numbers that need no learned weights. Pure, numpy only.

All is measured inside of the field, scaled to one diameter, so that a thumbnail of a 12 megapixel
picture and a handheld camera's 640 pixels give the same numbers. Colours do not matter to any of
them but one, so that red-free photographs and angiograms are measured too.
"""

from dataclasses import dataclass
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from .field import Field, find_field
from .sampling import Numbers, as_rgb, blurred, scaled

# Raise it when what is measured changes.
MEASURES_VERSION = 1

# The field's diameter after scaling: a large vein is about 5 pixels wide, a small vessel 1.
DIAMETER = 400
# Smaller ones have no detail left to tell blur by.
LEAST_DIAMETER = 200
# What is measured for light and colour, and for detail, which the edge of the field is none of.
LIGHT_RADIUS, DETAIL_RADIUS = 0.97, 0.92
MARGIN = 4
LEAST_PIXELS = 1000

# Fine and coarse detail are edges in the picture smoothed so much; shadows are taken out before.
FINE_SIGMA, COARSE_SIGMA, SHADOW_SIGMA = 1.0, 2.0, 6.0
# Looked at are the strong edges, but for the strongest: those of overlays and eyelids. What the
# weak ones have is noise and the texture of the choroid.
STRONG_EDGES = (0.88, 0.98)
WEAK_EDGES = 0.4
MOST_RATIO = 1000.0

LUMA = np.array([0.299, 0.587, 0.114], np.float32)
# Of 255, in luma (ITU-R BT.601): what nobody sees on a screen, what is too dark or too bright to
# be read, and what is white.
UNSEEN, DARK, BRIGHT, WHITE = 16, 36, 220, 245
# A pixel is coloured if its channels differ by so much; a retina is red to yellow, so much more
# red than the rest. Noise of the camera may say otherwise by so much.
COLOURED = 12
LEAST_COLOURED_SHARE = 0.05
LEAST_REDNESS = 0.2
COLOUR_NOISE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """What was measured of a picture; shares are of the field's pixels inside the picture.

    ``diameter_share``: the field's diameter, of the picture's shorter side. ``inside_share``: of
    the field's circle, inside the picture. ``is_bounded``: its edge is seen. ``sharpness``: energy
    of fine detail against coarse, at the edges of vessels, in the direction that has least; None
    without enough pixels. ``noise``: the same everywhere. ``contrast``: of what has the size of
    vessels, of the mean. ``retina_share``: of the pixels with colour and light, those with a
    retina's colour; None of a grey picture.
    """

    has_field: bool = False
    is_bounded: bool = False
    diameter_share: float = 0.0
    inside_share: float = 0.0
    sharpness: float | None = None
    noise: float | None = None
    contrast: float | None = None
    unseen_share: float = 1.0
    dark_share: float = 1.0
    bright_share: float = 0.0
    white_share: float = 0.0
    retina_share: float | None = None


def measure(picture: NDArray[np.uint8]) -> Measures:
    """Measure a picture: an array of (rows, columns, 3), 0 to 255, RGB; grey ones may have one."""
    rgb = as_rgb(picture)
    field = find_field(rgb)
    if field is None:
        return _without_field(rgb)
    rows, columns = rgb.shape[:2]
    scene, away = _scene(rgb, field)
    lit = scene[away < LIGHT_RADIUS]
    if not len(lit):
        return _without_field(rgb)
    detail = away < DETAIL_RADIUS
    for part in (np.s_[:MARGIN], np.s_[-MARGIN:], np.s_[:, :MARGIN], np.s_[:, -MARGIN:]):
        detail[part] = False
    sharpness, noise, contrast = _detail(scene[..., 1], detail)
    return Measures(
        has_field=True,
        is_bounded=field.is_bounded,
        diameter_share=field.diameter / min(rows, columns),
        inside_share=field.inside_share(rows, columns),
        sharpness=sharpness if field.diameter >= LEAST_DIAMETER else None,
        noise=noise,
        contrast=contrast,
        **_light(lit),
    )


def _scene(rgb: NDArray[np.uint8], field: Field) -> tuple[Numbers, Numbers]:
    """The field at the diameter of all, and how far each pixel is from its middle, in radii."""
    radius, pixel = field.diameter / 2, field.diameter / DIAMETER
    starts, sizes = [], []
    for middle, length in zip((field.row, field.column), rgb.shape[:2], strict=True):
        start, end = max(0.0, middle - radius), min(float(length), middle + radius)
        starts.append(start)
        sizes.append(max(1, int((end - start) / pixel)))
    scene = scaled(rgb, starts[0], starts[1], (sizes[0], sizes[1]), pixel)
    row, column = (
        ((np.arange(size) + 0.5) * pixel + start - middle) / radius
        for size, start, middle in zip(sizes, starts, (field.row, field.column), strict=True)
    )
    return scene, np.hypot(row[:, None], column[None, :]).astype(np.float32)


def _detail(green: Numbers, inside: NDArray[np.bool_]) -> tuple[float | None, ...]:
    """Sharpness, noise and contrast; None of each with too few pixels."""
    if inside.sum() < LEAST_PIXELS:
        return None, None, None
    shadow = blurred(green, SHADOW_SIGMA)
    coarse = blurred(green, COARSE_SIGMA) - shadow
    fine = blurred(green, FINE_SIGMA) - shadow
    pairs = [(f[inside], c[inside]) for f, c in zip(_edges(fine), _edges(coarse), strict=True)]
    everywhere = _quotient(*(sum(float(p[n].mean()) for p in pairs) for n in (0, 1)))
    contrast = float(coarse[inside].std()) / max(float(shadow[inside].mean()), 1.0)
    return min(_ratio(f, c) for f, c in pairs), everywhere, contrast


def _edges(picture: Numbers) -> list[Numbers]:
    """The energy of edges across four directions: motion blurs those across its own alone."""
    down, right = np.gradient(picture)
    diagonal, other = (down + right) * np.sqrt(0.5), (down - right) * np.sqrt(0.5)
    return [np.square(part, dtype=np.float32) for part in (right, down, diagonal, other)]


def _ratio(fine: Numbers, coarse: Numbers) -> float:
    """Fine energy against coarse, at strong edges, less what is everywhere."""
    weak, *strong = np.quantile(coarse, [WEAK_EDGES, *STRONG_EDGES])
    at_edges = (coarse >= strong[0]) & (coarse <= strong[1])
    elsewhere = coarse <= weak
    more = float(fine[at_edges].mean() - fine[elsewhere].mean())
    return _quotient(more, float(coarse[at_edges].mean() - coarse[elsewhere].mean()))


def _quotient(fine: float, coarse: float) -> float:
    """Of nothing and nothing 0; never without bounds."""
    return min(max(fine, 0.0) / max(coarse, 1e-9), MOST_RATIO)


class _Light(TypedDict):
    unseen_share: float
    dark_share: float
    bright_share: float
    white_share: float
    retina_share: float | None


def _light(pixels: Numbers) -> _Light:
    """The shares of pixels that are too dark, too bright, and of a retina's colour."""
    luma = pixels @ LUMA
    return {
        "unseen_share": float((luma < UNSEEN).mean()),
        "dark_share": float((luma < DARK).mean()),
        "bright_share": float((luma > BRIGHT).mean()),
        "white_share": float((luma > WHITE).mean()),
        "retina_share": _retina_share(pixels[(luma >= UNSEEN) & (luma <= BRIGHT)]),
    }


def _retina_share(pixels: Numbers) -> float | None:
    most, least = pixels.max(axis=1), pixels.min(axis=1)
    is_coloured = most - least > COLOURED
    if not len(pixels) or is_coloured.mean() < LEAST_COLOURED_SHARE:
        return None
    red = pixels[:, 0]
    return float(((red >= most - COLOUR_NOISE) & (red - least >= LEAST_REDNESS * red)).mean())


def _without_field(rgb: NDArray[np.uint8]) -> Measures:
    """Nothing stands out: black, white or any one colour."""
    if not rgb.size:
        return Measures()
    step = max(1, max(rgb.shape[:2]) // DIAMETER)
    pixels = rgb[::step, ::step].reshape(-1, rgb.shape[2]).astype(np.float32)
    return Measures(**_light(pixels))
