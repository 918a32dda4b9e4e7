"""The files of a retinal exam, as a fundus camera writes them, made from one real photograph.

The photograph (``sample_data/retina_left.jpg``, CC0) is the left eye; its mirror image serves as
the right eye. The DICOM files encapsulate those JPEG bytes unchanged, as Ophthalmic Photography 8
Bit Image objects (DICOM PS3.3 A.41). Every function gives the same bytes for the same arguments, so
that checksums can be compared between runs.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cache
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Literal

from PIL import Image, ImageOps
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.uid import (
    JPEGBaseline8Bit,
    OphthalmicPhotography8BitImageStorage,
    generate_uid,
)

Eye = Literal["left", "right"]
ReportType = Literal["combined", "per_eye"]

EYES: tuple[Eye, Eye] = ("right", "left")
# Ophthalmic shorthand (oculus dexter, oculus sinister): what cameras put into their file names.
EYE_CODES: dict[Eye, str] = {"right": "OD", "left": "OS"}
LEFT_PHOTOGRAPH = Path(__file__).parent / "sample_data" / "retina_left.jpg"
IMAGE_SIZE = 1411
DEFAULT_SUBJECT_IDENTIFIER = "105-10-0001-2"
DEFAULT_CAPTURED = datetime(2025, 3, 14, 9, 30, tzinfo=timezone(timedelta(hours=3)))


@dataclass(frozen=True)
class ExamFile:
    """One file of an exam: its name, the API's word for what it is, and its bytes."""

    name: str
    file_type: str
    content: bytes

    @property
    def checksum(self) -> str:
        """SHA-256 of the bytes, in lower-case hex."""
        return hashlib.sha256(self.content).hexdigest()


@cache
def left_jpeg() -> bytes:
    """Bytes of the left eye's photograph: a 1411 x 1411 baseline JPEG, as published."""
    return LEFT_PHOTOGRAPH.read_bytes()


@cache
def right_jpeg() -> bytes:
    """Bytes of the right eye's photograph: the left one's mirror image, as a baseline JPEG."""
    buffer = BytesIO()
    with Image.open(BytesIO(left_jpeg())) as photograph:
        ImageOps.mirror(photograph).save(buffer, "JPEG", quality=90, subsampling="4:2:2")
    return buffer.getvalue()


def jpeg(eye: Eye) -> bytes:
    """Bytes of the photograph of one eye."""
    return left_jpeg() if eye == "left" else right_jpeg()


def dicom(
    eye: Eye,
    *,
    subject_identifier: str = DEFAULT_SUBJECT_IDENTIFIER,
    captured: datetime = DEFAULT_CAPTURED,
    study: str = "",
) -> bytes:
    """Bytes of a DICOM file around the photograph of one eye.

    ``captured`` must be aware. ``study`` tells two exams of one subject apart: it changes the UIDs
    and with them the checksum. Attributes follow the OP 8 Bit IOD, PS3.3 A.41 and C.8.17.
    """
    dataset = _file_dataset(eye, f"{subject_identifier}/{captured.isoformat()}/{study}")
    _describe_patient_and_study(dataset, subject_identifier, captured)
    _describe_camera(dataset)
    _describe_acquisition(dataset, eye, captured)
    _describe_pixels(dataset, jpeg(eye))
    buffer = BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def html_report(
    subject_identifier: str = DEFAULT_SUBJECT_IDENTIFIER, *, eye: Eye | None = None, study: str = ""
) -> bytes:
    """Bytes of an HTML report such as a camera writes, of one eye or (``eye=None``) of both."""
    eyes = "both eyes" if eye is None else f"{eye} eye ({EYE_CODES[eye]})"
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Fundus report {escape(subject_identifier)}</title>
<style>
body {{ font-family: sans-serif; margin: 2em; }}
td, th {{ padding: .3em 1em; text-align: left; }}
</style>
</head>
<body>
<h1>Fundus examination</h1>
<table>
<tr><th>Subject</th><td>{escape(subject_identifier)}</td></tr>
<tr><th>Examined</th><td>{eyes}</td></tr>
<tr><th>Examination</th><td>{escape(study) or "1"}</td></tr>
<tr><th>Field of view</th><td>45 degrees, centred on the macula</td></tr>
<tr><th>Image quality</th><td>Good</td></tr>
</table>
<p>Sample data, made for demonstration. Not a finding about any person.</p>
</body>
</html>
""".encode()


@cache
def pdf_report() -> bytes:
    """Bytes of a minimal valid one-page PDF 1.4 report."""
    text = b"BT /F1 18 Tf 72 720 Td (Fundus examination: sample report) Tj ET"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
            b" /Resources << /Font << /F1 5 0 R >> >> >>"
        ),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    pdf = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(pdf))
        pdf += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    xref = len(pdf)
    pdf += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    pdf += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    pdf += b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(objects) + 1)
    pdf += b"startxref\n%d\n%%%%EOF\n" % xref
    return bytes(pdf)


def exam_files(
    subject_identifier: str = DEFAULT_SUBJECT_IDENTIFIER,
    *,
    report_type: ReportType = "combined",
    include_jpegs: bool = False,
    captured: datetime = DEFAULT_CAPTURED,
    study: str = "",
) -> Iterator[ExamFile]:
    """Give the files of one complete exam in the order a camera sends them: reports, DICOMs, JPEGs.

    File names differ between exams (as a camera's do) and carry the eye as OD or OS.
    """
    stem = _short_hash(f"{subject_identifier}/{captured.isoformat()}/{study}")
    if report_type == "combined":
        yield ExamFile(
            f"{stem}_report.html", "report", html_report(subject_identifier, study=study)
        )
    else:
        for eye in EYES:
            content = html_report(subject_identifier, eye=eye, study=study)
            yield ExamFile(f"{stem}_{EYE_CODES[eye]}.html", f"{eye}_report", content)
    for eye in EYES:
        content = dicom(eye, subject_identifier=subject_identifier, captured=captured, study=study)
        yield ExamFile(f"{stem}_{EYE_CODES[eye]}.dcm", f"{eye}_dicom", content)
    if include_jpegs:
        for eye in EYES:
            yield ExamFile(f"{stem}_{EYE_CODES[eye]}.jpg", eye, _of_exam(jpeg(eye), stem))


def _of_exam(photograph: bytes, exam: str) -> bytes:
    """The photograph with a comment that names the exam: no two exams have the same bytes."""
    comment = exam.encode()
    return b"".join(
        (photograph[:2], b"\xff\xfe", (len(comment) + 2).to_bytes(2), comment, photograph[2:])
    )


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _code(value: str, meaning: str, scheme: str = "SCT") -> Dataset:
    """Build a Code Sequence item (PS3.3 8.8)."""
    item = Dataset()
    item.CodeValue = value
    item.CodingSchemeDesignator = scheme
    item.CodeMeaning = meaning
    return item


def _file_dataset(eye: Eye, exam: str) -> FileDataset:
    """Begin a DICOM file: its meta information and its UIDs, which follow from the arguments."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = OphthalmicPhotography8BitImageStorage
    meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=[exam, "instance", eye])
    meta.TransferSyntaxUID = JPEGBaseline8Bit
    meta.ImplementationClassUID = generate_uid(entropy_srcs=["edc-retinopathy sample exam"])
    dataset = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.SOPClassUID = meta.MediaStorageSOPClassUID
    dataset.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    dataset.StudyInstanceUID = generate_uid(entropy_srcs=[exam, "study"])
    dataset.SeriesInstanceUID = generate_uid(entropy_srcs=[exam, "series"])
    dataset.SynchronizationFrameOfReferenceUID = generate_uid(entropy_srcs=[exam, "frame"])
    dataset.InstanceNumber = EYES.index(eye) + 1
    return dataset


