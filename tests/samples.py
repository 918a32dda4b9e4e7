"""One table of sample files, valid and broken, with the facts expected of each.

Everything is made from the one photograph of ``demo/sample_exam.py`` or comes with pydicom. Each
sample is built when it is first asked for, and is the same bytes in every run.
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, partial
from io import BytesIO
from pathlib import Path

import numpy
from PIL import Image
from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.dataset import FileDataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    EncapsulatedPDFStorage,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    RLELossless,
)

from demo.sample_exam import dicom, html_report, left_jpeg, pdf_report, right_jpeg

JPEG = "image/jpeg"
PNG = "image/png"
DICOM = "application/dicom"
PDF = "application/pdf"
HTML = "text/html"

# The table of the contract: what each file type of the URL accepts.
ACCEPTED_CONTENT: dict[str, frozenset[str]] = {
    "left": frozenset({JPEG, PNG}),
    "right": frozenset({JPEG, PNG}),
    "left_dicom": frozenset({DICOM}),
    "right_dicom": frozenset({DICOM}),
    "left_report": frozenset({PDF, HTML}),
    "right_report": frozenset({PDF, HTML}),
    "report": frozenset({PDF, HTML}),
}
FILE_TYPES = tuple(ACCEPTED_CONTENT)
EXTENSIONS = {JPEG: ".jpg", PNG: ".png", DICOM: ".dcm", PDF: ".pdf", HTML: ".html"}

SMALL_SIZE = 96
BOMB_SIDE = 12000
BOMB_BYTES = 3 * BOMB_SIDE**2


@dataclass(frozen=True)
class Sample:
    """A file as a camera might send it, and what is true of it."""

    name: str
    build: Callable[[], bytes] = field(repr=False)
    # What the bytes are; None when they are nothing that any file type accepts.
    content_type: str | None
    whole: bool = True

    @property
    def content(self) -> bytes:
        """The bytes of the file."""
        return self.build()

    @property
    def accepted_by(self) -> tuple[str, ...]:
        """The file types that accept this file; none for a broken one."""
        if not self.whole:
            return ()
        return tuple(t for t, accepted in ACCEPTED_CONTENT.items() if self.content_type in accepted)

    @property
    def refused_by(self) -> tuple[str, ...]:
        """The file types that refuse this file."""
        return tuple(t for t in FILE_TYPES if t not in self.accepted_by)


def usual_filename(file_type: str, stem: str = "sample") -> str:
    """A name that is right for a file type, so that only the content can be at fault."""
    if file_type.endswith("_dicom"):
        return f"{stem}.dcm"
    return f"{stem}.html" if file_type.endswith("report") else f"{stem}.jpg"


@cache
def small_png() -> bytes:
    """Bytes of the left eye's photograph as a PNG of 96 x 96 pixels."""
    buffer = BytesIO()
    _small_photograph().save(buffer, "PNG")
    return buffer.getvalue()


@cache
def small_jpeg() -> bytes:
    """Bytes of the left eye's photograph as a JPEG of 96 x 96 pixels, some 3 kB."""
    buffer = BytesIO()
    _small_photograph().save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


@cache
def small_dicom() -> bytes:
    """Bytes of a DICOM around :func:`small_jpeg` (JPEG Baseline)."""
    dataset = _dicom_of_the_photograph()
    dataset.Rows = dataset.Columns = SMALL_SIZE
    dataset.PixelData = encapsulate([small_jpeg()])
    return _saved(dataset)


@cache
def jpeg_baseline_dicom() -> bytes:
    """Bytes of a DICOM around the photograph as the camera compressed it."""
    return dicom("left")


@cache
def uncompressed_dicom() -> bytes:
    """Bytes of a DICOM of 96 x 96 RGB pixels, uncompressed."""
    return _saved(_small_uncompressed_dataset())


@cache
def deflated_dicom() -> bytes:
    """Bytes of the uncompressed DICOM with its data set deflated (PS3.5 A.5)."""
    dataset = _small_uncompressed_dataset()
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    return _saved(dataset)


@cache
def compressed_dicom(transfer_syntax: UID) -> bytes:
    """Bytes of the uncompressed DICOM after compression in a lossless transfer syntax."""
    dataset = _small_uncompressed_dataset()
    dataset.compress(transfer_syntax, generate_instance_uid=False)
    return _saved(dataset)


