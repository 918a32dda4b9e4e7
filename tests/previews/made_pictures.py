"""The photograph, as good as it was and worse: what measuring pictures is measured on.

Each picture is made when it is asked for, and is the same in every run. Blur and motion are in
pixels of the photograph, whose field is 1396 pixels wide.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from demo.sample_exam import left_jpeg
from edc_retinopathy.choices import FindingCode

type Pixels = NDArray[np.uint8]
type Change = Callable[[Image.Image], Image.Image]

SIZE = 1411
MIDDLE, RADIUS = (704, 705), 698

BLURRED, DARK = FindingCode.MAYBE_BLURRED, FindingCode.MAYBE_DARK
OVEREXPOSED, NO_RETINA = FindingCode.MAYBE_OVEREXPOSED, FindingCode.NO_RETINA_SEEN


@dataclass(frozen=True, slots=True)
class Case:
    """A picture and the codes that are right for it; None where people may differ."""

    name: str
    make: Callable[[], Image.Image]
    expected: frozenset[FindingCode] | None = frozenset()

    @property
    def pixels(self) -> Pixels:
        """Rows, columns and colours."""
        return np.asarray(self.make().convert("RGB"))


@cache
def photograph() -> Image.Image:
    """The photograph of the left eye."""
    with Image.open(BytesIO(left_jpeg())) as image:
        return image.convert("RGB")


def _image(numbers: NDArray[np.floating]) -> Image.Image:
    return Image.fromarray(np.clip(numbers, 0, 255).astype(np.uint8))


def _numbers(image: Image.Image) -> NDArray[np.float64]:
    return np.asarray(image).astype(np.float64)


def _random() -> np.random.Generator:
    return np.random.default_rng(20251125)


def times(factor: float, image: Image.Image) -> Image.Image:
    """More or less light."""
    return _image(_numbers(image) * factor)


def plus(level: float, image: Image.Image) -> Image.Image:
    """Light that is spread over all of it."""
    return _image(_numbers(image) + level)


def gamma(exponent: float, image: Image.Image) -> Image.Image:
    """Another curve of brightness."""
    return _image(255 * (_numbers(image) / 255) ** exponent)


def defocused(sigma: float, image: Image.Image) -> Image.Image:
    """Out of focus, by a Gaussian."""
    return image.filter(ImageFilter.GaussianBlur(sigma))


def moved(pixels: int, image: Image.Image) -> Image.Image:
    """The eye moved sideways while it was taken."""
    padded = np.pad(_numbers(image), ((0, 0), (pixels, 0), (0, 0)), mode="edge")
    sums = np.cumsum(padded, axis=1)
    return _image((sums[:, pixels:] - sums[:, :-pixels]) / pixels)


def noisy(sigma: float, image: Image.Image) -> Image.Image:
    """With the noise of a camera that has little light."""
    numbers = _numbers(image)
    return _image(numbers + _random().normal(0, sigma, numbers.shape))


def jpeg(quality: int, image: Image.Image) -> Image.Image:
    """Compressed."""
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    with Image.open(buffer) as compressed:
        return compressed.convert("RGB")


def resized(columns: int, rows: int, image: Image.Image) -> Image.Image:
    """In another size; stretched, if it is no square."""
    return image.resize((columns, rows), Image.Resampling.LANCZOS)


def covered(share: float, colour: tuple[int, int, int], image: Image.Image) -> Image.Image:
    """Its upper part is a lid, in shadow or lit."""
    lid = image.copy()
    lid.paste(colour, (0, 0, image.width, int(share * image.height)))
    return lid


def flared(strength: float, image: Image.Image) -> Image.Image:
    """A crescent of light at the edge, from the iris."""
    numbers = _numbers(image)
    row, column = np.mgrid[: image.height, : image.width]
    is_inside = np.hypot(row - MIDDLE[0], column - MIDDLE[1]) < RADIUS
    light = strength * np.exp(-(((image.width - column) / 250.0) ** 2)) * is_inside
    return _image(numbers + light[..., None])


def hazy(share: float, image: Image.Image) -> Image.Image:
    """Through a lens that scatters light: a cataract."""
    numbers = _numbers(image)
    row, column = np.mgrid[: image.height, : image.width]
    is_inside = np.hypot(row - MIDDLE[0], column - MIDDLE[1]) < RADIUS
    veiled = numbers * (1 - share) + share * np.array([170, 140, 110])
    return _image(np.where(is_inside[..., None], veiled, numbers))


def cropped(box: tuple[int, int, int, int], image: Image.Image) -> Image.Image:
    """A part: left, top, right, bottom."""
    return image.crop(box)


def framed(columns: int, rows: int, level: int, image: Image.Image) -> Image.Image:
    """In the middle of a larger, dark frame."""
    frame = Image.new("RGB", (columns, rows), (level,) * 3)
    frame.paste(image, ((columns - image.width) // 2, (rows - image.height) // 2))
    return frame


def stamped(image: Image.Image) -> Image.Image:
    """With words burned into it, some of them inside of the field."""
    stamp = image.copy()
    draw = ImageDraw.Draw(stamp)
    draw.text((30, 30), "25.11.2026 12:33  45 deg", fill=(255, 255, 255), font_size=60)
    draw.text((image.width - 400, image.height - 80), "EYE 0001", fill=(255, 255, 0), font_size=60)
    return stamp


def red_free(image: Image.Image) -> Image.Image:
    """The green channel as grey."""
    return image.getchannel("G").convert("RGB")


def tinted(factors: tuple[float, float, float], image: Image.Image) -> Image.Image:
    """By another white balance."""
    return _image(_numbers(image) * factors)


def turned(degrees: float, image: Image.Image) -> Image.Image:
    """Rotated."""
    return image.rotate(degrees, Image.Resampling.BICUBIC)


def of_photograph(*changes: Change) -> Callable[[], Image.Image]:
    """What makes the picture: the changes, one after the other."""

    def make() -> Image.Image:
        image = photograph()
        for change in changes:
            image = change(image)
        return image

    return make


def blank(level: float, sigma: float, colour: tuple[float, float, float]) -> Image.Image:
    """One colour, with noise: a lens cap, a wall, a table."""
    numbers = np.ones((1200, 1600, 3)) * level * np.array(colour)
    return _image(numbers + _random().normal(0, sigma, numbers.shape))


def glow(level: float) -> Image.Image:
    """A spot of light without anything in it."""
    row, column = np.mgrid[:1200, :1600]
    light = level * np.exp(-((row - 600) ** 2 + (column - 800) ** 2) / (2 * 300.0**2))
    return _image(light[..., None].repeat(3, axis=2))


def disc(colour: tuple[int, int, int]) -> Image.Image:
    """A field of one colour."""
    image = Image.new("RGB", (1600, 1200))
    ImageDraw.Draw(image).ellipse((240, 40, 1360, 1160), fill=colour)
    return image


def _case(
    name: str, *changes: Change, expected: frozenset[FindingCode] | None = frozenset()
) -> Case:
    return Case(name, of_photograph(*changes), expected)


LID, LIT_LID = (0, 0, 0), (200, 150, 130)

GOOD: tuple[Case, ...] = (
    _case("as it is"),
    _case("mirrored", ImageOps.mirror),
    _case("upside down", ImageOps.flip),
    *(_case(f"turned by {d} degrees", partial(turned, d)) for d in (37, 90)),
    *(_case(f"{n} pixels wide", partial(resized, n, n)) for n in (300, 480, 640, 2000, 3400)),
    _case("stretched", partial(resized, 1411, 1250)),
    *(_case(f"JPEG of quality {q}", partial(jpeg, q)) for q in (50, 30, 15)),
    *(_case(f"noise of {s}", partial(noisy, s)) for s in (5, 10, 20)),
    *(_case(f"light times {f}", partial(times, f)) for f in (0.5, 0.7, 1.2, 1.5)),
    *(_case(f"gamma {g}", partial(gamma, g)) for g in (0.7, 1.5)),
    _case("bluish", partial(tinted, (0.8, 1, 1.4))),
    _case("yellowish", partial(tinted, (0.9, 1.3, 0.5))),
    _case("red-free", red_free),
    _case("without a black edge", partial(cropped, (215, 215, 1195, 1195))),
    _case("the middle half", partial(cropped, (405, 405, 1005, 1005))),
    _case("cut to 85 % of its height", partial(cropped, (0, 106, 1411, 1305))),
    _case("cut to 70 % of its height", partial(cropped, (0, 212, 1411, 1199))),
    _case("cut at one side", partial(cropped, (300, 0, 1411, 1411))),
    _case("in a wide frame", partial(framed, 2200, 1411, 0)),
    _case("small in a frame of noise", partial(framed, 2400, 1800, 6), partial(noisy, 4)),
    _case("with words", stamped),
    _case("red-free with words", red_free, stamped),
    _case("lid over 10 %", partial(covered, 0.1, LID)),
    _case("slight flare", partial(flared, 80)),
    *(_case(f"haze of {s}", partial(hazy, s)) for s in (0.2, 0.4)),
    *(_case(f"blur of {s}", partial(defocused, s)) for s in (1, 2, 3)),
    _case("moved by 9", partial(moved, 9)),
)

BAD: tuple[Case, ...] = (
    *(_case(f"blur of {s}", partial(defocused, s), expected=None) for s in (4, 5, 6)),
    *(
        _case(f"blur of {s}", partial(defocused, s), expected=frozenset({BLURRED}))
        for s in (8, 10, 12, 16, 24, 40)
    ),
    *(
        _case(f"blur of 10, {name}", partial(defocused, 10), change, expected=frozenset({BLURRED}))
        for name, change in (
            ("640 pixels wide", partial(resized, 640, 640)),
            ("JPEG of quality 50", partial(jpeg, 50)),
            ("noise of 5", partial(noisy, 5)),
            ("red-free", red_free),
            ("with words", stamped),
            ("lid over 30 %", partial(covered, 0.3, LID)),
            ("flare", partial(flared, 150)),
            ("without a black edge", partial(cropped, (215, 215, 1195, 1195))),
        )
    ),
    *(_case(f"moved by {n}", partial(moved, n), expected=None) for n in (15, 25)),
    *(
        _case(f"moved by {n}", partial(moved, n), expected=frozenset({BLURRED}))
        for n in (45, 60, 90)
    ),
    _case("light times 0.4", partial(times, 0.4), expected=None),
    *(
        _case(f"light times {f}", partial(times, f), expected=frozenset({DARK}))
        for f in (0.3, 0.25, 0.2, 0.15)
    ),
    _case(
        "light times 0.2, noise of 5",
        partial(times, 0.2),
        partial(noisy, 5),
        expected=frozenset({DARK}),
    ),
    _case(
        "light times 0.25, red-free",
        partial(times, 0.25),
        red_free,
        expected=frozenset({DARK}),
    ),
    _case("gamma 3", partial(gamma, 3), expected=None),
    _case("lid over 30 %", partial(covered, 0.3, LID), expected=None),
    *(
        _case(f"lid over {s:.0%}", partial(covered, s, LID), expected=frozenset({DARK}))
        for s in (0.5, 0.7)
    ),
    _case("lit lid over 50 %", partial(covered, 0.5, LIT_LID), expected=None),
    *(_case(f"light times {f}", partial(times, f), expected=None) for f in (1.7, 2)),
    *(
        _case(f"light times {f}", partial(times, f), expected=frozenset({OVEREXPOSED}))
        for f in (2.5, 3, 4)
    ),
    _case("light plus 60", partial(plus, 60), expected=None),
    _case("light plus 120", partial(plus, 120), expected=frozenset({OVEREXPOSED})),
    _case("strong flare", partial(flared, 300), expected=None),
    *(_case(f"haze of {s}", partial(hazy, s), expected=None) for s in (0.6, 0.8)),
    _case("cut to half of its height", partial(cropped, (0, 353, 1411, 1058)), expected=None),
    _case("cut to 30 % of its height", partial(cropped, (0, 494, 1411, 917)), expected=None),
)

GREY, WARM = (1, 1, 1), (1.6, 1, 0.6)
NOTHING: tuple[Case, ...] = tuple(
    Case(name, make, frozenset({NO_RETINA}))
    for name, make in (
        ("black", partial(blank, 0, 0, GREY)),
        ("black, JPEG of quality 75", lambda: jpeg(75, blank(2, 3, GREY))),
        ("black with words", lambda: stamped(Image.new("RGB", (SIZE, SIZE)))),
        *(
            (f"lens cap at {level}, noise of {sigma}", partial(blank, level, sigma, colour))
            for level, sigma, colour in (
                (0, 3, GREY),
                (3, 8, GREY),
                (10, 15, GREY),
                (20, 20, GREY),
                (12, 6, WARM),
            )
        ),
        ("lens cap with words", lambda: stamped(blank(5, 6, GREY))),
        *((f"a glow of {level}", partial(glow, level)) for level in (15, 30, 60)),
        ("the photograph with 5 % of its light", of_photograph(partial(times, 0.05))),
        ("the photograph with 2 % of its light", of_photograph(partial(times, 0.02))),
        ("white", partial(blank, 255, 0, GREY)),
        ("white with noise", partial(blank, 245, 10, GREY)),
        ("white disc", partial(disc, (255, 255, 255))),
        ("grey with noise", partial(blank, 128, 20, GREY)),
        ("red", partial(blank, 120, 3, WARM)),
        ("red disc", partial(disc, (200, 90, 60))),
    )
)
