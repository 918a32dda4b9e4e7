"""DICOM files that are not whole, and the words that say so."""

import gzip
import struct

from tests import samples
from tests.content.dicom_bytes import (
    BIG_ENDIAN,
    BIG_ENDIAN_UID,
    COMPRESSED,
    DEFLATED_UID,
    EXPLICIT,
    IMPLICIT,
    IMPLICIT_UID,
    JPEG,
    JPEG_2000_UID,
    JPEG_HEAD,
    JPEG_UID,
    NATIVE,
    PIXELS,
    RLE_UID,
    UNDEFINED,
    deflated,
    encapsulated,
    image,
    item,
    meta,
    native,
    sequence,
)

from .dicom_parts import (
    CLASS,
    CONTENT,
    JPEG_LS_UID,
    OPHTHALMIC_16_BIT,
    PRIVATE_SEQUENCE,
    SMALL,
    TOMOGRAPHY,
    TOPCON,
    WIDE_FIELD,
    codestream,
    element,
    in_jpeg,
    jpeg_ls,
    named,
    photograph,
    restored,
    stored_blocks,
)

HALF = len(COMPRESSED) // 2
TOPCON_NATIVE = meta() + image(before=TOPCON + PRIVATE_SEQUENCE) + native()
BEFORE_PIXELS = len(TOPCON_NATIVE) - len(PIXELS) - 12

THREE = meta(JPEG_UID) + image(x00280008=("IS", "3"), **SMALL)
DOCUMENT = element(0x00420011, "OB", b"%PDF-1.4\n" + b"1 0 obj\n<<>>\nendobj\n" * 40 + b"%%EOF\n")
REPORT = named(CLASS + "88.33", CONTENT)
IN_CONTENT = len(REPORT) - len(CONTENT)


def unwritten(content: bytes, start: int) -> bytes:
    """A file of its final length of which only a part is written yet."""
    return content[:start] + bytes(len(content) - start)


