"""Real files with one thing wrong, each made from the photograph, and good ones to compare."""

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from pydicom import dcmread
from pydicom.dataset import FileDataset

from demo.sample_exam import Eye, dicom, pdf_report
from tests import factories


def dataset(
    eye: Eye = "left", *, subject_identifier: str = factories.FEMALE_IDENTIFIER, study: str = ""
) -> FileDataset:
    """The data set of a good DICOM file, acquired just now."""
    content = dicom(
        eye, subject_identifier=subject_identifier, captured=datetime.now(UTC), study=study
    )
    return dcmread(BytesIO(content))


def saved(data_set: FileDataset) -> bytes:
    """The bytes of a DICOM file of this data set."""
    buffer = BytesIO()
    data_set.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def dicom_with(eye: Eye = "left", **elements: Any) -> bytes:
    """A DICOM file with these elements changed; ``None`` takes one out."""
    data_set = dataset(eye)
    for keyword, value in elements.items():
        if value is None:
            delattr(data_set, keyword)
        elif keyword == "TransferSyntaxUID":
            data_set.file_meta.TransferSyntaxUID = value
        else:
            setattr(data_set, keyword, value)
    return saved(data_set)


def locked_pdf() -> bytes:
    """The PDF report with a trailer that names an encryption dictionary."""
    return pdf_report().replace(b"/Root 1 0 R >>", b"/Root 1 0 R /Encrypt 6 0 R >>")
