"""How the API becomes an OpenAPI document: bodies by serializers, errors by the table of codes.

Imported only with drf-spectacular (the extra ``schema``).
"""

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema_field,
)

from edc_retinopathy import conf

from .base import RetinopathyAPIView
from .codes import CHALLENGE, CODES, RETRY_AFTER, statuses_of
from .serializers import CaptureDateTimeField, ErrorSerializer, SentFileField

TITLE = "Retinopathy: camera sessions and uploads"
# The contract's: it changes only by adding.
VERSION = "1"
TAG = "retinopathy"
# Of the document's components: a project may have other APIs in its document.
PREFIX = "Retinopathy"

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
HEADERS = [
    OpenApiParameter(
        RETRY_AFTER,
        int,
        OpenApiParameter.HEADER,
        response=statuses_of("throttled", "storage_error", "server_busy"),
        description="Seconds to wait before the next try; of a 500, only with storage_error.",
    ),
    OpenApiParameter(
        CHALLENGE,
        str,
        OpenApiParameter.HEADER,
        response=statuses_of("not_authenticated", "authentication_failed"),
        description="Token",
    ),
]
extend_schema_field(OpenApiTypes.DATETIME)(CaptureDateTimeField)
extend_schema_field(OpenApiTypes.BINARY)(SentFileField)


class WordExtension(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """Words as a component of their own, whose name no tool has to guess."""

    target_class = "edc_retinopathy.api.serializers.WordField"
    match_subclasses = True

    def get_name(self) -> str:
        """The name of the component."""
        return f"{PREFIX}{self.target.name}"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        """The words."""
        return {"type": "string", "enum": list(self.target.choices)}


class OperationSchema(AutoSchema):
    """What all endpoints have in common: their names, headers, and the errors of any request."""

    def get_operation_id(self) -> str:
        """``retinopathy_`` and the name of the endpoint."""
        view: Any = self.view
        return f"{TAG}_{view.endpoint}"

    def get_tags(self) -> list[str]:
        """One for the whole API."""
        return [TAG]

    def get_serializer_name(self, serializer: Any, direction: Any) -> str:
        """Of this API."""
        return f"{PREFIX}{super().get_serializer_name(serializer, direction)}"

    def get_override_parameters(self) -> list[Any]:
        """The headers of answers."""
        return HEADERS

    def get_operation(self, *args: Any) -> Any:
        """The endpoint's, with the component that its errors refer to."""
        operation = super().get_operation(*args)
        self.resolve_serializer(ErrorSerializer, "response")
        return operation


def answer(description: str, serializer: Any, example: Any) -> OpenApiResponse:
    """A success, with its body by a serializer and an example of it."""
    return OpenApiResponse(serializer, description, [OpenApiExample("answer", example)])


def errors(*codes: str) -> dict[int, OpenApiResponse]:
    """A response for each HTTP status of these codes and those of any request."""
    codes = (*codes, *ANYWHERE)
    return {
        http_status: _error([code for code in codes if CODES[code].http_status == http_status])
        for http_status in statuses_of(*codes)
    }


def _error(codes: list[str]) -> OpenApiResponse:
    """An error with one of these codes, and an example of each."""
    one_of_these = {"properties": {"code": {"enum": codes}}}
    schema = {"allOf": [{"$ref": f"#/components/schemas/{PREFIX}Error"}, one_of_these]}
    shown = [
        OpenApiExample(
            code,
            {"code": code, "error": CODES[code].sentence}
            | ({"fields": CODES[code].fields} if CODES[code].fields else {}),
        )
        for code in codes
    ]
    return OpenApiResponse(schema, ", ".join(codes), shown)


class RetinopathySchemaGenerator(SchemaGenerator):
    """Describes this API and no other of the project."""

    def _get_paths_and_endpoints(self) -> Any:
        endpoints = super()._get_paths_and_endpoints()  # type: ignore[no-untyped-call]
        return [end for end in endpoints if isinstance(end[-1], RetinopathyAPIView)]

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
