"""From what was measured of a picture to findings: what a person should look at.

A hint is raised where it is right: a good picture that is called bad costs trust, and a second
flash into the eye. But a black picture must never pass for an eye. ``docs/quality.rst`` has the
numbers that the thresholds rest on.
"""

from collections.abc import Mapping

from edc_retinopathy.choices import FindingCode, Severity
from edc_retinopathy.inspection.rules import Found, Rule

from .quality import Measures

# A picture without an edge may be a part of the field: its detail is larger than it is taken for,
# and looks softer.
ALLOWANCE_WITHOUT_EDGE = 0.85

type Thresholds = Mapping[str, float]


def judge(measures: Measures, thresholds: Thresholds) -> list[Found]:
    """What holds of a picture, by the thresholds of ``conf.quality_thresholds``.

    Where no retina is seen, that is all: sharpness and light are then those of something else.
    """
    found = [f for rule in PIXEL_RULES if (f := rule.apply(measures, thresholds)) is not None]
    nothing = [f for f in found if f.code == FindingCode.NO_RETINA_SEEN]
    return nothing or found


def _no_retina(measures: Measures, thresholds: Thresholds) -> str | None:
    noise, contrast, share = measures.noise, measures.contrast, measures.retina_share
    reasons = {
        "it is black": measures.unseen_share >= thresholds["unseen_share"],
        "it is white": measures.white_share >= thresholds["white_share"],
        "it is empty": not measures.has_field
        or (contrast is not None and contrast < thresholds["contrast"]),
        "it holds nothing but noise": noise is not None and noise > thresholds["noise"],
        "its colours are no retina's": share is not None and share < thresholds["retina_share"],
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def _blurred(measures: Measures, thresholds: Thresholds) -> str | None:
    least = thresholds["sharpness"] * (1 if measures.is_bounded else ALLOWANCE_WITHOUT_EDGE)
    return "" if measures.sharpness is not None and measures.sharpness < least else None


def _dark(measures: Measures, thresholds: Thresholds) -> str | None:
    return "" if measures.dark_share >= thresholds["dark_share"] else None


def _overexposed(measures: Measures, thresholds: Thresholds) -> str | None:
    return "" if measures.bright_share >= thresholds["bright_share"] else None


C, S = FindingCode, Severity
# Their findings rest on words and not on numbers, which waver with the library that decodes.
PIXEL_RULES: tuple[Rule[Measures, Thresholds], ...] = (
    Rule(
        C.MAYBE_BLURRED,
        S.HINT,
        _blurred,
        "The picture may be blurred: its small vessels have no edges.",
    ),
    Rule(
        C.MAYBE_DARK,
        S.HINT,
        _dark,
        "The picture may be too dark, or much of it covered.",
    ),
    Rule(
        C.MAYBE_OVEREXPOSED,
        S.HINT,
        _overexposed,
        "The picture may be overexposed: much of it is nearly white.",
    ),
    Rule(
        C.NO_RETINA_SEEN,
        S.SEVERE,
        _no_retina,
        "The picture shows no retina: {}.",
    ),
)
PIXEL_CODES = frozenset(rule.code for rule in PIXEL_RULES)
