"""DICOM files that readers show, odd as they are."""

import struct
import zlib

from pydicom.encaps import encapsulate, encapsulate_extended

from tests.content.dicom_bytes import (
    BIG_ENDIAN,
    BIG_ENDIAN_UID,
    COMPRESSED,
    DEFLATED_UID,
    DELIMITER,
    EXPLICIT,
    EXPLICIT_UID,
    IMPLICIT,
    IMPLICIT_UID,
    ITEM_END,
    JPEG,
    JPEG_2000_UID,
    JPEG_HEAD,
    JPEG_UID,
    NATIVE,
    PIXELS,
    PREAMBLE,
    RLE_UID,
    SIDE,
    deflated,
    encapsulated,
    image,
    item,
    meta,
    native,
    rle,
    sequence,
)

from .dicom_parts import (
    DEEP,
    GREY,
    JPEG_LS_UID,
    OPHTHALMIC_16_BIT,
    OVERLAY,
    PRIVATE_SEQUENCE,
    RAW,
    SMALL,
    TOMOGRAPHY,
    TOPCON,
    WIDE,
    WIDE_FIELD,
    by_pydicom,
    codestream,
    element,
    in_jpeg,
    jpeg_ls,
    photograph,
    restored,
    stored_blocks,
)

IMAGES: dict[str, bytes] = {
    # File meta information that lies about itself, or is written oddly.
    "group length ffffffff": PREAMBLE
    + element(0x00020000, "UL", b"\xff" * 4)
    + meta(group_length=None)[132:]
    + image()
    + native(),
    "group length 0, implicit": PREAMBLE
    + element(0x00020000, "UL", bytes(4))
    + meta(IMPLICIT_UID, group_length=None)[132:]
    + image(IMPLICIT)
    + native(IMPLICIT),
    "group length of the other byte order": PREAMBLE
    + element(0x00020000, "UL", b"\0\0\0\x80")
    + meta(BIG_ENDIAN_UID, group_length=None)[132:]
    + image(BIG_ENDIAN)
    + native(BIG_ENDIAN),
    "group length off by 4, deflated": meta(DEFLATED_UID, group_length=4)
    + deflated(image() + native()),
    "group length short by 30, deflated": meta(DEFLATED_UID, group_length=-30)
    + deflated(image() + native()),
    "group length short, encapsulated": meta(JPEG_UID, group_length=-20)
    + image(**SMALL)
    + encapsulated(JPEG),
    "70 kB of private information": meta(
        more=element(0x00020100, "UI", "1.2.3") + element(0x00020102, "OB", b"Z" * 70_000),
        group_length=-70_000,
    )
    + image()
    + native(),
    "preamble of a TIFF": b"II*\0" + struct.pack("<I", 16) + b"x" * 120 + NATIVE[128:],
    "preamble of a JPEG": b"\xff\xd8\xff\xe0" + bytes(124) + NATIVE[128:],
    "transfer syntax padded with spaces": meta(EXPLICIT_UID + "   ") + image() + native(),
    "transfer syntax first": PREAMBLE
    + element(0x00020010, "UI", EXPLICIT_UID)
    + element(0x00020002, "UI", WIDE_FIELD)
    + image()
    + native(),
    # Private groups and what cameras add.
    "private group and creator": meta() + image(before=TOPCON) + native(),
    "private sequence as UN of undefined length": meta()
    + image(before=PRIVATE_SEQUENCE)
    + native(),
    "private group behind the pixels": NATIVE
    + element(0x7FE10010, "LO", "GEMS_Ultrasound_MovieGroup_001")
    + element(0x7FE11001, "OB", b"m" * 5000),
    "overlay before, digital signature padding behind": meta()
    + image()
    + OVERLAY
    + native()
    + element(0xFFFCFFFC, "OB", bytes(512)),
    "retired group lengths": meta()
    + element(0x00080000, "UL", struct.pack("<I", 999))
    + image()
    + element(0x7FE00000, "UL", b"\xff" * 4)
    + native(),
    "twelve sequences in each other": meta() + image(before=DEEP) + native(),
    "item delimiter of length 8": meta()
    + image(
        before=sequence(element(0x00081150, "UI", "1.2")).replace(
            ITEM_END, b"\xfe\xff\x0d\xe0\x08\0\0\0"
        )
    )
    + native(),
    "element twice": meta()
    + image(before=element(0x00080060, "CS", "OT"))
    + element(0x00080060, "CS", "OP")
    + native(),
    "value of odd length": meta()
    + image(before=EXPLICIT.head(0x00080050, "SH", 3) + b"abc")
    + native(),
    "unknown character set": meta()
    + image(before=element(0x00080005, "CS", "ISO_IR 999"), x00100010=("PN", b"\xff\xfeA^B"))
    + native(),
    "one element without its VR": meta()
    + image(before=IMPLICIT.element(0x00091001, "LO", "zeiss"))
    + native(),
    "rows of two values": meta() + image(x00280010=("US", struct.pack("<HH", SIDE, 0))) + native(),
    "rows as UN": meta() + image(x00280010=("UN", struct.pack("<H", SIDE))) + native(),
    "frames with a NUL": meta() + image(x00280008=("IS", b"1\0")) + native(),
    "frames 1e0": meta() + image(x00280008=("IS", b"1e0 ")) + native(),
    "a row of padding behind the pixels": meta() + image() + native(value=PIXELS + bytes(24)),
    "no photometric interpretation": meta() + image(without=(0x00280004,)) + native(),
    "planes apart": meta() + image(x00280006=("US", 1)) + native(),
    "YBR 422 uncompressed": meta()
    + image(x00280004=("CS", "YBR_FULL_422"))
    + native(value=PIXELS[:128]),
    "12 bits of 16": meta(sop_class=OPHTHALMIC_16_BIT)
    + image(sop_class=OPHTHALMIC_16_BIT, **GREY, **WIDE)
    + native(value=bytes(128), vr="OW"),
    "palette": meta()
    + image(x00280002=("US", 1), x00280004=("CS", "PALETTE COLOR"))
    + native(value=bytes(64)),
    "one bit": meta()
    + image(**GREY, x00280100=("US", 1), x00280101=("US", 1), x00280102=("US", 0))
    + native(value=bytes(8)),
    "one bit, three frames": meta()
    + image(
        **GREY, x00280008=("IS", "3"), x00280010=("US", 3), x00280011=("US", 3), x00280100=("US", 1)
    )
    + native(value=bytes(4)),
    "odd number of pixels": meta()
    + image(x00280010=("US", 5), x00280011=("US", 7))
    + native(value=bytes(105)),
    "pixels in OW, big endian": meta(BIG_ENDIAN_UID)
    + image(BIG_ENDIAN, **GREY, **WIDE)
    + native(BIG_ENDIAN, value=bytes(128), vr="OW"),
    "icon compressed under an uncompressed syntax": meta()
    + image(before=sequence(image() + encapsulated(JPEG), tag=0x00880200))
    + native(),
    "eight frames of a tomograph": meta(sop_class=TOMOGRAPHY)
    + image(sop_class=TOMOGRAPHY, x00280008=("IS", "8"), **GREY)
    + native(value=bytes(512)),
    "no class and no instance": meta() + image(without=(0x00080016, 0x00080018)) + native(),
    "second syntax behind an implicit set": meta(IMPLICIT_UID)
    + image(IMPLICIT)
    + native(IMPLICIT)
    + NATIVE,
    # Pixel data: offset tables, tails, codecs.
    "offset table that lies": JPEG_HEAD + restored((4,), JPEG),
    "offset table too long": JPEG_HEAD + restored((0, 7, 9, 12), JPEG),
    "offset table, two frames in three fragments": meta(JPEG_UID)
    + image(x00280008=("IS", "2"), **SMALL)
    + restored(
        (0, 8 + len(item(JPEG[:800])) - 8 + len(item(JPEG[800:]))), JPEG[:800], JPEG[800:], JPEG
    ),
    "extended offset table": by_pydicom(
        JPEG_UID,
        encapsulate_extended([JPEG, JPEG])[0],
        frames=2,
        ExtendedOffsetTable=encapsulate_extended([JPEG, JPEG])[1],
        ExtendedOffsetTableLengths=encapsulate_extended([JPEG, JPEG])[2],
    ),
    "frame in thirty fragments": JPEG_HEAD
    + encapsulated(*[JPEG[n : n + 200] for n in range(0, len(JPEG), 200)]),
    "progressive under baseline": in_jpeg(photograph(progressive=True)),
    "grey under colour": in_jpeg(photograph(mode="L")),
    "EXIF before the tables": in_jpeg(
        photograph(exif=b"Exif\0\0" + b"MM\0*\0\0\0\x08\0\0\0\0\0\0" + JPEG)
    ),
    "JPEG 2000 as a file of boxes": in_jpeg(photograph("JPEG2000"), uid=JPEG_2000_UID),
    "JPEG 2000 in tiles, lossy": in_jpeg(
        codestream(tile_size=(32, 32), quality_layers=(20,), irreversible=True),
        uid="1.2.840.10008.1.2.4.91",
    ),
    "JPEG-LS": in_jpeg(jpeg_ls(), uid=JPEG_LS_UID),
    "two frames of RLE": meta(RLE_UID) + image(x00280008=("IS", "2")) + encapsulated(rle(), rle()),
    "padded with 0xFF behind the last frame": in_jpeg(JPEG + b"\xff" * 33),
    # Delimiters.
    "delimiter of length deadbeef": JPEG_HEAD
    + encapsulated(JPEG, end=DELIMITER[:4] + b"\xef\xbe\xad\xde"),
    "delimiter without a length": JPEG_HEAD + encapsulated(JPEG, end=DELIMITER[:4]),
    "delimiter missing, zeros": JPEG_HEAD + encapsulated(JPEG, end=bytes(4096)),
    "delimiter missing, padding element": JPEG_HEAD
    + encapsulated(JPEG, end=element(0xFFFCFFFC, "OB", bytes(20))),
    "delimiter missing, JPEG-LS": in_jpeg(jpeg_ls(), uid=JPEG_LS_UID, end=b""),
    "delimiter missing, JPEG 2000 lossy": in_jpeg(
        codestream(), uid="1.2.840.10008.1.2.4.91", end=b""
    ),
    "delimiter of a sequence with a length": meta()
    + image(before=sequence(element(0x00081150, "UI", "1.2"))[:-4] + b"\x10\0\0\0")
    + native(),
    # Tails.
    "64 kB of 0xFF behind": COMPRESSED + b"\xff" * 65536,
    "zeros to the next block": NATIVE + bytes(-len(NATIVE) % 4096),
    "a JPEG behind": NATIVE + JPEG,
    "cut second copy behind": COMPRESSED + COMPRESSED[:900],
    # Transfer syntaxes that readers do not all know.
    "JPEG XL recompression": in_jpeg(JPEG, uid="1.2.840.10008.1.2.4.111"),
    "JPEG XL": in_jpeg(b"\xff\x0a" + bytes(range(1, 200)), uid="1.2.840.10008.1.2.4.112"),
    "JPEG XL in boxes": in_jpeg(
        b"\0\0\0\x0cJXL \r\n\x87\n\0\0\0\x14ftypjxl \0\0\0\0jxl \0\0\0\0jxlc\xff\x0a"
        + bytes(range(1, 90)),
        uid="1.2.840.10008.1.2.4.110",
    ),
    "deflated frames": meta("1.2.840.10008.1.2.8.1")
    + image()
    + encapsulated(zlib.compress(PIXELS)[2:-4]),
    "uncompressed in fragments": meta("1.2.840.10008.1.2.1.98") + image() + encapsulated(PIXELS),
    "HTJ2K": in_jpeg(codestream(), uid="1.2.840.10008.1.2.4.201"),
    "GE's private one": meta("1.2.840.113619.5.2") + image(IMPLICIT) + native(IMPLICIT),
    "Papyrus": meta("1.2.840.10008.1.20") + image(IMPLICIT) + native(IMPLICIT),
    "a maker's own, uncompressed": meta("1.2.276.0.75.9.9") + image() + native(),
    "a maker's own, in fragments": in_jpeg(JPEG, uid="1.2.276.0.75.9.9"),
    "lossless of the first selection value": in_jpeg(
        JPEG.replace(b"\xff\xc0", b"\xff\xc3", 1), uid="1.2.840.10008.1.2.4.70"
    ),
    "arithmetic, retired": in_jpeg(
        JPEG.replace(b"\xff\xc0", b"\xff\xc9", 1), uid="1.2.840.10008.1.2.4.52"
    ),
    "a film in two fragments": meta("1.2.840.10008.1.2.4.103")
    + image(x00280008=("IS", "30"))
    + encapsulated(b"\0\0\0\x20ftypmp42" + b"v" * 500, b"w" * 400),
    # Deflated.
    "deflated with 2 MB of profile": meta(DEFLATED_UID)
    + deflated(image() + element(0x00282000, "OB", b"icc!" * 500_000) + native()),
    "deflated with 400 kB of private sequences": meta(DEFLATED_UID)
    + deflated(image(before=PRIVATE_SEQUENCE * 4000) + native()),
    "deflated in stored blocks": meta(DEFLATED_UID) + stored_blocks(image() + native()),
    "deflated, zeros behind": meta(DEFLATED_UID) + deflated(image() + native()) + bytes(5000),
    "deflated, padding element inside": meta(DEFLATED_UID)
    + deflated(image() + native() + element(0xFFFCFFFC, "OB", bytes(300_000))),
    "deflated, icon before": meta(DEFLATED_UID)
    + deflated(image(before=sequence(image() + native(), tag=0x00880200)) + native()),
    # As pydicom writes them.
    "pydicom explicit": by_pydicom(EXPLICIT_UID, RAW),
    "pydicom implicit": by_pydicom(IMPLICIT_UID, RAW),
    "pydicom deflated, two frames": by_pydicom(DEFLATED_UID, RAW + RAW, frames=2),
    "pydicom encapsulated": by_pydicom(JPEG_UID, encapsulate([JPEG])),
    "pydicom three frames, no table": by_pydicom(
        JPEG_UID, encapsulate([JPEG] * 3, has_bot=False), frames=3
    ),
}
