"""Where the field of a fundus photograph is: the bright disc on black, or all of the picture.

Pure, numpy only. Rays run from the middle of what is bright to where it gets dark; the circle that
most of these ends lie on is the edge of the field. Text, an eyelid or a shadow ends a few rays
elsewhere, and does not move it.
"""

from dataclasses import dataclass
from math import hypot

import numpy as np
from numpy.typing import NDArray

from .sampling import scaled

# The picture is looked at in this size, along its longer side.
SIDE = 192
RAYS = 120
# So much brighter than the surround, of 255, is bright; and this share of the picture has to be.
LEAST_ABOVE_SURROUND = 4.0
ABOVE_SURROUND = 0.1
LEAST_BRIGHT_SHARE = 0.03
# How far from the circle an end may lie, of the radius, and how many of the rays have to end there:
# of a circle, of which a picture may show the corners alone, and of one that was stretched.
TOLERANCES = ((0.02, 0.14), (0.06, 0.4))
# Of those that end inside the picture.
LEAST_AGREEING = 0.5
# Its radius, of the diagonal of the picture.
LEAST_RADIUS, MOST_RADIUS = 0.1, 1.0
# No camera cuts off more of the field: what was found is none.
LEAST_INSIDE = 0.2
# Three points are each a third, fourth ... of the ends apart.
PARTS = (3, 4, 6, 9)
POINTS_OF_A_CIRCLE = 3
# Below it they lie on a line.
LEAST_DETERMINANT = 1e-6
# A ray ends where it was last bright for so many pixels: noise and thin strokes are no end.
BRIGHT_RUN = 3


@dataclass(frozen=True, slots=True)
class Field:
    """A circle in the picture, in its pixels; ``is_bounded`` if its edge was seen.

    Where no edge is seen the picture is a part of the field: the circle is the one around it.
    """

    row: float
    column: float
    diameter: float
    is_bounded: bool

    def inside_share(self, rows: int, columns: int) -> float:
        """Which share of the circle lies inside the picture."""
        if not self.is_bounded:
            return 1.0
        steps = (np.arange(SIDE) + 0.5) / SIDE - 0.5
        y, x = np.meshgrid(steps, steps, indexing="ij")
        circle = np.hypot(y, x) <= 0.5  # noqa: PLR2004 - a radius is half a diameter
        row, column = self.row + y * self.diameter, self.column + x * self.diameter
        inside = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
        return float((circle & inside).sum() / circle.sum())


def find_field(rgb: NDArray[np.uint8]) -> Field | None:
    """The field of a picture; None if nothing in it is bright."""
    rows, columns = rgb.shape[:2]
    if not rows or not columns:
        return None
    pixel = max(max(rows, columns) / SIDE, 1e-9)
    size = max(1, round(rows / pixel)), max(1, round(columns / pixel))
    level = scaled(rgb, 0, 0, size, pixel).max(axis=2)
    surround, top = np.percentile(level, [1, 95])
    bright = level > surround + max(LEAST_ABOVE_SURROUND, ABOVE_SURROUND * (top - surround))
    if bright.mean() < LEAST_BRIGHT_SHARE:
        return None
    whole = Field(rows / 2, columns / 2, hypot(rows, columns), is_bounded=False)
    circle = _circle(_ends_of_rays(bright), MOST_RADIUS * hypot(*size))
    if circle is None:
        return whole
    row, column, radius = circle
    field = Field(row * pixel, column * pixel, 2 * radius * pixel, is_bounded=True)
    return field if field.inside_share(rows, columns) >= LEAST_INSIDE else whole


type Points = NDArray[np.float64]


def _ends_of_rays(bright: NDArray[np.bool_]) -> Points:
    """Where rays from the middle of what is bright leave it, those that do within the picture."""
    middle = np.median(np.argwhere(bright), axis=0)
    angles = 2 * np.pi * np.arange(RAYS) / RAYS
    directions = np.stack([np.sin(angles), np.cos(angles)], axis=1)
    radii = np.arange(int(hypot(*bright.shape)) + 1)
    points = middle + directions[:, None, :] * radii[:, None]
    inside = ((points >= 0) & (points <= np.subtract(bright.shape, 1))).all(axis=2)
    row, column = np.where(inside[..., None], np.rint(points), 0).astype(int).transpose(2, 0, 1)
    seen = bright[row, column] & inside
    runs = seen.copy()
    for n in range(1, BRIGHT_RUN):
        runs[:, n:] &= seen[:, :-n]
    runs[:, : BRIGHT_RUN - 1] = False
    last = radii[-1] - runs[:, ::-1].argmax(axis=1)
    length = inside.sum(axis=1)
    ended = runs.any(axis=1) & (last < length - 2)
    # The edge is between the last bright pixel and the next, and pixels have their middle.
    ends: Points = middle + directions[ended] * (last[ended, None] + 0.5) + 0.5
    return ends


def _circle(points: Points, longest: float) -> tuple[float, float, float] | None:
    """Row, column and radius of the circle that most of the points lie on, if enough do."""
    if len(points) < POINTS_OF_A_CIRCLE:
        return None
    circles = _circles_through(points)
    circles = circles[(circles[:, 2] > LEAST_RADIUS * longest) & (circles[:, 2] < longest)]
    if not len(circles):
        return None
    for tolerance, least in TOLERANCES:
        on = _lie_on(points, circles, tolerance)
        best = on[on.sum(axis=1).argmax()]
        if best.sum() < max(least * RAYS, LEAST_AGREEING * len(points)):
            continue
        fitted = _fitted(points[best])
        if LEAST_RADIUS * longest < fitted[2] < longest:
            return float(fitted[0]), float(fitted[1]), float(fitted[2])
    return None


def _circles_through(points: Points) -> Points:
    """Circles through three points each, a part of the way around from each other."""
    count = len(points)
    first = np.arange(count)
    circles = []
    for part in PARTS:
        step = max(1, count // part)
        a, b, c = points, points[(first + step) % count], points[(first + 2 * step) % count]
        # The point that is equally far from all three: two linear equations.
        left = 2 * np.stack([b - a, c - a], axis=1)
        right = np.stack([(b**2 - a**2).sum(axis=1), (c**2 - a**2).sum(axis=1)], axis=1)
        solvable = np.abs(np.linalg.det(left)) > LEAST_DETERMINANT
        middle = np.linalg.solve(left[solvable], right[solvable][..., None])[..., 0]
        radius = np.hypot(*(a[solvable] - middle).T)
        circles.append(np.column_stack([middle, radius]))
    return np.concatenate(circles)


def _lie_on(points: Points, circles: Points, tolerance: float) -> NDArray[np.bool_]:
    """For each circle, which of the points lie on it."""
    away = np.hypot(*np.moveaxis(points - circles[:, None, :2], 2, 0))
    radius = circles[:, 2:]
    is_on: NDArray[np.bool_] = np.abs(away - radius) <= np.maximum(tolerance * radius, 1.0)
    return is_on


def _fitted(points: Points) -> Points:
    """The circle nearest to the points, by least squares (Kåsa 1976)."""
    left = np.column_stack([2 * points, np.ones(len(points))])
    (row, column, rest), *_ = np.linalg.lstsq(left, (points**2).sum(axis=1), rcond=None)
    return np.array([row, column, np.sqrt(max(rest + row**2 + column**2, 0.0))])
