"""Which DICOM files are kept: what readers show, and nothing that is certainly not whole."""

import struct
from io import BytesIO

import pytest
from pydicom.encaps import get_frame

from edc_retinopathy.choices import FileType
from edc_retinopathy.content import Facts, check_content
from edc_retinopathy.errors import InvalidContent
from tests import samples

from .dicom_bytes import (
    BIG_ENDIAN,
    BIG_ENDIAN_UID,
    COMPRESSED,
    DEFLATED_UID,
    DELIMITER,
    EXPLICIT,
    EXPLICIT_UID,
    IMPLICIT,
    IMPLICIT_UID,
    JPEG,
    JPEG_2000_UID,
    JPEG_HEAD,
    JPEG_UID,
    NATIVE,
    PIXELS,
    RLE_UID,
    SIDE,
    UNDEFINED,
    deflated,
    encapsulated,
    image,
    item,
    meta,
    native,
    rle,
    sequence,
)

KIB = 1024
MIB = KIB * KIB
PRIVATE = EXPLICIT.element(0x00020100, "UI", "1.2.3") + EXPLICIT.element(
    0x00020102, "OB", b"x" * 20
)
IN_TWO_FRAGMENTS = JPEG_HEAD + encapsulated(JPEG[:1000], JPEG[1000:])
JPEG_2000 = get_frame(
    samples.jpeg_2000_dicom()[samples.jpeg_2000_dicom().index(b"\xe0\x7f\x10\0OB") + 12 :], 0
)
SMALL = {
    "x00280010": ("US", samples.SMALL_SIZE),
    "x00280011": ("US", samples.SMALL_SIZE),
}
ICC_PROFILE = EXPLICIT.element(0x00282000, "OB", b"icc" * 100_000)
ICON = sequence(
    image(without=(0x00080016,)) + native(),
    image(without=(0x00080016,)) + encapsulated(JPEG),
    tag=0x00880200,
)
IMPLICIT_ITEM = sequence(
    IMPLICIT.element(0x00081150, "UI", "1.2.3") + IMPLICIT.element(0x00081155, "UI", "1.2.3.4")
)
EXPLICIT_ITEM = sequence(
    EXPLICIT.element(0x00081150, "UI", "1.2.3") + EXPLICIT.element(0x00081155, "UI", "1.2.3.4"),
    writer=IMPLICIT,
)
JPEG_XL_UID = "1.2.840.10008.1.2.4.110"
GE_PRIVATE_UID = "1.2.840.113619.5.2"
DEFLATED_FRAMES_UID = "1.2.840.10008.1.2.8.1"
HTJ2K_UID = "1.2.840.10008.1.2.4.202"
MPEG_UID = "1.2.840.10008.1.2.4.102"

