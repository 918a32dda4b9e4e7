"""PNG: a sane header, image data, and the end as a chunk of its own (PNG, 3rd edition)."""

import zlib
from struct import Struct
from typing import BinaryIO

from edc_retinopathy.choices import ContentType

from .chunks import Chunks, find
from .facts import Facts

START = b"\x89PNG\r\n\x1a\n"
CHUNK_HEAD = Struct(">I4s")
CRC_BYTES = 4
MAX_CHUNK_BYTES = 2**31 - 1
# An honest file has a chunk for every 8 KiB. Beyond this many the rest is searched, not walked.
MAX_STEPS = 40_000

HEADER = Struct(">IIBBBBB")
MAX_SIDE = 2**31 - 1
# Bit depths that each colour type may have (table 9: grey, RGB, palette, grey and RGB with alpha).
DEPTHS = {0: {1, 2, 4, 8, 16}, 2: {8, 16}, 3: {1, 2, 4, 8}, 4: {8, 16}, 6: {8, 16}}
PALETTE_COLOUR = 3
PALETTE, DATA, LAST = b"PLTE", b"IDAT", b"IEND"
# The last chunk from its length to its checksum: it is the same in every file (11.2.5).
LAST_CHUNK = b"\0\0\0\0IEND\xae\x42\x60\x82"

INCOMPLETE = "The PNG file is incomplete: {what}."
NO_END = INCOMPLETE.format(what="its end is missing")
NO_DATA = INCOMPLETE.format(what="it has no image data")
BAD_HEADER = "The PNG file cannot be read: its header is malformed."
NO_PALETTE = "The PNG file cannot be read: its palette is missing."


def examine(stream: BinaryIO, size: int) -> Facts:
    """The facts of a PNG file, which starts with ``START``.

    The checksums of image data are not computed: viewers show what they can of damaged data, and
    damage on the way is what the upload's own checksum tells.
    """
    chunks = Chunks(stream, size)
    header = _header(chunks)
    rows, columns, colour = header or (None, None, None)
    if size < len(START) + CHUNK_HEAD.size + HEADER.size + CRC_BYTES:
        flaw: str | None = NO_END
    elif header is None:
        flaw = BAD_HEADER
    else:
        flaw = _flaw(chunks, stream, size, needs_palette=colour == PALETTE_COLOUR)
    return Facts(content_type=ContentType.PNG, flaw=flaw, rows=rows, columns=columns)


def _header(chunks: Chunks) -> tuple[int, int, int] | None:
    """Rows, columns and colour type, if the first chunk is a header that decoders take (11.2.1)."""
    head = chunks.read(len(START), CHUNK_HEAD.size)
    data = chunks.read(len(START) + CHUNK_HEAD.size, HEADER.size)
    crc = chunks.read(len(START) + CHUNK_HEAD.size + HEADER.size, CRC_BYTES)
    if head != CHUNK_HEAD.pack(HEADER.size, b"IHDR") or len(crc) < CRC_BYTES:
        return None
    if zlib.crc32(head[4:] + data) != int.from_bytes(crc):
        return None
    columns, rows, depth, colour, compression, filtering, interlace = HEADER.unpack(data)
    is_sane = (
        0 < rows <= MAX_SIDE
        and 0 < columns <= MAX_SIDE
        and depth in DEPTHS.get(colour, ())
        and compression == filtering == 0
        and interlace in {0, 1}
    )
    return (rows, columns, colour) if is_sane else None


def _flaw(chunks: Chunks, stream: BinaryIO, size: int, *, needs_palette: bool) -> str | None:
    """Walk from chunk to chunk up to the last one."""
    position, has_data = len(START), False
    for _ in range(MAX_STEPS):
        head = chunks.read(position, CHUNK_HEAD.size)
        if len(head) < CHUNK_HEAD.size:
            return NO_END
        length, kind = CHUNK_HEAD.unpack(head)
        end = position + CHUNK_HEAD.size + length + CRC_BYTES
        # Four letters (5.3): where a copy stopped half-way, there are zeros instead.
        if end > size or length > MAX_CHUNK_BYTES or not (kind.isascii() and kind.isalpha()):
            return NO_END
        if kind == LAST:
            return None if has_data else NO_DATA
        if kind == DATA and needs_palette:
            # No decoder shows colours that are not there (11.2.2).
            return NO_PALETTE
        needs_palette = needs_palette and kind != PALETTE
        has_data = has_data or (kind == DATA and length > 0)
        position = end
    if not has_data:
        data_at = find(stream, DATA, position, size)
        if data_at is None:
            return NO_DATA
        position = data_at
    return None if find(stream, LAST_CHUNK, position, size) is not None else NO_END