REFUSED: dict[str, tuple[bytes, str]] = {
    "16 bit ophthalmic without pixels": (named(OPHTHALMIC_16_BIT), "no pixels"),
    "wide field with the size, without pixels": (
        meta(sop_class=WIDE_FIELD) + image(sop_class=WIDE_FIELD),
        "no pixels",
    ),
    "a maker's class with the size, without pixels": (
        named(
            "1.2.276.0.75.2.2.70.2", element(0x00280010, "US", 900), element(0x00280011, "US", 900)
        ),
        "no pixels",
    ),
    "secondary capture with an icon alone": (
        named(CLASS + "7", sequence(image() + native(), tag=0x00880200)),
        "no pixels",
    ),
    "tomograph without pixels, deflated": (
        meta(DEFLATED_UID, sop_class=TOMOGRAPHY) + deflated(element(0x00080016, "UI", TOMOGRAPHY)),
        "no pixels",
    ),
    "pixels in a private element": (
        meta() + image() + element(0x7FE10010, "LO", "X") + element(0x7FE11010, "OB", PIXELS),
        "no pixels",
    ),
    "zeros behind the meta information": (
        NATIVE[: len(meta())] + bytes(4000),
        "zeros|no data set",
    ),
    "zeros from within a private value on": (
        TOPCON_NATIVE[:1000] + bytes(len(TOPCON_NATIVE) - 1000),
        "zeros|no pixels",
    ),
    "zeros from the pixels' tag on": (
        TOPCON_NATIVE[:BEFORE_PIXELS] + bytes(len(PIXELS) + 12),
        "zeros|no pixels",
    ),
    "zeros from the pixels' length on": (
        TOPCON_NATIVE[: BEFORE_PIXELS + 8] + bytes(len(PIXELS) + 4),
        "pixels",
    ),
    "zeros from half of a frame on": (COMPRESSED[:HALF] + bytes(len(COMPRESSED) - HALF), "cut"),
    "zeros, last byte written": (
        TOPCON_NATIVE[:700] + bytes(len(TOPCON_NATIVE) - 701) + b"\1",
        "zeros|no pixels",
    ),
    "erased flash from half on": (COMPRESSED[:HALF] + b"\xff" * (len(COMPRESSED) - HALF), "cut"),
    "erased flash behind the meta information": (NATIVE[: len(meta())] + b"\xff" * 4000, ""),
    "a first block of zeros": (bytes(512) + TOPCON_NATIVE[512:], "another kind|DICOM"),
    "implicit, zeros from the pixels on": (
        meta(IMPLICIT_UID) + image(IMPLICIT) + bytes(200),
        "zeros|no pixels",
    ),
    "big endian, zeros from the pixels on": (
        meta(BIG_ENDIAN_UID) + image(BIG_ENDIAN) + bytes(200),
        "zeros|no pixels",
    ),
    "deflated, zeros from half on": (samples.deflated_dicom()[:3000] + bytes(5000), ""),
    "cut between the second frame's items": (
        meta(JPEG_UID) + image(x00280008=("IS", "2"), **SMALL) + encapsulated(JPEG, end=b""),
        "frames|closed",
    ),
    "cut behind a frame's first fragment": (
        JPEG_HEAD + encapsulated(JPEG[:1000], end=b""),
        "cut|closed",
    ),
    "cut behind a report's first element": (
        meta(sop_class=CLASS + "88.33") + element(0x00080016, "UI", CLASS + "88.33"),
        "what it is for",
    ),
    "report of zeros from its content on": (named(CLASS + "88.33", bytes(600)), ""),
    "document of zeros from its length on": (
        named(CLASS + "104.1", struct.pack("<HH", 0x42, 0x11) + b"OB" + bytes(900)),
        "",
    ),
    "three frames, table for three, two fragments": (
        meta(JPEG_UID) + image(x00280008=("IS", "3"), **SMALL) + restored((0, 10, 20), JPEG, JPEG),
        "frames",
    ),
    "two frames in three fragments, the last lost": (
        THREE.replace(b"3 ", b"2 ")
        + encapsulated(JPEG[:900], JPEG[900:], JPEG[:900], JPEG[900:1800]),
        "cut",
    ),
    "two frames in four fragments, the second lost": (
        THREE.replace(b"3 ", b"2 ") + encapsulated(JPEG[:900], JPEG[:900], JPEG[900:]),
        "cut",
    ),
    "three frames, two in four fragments": (
        THREE + encapsulated(JPEG[:900], JPEG[900:], JPEG[:900], JPEG[900:]),
        "fewer frames",
    ),
    "two frames of JPEG 2000 in three fragments, the last cut": (
        meta(JPEG_2000_UID)
        + image(x00280008=("IS", "2"), **SMALL)
        + encapsulated(codestream()[:400], codestream()[400:], codestream()[:400]),
        "cut",
    ),
    "half a frame, uncompressed, in fragments": (
        meta("1.2.840.10008.1.2.1.98") + image() + encapsulated(PIXELS[:100]),
        "fewer pixels",
    ),
    "zeros from half of a document on": (
        unwritten(named(CLASS + "104.1", DOCUMENT), 700),
        "zeros",
    ),
    "zeros from the document's first byte on": (
        unwritten(named(CLASS + "104.1", DOCUMENT), len(named(CLASS + "104.1")) + 12),
        "zeros",
    ),
    "empty document": (
        named(
            CLASS + "104.1",
            element(0x00420011, "OB", b""),
            element(0x00420012, "LO", "application/pdf"),
        ),
        "what it is for",
    ),
    **{
        f"zeros from byte {at} of a report's content on": (
            unwritten(REPORT, IN_CONTENT + at),
            "zeros|what it is for",
        )
        for at in (4, 6, 8, 14, 25, 37, 52, 60)
    },
    "directory of zeros from its records' length on": (
        named("1.2.840.10008.1.3.10", EXPLICIT.head(0x00041220, "SQ", 0) + bytes(300)),
        "zeros|what it is for",
    ),
    "SOI and EOI": (in_jpeg(b"\xff\xd8\xff\xd9"), "cut|pixels|frame"),
    "a text for a frame": (in_jpeg(b"see the file beside this one"), "cut"),
    "a PNG for a frame": (in_jpeg(photograph("PNG")), "cut|frame"),
    "frame's last fragment lost": (
        JPEG_HEAD + encapsulated(JPEG[:1000], JPEG[1000:2000]),
        "cut",
    ),
    "frame's first fragment lost": (
        JPEG_HEAD + encapsulated(JPEG[1000:2000], JPEG[2000:]),
        "cut",
    ),
    "JPEG-LS without its end": (in_jpeg(jpeg_ls()[:-300], uid=JPEG_LS_UID), "cut"),
    "JPEG 2000 without its end": (in_jpeg(codestream()[:-100], uid=JPEG_2000_UID), "cut"),
    "JPEG 2000 main header only": (
        in_jpeg(codestream()[: codestream().index(b"\xff\x90")], uid=JPEG_2000_UID),
        "cut",
    ),
    "RLE of no segment": (meta(RLE_UID) + image() + encapsulated(bytes(64)), "cut"),
    "RLE, offsets beyond the end": (
        meta(RLE_UID)
        + image()
        + encapsulated(struct.pack("<16I", 3, 64, 9000, 9999, *[0] * 12) + bytes(100)),
        "cut",
    ),
    "fragments of nothing": (JPEG_HEAD + encapsulated(b"", b"", b""), "pixels|cut"),
    "a fragment longer than the file": (
        JPEG_HEAD
        + encapsulated(JPEG)[: -len(item(JPEG)) - 8]
        + b"\xfe\xff\0\xe0"
        + struct.pack("<I", 999_999)
        + JPEG[:2000],
        "cut|ends",
    ),
    "empty pixel data": (meta() + image() + native(value=b""), "pixels"),
    "one row too few": (meta() + image() + native(value=PIXELS[:-24]), "fewer pixels"),
    "YBR 422, one row too few": (
        meta() + image(x00280004=("CS", "YBR_FULL_422")) + native(value=PIXELS[:112]),
        "fewer pixels",
    ),
    "bits allocated 0": (meta() + image(x00280100=("US", 0)) + native(), "size"),
    "samples per pixel 0": (meta() + image(x00280002=("US", 0)) + native(), ""),
    "columns empty": (meta() + image(x00280011=("US", b"")) + native(), "size"),
    "frames 0, encapsulated": (
        meta(JPEG_UID) + image(x00280008=("IS", "0"), **SMALL) + encapsulated(JPEG),
        "pixels|frames",
    ),
    "frames -3, encapsulated": (
        meta(JPEG_UID) + image(x00280008=("IS", "-3"), **SMALL) + encapsulated(JPEG),
        "pixels|frames",
    ),
    "encapsulated under big endian": (
        meta(BIG_ENDIAN_UID) + image(BIG_ENDIAN, **SMALL) + encapsulated(JPEG, writer=BIG_ENDIAN),
        "",
    ),
    "encapsulated under deflated": (
        meta(DEFLATED_UID) + deflated(image(**SMALL) + encapsulated(JPEG)),
        "does not say how|compressed",
    ),
    "offset table of half its length": (
        JPEG_HEAD + EXPLICIT.head(0x7FE00010, "OB", UNDEFINED) + b"\xfe\xff\0\xe0\x08\0",
        "",
    ),
    "delimiter missing, half a frame": (
        JPEG_HEAD + encapsulated(JPEG[:HALF], end=b""),
        "cut|closed",
    ),
    "delimiter missing, half a frame, zeros": (
        JPEG_HEAD + encapsulated(JPEG[:1500], end=bytes(64)),
        "cut|closed",
    ),
    "deflated, cut within the profile": (
        meta(DEFLATED_UID)
        + deflated(image() + element(0x00282000, "OB", bytes(range(256)) * 2000) + native())[:-900],
        "cut short|ends",
    ),
    "deflated in stored blocks, cut": (
        meta(DEFLATED_UID) + stored_blocks(image() + native())[:-60],
        "cut short|ends|fewer",
    ),
    "deflated twice": (meta(DEFLATED_UID) + deflated(deflated(image() + native())), ""),
    "gzip of a DICOM": (gzip.compress(NATIVE, mtime=0), "another kind"),
}