KEPT: dict[str, bytes] = {
    "uncompressed": NATIVE,
    "compressed": COMPRESSED,
    "implicit": meta(IMPLICIT_UID) + image(IMPLICIT) + native(IMPLICIT),
    "big endian": meta(BIG_ENDIAN_UID) + image(BIG_ENDIAN) + native(BIG_ENDIAN),
    "deflated": meta(DEFLATED_UID) + deflated(image() + native()),
    "deflated, padded": meta(DEFLATED_UID) + deflated(image() + native()) + b"\0",
    "deflated with zlib's header": meta(DEFLATED_UID) + deflated(image() + native(), wbits=15),
    "rle": meta(RLE_UID) + image() + encapsulated(rle()),
    "jpeg 2000": meta(JPEG_2000_UID) + image(**SMALL) + encapsulated(JPEG_2000),
    # The group length of the meta information lies; readers stop at the next group.
    **{
        f"meta group length off by {off}": meta(group_length=off) + image() + native()
        for off in (-26, -1, 2, 1000, -(10**9))
    },
    "meta group length undefined": meta(group_length=None) + image() + native(),
    "meta group length leaves out the private part": meta(
        IMPLICIT_UID, group_length=-len(PRIVATE), more=PRIVATE
    )
    + image(IMPLICIT)
    + native(IMPLICIT),
    "meta information without its value representations": meta(writer=IMPLICIT)
    + image()
    + native(),
    "no transfer syntax, explicit": meta(None) + image() + native(),
    "no transfer syntax, implicit": meta(None) + image(IMPLICIT) + native(IMPLICIT),
    # Delimiters.
    **{
        f"delimiter of length {length.hex()}": JPEG_HEAD
        + encapsulated(JPEG, end=DELIMITER[:4] + length)
        for length in (b"\xff\xff\xff\xff", b"\x08\0\0\0", b"\0\0")
    },
    "delimiter missing, jpeg": JPEG_HEAD + encapsulated(JPEG, end=b""),
    "delimiter missing, jpeg 2000": meta(JPEG_2000_UID)
    + image(**SMALL)
    + encapsulated(JPEG_2000, end=b""),
    "delimiter missing, rle": meta(RLE_UID) + image() + encapsulated(rle(), end=b""),
    "delimiter missing, text behind": JPEG_HEAD + encapsulated(JPEG, end=b"by a tool\r\n"),
    "a frame in two fragments": IN_TWO_FRAGMENTS,
    "two frames": meta(JPEG_UID)
    + image(x00280008=("IS", "2"), **SMALL)
    + encapsulated(JPEG, JPEG),
    "more fragments than frames": meta(JPEG_UID)
    + image(x00280008=("IS", "2"), **SMALL)
    + encapsulated(JPEG[:1000], JPEG[1000:], JPEG),
    "a frame with a tail": JPEG_HEAD + encapsulated(JPEG + bytes(70_000)),
    "a film in one fragment": meta(MPEG_UID)
    + image(x00280008=("IS", "25"))
    + encapsulated(b"\0\0\1\xb3" * 50),
    # What readers tolerate.
    **{
        f"number of frames {text!r}": meta() + image(x00280008=("IS", text)) + native()
        for text in ("1", "1.0", " 1 ", "+1", "", "one", "1\\1")
    },
    "a bad value that is not needed": meta()
    + image(x00280034=("IS", "a/b"), x00080020=("DA", "never"))
    + native(),
    "pixels before their size": meta() + image(without=(0x00280010,)) + native()
    + EXPLICIT.element(0x00280010, "US", SIDE),
    "elements out of order": meta() + EXPLICIT.element(0x00400000, "LO", "x") + image() + native(),
    "no samples per pixel": meta() + image(without=(0x00280002,)) + native(),
    "float pixels": meta()
    + image(x00280002=("US", 1), x00280004=("CS", "MONOCHROME2"), x00280100=("US", 32))
    + native(value=bytes(SIDE * SIDE * 4), vr="OF", tag=0x7FE00008),
    "double pixels without bits allocated": meta()
    + image(x00280002=("US", 1), x00280004=("CS", "MONOCHROME2"), without=(0x00280100,))
    + native(value=bytes(SIDE * SIDE * 8), vr="OD", tag=0x7FE00009),
    "rows as UL": meta() + image(x00280010=("UL", struct.pack("<I", SIDE))) + native(),
    "rows as IS": meta() + image(x00280010=("IS", "8")) + native(),
    "rows as SS": meta() + image(x00280010=("SS", SIDE)) + native(),
    "pixels as UN": meta() + image() + native(vr="UN"),
    "a value representation of no standard": meta() + image(x00080070=("ZZ", "abcd")) + native(),
    "explicit data set under implicit": meta(IMPLICIT_UID) + image() + native(),
    "implicit data set under explicit": meta() + image(IMPLICIT) + native(IMPLICIT),
    "implicit items under explicit": meta() + image(before=IMPLICIT_ITEM) + native(),
    "explicit items under implicit": meta(IMPLICIT_UID)
    + image(IMPLICIT, before=EXPLICIT_ITEM)
    + native(IMPLICIT),
    "text behind": NATIVE + b"appended by a tool\r\n",
    "a second copy behind": NATIVE + NATIVE,
    "a megabyte of zeros behind": COMPRESSED + bytes(MIB),
    "no pad byte behind an odd value": meta()
    + image(x00280010=("US", 3), x00280011=("US", 3))
    + EXPLICIT.head(0x7FE00010, "OB", 28)
    + bytes(27),
    "length of the pixels beyond the file, all there": meta()
    + image()
    + EXPLICIT.head(0x7FE00010, "OB", 5000)
    + PIXELS,
    "an icon": meta() + image() + ICON + native(),
    "a sequence whose last item claims too much": meta()
    + EXPLICIT.head(0x00081140, "SQ", 20)
    + b"\xfe\xff\x00\xe0\xff\0\0\0"
    + EXPLICIT.element(0x00081150, "UI", "1.2")
    + image()
    + native(),
    "half the colour": meta()
    + image(x00280004=("CS", "YBR_FULL_422"))
    + native(value=bytes(SIDE * SIDE * 2)),
    "a bit each pixel": meta()
    + image(x00280002=("US", 1), x00280100=("US", 1))
    + native(value=bytes(SIDE)),
    # Transfer syntaxes that pydicom does not know.
    "jpeg xl": meta(JPEG_XL_UID) + image() + encapsulated(b"\xff\x0a" + bytes(50)),
    "deflated frames": meta(DEFLATED_FRAMES_UID) + image() + encapsulated(deflated(PIXELS)),
    "high-throughput jpeg 2000": meta(HTJ2K_UID) + image(**SMALL) + encapsulated(JPEG_2000),
    "private, native": meta(GE_PRIVATE_UID) + image(IMPLICIT) + native(IMPLICIT),
    "unknown, compressed": meta("1.2.3.4") + image() + encapsulated(b"anything"),
    # Much before the pixels.
    "deflated behind a long profile": meta(DEFLATED_UID)
    + deflated(image() + ICC_PROFILE + native()),
    "deflated behind many items": meta(DEFLATED_UID)
    + deflated(image(before=sequence(*[image()] * 500)) + native()),
    "behind empty items": meta() + EXPLICIT.head(0x00081140, "SQ", UNDEFINED)
    + item(b"") * 100_000 + DELIMITER + image() + native(),
    "behind many small elements": meta()
    + b"".join(EXPLICIT.element(0x00090000 + n, "LO", "") for n in range(0x10, 50_000))
    + image() + native(),
    "behind deep nesting": meta()
    + (EXPLICIT.head(0x00081140, "SQ", UNDEFINED) + b"\xfe\xff\x00\xe0\xff\xff\xff\xff") * 20_000
    + image() + native(),
    "behind many small elements, implicit": meta(IMPLICIT_UID)
    + b"".join(IMPLICIT.element(0x00090000 + n, "LO", "") for n in range(0x10, 50_000))
    + image(IMPLICIT) + native(IMPLICIT),
}  # fmt: skip

