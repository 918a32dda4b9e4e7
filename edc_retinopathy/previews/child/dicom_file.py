"""A DICOM file as a data set; what is deflated is unpacked within a bound."""

import zlib
from io import BytesIO
from typing import BinaryIO

from pydicom import config, dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.errors import InvalidDicomError
from pydicom.filereader import read_dataset
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from edc_retinopathy.previews.reasons import NotRendered, Reason

# What a camera writes is read as it is: what is wrong with it is said elsewhere.
config.settings.reading_validation_mode = config.IGNORE

# Behind the preamble of 128 bytes and "DICM" (PS3.10 7.1).
META_START = 132
META_GROUP = b"\x02\x00"
TRANSFER_SYNTAX = b"\x02\x00\x10\x00"
# Value representations with a length of 32 bits (PS3.5 7.1.2); no others occur in the meta group.
LONG_VALUES = frozenset({b"OB", b"UN", b"UT", b"OW", b"SQ"})

# Of what a deflated data set may hold beside its pixels, and per pixel.
HEADER_BYTES = 16 * 1024 * 1024
BYTES_PER_PIXEL = 3
MOST_PIXELS = 400_000_000


def read_data_set(stream: BinaryIO, max_pixels: int | None) -> tuple[Dataset, UID]:
    """The data set, and the transfer syntax that its pixels are in."""
    data = stream.read()
    syntax, start = _meta(data)
    if syntax == DeflatedExplicitVRLittleEndian:
        # pydicom inflates without a bound, and finds no pixels by their place in such a file.
        limit = HEADER_BYTES + BYTES_PER_PIXEL * min(max_pixels or MOST_PIXELS, MOST_PIXELS)
        inflated = BytesIO(_inflated(data[start:], limit))
        data_set: Dataset = read_dataset(inflated, is_implicit_VR=False, is_little_endian=True)
        pixels_in = ExplicitVRLittleEndian
    else:
        try:
            data_set = dcmread(BytesIO(data), force=True)
        except InvalidDicomError:
            raise NotRendered(Reason.BROKEN) from None
        pixels_in = UID(syntax) if syntax else _usual_syntax(data_set)
    data_set.file_meta = FileMetaDataset()
    data_set.file_meta.TransferSyntaxUID = pixels_in
    return data_set, pixels_in


def _usual_syntax(data_set: Dataset) -> UID:
    is_implicit = data_set.original_encoding[0]
    return ImplicitVRLittleEndian if is_implicit else ExplicitVRLittleEndian


def _meta(data: bytes) -> tuple[str, int]:
    """The transfer syntax, empty if none is named, and where the data set starts (PS3.10 7.1)."""
    position, syntax = META_START, ""
    while data[position : position + 2] == META_GROUP:
        is_long = data[position + 4 : position + 6] in LONG_VALUES
        width, behind = (4, 12) if is_long else (2, 8)
        at = position + behind
        end = at + int.from_bytes(data[at - width : at], "little")
        if data[position : position + 4] == TRANSFER_SYNTAX:
            syntax = data[at:end].decode("ascii", "replace").strip("\0 ")
        position = end
    return syntax, position


def _inflated(deflated: bytes, limit: int) -> bytes:
    # Some writers keep the header of zlib (RFC 1950 2.2), which the standard leaves out.
    head = int.from_bytes(deflated[:2])
    has_header = head >> 8 & 0x0F == zlib.DEFLATED and head % 31 == 0
    inflater = zlib.decompressobj(zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS)
    inflated = inflater.decompress(deflated, limit)
    if inflater.unconsumed_tail:
        raise NotRendered(Reason.TOO_MANY_PIXELS)
    return inflated
