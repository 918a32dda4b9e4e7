"""JPEG streams without decoding them: what they say, and what they need not say (ITU-T T.81)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

SOI, EOI, SOS, COM = 0xD8, 0xD9, 0xDA, 0xFE
APP0, APP14, LAST_APP = 0xE0, 0xEE, 0xEF
JPEG_LS = 0xF7
FRAMES = frozenset({*range(0xC0, 0xD0), JPEG_LS} - {0xC4, 0xC8, 0xCC})
# Those that browsers show: baseline, extended, progressive.
SHOWN_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
# A marker in entropy-coded data, which neither a stuffed zero nor a restart is (B.1.1.5).
MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
MAX_SEGMENTS = 20_000

JFIF = b"JFIF\0"
JFIF_LENGTH = 16
ADOBE = b"Adobe"
# A shorter mark is none to libjpeg, and so to browsers.
ADOBE_BYTES = 12
IDS_OF_RGB = b"RGB"


class Odd(Exception):  # noqa: N818
    """The stream is not as the standard has it; whoever decodes it may know what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What the frame header says, and the marks of who wrote it."""

    frame: int = 0
    bits: int = 0
    rows: int = 0
    columns: int = 0
    component_ids: bytes = b""
    is_jfif: bool = False
    is_adobe: bool = False

    @property
    def is_shown_by_browsers(self) -> bool:
        """True for 8 bits a sample in a process that browsers know."""
        return self.frame in SHOWN_FRAMES and self.bits == 8  # noqa: PLR2004

    @property
    def tells_its_colours(self) -> bool:
        """True if readers agree on them without being told (libjpeg's ``jdapimin.c``)."""
        return self.is_jfif or self.is_adobe or self.component_ids == IDS_OF_RGB


@dataclass(frozen=True, slots=True)
class Segment:
    """A marker and its parameters; of a scan also the data behind it."""

    marker: int
    start: int
    stop: int


def head_of(data: bytes) -> Head:
    """What the stream says before its first scan; raises ``Odd``."""
    said: dict[str, object] = {}
    for segment in segments(data):
        body = data[segment.start + 4 : segment.stop]
        if segment.marker in FRAMES and "frame" not in said:
            said |= {
                "frame": segment.marker,
                "bits": body[0] if body else 0,
                "rows": int.from_bytes(body[1:3]),
                "columns": int.from_bytes(body[3:5]),
                "component_ids": body[6::3],
            }
        elif segment.marker == APP0 and body.startswith(JFIF):
            said["is_jfif"] = True
        elif segment.marker == APP14 and _is_adobe(body):
            said["is_adobe"] = True
        elif segment.marker == SOS:
            break
    return Head(**said)  # type: ignore[arg-type]


def without_metadata(data: bytes) -> bytes:
    """The same image without what may name a person: EXIF, comments, previews, tails.

    What is needed to decode it stays as it is, so the pixels are the same to the bit. Colour
    profiles go too. Raises ``Odd``.
    """
    kept = [data[:2]]
    for segment in segments(data):
        part = data[segment.start : segment.stop]
        if segment.marker == APP0 and part[4:].startswith(JFIF):
            # Without its thumbnail.
            kept.append(part[:2] + JFIF_LENGTH.to_bytes(2) + part[4:16] + b"\0\0")
        elif _is_needed(segment.marker, part[4:]):
            kept.append(part)
    return b"".join(kept)


def _is_adobe(body: bytes) -> bool:
    return body.startswith(ADOBE) and len(body) >= ADOBE_BYTES


def _is_needed(marker: int, body: bytes) -> bool:
    """Whether the image cannot do without: how its colours are transformed is in Adobe's mark."""
    if marker == APP14:
        return _is_adobe(body)
    return not (APP0 <= marker <= LAST_APP or marker == COM)


def segments(data: bytes) -> Iterator[Segment]:
    """All segments up to the end of the image, which comes last; raises ``Odd``."""
    if data[:2] != bytes((0xFF, SOI)):
        raise Odd
    position = 2
    for _ in range(MAX_SEGMENTS):
        while data[position : position + 2] == b"\xff\xff":
            position += 1
        head = data[position : position + 4]
        if head[:2] == bytes((0xFF, EOI)):
            yield Segment(EOI, position, position + 2)
            return
        if len(head) < 4 or head[0] != 0xFF or head[1] < 0xC0:  # noqa: PLR2004
            raise Odd
        stop = position + 2 + int.from_bytes(head[2:])
        if head[1] == SOS:
            found = MARKER.search(data, stop)
            if found is None:
                raise Odd
            stop = found.start()
        if stop > len(data) or stop < position + 4:
            raise Odd
        yield Segment(head[1], position, stop)
        position = stop
    raise Odd