@cache
def jpeg_2000_dicom() -> bytes:
    """Bytes of a DICOM around a lossless JPEG 2000 codestream (PS3.5 A.4.4)."""
    codestream = BytesIO()
    # Pillow's own encoder: pydicom's needs one more package.
    _small_photograph().save(codestream, "JPEG2000", no_jp2=True, mct=0)
    dataset = _small_uncompressed_dataset()
    dataset.file_meta.TransferSyntaxUID = JPEG2000Lossless
    dataset.PixelData = encapsulate([codestream.getvalue()])
    return _saved(dataset)


@cache
def encapsulated_pdf_dicom() -> bytes:
    """Bytes of a DICOM that holds the PDF report (Encapsulated PDF, PS3.3 A.45.1)."""
    dataset = _dicom_of_the_photograph()
    for keyword in ("PixelData", "Rows", "Columns", "NumberOfFrames", "SamplesPerPixel"):
        delattr(dataset, keyword)
    for keyword in (
        "PhotometricInterpretation",
        "PlanarConfiguration",
        "BitsAllocated",
        "BitsStored",
        "HighBit",
        "PixelRepresentation",
    ):
        delattr(dataset, keyword)
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = EncapsulatedPDFStorage
    dataset.MIMETypeOfEncapsulatedDocument = PDF
    dataset.EncapsulatedDocument = pdf_report() + b"\0" * (len(pdf_report()) % 2)
    return _saved(dataset)


