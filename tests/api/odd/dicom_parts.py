"""What odd DICOM files are made of."""

import struct
import zlib
from functools import cache
from io import BytesIO

import numpy
from PIL import Image
from pydicom import Dataset, FileMetaDataset, dcmwrite
from pydicom.uid import UID

from tests import samples
from tests.content.dicom_bytes import (
    DELIMITER,
    EXPLICIT,
    IMPLICIT,
    ITEM_END,
    JPEG_UID,
    UNDEFINED,
    encapsulated,
    image,
    item,
    meta,
    sequence,
)

WIDE_FIELD = "1.2.840.10008.5.1.4.1.1.77.1.5.5"
OPHTHALMIC_16_BIT = "1.2.840.10008.5.1.4.1.1.77.1.5.2"
TOMOGRAPHY = "1.2.840.10008.5.1.4.1.1.77.1.5.4"
JPEG_LS_UID = "1.2.840.10008.1.2.4.80"
SMALL = {"x00280010": ("US", samples.SMALL_SIZE), "x00280011": ("US", samples.SMALL_SIZE)}
GREY = {"x00280002": ("US", 1), "x00280004": ("CS", "MONOCHROME2")}
WIDE = {"x00280100": ("US", 16), "x00280101": ("US", 12), "x00280102": ("US", 11)}
element = EXPLICIT.element


@cache
def photograph(kind: str = "JPEG", mode: str = "RGB", **options: object) -> bytes:
    """A picture of 96 x 96 in a format that Pillow writes."""
    buffer = BytesIO()
    picture = Image.effect_noise((samples.SMALL_SIZE, samples.SMALL_SIZE), 60).convert(mode)
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


@cache
def codestream(**options: object) -> bytes:
    """A JPEG 2000 codestream without the boxes of a file."""
    return photograph("JPEG2000", no_jp2=True, **options)


@cache
def jpeg_ls() -> bytes:
    """A frame of JPEG-LS, out of pydicom's file."""
    whole = samples.VALID["dicom jpeg-ls"].content
    start = whole.index(b"\xff\xd8\xff", 132)
    return whole[start : whole.rindex(b"\xff\xd9") + 2]


def in_jpeg(content: bytes, *, uid: str = JPEG_UID, **more: object) -> bytes:
    """A frame of the size of the photograph under a compressed syntax."""
    return meta(uid) + image(**SMALL) + encapsulated(content, **more)  # type: ignore[arg-type]


def by_pydicom(uid: str, pixels: bytes, *, frames: int = 1, **attributes: object) -> bytes:
    """A file as pydicom writes it."""
    ds = Dataset()
    ds.SOPClassUID, ds.SOPInstanceUID = WIDE_FIELD, "2.25.99"
    ds.PatientID, ds.ImageLaterality, ds.Modality = "105-10-0017-0", "R", "OP"
    ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.PlanarConfiguration = 3, "RGB", 0
    ds.Rows = ds.Columns = samples.SMALL_SIZE
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 8, 8, 7, 0
    ds.NumberOfFrames = frames
    ds.PixelData = pixels
    ds["PixelData"].VR = "OB"
    for name, value in attributes.items():
        setattr(ds, name, value)
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = UID(uid)
    ds["PixelData"].is_undefined_length = ds.file_meta.TransferSyntaxUID.is_encapsulated
    buffer = BytesIO()
    dcmwrite(buffer, ds, enforce_file_format=True)
    return buffer.getvalue()


RAW = numpy.arange(samples.SMALL_SIZE**2 * 3, dtype="uint16").astype("uint8").tobytes()
RAW_HALF = RAW[: len(RAW) // 2]
PRIVATE_SEQUENCE = (
    EXPLICIT.head(0x00111020, "UN", UNDEFINED)
    + item(IMPLICIT.element(0x00111021, "LO", "inside"))
    + b"\xfe\xff\x00\xe0\xff\xff\xff\xff"
    + IMPLICIT.element(0x00111022, "LO", "inside")
    + ITEM_END
    + DELIMITER
)
TOPCON = element(0x00110010, "LO", "TOPCON") + element(0x00111001, "OB", b"T" * 3001)
OVERLAY = b"".join(
    (
        element(0x60000010, "US", 8),
        element(0x60000011, "US", 8),
        element(0x60000040, "CS", "G"),
        element(0x60003000, "OW", bytes(8)),
    )
)
DEEP = (
    b"".join(
        EXPLICIT.head(0x00081140, "SQ", UNDEFINED) + b"\xfe\xff\x00\xe0\xff\xff\xff\xff"
        for _ in range(12)
    )
    + (ITEM_END + DELIMITER) * 12
)


def restored(offsets: tuple[int, ...], *frames: bytes) -> bytes:
    """Frames behind an offset table that says where."""
    table = item(struct.pack(f"<{len(offsets)}I", *offsets))
    return (
        EXPLICIT.head(0x7FE00010, "OB", UNDEFINED) + table + b"".join(map(item, frames)) + DELIMITER
    )


def stored_blocks(data_set: bytes) -> bytes:
    """Deflated without compression, flushed in the middle, as some writers do."""
    c = zlib.compressobj(0, zlib.DEFLATED, -15)
    return (
        c.compress(data_set[:500])
        + c.flush(zlib.Z_FULL_FLUSH)
        + c.compress(data_set[500:])
        + c.flush()
    )


def named(sop_class: str, *elements: bytes) -> bytes:
    """A file of some class that is no image."""
    head = element(0x00080016, "UI", sop_class) + element(0x00080018, "UI", "1.2.3.4.5")
    return (
        meta(sop_class=sop_class)
        + head
        + element(0x00100020, "LO", "105-10-0017-0")
        + b"".join(elements)
    )


CLASS = "1.2.840.10008.5.1.4.1.1."
CONTENT = sequence(
    element(0x0040A040, "CS", "TEXT") + element(0x0040A160, "UT", "no DR"), tag=0x0040A730
)
