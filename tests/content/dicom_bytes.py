"""DICOM files byte by byte: what is wrong with one stays as it is written (PS3.5 7, PS3.10 7)."""

import struct
import zlib
from dataclasses import dataclass

from tests import samples

OPHTHALMIC_8_BIT = "1.2.840.10008.5.1.4.1.1.77.1.5.1"
IMPLICIT_UID = "1.2.840.10008.1.2"
EXPLICIT_UID = "1.2.840.10008.1.2.1"
DEFLATED_UID = "1.2.840.10008.1.2.1.99"
BIG_ENDIAN_UID = "1.2.840.10008.1.2.2"
JPEG_UID = "1.2.840.10008.1.2.4.50"
JPEG_2000_UID = "1.2.840.10008.1.2.4.90"
RLE_UID = "1.2.840.10008.1.2.5"

LONG_VRS = frozenset(["OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"])
UNDEFINED = 0xFFFFFFFF
PREAMBLE = bytes(128) + b"DICM"
SIDE = 8
PIXELS = bytes(range(SIDE * SIDE * 3))
DELIMITER = b"\xfe\xff\xdd\xe0\0\0\0\0"
ITEM_END = b"\xfe\xff\x0d\xe0\0\0\0\0"


@dataclass(frozen=True)
class Writer:
    """How elements are written: byte order, and whether their value representations are."""

    order: str = "<"
    is_explicit: bool = True

    def head(self, tag: int, vr: str, length: int) -> bytes:
        """The bytes before the value."""
        name = struct.pack(f"{self.order}HH", tag >> 16, tag & 0xFFFF)
        if not self.is_explicit:
            return name + struct.pack(f"{self.order}I", length)
        if vr in LONG_VRS:
            return name + vr.encode() + b"\0\0" + struct.pack(f"{self.order}I", length)
        return name + vr.encode() + struct.pack(f"{self.order}H", length)

    def element(self, tag: int, vr: str, value: bytes | str | int) -> bytes:
        """An element; a number is written with 16 bits, an odd length is padded."""
        if isinstance(value, int):
            value = struct.pack(f"{self.order}H", value)
        elif isinstance(value, str):
            value = value.encode()
        if len(value) % 2:
            value += b"\0" if vr in {"UI", "OB", "UN"} else b" "
        return self.head(tag, vr, len(value)) + value


EXPLICIT = Writer()
IMPLICIT = Writer(is_explicit=False)
BIG_ENDIAN = Writer(order=">")


def meta(
    syntax: str | None = EXPLICIT_UID,
    *,
    sop_class: str = OPHTHALMIC_8_BIT,
    group_length: int | None = 0,
    more: bytes = b"",
    writer: Writer = EXPLICIT,
) -> bytes:
    """Preamble and File Meta Information; ``group_length`` is off by so much, None for none."""
    group = writer.element(0x00020001, "OB", b"\0\1")
    group += writer.element(0x00020002, "UI", sop_class)
    group += writer.element(0x00020003, "UI", "1.2.3.4.5")
    if syntax is not None:
        group += writer.element(0x00020010, "UI", syntax)
    group += more
    if group_length is not None:
        length = struct.pack("<I", (len(group) + group_length) & 0xFFFFFFFF)
        group = writer.element(0x00020000, "UL", length) + group
    return PREAMBLE + group


def image(
    writer: Writer = EXPLICIT,
    *,
    sop_class: str = OPHTHALMIC_8_BIT,
    without: tuple[int, ...] = (),
    before: bytes = b"",
    **changed: tuple[str, bytes | str | int],
) -> bytes:
    """The data set of an image of 8 x 8 RGB pixels, up to its pixel data.

    ``changed`` gives elements another VR and value by their tag: ``x00280010=("US", 0)``.
    """
    elements: dict[int, tuple[str, bytes | str | int]] = {
        0x00080016: ("UI", sop_class),
        0x00080018: ("UI", "1.2.3.4.5"),
        0x00100020: ("LO", "105-10-0017-0"),
        0x00200062: ("CS", "L"),
        0x00280002: ("US", 3),
        0x00280004: ("CS", "RGB"),
        0x00280006: ("US", 0),
        0x00280010: ("US", SIDE),
        0x00280011: ("US", SIDE),
        0x00280100: ("US", 8),
        0x00280101: ("US", 8),
        0x00280102: ("US", 7),
        0x00280103: ("US", 0),
    }
    elements |= {int(name[1:], 16): value for name, value in changed.items()}
    written = [
        writer.element(tag, vr, value)
        for tag, (vr, value) in sorted(elements.items())
        if tag not in without
    ]
    return before + b"".join(written)


def native(
    writer: Writer = EXPLICIT, value: bytes = PIXELS, *, vr: str = "OB", tag: int = 0x7FE00010
) -> bytes:
    """Uncompressed pixel data."""
    return writer.element(tag, vr, value)


def item(value: bytes) -> bytes:
    """An item of defined length."""
    value += bytes(len(value) % 2)
    return b"\xfe\xff\x00\xe0" + struct.pack("<I", len(value)) + value


def encapsulated(
    *frames: bytes, end: bytes = DELIMITER, offset_table: bool = True, writer: Writer = EXPLICIT
) -> bytes:
    """Compressed pixel data, a fragment each frame."""
    table = item(b"") if offset_table else b""
    return writer.head(0x7FE00010, "OB", UNDEFINED) + table + b"".join(map(item, frames)) + end


def sequence(*items: bytes, tag: int = 0x00081140, writer: Writer = EXPLICIT) -> bytes:
    """A sequence of undefined length; so are its items."""
    inside = b"".join(b"\xfe\xff\x00\xe0\xff\xff\xff\xff" + part + ITEM_END for part in items)
    return writer.head(tag, "SQ", UNDEFINED) + inside + DELIMITER


def deflated(data_set: bytes, *, wbits: int = -zlib.MAX_WBITS) -> bytes:
    """A data set as PS3.5 A.5 deflates it."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, wbits)
    return compressor.compress(data_set) + compressor.flush()


def rle(*, pixels: int = SIDE * SIDE) -> bytes:
    """A frame of three segments of literal runs, each of so many pixels (PS3.5 G)."""
    run = bytes([pixels - 1]) + bytes(pixels)
    run += bytes(len(run) % 2)
    offsets = [64 + n * len(run) for n in range(3)]
    return struct.pack("<16I", 3, *offsets, *[0] * 12) + run * 3


JPEG = samples.small_jpeg()
NATIVE = meta() + image() + native()
JPEG_HEAD = meta(JPEG_UID) + image(
    x00280004=("CS", "YBR_FULL_422"),
    x00280010=("US", samples.SMALL_SIZE),
    x00280011=("US", samples.SMALL_SIZE),
)
COMPRESSED = JPEG_HEAD + encapsulated(JPEG)