HEAD_OF_NATIVE = meta() + image()
PREALLOCATED = meta() + image(before=EXPLICIT.element(0x00090010, "LO", "x" * 2000)) + native()
PDF_CLASS = "1.2.840.10008.5.1.4.1.1.104.1"
REPORT_CLASS = "1.2.840.10008.5.1.4.1.1.88.11"
RAW_DATA_CLASS = "1.2.840.10008.5.1.4.1.1.66"
DIRECTORY_CLASS = "1.2.840.10008.1.3.10"

REFUSED: dict[str, tuple[bytes, str]] = {
    # Caught half-way.
    "cut within an element": (HEAD_OF_NATIVE[:-3], "ends within"),
    "cut at the boundary before the pixels": (HEAD_OF_NATIVE, "no pixels"),
    "cut behind the meta information": (meta(), "no data set"),
    "cut within the meta information": (meta()[:-5], "no data set"),
    "cut behind the first elements": (
        meta() + EXPLICIT.element(0x00080005, "CS", "ISO_IR 100"),
        "no pixels",
    ),
    "cut within native pixels": (NATIVE[:-20], "fewer pixels"),
    "cut within compressed pixels": (COMPRESSED[:-500], "frame is cut"),
    **{
        f"zeros from {start} on": (PREALLOCATED[:start] + bytes(len(PREALLOCATED) - start), "zeros")
        for start in (len(meta()), len(meta()) + 2008, len(PREALLOCATED) - len(PIXELS) - 12)
    },
    "zeros in a sequence": (
        meta() + EXPLICIT.head(0x00081140, "SQ", 2000) + bytes(2000) + image() + native(),
        "zeros",
    ),
    "zeros in place of a sequence's second item": (
        meta() + sequence(b"")[:-8] + bytes(1000),
        "zeros",
    ),
    # Pixel data in name only.
    "no fragment": (JPEG_HEAD + encapsulated(), "no pixels"),
    "an empty fragment": (JPEG_HEAD + encapsulated(b""), "no pixels"),
    "no offset table": (JPEG_HEAD + encapsulated(JPEG, offset_table=False), "no pixels"),
    "half a jpeg": (JPEG_HEAD + encapsulated(JPEG[: len(JPEG) // 2]), "frame is cut"),
    "a jpeg without its start": (JPEG_HEAD + encapsulated(JPEG[2:]), "frame is cut"),
    "zeros for a jpeg": (JPEG_HEAD + encapsulated(bytes(500)), "frame is cut"),
    "half a jpeg 2000": (
        meta(JPEG_2000_UID) + image(**SMALL) + encapsulated(JPEG_2000[: len(JPEG_2000) // 2]),
        "frame is cut",
    ),
    "half a frame of rle": (
        meta(RLE_UID) + image() + encapsulated(rle()[: len(rle()) - 40]),
        "frame is cut",
    ),
    "a frame of rle of too few pixels": (
        meta(RLE_UID) + image() + encapsulated(rle(pixels=32)),
        "frame is cut",
    ),
    "zeros for rle": (meta(RLE_UID) + image() + encapsulated(bytes(500)), "frame is cut"),
    "fewer fragments than frames": (
        meta(JPEG_UID) + image(x00280008=("IS", "3"), **SMALL) + encapsulated(JPEG, JPEG),
        "fewer frames",
    ),
    "the second of two frames empty": (
        meta(JPEG_UID) + image(x00280008=("IS", "2"), **SMALL) + encapsulated(JPEG, b""),
        "frame is cut",
    ),
    "the first of two frames cut": (
        meta(JPEG_UID) + image(x00280008=("IS", "2"), **SMALL) + encapsulated(JPEG[:900], JPEG),
        "frame is cut",
    ),
    "delimiter missing, unknown codec": (
        meta("1.2.3.4") + image() + encapsulated(b"anything", end=b""),
        "not closed",
    ),
    **{
        f"number of frames {text}": (
            meta() + image(x00280008=("IS", text)) + native(),
            "no pixels|fewer pixels",
        )
        for text in ("0", "-1", "2", "9" * 12)
    },
    "rows empty": (meta() + image(x00280010=("US", b"")) + native(), "size of its image"),
    "rows missing": (meta() + image(without=(0x00280010,)) + native(), "size of its image"),
    "columns 0": (meta() + image(x00280011=("US", 0)) + native(), "size of its image"),
    "bits allocated missing": (
        meta() + image(without=(0x00280100,)) + native(),
        "size of its image",
    ),
    "compressed under a native syntax": (
        meta() + image(**SMALL) + encapsulated(JPEG),
        "does not say how",
    ),
    "compressed under implicit": (
        meta(IMPLICIT_UID) + image(IMPLICIT, **SMALL) + encapsulated(JPEG, writer=IMPLICIT),
        "does not say how",
    ),
    "native under a compressed syntax": (meta(JPEG_UID) + image() + native(), "not compressed"),
    "native of undefined length": (
        HEAD_OF_NATIVE + EXPLICIT.head(0x7FE00010, "OB", UNDEFINED) + PIXELS,
        "does not say how",
    ),
    # An image class without an image, or an image without pixels under any class.
    "image class without rows and pixels": (
        meta() + image(without=(0x00280010, 0x00280011, 0x00280100)),
        "no pixels",
    ),
    "another class with rows": (
        meta(sop_class=RAW_DATA_CLASS) + image(sop_class=RAW_DATA_CLASS),
        "no pixels",
    ),
    # Deflated.
    "deflated, cut": (meta(DEFLATED_UID) + deflated(image() + native())[:-10], "cut short|ends"),
    "deflated, cut by one byte": (
        meta(DEFLATED_UID) + deflated(image() + native())[:-1],
        "cut short",
    ),
    "deflated, damaged": (meta(DEFLATED_UID) + b"\x07" + bytes(100), "damaged"),
    "deflated, nothing behind": (meta(DEFLATED_UID), "cut short"),
    "deflated, of too few pixels": (
        meta(DEFLATED_UID) + deflated(image() + native(value=PIXELS[:-2])),
        "fewer pixels",
    ),
    # Documents without what they are for.
    "a document without its document": (
        meta(sop_class=PDF_CLASS) + EXPLICIT.element(0x00080016, "UI", PDF_CLASS),
        "what it is for",
    ),
    "a document cut within its document": (
        meta(sop_class=PDF_CLASS) + EXPLICIT.element(0x00420011, "OB", b"%PDF-1.4" * 100)[:-50],
        "ends within",
    ),
    "a document cut behind its document": (
        meta(sop_class=PDF_CLASS)
        + EXPLICIT.element(0x00420011, "OB", b"%PDF-1.4")
        + EXPLICIT.element(0x00420012, "LO", "application/pdf")[:-3],
        "ends within",
    ),
    "a report without its content": (
        meta(sop_class=REPORT_CLASS) + EXPLICIT.element(0x00080016, "UI", REPORT_CLASS),
        "what it is for",
    ),
    "a directory without its records": (
        meta(sop_class=DIRECTORY_CLASS) + EXPLICIT.element(0x00041130, "CS", "DISK"),
        "what it is for",
    ),
    "a report whose content is cut": (
        meta(sop_class=REPORT_CLASS) + sequence(b"", tag=0x0040A730)[:-16],
        "ends within",
    ),
    "preamble only": (bytes(128) + b"DICM", "no data set"),
}

NO_IMAGE: dict[str, bytes] = {
    "document": meta(sop_class=PDF_CLASS)
    + EXPLICIT.element(0x00080016, "UI", PDF_CLASS)
    + EXPLICIT.element(0x00420011, "OB", b"%PDF-1.4"),
    "document with zeros behind": meta(sop_class=PDF_CLASS)
    + EXPLICIT.element(0x00420011, "OB", b"%PDF-1.4")
    + bytes(512),
    "report": meta(sop_class=REPORT_CLASS)
    + EXPLICIT.element(0x00080016, "UI", REPORT_CLASS)
    + sequence(EXPLICIT.element(0x0040A040, "CS", "TEXT"), tag=0x0040A730),
    "report with text behind": meta(sop_class=REPORT_CLASS)
    + sequence(b"", tag=0x0040A730)
    + b"by a tool\r\n",
    "report, implicit": meta(IMPLICIT_UID, sop_class=REPORT_CLASS)
    + IMPLICIT.element(0x00080016, "UI", REPORT_CLASS)
    + sequence(b"", tag=0x0040A730, writer=IMPLICIT),
    "directory": meta(sop_class=DIRECTORY_CLASS)
    + EXPLICIT.element(0x00041130, "CS", "DISK")
    + EXPLICIT.head(0x00041220, "SQ", 0),
    "raw data": meta(sop_class=RAW_DATA_CLASS)
    + EXPLICIT.element(0x00080016, "UI", RAW_DATA_CLASS)
    + EXPLICIT.element(0x00091010, "OB", b"raw" * 100),
}


def judged(content: bytes) -> Facts:
    """What is said of a file that was sent as the DICOM file of an eye."""
    return check_content(BytesIO(content), len(content), FileType.LEFT_DICOM)


@pytest.mark.parametrize("content", KEPT.values(), ids=KEPT)
def test_an_image_that_readers_show_is_kept(content: bytes) -> None:
    facts = judged(content)
    assert facts.is_image
    assert facts.flaw is None


@pytest.mark.parametrize(("content", "why"), REFUSED.values(), ids=REFUSED)
def test_what_is_certainly_not_whole_is_refused_with_its_reason(content: bytes, why: str) -> None:
    with pytest.raises(InvalidContent, match=why):
        judged(content)


@pytest.mark.parametrize("content", NO_IMAGE.values(), ids=NO_IMAGE)
def test_a_dicom_file_that_is_no_image_is_kept_as_such(content: bytes) -> None:
    assert not judged(content).is_image


@pytest.mark.parametrize(
    "name", ["uncompressed", "compressed", "implicit", "big endian", "deflated"]
)
def test_an_image_that_is_cut_anywhere_is_refused(name: str) -> None:
    content = KEPT[name]
    # The delimiter behind the last frame, and the byte that pads it, may be missing.
    last = len(content) - (0 if name != "compressed" else len(DELIMITER) + 1)
    for length in range(132, last):
        with pytest.raises(InvalidContent):
            judged(content[:length])


def test_facts_are_those_of_the_header() -> None:
    content = (
        meta(JPEG_UID)
        + image(
            x00080016=("UI", OPHTHALMIC),
            x0008002a=("DT", "20250314100000.000000"),
            x00080070=("LO", "Optomed"),
            x00080201=("SH", "+0300"),
            x00081090=("LO", "Aurora"),
            x00181000=("LO", "A-17"),
            x0020000d=("UI", "2.25.17"),
            x00200060=("CS", "R"),
            x00280301=("CS", "NO"),
            **SMALL,
        )
        + encapsulated(JPEG)
    )
    facts = judged(content)
    assert facts.transfer_syntax_uid == JPEG_UID
    assert facts.sop_class_uid == OPHTHALMIC
    assert facts.sop_instance_uid == "1.2.3.4.5"
    assert facts.study_instance_uid == "2.25.17"
    assert facts.patient_id == "105-10-0017-0"
    assert (facts.image_laterality, facts.laterality) == ("L", "R")
    assert (facts.rows, facts.columns, facts.frames) == (96, 96, 1)
    assert facts.acquisition_datetime == "20250314100000.000000"
    assert facts.timezone_offset == "+0300"
    assert facts.manufacturer == "Optomed"
    assert facts.manufacturer_model_name == "Aurora"
    assert facts.device_serial_number == "A-17"
    assert facts.burned_in_annotation == "NO"


OPHTHALMIC = "1.2.840.10008.5.1.4.1.1.77.1.5.2"


@pytest.mark.parametrize(
    ("head", "writer"),
    [
        (meta(EXPLICIT_UID), EXPLICIT),
        (meta(IMPLICIT_UID), IMPLICIT),
        (meta(BIG_ENDIAN_UID), BIG_ENDIAN),
    ],
    ids=["explicit", "implicit", "big endian"],
)
def test_facts_do_not_depend_on_the_encoding(head: bytes, writer: object) -> None:
    facts = judged(
        head
        + image(writer, x00080022=("DA", "20250314"), x00080032=("TM", "101500"))  # type: ignore[arg-type]
        + native(writer)  # type: ignore[arg-type]
    )
    assert (facts.rows, facts.columns, facts.patient_id) == (SIDE, SIDE, "105-10-0017-0")
    assert facts.acquisition_datetime == "20250314101500"


def test_facts_of_items_are_not_the_files_own() -> None:
    """Whose picture an item refers to is not whose this one is."""
    other = EXPLICIT.element(0x00100020, "LO", "OTHER") + EXPLICIT.element(0x00200062, "CS", "R")
    facts = judged(meta() + image(before=sequence(other, sequence(other))) + native())
    assert (facts.patient_id, facts.image_laterality) == ("105-10-0017-0", "L")


def test_a_patient_id_in_another_character_set_is_read() -> None:
    latin = meta() + image(x00100020=("LO", "Müller".encode("latin-1"))) + native()
    unicode = meta() + image(x00100020=("LO", "Müller".encode())) + native()
    assert judged(latin).patient_id == judged(unicode).patient_id == "Müller"
