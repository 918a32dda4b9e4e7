"""Does a compressed frame end as its codec ends? Without decompressing it."""

from collections.abc import Callable
from struct import Struct
from typing import BinaryIO

from pydicom.uid import (
    JPEG2000TransferSyntaxes,
    JPEGLSTransferSyntaxes,
    JPEGTransferSyntaxes,
    MPEGTransferSyntaxes,
    RLELossless,
)

from edc_retinopathy.content.jpeg import end_of_image

from .source import Source

# Several years of DICOM's register are newer than pydicom's: High-Throughput JPEG 2000 has the
# markers of JPEG 2000 (ISO/IEC 15444-15).
JPEG_SYNTAXES = frozenset(map(str, (*JPEGTransferSyntaxes, *JPEGLSTransferSyntaxes)))
JPEG_2000_SYNTAXES = frozenset(map(str, JPEG2000TransferSyntaxes)) | {
    f"1.2.840.10008.1.2.4.{number}" for number in (201, 202, 203)
}
VIDEO_SYNTAXES = frozenset(map(str, MPEGTransferSyntaxes))
ENCAPSULATED_SYNTAXES = JPEG_SYNTAXES | JPEG_2000_SYNTAXES | VIDEO_SYNTAXES | {str(RLELossless)}

JPEG_START = b"\xff\xd8"
# A codestream, or the signature box of a JP2 file around one (ISO/IEC 15444-1 A.4.1, I.5.1).
JPEG_2000_STARTS = (b"\xff\x4f", b"\0\0\0\x0cjP")
JPEG_2000_TILE_PART, JPEG_2000_END = b"\xff\x90", b"\xff\xd9"

# The number of segments and their offsets (PS3.5 G.5), all of 32 bits.
RLE_HEADER = Struct("<16I")
RLE_NO_OPERATION = 128
# How many runs of a file's last segments are counted, and how much of each is read.
MAX_RLE_RUNS = 100_000
MAX_RLE_BYTES = 4 * 1024 * 1024

# With what a frame begins that may be in several fragments.
FRAME_STARTS = {
    **dict.fromkeys(JPEG_SYNTAXES, (JPEG_START + b"\xff",)),
    **dict.fromkeys(JPEG_2000_SYNTAXES, (b"\xff\x4f\xff\x51", *JPEG_2000_STARTS[1:])),
}
START_BYTES = 6

type Places = list[tuple[int, int]]
type IsWhole = Callable[[BinaryIO, int, int], bool]


def whole_frame_check(syntax: str, *, pixels: int, frames: int) -> IsWhole | None:
    """What tells whether a frame of ``pixels`` pixels, between two positions, is whole.

    None for a transfer syntax whose frames have no end that can be recognised.
    """
    if syntax in JPEG_SYNTAXES:
        return _is_whole_jpeg
    if syntax in JPEG_2000_SYNTAXES:
        return _is_whole_jpeg_2000
    if syntax == RLELossless:
        max_runs = MAX_RLE_RUNS // frames
        return lambda stream, start, stop: _is_whole_rle(
            stream, start, stop, pixels=pixels, max_runs=max_runs
        )
    return None


def frames_of(syntax: str, fragments: Places, stream: BinaryIO, *, wanted: int) -> Places:
    """Where the frames are: a frame of several fragments goes from its start to the next one's.

    All fragments, where it cannot be told which of them belong together.
    """
    if wanted == 1:
        return [(fragments[0][0], fragments[-1][1])]
    starts = FRAME_STARTS.get(syntax)
    if starts is None or len(fragments) <= wanted:
        return fragments
    frames: Places = []
    for start, stop in fragments:
        if not frames or _head(stream, start, stop, START_BYTES).startswith(starts):
            frames.append((start, stop))
        else:
            frames[-1] = (frames[-1][0], stop)
    return frames


def _is_whole_jpeg(stream: BinaryIO, start: int, stop: int) -> bool:
    return _head(stream, start, stop, 2) == JPEG_START and (
        end_of_image(stream, start, stop) is not None
    )


def _is_whole_jpeg_2000(stream: BinaryIO, start: int, stop: int) -> bool:
    """The end of codestream cannot occur in packets (ISO/IEC 15444-1 B.10.1)."""
    if not _head(stream, start, stop, 6).startswith(JPEG_2000_STARTS):
        return False
    source = Source(stream, start, stop)
    return source.find(JPEG_2000_TILE_PART) and source.find(JPEG_2000_END)


def _is_whole_rle(stream: BinaryIO, start: int, stop: int, *, pixels: int, max_runs: int) -> bool:
    """Each segment begins within the frame, and the last one unpacks to all pixels (PS3.5 G.3)."""
    head = _head(stream, start, stop, RLE_HEADER.size)
    if len(head) < RLE_HEADER.size:
        return False
    count, *offsets = RLE_HEADER.unpack(head)
    if not 0 < count <= len(offsets):
        return False
    offsets = offsets[:count]
    if offsets != sorted(offsets) or offsets[-1] >= stop - start:
        return False
    segment = _head(stream, start + offsets[-1], stop, MAX_RLE_BYTES)
    return _unpacks_to(segment, pixels, max_runs)


def _unpacks_to(segment: bytes, wanted: int, max_runs: int) -> bool:
    """Whether runs and literals make ``wanted`` bytes, as far as they are counted."""
    position = unpacked = 0
    for _ in range(max_runs):
        if unpacked >= wanted:
            # A literal run may reach beyond what is there.
            return position <= len(segment)
        if position >= len(segment):
            return len(segment) == MAX_RLE_BYTES
        control = segment[position]
        if control < RLE_NO_OPERATION:
            unpacked += control + 1
            position += control + 2
        elif control > RLE_NO_OPERATION:
            unpacked += 257 - control
            position += 2
        else:
            position += 1
    return True


def _head(stream: BinaryIO, start: int, stop: int, count: int) -> bytes:
    stream.seek(start)
    return stream.read(max(min(count, stop - start), 0))
