"""The table of rules, and what no sentence says."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from edc_retinopathy.choices import ContentType, Eye, FindingCode
from edc_retinopathy.content import Facts
from edc_retinopathy.inspection.rules import CODES_OF_COPIES, RULES, inspect, inspect_copies
from edc_retinopathy.inspection.said import Copies, Said
from edc_retinopathy.models import Finding
from edc_retinopathy.previews.judging import PIXEL_RULES

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
OPHTHALMIC = "1.2.840.10008.5.1.4.1.1.77.1.5.1"


def said(**known: Any) -> Said:
    """What a record says of a good file of the left eye."""
    usual: dict[str, Any] = {
        "eye": Eye.LEFT,
        "subject_identifier": "105-10-0001-2",
        "captured": NOW,
        "received": NOW,
        "time_zone": UTC,
    }
    return Said(**{**usual, **known})


def codes(record: Said | None = None, **facts: Any) -> list[str]:
    """The codes found in a DICOM file with these facts."""
    usual: dict[str, Any] = {"content_type": ContentType.DICOM, "sop_class_uid": OPHTHALMIC}
    return [found.code.value for found in inspect(Facts(**{**usual, **facts}), record or said())]


def test_each_code_has_one_rule() -> None:
    assert [rule.code for rule in (*RULES, *PIXEL_RULES)] == list(FindingCode)


@pytest.mark.parametrize(
    ("image", "series", "expected"),
    [
        ("L", "", []),
        ("R", "", ["laterality_mismatch"]),
        ("", "R", ["laterality_mismatch"]),
        ("U", "R", ["laterality_mismatch"]),
        ("B", "", []),
        ("OD", "", ["laterality_mismatch"]),
        (" r ", "", ["laterality_mismatch"]),
        ("L", "R", ["laterality_conflict"]),
        ("R", "L", ["laterality_mismatch", "laterality_conflict"]),
        ("B", "L", ["laterality_conflict"]),
        ("L", "U", []),
        ("L\\R", "", []),
        ("nonsense", "", []),
    ],
)
def test_sides(image: str, series: str, expected: list[str]) -> None:
    assert codes(image_laterality=image, laterality=series) == expected


def test_a_report_on_both_eyes_shows_neither() -> None:
    assert codes(said(eye=None), image_laterality="R") == []


@pytest.mark.parametrize(
    ("sop_class", "expected"),
    [
        (OPHTHALMIC, []),
        ("1.2.840.10008.5.1.4.1.1.77.1.5.2", []),
        ("1.2.840.10008.5.1.4.1.1.77.1.5.4", []),
        ("1.2.840.10008.5.1.4.1.1.77.1.5.5", []),
        ("1.2.840.10008.5.1.4.1.1.77.1.4", []),
        ("1.2.840.10008.5.1.4.1.1.7", []),
        ("1.2.840.10008.5.1.4.1.1.7.4", []),
        ("", []),
        ("1.2.840.10008.5.1.4.1.1.2", ["not_ophthalmic"]),
        ("1.2.840.10008.5.1.4.1.1.4", ["not_ophthalmic"]),
        ("Jane Doe", ["not_ophthalmic"]),
    ],
)
def test_classes_of_images(sop_class: str, expected: list[str]) -> None:
    assert codes(sop_class_uid=sop_class) == expected


@pytest.mark.parametrize(
    ("behind", "is_flagged"),
    [
        (timedelta(days=7), False),
        (timedelta(days=7, seconds=1), True),
        (timedelta(days=-1), False),
        (timedelta(days=-1, seconds=-1), True),
    ],
)
def test_how_far_a_clock_may_be_off(behind: timedelta, *, is_flagged: bool) -> None:
    assert codes(said(captured=NOW - behind)) == (["clock_skew"] if is_flagged else [])
    acquired = f"{NOW - behind:%Y%m%d%H%M%S}"
    assert codes(acquisition_datetime=acquired) == (["clock_skew"] if is_flagged else [])


def test_copies_are_judged_alone() -> None:
    copies = Copies(other_subjects=1, other_sessions=2, other_eyes=3)
    found = inspect_copies(said(copies=copies, captured=NOW - timedelta(days=900)))
    assert {f.code for f in found} == CODES_OF_COPIES
    assert inspect_copies(said()) == []


def test_no_sentence_quotes_the_header_and_all_fit_their_columns() -> None:
    hostile = "Doe^Jane 105-10-0001-2 " * 40
    texts = [
        "transfer_syntax_uid",
        "sop_class_uid",
        "sop_instance_uid",
        "patient_id",
        "image_laterality",
        "laterality",
        "acquisition_datetime",
        "manufacturer",
        "burned_in_annotation",
    ]
    found = inspect(
        Facts(
            content_type=ContentType.DICOM,
            rows=2**32,
            columns=2**32,
            frames=10**300,
            **dict.fromkeys(texts, hostile),  # type: ignore[arg-type]
        ),
        said(max_pixels=1, has_fitting_extension=False, captured=datetime.min.replace(tzinfo=UTC)),
    )
    assert len(found) >= 6
    for f in found:
        assert "Doe" not in f.message + f.basis
        assert "0001" not in f.message.replace("0001-01-01", "") + f.basis.replace("0001-01-01", "")
        assert len(f.message) <= (Finding._meta.get_field("message").max_length or 0)
        assert len(f.basis) <= (Finding._meta.get_field("basis").max_length or 0)
