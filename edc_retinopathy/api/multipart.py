"""``multipart/form-data`` as it arrives, in constant memory and linear time.

RFC 7578; its lines and boundaries are those of RFC 2046, 5.1.
Django's own parser takes the end of a cut body for the end of the file in it, finds a boundary in
the middle of a line and changes names; what it accepts differs from release to release.
"""

import binascii
import re
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import unquote_to_bytes

from edc_retinopathy.errors import InvalidFilename, InvalidRequest

CHUNK_BYTES = 256 * 1024
# Of one part, its name among them; a file name has 255 bytes, nine times as many when escaped.
MAX_HEADER_BYTES = 8 * 1024
# An upload has three.
MAX_PARTS = 100
# White space after a boundary (RFC 2046 5.1.1): nobody sends more.
MAX_PADDING_BYTES = 256
# RFC 2046 5.1.1 allows 70 characters; some send more.
BOUNDARY = re.compile(r"[ -~]{0,199}[!-~]")
PARAMETER = re.compile(r';[ \t]*([^\s;="]++)[ \t]*=[ \t]*("(?:[^"\\]|\\.)*+"|[^;]*+)')
FOLD = re.compile(rb"\r\n[ \t]++")
# What follows a boundary, or as much of that as has arrived.
AFTER_BOUNDARY = rb"(?:(?P<last>--)|[ \t]{0,%d}+(?P<line_end>\r\n)|(?:-|[ \t]{0,%d}+\r?)\Z)"
GZIP = b"\x1f\x8b"
# What an extended parameter may be written in (RFC 5987 3.2.1).
CHARSETS = frozenset({"utf-8", "iso-8859-1"})
AS_IT_IS = frozenset({"", "7bit", "8bit", "binary"})

ENDED = "The request's body ended before all of it was received."
LF_ONLY = "The lines of the multipart form end in LF alone; each has to end in CRLF."
COMPRESSED = "The request's body is compressed. Send the multipart form as it is."
NO_BOUNDARY = "The multipart form is malformed: its boundary is not in the body."


class Readable(Protocol):
    """What a body is read from."""

    def read(self, size: int, /) -> bytes:
        """At most so many bytes, none at the end."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a form; ``filename`` is None for what is no file, and may be empty."""

    name: str
    filename: str | None
    chunks: Iterator[bytes | memoryview]


def header_parameters(value: str) -> dict[str, str]:
    """The parameters of a header such as ``form-data; name="file"``, by their names in lower case.

    An extended one (``filename*``, RFC 5987) takes the place of the plain one. Raises
    ``InvalidFilename`` if it cannot be read; what is not valid in its encoding is replaced.
    """
    plain: dict[str, str] = {}
    extended: dict[str, str] = {}
    for name, written in PARAMETER.findall(value):
        if name.endswith("*"):
            extended[name[:-1].lower()] = _extended(_unquoted(written))
        else:
            plain.setdefault(name.lower(), _unquoted(written))
    return plain | extended


def _unquoted(written: str) -> str:
    if not written.startswith('"') or len(written) == 1:
        return written.strip()
    # Some browsers do not escape the backslashes of a path.
    return re.sub(r'\\(["\\])', r"\1", written[1:-1])


def _extended(value: str) -> str:
    charset, _, rest = value.partition("'")
    _language, quote, escaped = rest.partition("'")
    if not quote or charset.lower() not in CHARSETS:
        raise InvalidFilename("The file name is written in a way that is not known. Use UTF-8.")
    return unquote_to_bytes(escaped).decode(charset.lower(), errors="replace")


def boundary_of(content_type: str) -> bytes:
    """What stands between the parts; raises ``InvalidRequest`` if the header does not say."""
    boundary = header_parameters(content_type).get("boundary", "")
    if not BOUNDARY.fullmatch(boundary):
        raise InvalidRequest(
            "The multipart form is malformed: its header names no usable boundary."
        )
    return boundary.encode()


