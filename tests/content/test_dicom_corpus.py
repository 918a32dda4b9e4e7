"""Every DICOM file that the installed packages bring, held against what pydicom makes of it."""

import warnings
from functools import cache
from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from pydicom import dcmread
from pydicom.errors import InvalidDicomError
from pydicom.uid import UID

from edc_retinopathy.choices import ContentType
from edc_retinopathy.content import detect
from edc_retinopathy.content.dicom import examine

PACKAGE = Path(pydicom.__file__).parent
PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")

# What no decoder installed here decodes, and readers in the field do: 12 bits and lossless JPEG,
# an odd JPEG 2000, and a number of frames that is no number.
DECODED_ELSEWHERE = frozenset(
    {
        "GDCMJ2K_TextGBR.dcm",
        "JPEG-lossy.dcm",
        "JPEG2000-embedded-sequence-delimiter.dcm",
        "JPGExtended.dcm",
        "SC_rgb_jpeg_gdcm.dcm",
        "SC_jpeg_no_color_transform.dcm",
        "badVR.dcm",
    }
)
# Cut within an element that is no pixel data: pydicom gives what there is of it.
CUT_ELSEWHERE = frozenset({"rtplan_truncated.dcm"})


def files() -> list[Path]:
    """All of pydicom's own files that begin as DICOM files do."""
    found = sorted(path for path in PACKAGE.rglob("*") if path.is_file())
    return [path for path in found if path.read_bytes()[128:132] == b"DICM"]


@cache
def right_answer(path: Path) -> bool:
    """Whether a reader shows it; for what is no image, whether it reads all of it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            dataset = dcmread(path)
            if any(name in dataset for name in PIXELS):
                return dataset.pixel_array.size > 0
        # Whatever it raises, it does not show the file.
        except Exception:  # noqa: BLE001
            return path.name in DECODED_ELSEWHERE
    classes = (dataset.get("SOPClassUID"), dataset.file_meta.get("MediaStorageSOPClassUID"))
    is_image = "Rows" in dataset or any("Image Storage" in UID(uid).name for uid in classes if uid)
    return not is_image and path.name not in CUT_ELSEWHERE


def test_there_are_many() -> None:
    assert len(files()) > 100


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_answer_is_that_of_a_reader(path: Path) -> None:
    content = path.read_bytes()
    assert detect(BytesIO(content), len(content)) is ContentType.DICOM
    facts = examine(BytesIO(content), len(content))
    assert (facts.flaw is None) == right_answer(path), facts.flaw


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_facts_are_those_that_a_reader_finds(path: Path) -> None:
    content = path.read_bytes()
    facts = examine(BytesIO(content), len(content))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            dataset = dcmread(path)
        except (InvalidDicomError, OSError):
            return
        assert facts.sop_instance_uid == str(dataset.get("SOPInstanceUID", "") or "")
        assert facts.study_instance_uid == str(dataset.get("StudyInstanceUID", "") or "")
        assert facts.laterality == str(dataset.get("Laterality", "") or "")
        assert facts.image_laterality == str(dataset.get("ImageLaterality", "") or "")
        for name, fact in (("Rows", facts.rows), ("Columns", facts.columns)):
            assert fact == dataset.get(name)