def _describe_patient_and_study(
    dataset: Dataset, subject_identifier: str, captured: datetime
) -> None:
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.PatientID = subject_identifier
    dataset.PatientName = ""
    dataset.PatientBirthDate = ""
    dataset.PatientSex = ""
    dataset.StudyDate = dataset.SeriesDate = dataset.ContentDate = captured.strftime("%Y%m%d")
    dataset.StudyTime = dataset.SeriesTime = dataset.ContentTime = captured.strftime("%H%M%S")
    dataset.StudyID = "1"
    dataset.AccessionNumber = ""
    dataset.ReferringPhysicianName = ""
    dataset.Modality = "OP"
    dataset.SeriesNumber = 1


def _describe_camera(dataset: Dataset) -> None:
    dataset.Manufacturer = "Sample"
    dataset.ManufacturerModelName = "Handheld fundus camera"
    dataset.DeviceSerialNumber = "CAM-001"
    dataset.SoftwareVersions = "1.0"
    # The camera keeps its own time and follows no trigger (PS3.3 C.7.4.2).
    dataset.SynchronizationTrigger = "NO TRIGGER"
    dataset.AcquisitionTimeSynchronized = "N"


def _describe_acquisition(dataset: Dataset, eye: Eye, captured: datetime) -> None:
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "", "COLOR"]
    dataset.AcquisitionDateTime = captured.strftime("%Y%m%d%H%M%S%z")
    dataset.TimezoneOffsetFromUTC = captured.strftime("%z")
    dataset.ImageLaterality = "L" if eye == "left" else "R"
    dataset.AnatomicRegionSequence = Sequence([_code("5665001", "Retina")])
    dataset.AcquisitionDeviceTypeCodeSequence = Sequence([_code("409898007", "Fundus Camera")])
    dataset.PatientEyeMovementCommanded = "NO"
    dataset.PupilDilated = "NO"
    dataset.HorizontalFieldOfView = 45.0
    dataset.RefractiveStateSequence = Sequence([])
    dataset.EmmetropicMagnification = None
    dataset.IntraOcularPressure = None
    dataset.BurnedInAnnotation = "NO"
    dataset.LossyImageCompression = "01"
    dataset.LossyImageCompressionMethod = "ISO_10918_1"


def _describe_pixels(dataset: Dataset, photograph: bytes) -> None:
    dataset.SamplesPerPixel = 3
    dataset.PhotometricInterpretation = "YBR_FULL_422"
    dataset.PlanarConfiguration = 0
    dataset.NumberOfFrames = 1
    dataset.Rows = dataset.Columns = IMAGE_SIZE
    dataset.BitsAllocated = dataset.BitsStored = 8
    dataset.HighBit = 7
    dataset.PixelRepresentation = 0
    dataset.PresentationLUTShape = "IDENTITY"
    dataset.LossyImageCompressionRatio = round(3 * IMAGE_SIZE**2 / len(photograph), 2)
    dataset.PixelData = encapsulate([photograph])
