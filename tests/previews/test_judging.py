"""From measures to findings: thresholds, what outweighs what, and what findings rest on."""

from dataclasses import replace
from typing import Any

import pytest
from pytest_django import Settings

from edc_retinopathy import conf
from edc_retinopathy.choices import Severity
from edc_retinopathy.inspection.rules import Found
from edc_retinopathy.models import Finding
from edc_retinopathy.previews.judging import PIXEL_RULES, judge
from edc_retinopathy.previews.quality import Measures

GOOD = Measures(
    has_field=True,
    is_bounded=True,
    diameter_share=0.99,
    inside_share=1.0,
    sharpness=3.4,
    noise=3.7,
    contrast=0.05,
    unseen_share=0.0,
    dark_share=0.0,
    bright_share=0.0,
    white_share=0.0,
    retina_share=1.0,
)


def judged(**changed: Any) -> list[Found]:
    return judge(replace(GOOD, **changed), conf.quality_thresholds())


def codes(**changed: Any) -> list[str]:
    return [found.code.value for found in judged(**changed)]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, []),
        ({"sharpness": 1.9}, ["maybe_blurred"]),
        ({"sharpness": None}, []),
        ({"sharpness": 1.9, "is_bounded": False}, []),
        ({"sharpness": 1.6, "is_bounded": False}, ["maybe_blurred"]),
        ({"dark_share": 0.5}, ["maybe_dark"]),
        ({"bright_share": 0.5}, ["maybe_overexposed"]),
        ({"sharpness": 1.0, "dark_share": 0.6}, ["maybe_blurred", "maybe_dark"]),
        ({"unseen_share": 1.0, "dark_share": 1.0, "sharpness": 1.0}, ["no_retina_seen"]),
        ({"white_share": 0.99, "bright_share": 1.0}, ["no_retina_seen"]),
        ({"noise": 12.0}, ["no_retina_seen"]),
        ({"contrast": 0.001, "sharpness": 1.0}, ["no_retina_seen"]),
        ({"retina_share": 0.1}, ["no_retina_seen"]),
        ({"retina_share": None}, []),
        ({"inside_share": 0.5}, []),
    ],
)
def test_codes(changed: dict[str, Any], expected: list[str]) -> None:
    assert codes(**changed) == expected


def test_only_what_shows_no_retina_is_severe() -> None:
    severities = {rule.code.value: rule.severity for rule in PIXEL_RULES}
    assert severities.pop("no_retina_seen") == Severity.SEVERE
    assert set(severities.values()) == {Severity.HINT}


def test_the_sentence_says_why_no_retina_is_seen() -> None:
    (found,) = judged(unseen_share=1.0)
    assert found.message == "The picture shows no retina: it is black."
    assert found.basis == "it is black"


def test_a_finding_rests_on_no_number_that_wavers() -> None:
    assert judged(sharpness=1.9) == judged(sharpness=1.2)
    assert judged(dark_share=0.5) == judged(dark_share=0.8)


def test_sentences_and_bases_fit() -> None:
    for changed in (
        {"sharpness": 1.0, "dark_share": 0.9, "bright_share": 0.9},
        {"unseen_share": 1.0},
        {"retina_share": 0.0},
        {"noise": 99.0},
    ):
        for found in judged(**changed):
            for name, text in (("message", found.message), ("basis", found.basis)):
                assert len(text) <= Finding._meta.get_field(name).max_length


def test_thresholds_come_from_the_settings(settings: Settings) -> None:
    settings.EDC_RETINOPATHY_QUALITY_THRESHOLDS = {"sharpness": 4}
    assert codes() == ["maybe_blurred"]
    settings.EDC_RETINOPATHY_QUALITY_THRESHOLDS = {"sharpness": 0, "dark_share": 2}
    assert codes(sharpness=0.0, dark_share=1.0) == []