@cache
def deflated_bomb_dicom() -> bytes:
    """Bytes of a DICOM of 0.4 MB that claims, and inflates to, 12000 x 12000 RGB (432 MB)."""
    dataset = _small_uncompressed_dataset()
    del dataset.PixelData
    dataset.Rows = dataset.Columns = BOMB_SIDE
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    saved = _saved(dataset)
    # Before the deflated data set: preamble, prefix, the group length element, what it counts.
    start = 128 + 4 + 12 + dataset.file_meta.FileMetaInformationGroupLength
    compressor = zlib.compressobj(level=9, wbits=-zlib.MAX_WBITS)
    pieces = [
        saved[:start],
        compressor.compress(zlib.decompress(saved[start:], wbits=-zlib.MAX_WBITS)),
        # Pixel Data (7FE0,0010), OW, two reserved bytes, a length of 32 bits (PS3.5 7.1.2).
        compressor.compress(b"\xe0\x7f\x10\x00OW\0\0" + BOMB_BYTES.to_bytes(4, "little")),
    ]
    block = bytes(1_000_000)
    pieces.extend(compressor.compress(block) for _ in range(BOMB_BYTES // len(block)))
    pieces.append(compressor.flush())
    content = b"".join(pieces)
    return content + bytes(len(content) % 2)


@cache
def shipped_with_pydicom(name: str) -> bytes:
    """Bytes of a test file inside pydicom's own distribution; nothing is downloaded."""
    path = get_testdata_file(name, download=False)
    assert path is not None, f"pydicom no longer ships {name}"
    return Path(str(path)).read_bytes()


def cut(build: Callable[[], bytes], percent: int) -> Callable[[], bytes]:
    """A builder of the first ``percent`` of what another one builds."""

    def build_cut() -> bytes:
        content = build()
        return content[: len(content) * percent // 100]

    return build_cut


def without(build: Callable[[], bytes], ending: bytes) -> Callable[[], bytes]:
    """A builder of what another one builds, up to and without the last occurrence of ``ending``."""

    def build_without() -> bytes:
        content = build()
        return content[: content.rindex(ending)]

    return build_without


def _constant(content: bytes) -> Callable[[], bytes]:
    return lambda: content


@cache
def _small_pixels() -> bytes:
    return _small_photograph().tobytes()


def _small_photograph() -> Image.Image:
    with Image.open(BytesIO(left_jpeg())) as photograph:
        return photograph.convert("RGB").resize((SMALL_SIZE, SMALL_SIZE))


def _dicom_of_the_photograph() -> FileDataset:
    return dcmread(BytesIO(dicom("left")))


def _small_uncompressed_dataset() -> FileDataset:
    dataset = _dicom_of_the_photograph()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    pixels = numpy.frombuffer(_small_pixels(), dtype=numpy.uint8)
    dataset.set_pixel_data(
        pixels.reshape(SMALL_SIZE, SMALL_SIZE, 3), "RGB", 8, generate_instance_uid=False
    )
    return dataset


def _saved(dataset: FileDataset) -> bytes:
    buffer = BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


# An executable's first bytes: the ELF header of Linux and the MZ/PE header of Windows.
ELF = b"\x7fELF\x02\x01\x01" + b"\0" * 9 + b"\x02\0\x3e\0\x01\0\0\0" + b"\0" * 200
WINDOWS_EXECUTABLE = b"MZ" + b"\x90\0" * 29 + b"\x40\0\0\0" + b"PE\0\0\x64\x86" + b"\0" * 200
TEXT = b"left eye, field 2, good quality\n" * 20

VALID: dict[str, Sample] = {
    "jpeg": Sample("photo.jpg", left_jpeg, JPEG),
    "jpeg mirrored": Sample("photo.jpeg", right_jpeg, JPEG),
    "png": Sample("photo.png", small_png, PNG),
    "html": Sample("report.html", html_report, HTML),
    "pdf": Sample("report.pdf", pdf_report, PDF),
    "dicom jpeg baseline": Sample("baseline.dcm", jpeg_baseline_dicom, DICOM),
    "dicom uncompressed": Sample("uncompressed.dcm", uncompressed_dicom, DICOM),
    "dicom rle": Sample("rle.dcm", partial(compressed_dicom, RLELossless), DICOM),
    "dicom jpeg 2000": Sample("j2k.dcm", jpeg_2000_dicom, DICOM),
    "dicom jpeg-ls": Sample("jpegls.dcm", partial(compressed_dicom, JPEGLSLossless), DICOM),
    "dicom deflated": Sample("deflated.dcm", deflated_dicom, DICOM),
    "dicom without its last delimiter": Sample(
        "baseline.dcm", without(jpeg_baseline_dicom, b"\xfe\xff\xdd\xe0"), DICOM
    ),
    "dicom encapsulated pdf": Sample("document.dcm", encapsulated_pdf_dicom, DICOM),
    **{
        f"pydicom {name}": Sample(
            f"{name}.dcm", partial(shipped_with_pydicom, f"{name}.dcm"), DICOM
        )
        for name in (
            "SC_rgb_jpeg_gdcm",  # JPEG Lossless
            "SC_rgb_jpeg_dcmtk",
            "examples_ybr_color",  # 30 frames, YBR_FULL_422
            "examples_jpeg2k",
            "SC_rgb_rle",
            "SC_rgb_rle_16bit",
            "image_dfl",  # deflated
            "examples_rgb_color",
        )
    },
}

_CUT = {
    f"{name} cut to {percent} %": Sample(
        sample.name, cut(sample.build, percent), sample.content_type, whole=False
    )
    for name, sample in VALID.items()
    # An HTML document has no mark at its end: only its checksum tells that it was cut.
    if sample.content_type != HTML and not name.startswith("pydicom")
    for percent in (10, 50, 99)
}

BROKEN: dict[str, Sample] = {
    **_CUT,
    "jpeg without EOI": Sample("photo.jpg", without(left_jpeg, b"\xff\xd9"), JPEG, whole=False),
    # IEND is preceded by the length of its data: 4 bytes.
    "png without IEND": Sample("photo.png", without(small_png, b"\0\0\0\0IEND"), PNG, whole=False),
    "pdf without %%EOF": Sample("report.pdf", without(pdf_report, b"%%EOF"), PDF, whole=False),
    "dicom truncated (pydicom)": Sample(
        "truncated.dcm", partial(shipped_with_pydicom, "MR_truncated.dcm"), DICOM, whole=False
    ),
    "dicom without meta information (pydicom)": Sample(
        "no_meta.dcm", partial(shipped_with_pydicom, "no_meta.dcm"), None, whole=False
    ),
    "dicom preamble only": Sample(
        "preamble.dcm", _constant(b"\0" * 128 + b"DICM"), DICOM, whole=False
    ),
    "empty file": Sample("photo.jpg", _constant(b""), None, whole=False),
    "one byte": Sample("photo.jpg", _constant(b"\xff"), None, whole=False),
    "text called .jpg": Sample("photo.jpg", _constant(TEXT), None, whole=False),
    "text called .html": Sample("report.html", _constant(TEXT), None, whole=False),
    "elf executable": Sample("photo.jpg", _constant(ELF), None, whole=False),
    "windows executable": Sample("report.pdf", _constant(WINDOWS_EXECUTABLE), None, whole=False),
}

# Whole files under another kind's name: right for some file type, never for the one of the name.
MISNAMED: dict[str, Sample] = {
    "html called .dcm": Sample("photo.dcm", html_report, HTML),
    "html called .jpg": Sample("photo.jpg", html_report, HTML),
    "jpeg called .dcm": Sample("photo.dcm", left_jpeg, JPEG),
    "dicom called .jpg": Sample("photo.jpg", small_dicom, DICOM),
    "pdf called .jpg": Sample("photo.jpg", pdf_report, PDF),
    "png called .html": Sample("report.html", small_png, PNG),
}
