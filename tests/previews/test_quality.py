"""What is measured of a picture, and what is found in it."""

from dataclasses import asdict
from math import isfinite

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_st

from edc_retinopathy import conf
from edc_retinopathy.choices import FindingCode
from edc_retinopathy.inspection.rules import HEADER_CODES
from edc_retinopathy.previews import quality
from edc_retinopathy.previews.field import Field
from edc_retinopathy.previews.judging import PIXEL_CODES, judge
from edc_retinopathy.previews.quality import Measures, measure
from tests.previews.made_pictures import BAD, GOOD, NOTHING, Case, Pixels

JUDGED = [case for case in BAD if case.expected is not None]
SHAPES = numpy_st.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=40)
KINDS = st.one_of(
    st.just(np.dtype(np.uint8)),
    numpy_st.boolean_dtypes(),
    numpy_st.integer_dtypes(),
    numpy_st.unsigned_integer_dtypes(),
    numpy_st.floating_dtypes(),
    numpy_st.complex_number_dtypes(),
)


def name(case: Case) -> str:
    return case.name


def codes(pixels: Pixels) -> set[str]:
    return {found.code.value for found in judge(measure(pixels), conf.quality_thresholds())}


def assert_sound(measures: Measures) -> None:
    for key, number in asdict(measures).items():
        assert number is None or isfinite(number), key
        if key.endswith("_share") and key != "diameter_share" and number is not None:
            assert 0 <= number <= 1, key


@pytest.mark.parametrize("case", GOOD, ids=name)
def test_nothing_is_found_in_a_good_picture(case: Case) -> None:
    assert codes(case.pixels) == set()


@pytest.mark.parametrize("case", JUDGED, ids=name)
def test_what_is_wrong_is_found_and_nothing_else(case: Case) -> None:
    assert codes(case.pixels) == set(case.expected or ())


@pytest.mark.parametrize("case", NOTHING, ids=name)
def test_nothing_passes_for_a_retina_that_is_none(case: Case) -> None:
    assert codes(case.pixels) == {FindingCode.NO_RETINA_SEEN}


@pytest.mark.parametrize("turn", [np.fliplr, np.flipud, np.rot90, lambda p: np.rot90(p, 2)])
def test_a_picture_that_is_turned_measures_the_same(turn: object) -> None:
    pixels = GOOD[0].pixels
    assert callable(turn)
    straight, turned = asdict(measure(pixels)), asdict(measure(turn(pixels)))
    assert turned == pytest.approx(straight, rel=0.01, abs=0.01)


def test_a_picture_measures_the_same_in_every_size() -> None:
    sharpness = [
        measure(case.pixels).sharpness for case in GOOD if case.name.endswith("pixels wide")
    ]
    assert len(sharpness) == 5
    assert sharpness == pytest.approx([3.4] * 5, rel=0.05)


def test_a_field_that_is_too_small_says_nothing_of_sharpness() -> None:
    small = np.asarray(GOOD[0].make().resize((190, 190)))
    assert measure(small).sharpness is None
    assert codes(small) == set()


def test_grey_is_measured_with_one_channel_with_two_and_with_three() -> None:
    grey = GOOD[0].pixels[..., 1]
    measured = measure(grey)
    assert measured == measure(grey[..., None]) == measure(np.stack([grey] * 3, axis=2))
    assert measured == measure(np.stack([grey, np.full_like(grey, 255)], axis=2))
    assert measured.retina_share is None
    assert measured.sharpness == pytest.approx(3.45, rel=0.02)


def test_alpha_does_not_count() -> None:
    pixels = GOOD[0].pixels
    alpha = np.zeros((*pixels.shape[:2], 1), np.uint8)
    assert measure(np.concatenate([pixels, alpha], axis=2)) == measure(pixels)


@settings(deadline=None)
@given(numpy_st.arrays(KINDS, SHAPES))
def test_any_array_is_measured(array: Pixels) -> None:
    measures = measure(array)
    assert_sound(measures)
    judge(measures, conf.quality_thresholds())


@settings(deadline=None, max_examples=40)
@given(
    rows=st.integers(1, 400),
    columns=st.integers(1, 400),
    seed=st.integers(0, 2**32 - 1),
    level=st.floats(0, 255),
    noise=st.floats(0, 120),
    where=st.floats(-0.5, 1.5),
)
def test_any_picture_is_measured(
    *, rows: int, columns: int, seed: int, level: float, noise: float, where: float
) -> None:
    """Noise, and a disc in it that is anywhere."""
    generator = np.random.default_rng(seed)
    numbers = generator.normal(0, noise, (rows, columns, 3))
    row, column = np.mgrid[:rows, :columns]
    radius = generator.uniform(0, max(rows, columns))
    numbers[np.hypot(row - where * rows, column - where * columns) < radius] += level
    assert_sound(measure(np.clip(numbers, 0, 255).astype(np.uint8)))


@settings(deadline=None)
@given(
    size=st.tuples(st.integers(1, 60), st.integers(1, 60)),
    middle=st.tuples(st.floats(-100, 160), st.floats(-100, 160)),
    diameter=st.floats(3, 300),
)
@example(size=(40, 48), middle=(-88, -71), diameter=176)
def test_a_field_may_lie_anywhere(
    size: tuple[int, int], middle: tuple[float, float], diameter: float
) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (*size, 3)).astype(np.uint8)
    field = Field(*middle, diameter, is_bounded=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(quality, "find_field", lambda rgb: field)
        assert_sound(measure(pixels))


def test_measuring_leaves_the_picture_as_it_is() -> None:
    pixels = GOOD[0].pixels.copy()
    pixels.setflags(write=False)
    measure(pixels)


def test_each_code_is_of_the_header_or_of_the_pixels() -> None:
    assert not HEADER_CODES & PIXEL_CODES
    assert set(FindingCode) == HEADER_CODES | PIXEL_CODES
