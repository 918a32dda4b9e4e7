"""Exams with one thing wrong each, as they happen: for the findings that the demo shows."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

from PIL import Image, ImageFilter

from demo.sample_exam import ExamFile, exam_files

# Nobody's in the demo.
ANOTHER_PATIENT = "105-10-9999-9"
# Where clocks stand whose battery is empty: a camera's, and a workstation's.
CAMERA_RESET = datetime(2000, 1, 1, tzinfo=UTC)
WORKSTATION_RESET = datetime(1970, 1, 1, tzinfo=UTC)
# In pixels of the photograph, and as a share of its light.
BLUR, LITTLE_LIGHT = 12, 0.2

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


def blurred_picture(subject_identifier: str, captured: datetime) -> Iterator[ExamFile]:
    """The camera was not focused on the right eye."""
    yield from _photographs(
        subject_identifier, captured, lambda image: image.filter(ImageFilter.GaussianBlur(BLUR))
    )


def dark_picture(subject_identifier: str, captured: datetime) -> Iterator[ExamFile]:
    """The flash was too weak for the right eye."""
    yield from _photographs(
        subject_identifier, captured, lambda image: image.point(lambda level: level * LITTLE_LIGHT)
    )


def _photographs(
    subject_identifier: str, captured: datetime, spoil: Callable[[Image.Image], Image.Image]
) -> Iterator[ExamFile]:
    """An exam of a camera that sends photographs and no DICOM files; the right one is spoilt."""
    for file in exam_files(subject_identifier, captured=captured, include_jpegs=True):
        if file.file_type == "right":
            yield replace(file, content=_spoilt(file.content, spoil))
        elif not file.file_type.endswith("_dicom"):
            yield file


def _spoilt(photograph: bytes, spoil: Callable[[Image.Image], Image.Image]) -> bytes:
    buffer = BytesIO()
    with Image.open(BytesIO(photograph)) as image:
        # The comment names the exam.
        comment = image.info["comment"]
        spoil(image).save(buffer, "JPEG", quality=90, comment=comment)
    return buffer.getvalue()


# With the time that the workstation says, None for the true one.
FLAWS: tuple[tuple[Flaw, datetime | None], ...] = (
    (swapped_eyes, None),
    (another_patient, None),
    (same_image_twice, None),
    (dead_clock, WORKSTATION_RESET),
    (blurred_picture, None),
    (dark_picture, None),
)
