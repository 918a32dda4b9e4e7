"""Whether a DICOM file's patient identifier is the subject's."""

import re

import pytest

from edc_retinopathy.choices import PatientMatch
from edc_retinopathy.inspection.patient import patient_match

SUBJECT = "105-10-0001-2"
VISIT = re.compile(r"^S-(?P<subject_identifier>.*)/\d+$")


@pytest.mark.parametrize(
    ("patient_id", "expected"),
    [
        (SUBJECT, PatientMatch.YES),
        (f"  {SUBJECT} ", PatientMatch.YES),
        ("1051000012", PatientMatch.YES),
        ("105 10 0001 2", PatientMatch.YES),
        ("", PatientMatch.ABSENT),
        ("   ", PatientMatch.ABSENT),
        ("105-10-0001-3", PatientMatch.NO),
        (f"{SUBJECT}9", PatientMatch.NO),
        ("-", PatientMatch.NO),
    ],
)
def test_without_a_pattern_all_of_it_counts(patient_id: str, expected: PatientMatch) -> None:
    assert patient_match(patient_id, SUBJECT) == expected


@pytest.mark.parametrize(
    ("patient_id", "expected"),
    [
        (f"S-{SUBJECT}/1", PatientMatch.YES),
        ("S-1051000012/12", PatientMatch.YES),
        ("S-105-10-0001-3/1", PatientMatch.NO),
        (SUBJECT, PatientMatch.NO),
        ("", PatientMatch.ABSENT),
    ],
)
def test_a_pattern_says_what_counts(patient_id: str, expected: PatientMatch) -> None:
    assert patient_match(patient_id, SUBJECT, VISIT) == expected


def test_case_does_not_count() -> None:
    assert patient_match("ab-12", "AB12") == PatientMatch.YES


def test_a_group_that_takes_no_part_names_nobody() -> None:
    pattern = re.compile(r"X|(?P<subject_identifier>\d+)")
    assert patient_match("X", SUBJECT, pattern) == PatientMatch.NO
