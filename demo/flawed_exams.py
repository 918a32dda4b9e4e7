"""Exams with one thing wrong each, as they happen: for the findings that the demo shows."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from demo.sample_exam import ExamFile, exam_files

# Nobody's in the demo.
ANOTHER_PATIENT = "105-10-9999-9"
# Where clocks stand whose battery is empty: a camera's, and a workstation's.
CAMERA_RESET = datetime(2000, 1, 1, tzinfo=UTC)
WORKSTATION_RESET = datetime(1970, 1, 1, tzinfo=UTC)

type Flaw = Callable[[str, datetime], Iterator[ExamFile]]


def swapped_eyes(subject_identifier: str, captured: datetime) -> Iterator[ExamFile]:
    """Each eye is sent as the other one."""
    other = {"left_dicom": "right_dicom", "right_dicom": "left_dicom"}
    for file in exam_files(subject_identifier, captured=captured):
        yield replace(file, file_type=other.get(file.file_type, file.file_type))


def another_patient(subject_identifier: str, captured: datetime) -> Iterator[ExamFile]:
    """The wrong person was chosen on the camera."""
    yield from exam_files(ANOTHER_PATIENT, captured=captured)


def same_image_twice(subject_identifier: str, captured: datetime) -> Iterator[ExamFile]:
    """The right eye's photograph is there for both eyes."""
    files = list(exam_files(subject_identifier, captured=captured, include_jpegs=True))
    right = next(file for file in files if file.file_type == "right")
    for file in files:
        yield replace(file, content=right.content) if file.file_type == "left" else file


def dead_clock(subject_identifier: str, captured: datetime) -> Iterator[ExamFile]:
    """The camera has forgotten the time."""
    yield from exam_files(subject_identifier, captured=CAMERA_RESET)


# With the time that the workstation says, None for the true one.
FLAWS: tuple[tuple[Flaw, datetime | None], ...] = (
    (swapped_eyes, None),
    (another_patient, None),
    (same_image_twice, None),
    (dead_clock, WORKSTATION_RESET),
)
