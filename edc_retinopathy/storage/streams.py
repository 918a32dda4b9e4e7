"""The bytes of a stored file, as whoever reads them gets them."""

import hashlib
from io import BufferedReader, RawIOBase


class StoredStream(BufferedReader):
    """A stored file, opened at its first byte; ``size`` is that of all of it, in bytes.

    A part of it is read by seeking to where it begins: where bytes come over a network, none are
    fetched before they are read.
    """

    def __init__(self, raw: RawIOBase, size: int) -> None:
        super().__init__(raw)
        self.size = size


def sha256_of(stream: BufferedReader) -> str:
    """SHA-256 of the bytes that are left, in lower-case hexadecimal; constant memory."""
    return hashlib.file_digest(stream, "sha256").hexdigest()
