"""The API as an OpenAPI document, made by drf-spectacular (the extra ``schema``).

Imported only where the document is asked for: with ``EDC_RETINOPATHY_SERVE_SCHEMA`` it is served at
``retinopathy/schema/`` below the API's mount. Importing it gives the endpoints their descriptions,
so that a project's own ``manage.py spectacular`` has them too.
"""

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from edc_retinopathy.choices import FileType

from . import examples
from .base import RetinopathyAPIView
from .codes import CODES
from .openapi import ANYWHERE, OperationSchema, RetinopathySchemaGenerator, answer, errors
from .serializers import (
    PingSerializer,
    ResolvedSerializer,
    ResolveSerializer,
    SessionFileSerializer,
    StatusSerializer,
    UploadQuerySerializer,
    UploadSerializer,
)
from .views import PingView, ResolveView, StatusView, UploadView

SUBJECT = OpenApiParameter(
    "subject_identifier",
    {"type": "string", "minLength": 1},
    OpenApiParameter.PATH,
    examples=[OpenApiExample("subject", examples.SUBJECT_IDENTIFIER)],
)
FILE_TYPE = OpenApiParameter(
    "file_type",
    str,
    OpenApiParameter.PATH,
    enum=FileType.values,
    description="What the file is; it decides which content is accepted.",
)


RetinopathyAPIView.schema = OperationSchema()

extend_schema(
    summary="Is the server there?",
    description="Answers when the server is there and knows the token.",
    responses={200: answer("It is.", PingSerializer, examples.PING)} | errors(),
)(PingView)

extend_schema(
    summary="Which session do the next uploads go to?",
    description=(
        "Pins the newest session of the subject that is neither contraindicated, complete nor "
        "expired: uploads without a session's id go there. If there is none, it answers and "
        "pins the session last resolved, complete as it is, until it expires: the rest of an "
        "exam whose link broke. no_eligible_session is final. It writes to "
        "the session, so the account needs the right to upload."
    ),
    request=ResolveSerializer,
    responses={200: answer("The session.", ResolvedSerializer, examples.RESOLVED)}
    | errors(
        "invalid_request",
        "no_eligible_session",
        "permission_denied",
        "no_session",
        "unsupported_media_type",
    ),
)(ResolveView)

extend_schema(
    summary="Store one file of an exam",
    description=(
        "A retry of a file that is stored already costs nothing: the same session, name and "
        "bytes answer 200 with the same record. A rejected upload leaves nothing behind."
    ),
    parameters=[SUBJECT, FILE_TYPE, UploadQuerySerializer],
    request=UploadSerializer,
    responses={
        201: answer("Stored.", SessionFileSerializer, examples.STORED),
        200: answer("This very file was stored already.", SessionFileSerializer, examples.STORED),
    }
    | errors(*(code for code in CODES if code not in ANYWHERE)),
)(UploadView)

extend_schema(
    summary="What has arrived, and what is missing?",
    description="Of the session that an upload without an id would go to; else the newest.",
    parameters=[SUBJECT],
    responses={200: answer("The session's progress.", StatusSerializer, examples.STATUS)}
    | errors("permission_denied", "no_session"),
)(StatusView)


class SchemaView(RetinopathyAPIView):
    """The document, for whoever has a token."""

    schema = None

    def get(self, request: Request) -> Response:
        """Answer 200 with it."""
        generator = RetinopathySchemaGenerator()  # type: ignore[no-untyped-call]
        return Response(generator.get_schema(public=True))
