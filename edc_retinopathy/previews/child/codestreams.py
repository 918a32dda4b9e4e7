"""How large an image a codestream says that it is, before a codec believes it."""

from .jpeg import Odd, head_of

# ISO/IEC 15444-1 A.5.1: markers SOC and SIZ, a length and capabilities, then sizes of 32 bits.
JPEG_2000_START = b"\xff\x4f\xff\x51"
# A JP2 file around it (I.5.1): the codestream is in one of its boxes.
JP2_START = b"\0\0\0\x0cjP"
SIZES_AT = 8
SEARCHED_BYTES = 4096


def size_of_codestream(data: bytes) -> tuple[int, int] | None:
    """Width and height; None for what is neither JPEG, JPEG-LS nor JPEG 2000, or odd."""
    if data.startswith(JP2_START):
        at = data.find(JPEG_2000_START, 0, SEARCHED_BYTES)
        data = data[at:] if at >= 0 else b""
    if data.startswith(JPEG_2000_START):
        right, lower, left, upper = (
            int.from_bytes(data[at : at + 4]) for at in range(SIZES_AT, SIZES_AT + 16, 4)
        )
        return max(right - left, 0), max(lower - upper, 0)
    try:
        head = head_of(data)
    except Odd:
        return None
    return head.columns, head.rows
