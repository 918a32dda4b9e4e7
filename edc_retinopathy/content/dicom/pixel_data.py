"""Is all of the pixel data there? Without decoding any of it (PS3.5 8.1, 8.2, A.4)."""

from dataclasses import dataclass
from typing import BinaryIO

from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from .elements import ITEM, SEQUENCE_END, UNDEFINED_LENGTH, Elements
from .frames import ENCAPSULATED_SYNTAXES, VIDEO_SYNTAXES, frames_of, whole_frame_check
from .source import Source

NATIVE_SYNTAXES = frozenset(
    map(
        str,
        (
            ImplicitVRLittleEndian,
            ExplicitVRLittleEndian,
            ExplicitVRBigEndian,
            DeflatedExplicitVRLittleEndian,
        ),
    )
)

# Pixels as they are, in fragments (PS3.5 A.4.11), which pydicom does not know.
ENCAPSULATED_UNCOMPRESSED = "1.2.840.10008.1.2.1.98"

# A fragment is a frame, or part of one; no exam has as many.
MAX_FRAGMENTS = 20_000
# Nor as many frames. Of more, the last are looked at: a copy that is not finished lacks its end.
MAX_FRAMES_LOOKED_AT = 2_000

FEWER_PIXELS = "it has fewer pixels than its image needs"
FEWER_FRAMES = "it has fewer frames than it says"
NO_SIZE = "the size of its image is not given"
NO_PIXELS = "its image has no pixels"
NOT_CLOSED = "its pixel data is not closed"
NOT_COMPRESSED = "its pixels are not compressed as its transfer syntax says"
NOT_NATIVE = "its pixels are compressed, and its transfer syntax does not say how"
TOO_MANY_FRAGMENTS = f"its pixel data is in more than {MAX_FRAGMENTS} pieces"
FRAME_CUT = "a frame is cut short, or not compressed as its transfer syntax says"


@dataclass(frozen=True, slots=True)
class ImageSize:
    """What the attributes of PS3.3 C.7.6.3 say of an image.

    ``samples`` of a pixel is a fraction where pixels share their colour.
    """

    rows: int
    columns: int
    samples: float
    bits_allocated: int
    frames: int

    @property
    def bytes_needed(self) -> int:
        """The length of all its pixels, uncompressed."""
        bits = self.rows * self.columns * self.samples * self.bits_allocated * self.frames
        return int(bits + 7) // 8


@dataclass(frozen=True, slots=True)
class PixelData:
    """What is there: of native pixels the ``length`` in bytes, else the places of all fragments."""

    length: int = 0
    fragments: list[tuple[int, int]] | None = None
    is_closed: bool = True


def read_pixels(source: Source, elements: Elements, length: int) -> PixelData:
    """Pass over the value of a pixel data element, as far as it is there."""
    if length != UNDEFINED_LENGTH:
        return PixelData(length=source.skip(length))
    fragments: list[tuple[int, int]] = []
    has_offset_table = is_closed = False
    while len(fragments) <= MAX_FRAGMENTS:
        tag = elements.tag_ahead()
        if tag != ITEM:
            # Whatever the delimiter's own length says (PS3.5 A.4 wants 0).
            is_closed = tag == SEQUENCE_END
            break
        item_length = elements.take_item()
        start = source.position
        source.skip(item_length)
        if has_offset_table:
            fragments.append((start, source.position))
        has_offset_table = True
    return PixelData(fragments=fragments, is_closed=is_closed)


def flaw_of_pixels(
    pixels: PixelData, image: ImageSize, *, syntax: str, stream: BinaryIO
) -> str | None:
    """What is missing of the pixel data, as a part of a sentence; None if it is whole."""
    if min(image.rows, image.columns, image.bits_allocated, image.samples) <= 0:
        return NO_SIZE
    if image.frames <= 0:
        return NO_PIXELS
    if pixels.fragments is not None:
        return (
            NOT_NATIVE
            if syntax in NATIVE_SYNTAXES
            else _flaw_of_fragments(pixels, image, syntax=syntax, stream=stream)
        )
    if syntax in ENCAPSULATED_SYNTAXES:
        return NOT_COMPRESSED
    return FEWER_PIXELS if pixels.length < image.bytes_needed else None


def _flaw_of_fragments(
    pixels: PixelData, image: ImageSize, *, syntax: str, stream: BinaryIO
) -> str | None:
    fragments = pixels.fragments or []
    if len(fragments) > MAX_FRAGMENTS:
        return TOO_MANY_FRAGMENTS
    if all(start == stop for start, stop in fragments):
        return NO_PIXELS
    if len(fragments) < image.frames and syntax not in VIDEO_SYNTAXES:
        return FEWER_FRAMES
    if syntax == ENCAPSULATED_UNCOMPRESSED:
        length = sum(stop - start for start, stop in fragments)
        return FEWER_PIXELS if length < image.bytes_needed else None
    return _flaw_of_frames(pixels, image, syntax=syntax, stream=stream)


def _flaw_of_frames(
    pixels: PixelData, image: ImageSize, *, syntax: str, stream: BinaryIO
) -> str | None:
    fragments = pixels.fragments or []
    frames = frames_of(syntax, fragments, stream, wanted=image.frames)
    is_whole = whole_frame_check(syntax, pixels=image.rows * image.columns, frames=image.frames)
    if is_whole is None or len(frames) > image.frames:
        return None if pixels.is_closed else NOT_CLOSED
    if len(frames) < image.frames:
        return FEWER_FRAMES
    looked_at = frames[-MAX_FRAMES_LOOKED_AT:]
    return None if all(is_whole(stream, start, stop) for start, stop in looked_at) else FRAME_CUT
