"""Files of a wanted size that the app accepts."""

import random
from functools import cache
from io import BytesIO

from pydicom import dcmread
from pydicom.uid import ExplicitVRLittleEndian

from demo.sample_exam import dicom, left_jpeg

MB = 1_000_000
WIDTH = 2000
# In each file once; with another number in its place it is another file.
NUMBER = b"7" * 20


@cache
def jpeg(megabytes: float) -> bytes:
    """A JPEG of so many MB: the demo's photograph behind comments of random bytes."""
    photograph = left_jpeg()
    noise = random.Random(1)  # noqa: S311
    comments = [b"\xff\xfe" + (len(NUMBER) + 2).to_bytes(2, "big") + NUMBER]
    missing = int(megabytes * MB) - len(photograph) - len(comments[0])
    while missing > 4:  # noqa: PLR2004 - the marker and the length of a comment
        length = min(missing - 4, 65533)
        comments.append(b"\xff\xfe" + (length + 2).to_bytes(2, "big") + noise.randbytes(length))
        missing -= length + 4
    return photograph[:2] + b"".join(comments) + photograph[2:]


@cache
def uncompressed_dicom(megabytes: float) -> bytes:
    """A DICOM of so many MB of uncompressed RGB pixels."""
    dataset = dcmread(BytesIO(dicom("left")))
    # Of nobody, and not of another day.
    dataset.PatientID = dataset.AcquisitionDateTime = ""
    dataset.SOPInstanceUID = f"2.25.{NUMBER.decode()}"
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.Columns = WIDTH
    dataset.Rows = int(megabytes * MB) // (3 * WIDTH)
    dataset.PhotometricInterpretation = "RGB"
    dataset.PixelData = random.Random(2).randbytes(3 * WIDTH * dataset.Rows)  # noqa: S311
    dataset["PixelData"].VR = "OB"
    buffer = BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()
