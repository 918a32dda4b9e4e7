"""What the API reads: an upload's form, whose file goes straight to storage, and small JSON."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser, DataAndFiles, JSONParser

from edc_retinopathy.errors import InvalidFilename, InvalidRequest
from edc_retinopathy.files.names import require_safe_filename
from edc_retinopathy.storage import IncomingFile, receive

from .bodies import FORM_OVERHEAD_BYTES, content_length
from .multipart import MultipartReader, Part, boundary_of

FILE_FIELD = "file"
# No body in JSON that this API reads comes near it.
JSON_BYTES = 16 * 1024


class ReceivedFile(UploadedFile):  # type: ignore[type-arg]
    """The file part of an upload: its name as sent, its bytes in ``incoming``."""

    def __init__(self, incoming: IncomingFile, name: str) -> None:
        super().__init__(name=name, size=incoming.size)
        self.incoming = incoming

    def close(self) -> None:
        """Called by Django when the request ends: whatever was not published goes."""
        self.incoming.discard()


class UploadForm:
    """An upload's fields, and its one file, written into storage as it arrives."""

    def __init__(self) -> None:
        self.fields: MultiValueDict[str, str] = MultiValueDict()
        self.files: MultiValueDict[str, UploadedFile] = MultiValueDict()  # type: ignore[type-arg]
        # Known also where the name, or what follows it, is refused.
        self.sent_filename = ""
        self._room_bytes = FORM_OVERHEAD_BYTES
        self._incoming: IncomingFile | None = None

    def take(self, part: Part) -> None:
        """Keep a part; a file that is not the upload's is passed over."""
        if part.name == FILE_FIELD:
            self._take_file(part)
        elif part.filename is None:
            self._take_field(part)

    def _take_file(self, part: Part) -> None:
        if self._incoming is not None:
            raise InvalidRequest(
                "The request has more than one file.",
                fields={FILE_FIELD: ["Send one file in each request."]},
            )
        if part.filename is None:
            raise InvalidRequest(
                "The file was sent as text.",
                fields={FILE_FIELD: ["Send it as a file, with its name."]},
            )
        self.sent_filename = part.filename
        name = self.sent_filename = _without_directories(part.filename)
        require_safe_filename(name)
        self._incoming = receive()
        for chunk in part.chunks:
            self._incoming.write(chunk)
        self.files.appendlist(FILE_FIELD, ReceivedFile(self._incoming, name))

    def _take_field(self, part: Part) -> None:
        value = bytearray()
        for chunk in part.chunks:
            self._room_bytes -= len(chunk)
            if self._room_bytes < 0:
                raise InvalidRequest("The form has more data outside its file than is accepted.")
            value += chunk
        self.fields.appendlist(part.name, value.decode(errors="replace"))

    def discard(self) -> None:
        """Remove what was received, for a request that fails while it is parsed."""
        if self._incoming is not None:
            self._incoming.discard()


def _without_directories(name: str) -> str:
    """A path's last part: some browsers send where the file lies."""
    name = name.rsplit("/", maxsplit=1)[-1].rsplit("\\", maxsplit=1)[-1]
    if not name:
        raise InvalidFilename("The file has no name.")
    return name


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


class UploadParser(BaseParser):
    """Parses ``multipart/form-data`` (RFC 7578) with one file part named ``file``."""

    media_type = "multipart/form-data"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """The form's fields and the :class:`ReceivedFile`.

        Raises ``InvalidRequest`` if the form is malformed or was cut, ``InvalidFilename``, and
        whatever storage raises; then nothing that was received stays.
        """
        reader = MultipartReader(stream, boundary_of(media_type or ""))
        form = UploadForm()
        attempt = getattr((parser_context or {}).get("view"), "attempt", None)
        try:
            for part in reader.parts():
                form.take(part)
        # Whatever happened, nothing may stay behind; the exception goes on.
        except BaseException:
            form.discard()
            raise
        finally:
            if attempt is not None:
                attempt.file_name = form.sent_filename
        return DataAndFiles(form.fields, form.files)
