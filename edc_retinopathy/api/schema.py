"""The API as an OpenAPI document, made by drf-spectacular (the extra ``schema``).

Imported only where the document is asked for: with ``EDC_RETINOPATHY_SERVE_SCHEMA`` it is served at
``retinopathy/schema/`` below the API's mount. Importing it gives the endpoints their descriptions,
so that a project's own ``manage.py spectacular`` has them too.
"""

from dataclasses import dataclass
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework.request import Request
from rest_framework.response import Response

from edc_retinopathy import conf
from edc_retinopathy.choices import FileType, FindingCode, Severity

from .serializers import CAMERA_SESSION_ID_ALIAS, ResolveSerializer
from .views import PingView, ResolveView, RetinopathyAPIView, StatusView, UploadView

TITLE = "Retinopathy: camera sessions and uploads"
# The contract's: it changes only by adding.
VERSION = "1"
TAG = "retinopathy"


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """A machine word of the API, its HTTP status, and an example of its sentence."""

    http_status: int
    sentence: str
    fields: dict[str, list[str]] | None = None


ERROR_CODES: dict[str, ErrorCode] = {
    "invalid_file_type": ErrorCode(
        400, f"Unknown file type. Expected one of: {', '.join(FileType.values)}."
    ),
    "invalid_request": ErrorCode(
        400,
        "capture_datetime: This field is required.",
        {"capture_datetime": ["This field is required."]},
    ),
    "invalid_filename": ErrorCode(400, "The file name starts with a dot or a space."),
    "invalid_content": ErrorCode(400, "The content is HTML; file type left_dicom accepts DICOM."),
    "file_too_large": ErrorCode(400, "The file is larger than 10 MiB, the largest accepted."),
    "checksum_mismatch": ErrorCode(
        400, "The bytes received do not match the checksum sent with them. Send the file again."
    ),
    "session_full": ErrorCode(400, "The session holds as many files, or as much data, as one may."),
    "no_eligible_session": ErrorCode(
        400,
        "Every camera session of this subject is contraindicated, or complete and its exam over.",
    ),
    "not_authenticated": ErrorCode(401, "Authentication credentials were not provided."),
    "authentication_failed": ErrorCode(401, "The token is not known."),
    "permission_denied": ErrorCode(
        403,
        "The account lacks the permission edc_retinopathy.add_sessionfile. "
        "The group RETINOPATHY_CAMERA grants it.",
    ),
    "no_session": ErrorCode(404, "There is no camera session for this subject."),
    "not_found": ErrorCode(404, "There is no such endpoint. The paths of the API end in a slash."),
    "method_not_allowed": ErrorCode(405, 'Method "DELETE" not allowed.'),
    "filename_conflict": ErrorCode(
        409,
        "A different file of this name is already stored in this session. It was left untouched.",
    ),
    "length_required": ErrorCode(
        411, "The request needs a Content-Length; a chunked body is not accepted."
    ),
    "unsupported_media_type": ErrorCode(415, 'Unsupported media type "text/plain" in request.'),
    "throttled": ErrorCode(429, "Request was throttled. Expected available in 12 seconds."),
    "server_error": ErrorCode(500, "The server made an error. It was logged."),
    "storage_error": ErrorCode(
        500,
        "The file could not be stored: writing failed (ENOSPC). Nothing of it was kept.",
    ),
    "server_busy": ErrorCode(503, "The server is busy. Send the request again in a moment."),
}
ANYWHERE = (
    "not_authenticated",
    "authentication_failed",
    "not_found",
    "method_not_allowed",
    "length_required",
    "throttled",
    "server_error",
    "server_busy",
)
RETRY_AFTER = OpenApiParameter(
    "Retry-After",
    int,
    OpenApiParameter.HEADER,
    response=[429, 500, 503],
    description="Seconds to wait before the next try; of a 500, only with storage_error.",
)
CHALLENGE = OpenApiParameter(
    "WWW-Authenticate", str, OpenApiParameter.HEADER, response=[401], description="Token"
)

UUID: dict[str, Any] = {"type": "string", "format": "uuid"}
CHECKSUM: dict[str, Any] = {
    "type": "string",
    "pattern": "^[0-9a-fA-F]{64}$",
    "description": "SHA-256 of the file's bytes, in hexadecimal.",
}
FILE_TYPES: dict[str, Any] = {
    "type": "array",
    "items": {"type": "string", "enum": FileType.values},
}
FINDINGS: dict[str, Any] = {
    "type": "array",
    "description": "What inspection saw and nobody has answered; it says nothing of a subject.",
    "items": {
        "type": "object",
        "properties": {
            "code": {"type": "string", "enum": FindingCode.values},
            "severity": {"type": "string", "enum": Severity.values},
            "message": {"type": "string"},
            "file_id": UUID,
        },
        "required": ["code", "severity", "message", "file_id"],
    },
}
EXAMPLE_SESSION = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
EXAMPLE_SUBJECT = "105-10-0001-2"
EXAMPLE_FINDING = {
    "code": "laterality_mismatch",
    "severity": "severe",
    "message": "The file says that it shows the right eye, and was sent as one of the other.",
    "file_id": "9a3a8d8e-0d8f-4d0f-8a5e-7d3c1a2b4c5d",
}


