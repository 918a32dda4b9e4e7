"""DICOM: is it readable, and is it whole? Without decoding or inflating pixels into memory."""

import errno
import zlib
from io import BytesIO
from typing import Any, BinaryIO

from edc_retinopathy.errors import InvalidContent

# Values longer than this are skipped by their length instead of being read.
DEFER_BYTES = 1024
# Enough of a deflated data set for every attribute before the pixels.
INFLATED_HEAD_BYTES = 256 * 1024
# The largest data set a deflated file may unpack to: a 12 MP photograph is 36 MB, and twice
# that with 16 bits. Deflate packs up to a thousandfold, so that a small file could keep a
# worker busy for long.
MAX_INFLATED_BYTES = 128 * 1024 * 1024
CHUNK_BYTES = 64 * 1024

# Behind the preamble of 128 bytes and "DICM" (PS3.10 7.1).
META_START = 132
META_GROUP = 0x0002
GROUP_LENGTH = 0x00020000
TRANSFER_SYNTAX = 0x00020010
PIXEL_DATA = 0x7FE00010
SEQUENCE_DELIMITER = b"\xfe\xff\xdd\xe0\x00\x00\x00\x00"
UNDEFINED_LENGTH = 0xFFFFFFFF
# The attributes that say how long uncompressed pixel data is (PS3.3 C.7.6.3).
ROWS, COLUMNS, SAMPLES, BITS_ALLOCATED, FRAMES, PHOTOMETRIC = (
    0x00280010,
    0x00280011,
    0x00280002,
    0x00280100,
    0x00280008,
    0x00280004,
)

INCOMPLETE = "The DICOM file is incomplete: {what}."
UNREADABLE = "The DICOM file cannot be read: its data set is malformed."


def check_dicom(stream: BinaryIO, size: int) -> None:
    """Raise ``InvalidContent`` unless the file is a readable and complete DICOM file (PS3.10).

    Every element of the data set is visited; its value must lie within the file. Uncompressed
    pixel data must be as long as the image attributes say (PS3.5 8.1), encapsulated pixel
    data must end with its delimiter (PS3.5 A.4). A deflated data set is inflated in
    small pieces, up to ``MAX_INFLATED_BYTES``.
    """
    try:
        _check(stream, size)
    except (InvalidContent, MemoryError):
        raise
    except OSError as e:
        # The disk's fault, unless pydicom itself raised it, without a number, or a length leads to
        # where no file can reach (lseek(2)).
        if e.errno not in {None, errno.EINVAL}:
            raise
        raise InvalidContent(UNREADABLE) from e
    # A hostile or broken file makes pydicom raise almost anything (struct.error, KeyError,
    # RecursionError, NotImplementedError ...): whatever it is, the file cannot be read.
    except Exception as e:
        raise InvalidContent(UNREADABLE) from e


def _check(stream: BinaryIO, size: int) -> None:
    # Imported when first needed: it is among the heaviest imports of the app.
    from pydicom.uid import UID, DeflatedExplicitVRLittleEndian  # noqa: PLC0415

    syntax_name, start = _file_meta(stream)
    if not syntax_name:
        raise InvalidContent(INCOMPLETE.format(what="it has no transfer syntax"))
    syntax = UID(syntax_name)
    if syntax == DeflatedExplicitVRLittleEndian:
        head, length = _inflate(stream, start)
        _check_data_set(BytesIO(head), 0, length, syntax)
    else:
        _check_data_set(stream, start, size, syntax)


def _file_meta(stream: BinaryIO) -> tuple[str, int]:
    """The transfer syntax (0002,0010) and where the data set starts (PS3.10 7.1)."""
    from pydicom.filereader import data_element_generator  # noqa: PLC0415

    syntax, group_length = "", None
    stream.seek(META_START)
    for element in data_element_generator(
        stream,
        is_implicit_VR=False,
        is_little_endian=True,
        stop_when=lambda tag, *_: tag >> 16 != META_GROUP,
        defer_size=DEFER_BYTES,
    ):
        if element.tag == GROUP_LENGTH:
            # It counts from the end of its own element, which is 12 bytes long.
            group_length = int.from_bytes(element.value or b"", "little")
        elif element.tag == TRANSFER_SYNTAX:
            syntax = (element.value or b"").decode("ascii").rstrip(" \0")
    start = stream.tell() if group_length is None else META_START + 12 + group_length
    return syntax, start