class MultipartReader:
    """Reads a body part by part; each part's chunks are read before the next part, or skipped."""

    def __init__(self, stream: Readable, boundary: bytes) -> None:
        self._stream = stream
        self._delimiter = b"\r\n--" + boundary
        padding = MAX_PADDING_BYTES
        self._boundary = re.compile(
            re.escape(self._delimiter) + AFTER_BOUNDARY % (padding, padding)
        )
        # The first boundary may stand at the very start, as if a line had ended there.
        self._buffer = b"\r\n"
        self._at = 0
        self._is_over = False

    def parts(self) -> Iterator[Part]:
        """The parts that have a name, in their order; then the rest of the body is read.

        Raises ``InvalidRequest`` if the form is malformed or was cut, ``InvalidFilename`` if the
        name of a file cannot be read.
        """
        self._skip_preamble()
        for _ in range(MAX_PARTS):
            if self._is_over:
                break
            headers = self._headers()
            chunks = self._chunks()
            parameters = header_parameters(headers.get("content-disposition", ""))
            if "name" in parameters:
                yield Part(
                    parameters["name"], parameters.get("filename"), _decoded(chunks, headers)
                )
            _exhaust(chunks)
        if not self._is_over:
            raise InvalidRequest(f"The multipart form has more than {MAX_PARTS} parts.")
        while self._stream.read(CHUNK_BYTES):
            pass

    def _skip_preamble(self) -> None:
        self._read_more()
        start = self._buffer[2 : 2 + CHUNK_BYTES]
        line = self._delimiter[2:] + b"\n"
        if start.startswith(line):
            raise InvalidRequest(LF_ONLY)
        try:
            _exhaust(self._chunks())
        except InvalidRequest as e:
            if start.startswith(GZIP):
                raise InvalidRequest(COMPRESSED) from e
            raise InvalidRequest(LF_ONLY if line in start else NO_BOUNDARY) from e

    def _read_more(self) -> None:
        """Put the next bytes behind those not dealt with; raises at the end of the body."""
        data = self._stream.read(CHUNK_BYTES)
        if not data:
            raise InvalidRequest(ENDED)
        # Without a copy in most cases.
        self._buffer = self._buffer[self._at :] + data if self._at < len(self._buffer) else data
        self._at = 0

    def _headers(self) -> dict[str, str]:
        """The headers of a part by their names in lower case; the first of a name counts."""
        # The boundary's own line end is the first of the two that end headers: there may be none.
        while (end := self._buffer.find(b"\r\n\r\n", self._at)) < 0:
            if len(self._buffer) - self._at > MAX_HEADER_BYTES:
                break
            try:
                self._read_more()
            except InvalidRequest as e:
                raise InvalidRequest(LF_ONLY if b"\n\n" in self._buffer else ENDED) from e
        if not 0 <= end - self._at <= MAX_HEADER_BYTES:
            if b"\n\n" in self._buffer[self._at : self._at + MAX_HEADER_BYTES]:
                raise InvalidRequest(LF_ONLY)
            raise InvalidFilename("The header of a part is too long: is the file's name?")
        lines = FOLD.sub(b" ", self._buffer[self._at : end]).split(b"\r\n")
        self._at = end + 4
        headers: dict[str, str] = {}
        for line in lines:
            name, _, value = line.decode(errors="replace").partition(":")
            headers.setdefault(name.strip().lower(), value.strip())
        return headers

    def _chunks(self) -> Iterator[memoryview]:
        """What comes before the next boundary; then it is past it."""
        delimiter = self._delimiter
        search = self._at
        while True:
            index = self._buffer.find(delimiter, search)
            # Lines may only begin like the boundary, any number of them: past those by pattern.
            found = self._boundary.search(self._buffer, index) if index >= 0 else None
            if found and (found["last"] or found["line_end"]):
                view = memoryview(self._buffer)[self._at : found.start()]
                self._is_over = bool(found["last"])
                # The end of the line is left to be the first that ends the headers.
                self._at = found.end() - (0 if self._is_over else 2)
                if view:
                    yield view
                return
            if found:
                index = found.start()
            else:
                # The end may be the beginning of a boundary.
                index = self._buffer.rfind(b"\r", max(search, len(self._buffer) - len(delimiter)))
                index = len(self._buffer) if index < 0 else index
            if index > self._at:
                yield memoryview(self._buffer)[self._at : index]
                self._at = index
            self._read_more()
            search = 0


def _exhaust(chunks: Iterator[object]) -> None:
    for _ in chunks:
        pass


def _decoded(chunks: Iterator[memoryview], headers: dict[str, str]) -> Iterator[bytes | memoryview]:
    """The chunks without a transfer encoding, which few forms have (RFC 7578, 4.7)."""
    encoding = headers.get("content-transfer-encoding", "").lower()
    if encoding in AS_IT_IS:
        return chunks
    if encoding == "base64":
        return _from_base64(chunks)
    raise InvalidRequest("The Content-Transfer-Encoding of a part is not known. Send it as it is.")


def _from_base64(chunks: Iterator[memoryview]) -> Iterator[bytes]:
    rest = b""
    try:
        for chunk in chunks:
            data = rest + b"".join(bytes(chunk).split())
            whole = len(data) // 4 * 4
            rest = data[whole:]
            yield b64decode(data[:whole], validate=True)
        b64decode(rest, validate=True)
    except binascii.Error as e:
        raise InvalidRequest("The base64 of a part is malformed.") from e