def _object(**properties: dict[str, Any]) -> dict[str, Any]:
    """The schema of an object that has all of these; more may be added."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def _answer(description: str, schema: dict[str, Any], example: dict[str, Any]) -> OpenApiResponse:
    return OpenApiResponse(schema, description, [OpenApiExample("answer", example)])


def _errors(codes: tuple[str, ...]) -> dict[int, OpenApiResponse]:
    """A response for each HTTP status of these codes, with an example of each code."""
    return {
        http_status: _error([code for code in codes if _status_of(code) == http_status])
        for http_status in sorted(set(map(_status_of, codes)))
    }


def _status_of(code: str) -> int:
    return ERROR_CODES[code].http_status


def _error(codes: list[str]) -> OpenApiResponse:
    schema = _object(code={"type": "string", "enum": codes}, error={"type": "string"})
    if "invalid_request" in codes:
        sentences = {"type": "array", "items": {"type": "string"}}
        schema["properties"]["fields"] = {"type": "object", "additionalProperties": sentences}
    examples = []
    for code in codes:
        error = ERROR_CODES[code]
        value: dict[str, Any] = {"code": code, "error": error.sentence}
        examples.append(
            OpenApiExample(code, value | ({"fields": error.fields} if error.fields else {}))
        )
    return OpenApiResponse(schema, ", ".join(codes), examples)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What the document says of one endpoint."""

    summary: str
    description: str
    answers: dict[int, OpenApiResponse]
    codes: tuple[str, ...] = ()
    request: Any = None
    parameters: tuple[OpenApiParameter, ...] = ()


SUBJECT = OpenApiParameter(
    "subject_identifier",
    {"type": "string", "minLength": 1},
    OpenApiParameter.PATH,
    examples=[OpenApiExample("subject", EXAMPLE_SUBJECT)],
)
FILE_TYPE = OpenApiParameter(
    "file_type",
    str,
    OpenApiParameter.PATH,
    enum=FileType.values,
    description="What the file is; it decides which content is accepted.",
)
SESSION_ID = OpenApiParameter(
    "camera_session_id",
    UUID,
    OpenApiParameter.QUERY,
    description="The session that the file belongs to; without it, the one last resolved.",
)
SESSION_ID_ALIAS = OpenApiParameter(
    CAMERA_SESSION_ID_ALIAS,
    UUID,
    OpenApiParameter.QUERY,
    description="Another name of camera_session_id; given both, they must agree.",
)
STORED = {
    "id": "9a3a8d8e-0d8f-4d0f-8a5e-7d3c1a2b4c5d",
    "camera_session_id": EXAMPLE_SESSION,
    CAMERA_SESSION_ID_ALIAS: EXAMPLE_SESSION,
    "file_type": "left",
    "original_filename": "OS_1.jpg",
    "stored_filename": f"{EXAMPLE_SESSION}/OS_1.jpg",
    "checksum": "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
    "findings": [],
}
STORED_SCHEMA = _object(
    id=UUID,
    camera_session_id=UUID,
    eye_exam_register_id=UUID,
    file_type={"type": "string", "enum": FileType.values},
    original_filename={"type": "string"},
    stored_filename={"type": "string"},
    checksum={"type": "string", "pattern": "^[0-9a-f]{64}$"},
    findings=FINDINGS,
)
UPLOAD_FORM = {
    "type": "object",
    "properties": {
        "file": {"type": "string", "format": "binary", "description": "With its own name."},
        "capture_datetime": {
            "type": "string",
            "format": "date-time",
            "description": (
                "ISO 8601; without an offset, in the server's time zone. Any moment is kept, "
                "however wrong the clock; one beyond the calendar as its first or last."
            ),
        },
        "checksum": CHECKSUM,
    },
    "required": ["file", "capture_datetime"],
}