def _check_data_set(stream: BinaryIO, start: int, size: int, syntax: Any) -> None:
    """Visit the elements from ``start``; ``size`` is where the data set must not go beyond.

    ``stream`` may hold less than ``size`` bytes (the head of an inflated data set): what
    is skipped by length is judged by arithmetic.
    """
    from pydicom.filereader import data_element_generator  # noqa: PLC0415

    image: dict[int, int] = {}
    elements = 0
    has_pixels = False
    stream.seek(start)
    for element in data_element_generator(
        stream,
        syntax.is_implicit_VR,
        syntax.is_little_endian,
        defer_size=DEFER_BYTES,
    ):
        elements += 1
        tag, value = int(element.tag), element.value or b""
        length = getattr(element, "length", 0)
        if length != UNDEFINED_LENGTH and getattr(element, "value_tell", 0) + length > size:
            raise InvalidContent(INCOMPLETE.format(what="it ends within its data"))
        if tag in {ROWS, COLUMNS, SAMPLES, BITS_ALLOCATED}:
            image[tag] = int.from_bytes(value, "little" if syntax.is_little_endian else "big")
        elif tag == FRAMES:
            image[tag] = int(value.decode().strip(" \0") or 1)
        elif tag == PHOTOMETRIC:
            image[tag] = int(b"_422" in value)
        elif tag == PIXEL_DATA:
            has_pixels = True
            if syntax.is_encapsulated:
                _check_delimiter(stream)
            else:
                _check_pixels(length, image)
    if not elements:
        raise InvalidContent(INCOMPLETE.format(what="it has no data set"))
    if ROWS in image and not has_pixels:
        raise InvalidContent(INCOMPLETE.format(what="its image has no pixels"))


def _check_delimiter(stream: BinaryIO) -> None:
    """The generator has found the delimiter's tag; a cut may have taken part of its length."""
    end = stream.tell()
    stream.seek(end - len(SEQUENCE_DELIMITER))
    if stream.read(len(SEQUENCE_DELIMITER)) != SEQUENCE_DELIMITER:
        raise InvalidContent(INCOMPLETE.format(what="its pixel data is not closed"))


def _check_pixels(length: int, image: dict[int, int]) -> None:
    if not {ROWS, COLUMNS, BITS_ALLOCATED} <= image.keys():
        raise InvalidContent(INCOMPLETE.format(what="the size of its image is not given"))
    # Two pixels of YBR_FULL_422 share their colour (PS3.3 C.7.6.3.1.2).
    samples = 2 if image.get(PHOTOMETRIC) else image.get(SAMPLES, 1)
    bits = image[ROWS] * image[COLUMNS] * samples * image[BITS_ALLOCATED]
    expected = (bits * image.get(FRAMES, 1) + 7) // 8
    if length < expected:
        raise InvalidContent(INCOMPLETE.format(what="it has fewer pixels than its image needs"))


def _inflate(stream: BinaryIO, start: int) -> tuple[bytes, int]:
    """The head of a deflated data set and the whole's length (PS3.5 A.5), in constant memory."""
    stream.seek(start)
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    head = bytearray()
    length = 0
    while not inflater.eof:
        chunk = inflater.unconsumed_tail or stream.read(CHUNK_BYTES)
        if not chunk:
            raise InvalidContent(INCOMPLETE.format(what="its deflated data set is cut short"))
        inflated = inflater.decompress(chunk, CHUNK_BYTES)
        length += len(inflated)
        if len(head) < INFLATED_HEAD_BYTES:
            head += inflated
        if length > MAX_INFLATED_BYTES:
            raise InvalidContent("The DICOM file unpacks to more data than an image can have.")
    return bytes(head), length
