"""Valid photographs that differ, in the size that a test needs."""

from functools import cache

from tests.samples import small_jpeg

COMMENT = b"\xff\xfe"
LARGEST_COMMENT = 65533


@cache
def photograph(number: int = 0, *, size: int = 0) -> bytes:
    """Bytes of a whole JPEG that no other number gives, at least ``size`` bytes long.

    Its header has comments (T.81, B.2.4.5) that hold the number and the padding.
    """
    jpeg = small_jpeg()
    segments = [_comment(f"photograph {number}".encode())]
    missing = size - len(jpeg)
    while missing > 0:
        # Not all alike: a chunk out of place must change the checksum.
        pattern = f"{number}/{missing}/".encode()
        segments.append(
            _comment((pattern * (LARGEST_COMMENT // len(pattern) + 1))[:LARGEST_COMMENT])
        )
        missing -= len(segments[-1])
    return jpeg[:2] + b"".join(segments) + jpeg[2:]


def _comment(text: bytes) -> bytes:
    return COMMENT + (len(text) + 2).to_bytes(2, "big") + text