OPERATIONS: dict[type[Any], Operation] = {
    PingView: Operation(
        summary="Is the server there?",
        description="Answers when the server is there and knows the token.",
        answers={
            200: _answer(
                "It is.", _object(status={"type": "string", "enum": ["ok"]}), {"status": "ok"}
            )
        },
    ),
    ResolveView: Operation(
        summary="Which session do the next uploads go to?",
        description=(
            "Pins the newest session of the subject that is neither contraindicated, complete nor "
            "expired: uploads without a session's id go there. If there is none, it answers and "
            "pins the session last resolved, complete as it is, until it expires: the rest of an "
            "exam whose link broke. no_eligible_session is final. It writes to "
            "the session, so the account needs the right to upload."
        ),
        request=ResolveSerializer,
        answers={
            200: _answer(
                "The session.",
                _object(
                    subject_identifier={"type": "string"},
                    camera_session_id=UUID,
                    eye_exam_register_id=UUID,
                    uploaded=FILE_TYPES,
                ),
                {
                    "subject_identifier": EXAMPLE_SUBJECT,
                    "camera_session_id": EXAMPLE_SESSION,
                    CAMERA_SESSION_ID_ALIAS: EXAMPLE_SESSION,
                    "uploaded": ["left", "report"],
                },
            )
        },
        codes=(
            "invalid_request",
            "no_eligible_session",
            "permission_denied",
            "no_session",
            "unsupported_media_type",
        ),
    ),
    UploadView: Operation(
        summary="Store one file of an exam",
        description=(
            "A retry of a file that is stored already costs nothing: the same session, name and "
            "bytes answer 200 with the same record. A rejected upload leaves nothing behind."
        ),
        request={"multipart/form-data": UPLOAD_FORM},
        parameters=(SUBJECT, FILE_TYPE, SESSION_ID, SESSION_ID_ALIAS),
        answers={
            201: _answer("Stored.", STORED_SCHEMA, STORED),
            200: _answer("This very file was stored already.", STORED_SCHEMA, STORED),
        },
        codes=tuple(code for code in ERROR_CODES if code not in ANYWHERE),
    ),
    StatusView: Operation(
        summary="What has arrived, and what is missing?",
        description="Of the session that an upload without an id would go to; else the newest.",
        parameters=(SUBJECT,),
        answers={
            200: _answer(
                "The session's progress.",
                _object(
                    camera_session_id=UUID,
                    eye_exam_register_id=UUID,
                    subject_identifier={"type": "string"},
                    report_datetime={"type": "string", "format": "date-time"},
                    uploaded=FILE_TYPES,
                    missing=FILE_TYPES,
                    complete={"type": "boolean"},
                    findings=FINDINGS,
                ),
                {
                    "camera_session_id": EXAMPLE_SESSION,
                    CAMERA_SESSION_ID_ALIAS: EXAMPLE_SESSION,
                    "subject_identifier": EXAMPLE_SUBJECT,
                    "report_datetime": "2026-11-23T09:30:00+03:00",
                    "uploaded": ["left_dicom", "report"],
                    "missing": ["right"],
                    "complete": False,
                    "findings": [EXAMPLE_FINDING],
                },
            )
        },
        codes=("permission_denied", "no_session"),
    ),
}


class OperationSchema(AutoSchema):
    """Says of a view what :data:`OPERATIONS` says; nothing is guessed from its code."""

    @property
    def operation(self) -> Operation:
        """The description of the endpoint at hand."""
        return OPERATIONS[type(self.view)]

    def get_operation_id(self) -> str:
        """``retinopathy_`` and the name of the endpoint."""
        return f"{TAG}_{type(self.view).__name__.removesuffix('View').lower()}"

    def get_tags(self) -> list[str]:
        """One for the whole API."""
        return [TAG]

    def get_summary(self) -> str:
        """One line."""
        return self.operation.summary

    def get_description(self) -> str:  # type: ignore[override]
        """Some sentences."""
        return self.operation.description

    def get_override_parameters(self) -> list[Any]:
        """Path, query, and the headers of answers."""
        return [*self.operation.parameters, RETRY_AFTER, CHALLENGE]

    def get_request_serializer(self) -> Any:
        """The body."""
        return self.operation.request

    def get_response_serializers(self) -> Any:
        """Every answer that there can be."""
        return self.operation.answers | _errors((*self.operation.codes, *ANYWHERE))


class RetinopathySchemaGenerator(SchemaGenerator):
    """Describes this API and no other of the project."""

    def _get_paths_and_endpoints(self) -> Any:
        endpoints = super()._get_paths_and_endpoints()  # type: ignore[no-untyped-call]
        return [endpoint for endpoint in endpoints if type(endpoint[-1]) in OPERATIONS]

    def get_schema(self, request: Any = None, public: bool = False) -> Any:  # noqa: FBT001, FBT002
        """The document."""
        document = super().get_schema(request=request, public=public)  # type: ignore[no-untyped-call]
        limit = conf.max_file_size_bytes() / conf.BYTES_PER_MIB
        document["info"] = {
            "title": TITLE,
            "version": VERSION,
            "description": f"Files of up to {limit:g} MiB, one in each request.",
        }
        return document


class SchemaView(RetinopathyAPIView):
    """The document, for whoever has a token."""

    schema = None

    def get(self, request: Request) -> Response:
        """Answer 200 with it."""
        generator = RetinopathySchemaGenerator()  # type: ignore[no-untyped-call]
        return Response(generator.get_schema(public=True))


RetinopathyAPIView.schema = OperationSchema()
