"""The upload's multipart parser: the file part goes straight to storage as it arrives."""

import re
from collections import deque
from typing import Any, BinaryIO

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http.multipartparser import MultiPartParser as DjangoMultiPartParser
from django.http.multipartparser import MultiPartParserError
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser, DataAndFiles, JSONParser
from rest_framework.request import Request

from edc_retinopathy.errors import InvalidFilename, InvalidRequest
from edc_retinopathy.storage import IncomingFile, check_filename

FILE_FIELD = "file"
CHUNK_BYTES = 256 * 1024
# Enough for the closing boundary (70 characters at most, RFC 2046 5.1.1) and an epilogue.
TAIL_BYTES = 1024
HEAD_BYTES = 64 * 1024
EMPTY_NAME = re.compile(
    rb"form-data[^\r\n]*\bfilename\*?=(?:\"\"|[\r\n;]|UTF-8'[^';]*'[\r\n;])", re.IGNORECASE
)
FILE_HEADER = re.compile(rb"form-data[^\r\n]*\bname=\"?file\b[^\r\n]*", re.IGNORECASE)
# No body in JSON that this API reads comes near it.
JSON_BYTES = 16 * 1024


def content_length(request: Request) -> int:
    """The length of the body, as announced; 0 if it is not, or is no number."""
    announced = str(request.META.get("CONTENT_LENGTH") or "")
    return int(announced) if announced.isdecimal() else 0


class ReceivedFile(UploadedFile):  # type: ignore[type-arg]
    """The file part of an upload: its name as sent, its bytes in ``incoming``."""

    def __init__(self, incoming: IncomingFile, name: str) -> None:
        super().__init__(name=name, size=incoming.size)
        self.incoming = incoming

    def close(self) -> None:
        """Called by Django when the request ends: whatever was not published goes."""
        self.incoming.discard()


class StorageUploadHandler(FileUploadHandler):
    """Writes the one file part into storage, measuring and hashing on the way."""

    chunk_size = CHUNK_BYTES

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self.incoming: IncomingFile | None = None
        self.original_filename = ""

    def new_file(self, field_name: str, file_name: str, *args: Any, **kwargs: Any) -> None:
        """Open the temporary file; other file parts are skipped, a second one is refused."""
        super().new_file(field_name, file_name, *args, **kwargs)
        if field_name != FILE_FIELD:
            raise SkipFile
        if self.incoming is not None:
            raise InvalidRequest(
                "The request has more than one file.",
                fields={FILE_FIELD: ["Send one file in each request."]},
            )
        self.original_filename = check_filename(file_name)
        self.incoming = IncomingFile()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write one chunk; raises ``FileTooLarge`` or ``StorageError`` at once."""
        assert self.incoming is not None  # noqa: S101 - new_file comes first
        self.incoming.write(raw_data)

    def file_complete(self, file_size: int) -> ReceivedFile | None:
        """Hand over what was received."""
        if self.incoming is None or self.field_name != FILE_FIELD:
            return None
        return ReceivedFile(self.incoming, self.original_filename)

    def discard(self) -> None:
        """Remove what was received, for a request that fails while it is parsed."""
        if self.incoming is not None:
            self.incoming.discard()


class SmallJSONParser(JSONParser):
    """DRF's JSON parser for bodies of a few fields: refuses to read or to nest more."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """The JSON value; raises ``ParseError`` if it is none, too long, or too deeply nested."""
        if content_length((parser_context or {})["request"]) > JSON_BYTES:
            raise ParseError(f"The JSON body is longer than {JSON_BYTES} bytes.")
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as e:
            raise ParseError("The JSON body is nested too deeply.") from e


class EndsKeeper:
    """Passes a stream through and remembers its first and its last bytes."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._chunks: deque[bytes] = deque()
        self.head = b""

    def read(self, size: int = -1) -> bytes:
        """Read as the stream does."""
        data = self._stream.read(size)
        self.head = self.head or data[:HEAD_BYTES]
        self._chunks.append(data[-TAIL_BYTES:])
        while sum(map(len, self._chunks)) - len(self._chunks[0]) >= TAIL_BYTES:
            self._chunks.popleft()
        return data

    @property
    def tail(self) -> bytes:
        """The last bytes read, at least ``TAIL_BYTES`` of them if there were as many."""
        return b"".join(self._chunks)


class VerbatimMultiPartParser(DjangoMultiPartParser):
    """Django's parser, less its silent changes to file names: they are checked instead.

    Its input is an :class:`EndsKeeper`.
    """

    _boundary: bytes
    _input_data: Any

    def parse_whole(self) -> tuple[Any, Any]:
        """Fields and files; raises ``ParseError`` if the closing boundary did not arrive.

        Django's parser takes the end of a cut body for the end of the file in it.
        """
        fields_and_files = self.parse()
        if b"--" + self._boundary + b"--" not in self._input_data.tail:
            raise ParseError("The request's body ended before all of it was received.")
        return fields_and_files

    def sanitize_file_name(self, file_name: str) -> str:
        """Strip directory parts, as Django does; raise ``InvalidFilename`` if nothing is left."""
        name = file_name.rsplit("/", maxsplit=1)[-1].rsplit("\\", maxsplit=1)[-1]
        if not name:
            raise InvalidFilename("The file has no name.")
        return name


class UploadParser(BaseParser):
    """Parses ``multipart/form-data`` (RFC 7578) with one file part named ``file``."""

    media_type = "multipart/form-data"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """The form's fields and the :class:`ReceivedFile`.

        Raises ``ParseError`` if the form is malformed or was cut, and whatever storage
        raises; then nothing that was received stays.
        """
        request = (parser_context or {})["request"]
        encoding = (parser_context or {}).get("encoding", settings.DEFAULT_CHARSET)
        meta = {**request.META, "CONTENT_TYPE": media_type}
        handler = StorageUploadHandler(request)
        body: Any = EndsKeeper(stream)
        try:
            data, files = VerbatimMultiPartParser(meta, body, [handler], encoding).parse_whole()
        except MultiPartParserError as e:
            handler.discard()
            if "header size" in str(e):
                raise InvalidFilename(
                    "The header of a part is too long: is the file's name?"
                ) from e
            raise ParseError(f"The multipart form is malformed: {e}") from e
        # Whatever happened, nothing may stay behind; the exception goes on.
        except BaseException:
            handler.discard()
            raise
        if FILE_FIELD not in files and FILE_FIELD in data:
            raise _file_without_name(body.head)
        # Django's parser skips a part whose header is not UTF-8.
        if FILE_FIELD not in files and any(map(_is_not_utf8, FILE_HEADER.findall(body.head))):
            raise InvalidFilename("The file name is not valid UTF-8.")
        return DataAndFiles(data, files)


def _file_without_name(head: bytes) -> InvalidFilename | InvalidRequest:
    """Why ``file`` arrived as text: its name is empty, or it was never sent as a file."""
    if EMPTY_NAME.search(head):
        return InvalidFilename("The file has no name.")
    return InvalidRequest(
        "The file was sent as text.", fields={FILE_FIELD: ["Send it as a file, with its name."]}
    )


def _is_not_utf8(header: bytes) -> bool:
    try:
        header.decode()
    except UnicodeDecodeError:
        return True
    return False
