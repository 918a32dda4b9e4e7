"""What the API reads and writes. The names and types here are the contract's."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from rest_framework import serializers

from edc_retinopathy.choices import FileType, FindingCode, Severity
from edc_retinopathy.files.ingest import Upload
from edc_retinopathy.models import Finding, SessionFile
from edc_retinopathy.sessions.chosen import ResolvableSession
from edc_retinopathy.storage import IncomingFile

from .capture_time import read_capture_datetime
from .codes import CODES

# The name that newer clients know the session's id by: every answer has it beside
# ``camera_session_id``, and an upload may use it as its query parameter.
CAMERA_SESSION_ID_ALIAS = "eye_exam_register_id"
FINDINGS = "What inspection saw and nobody has answered; it says nothing of a subject."


class WordField(serializers.ChoiceField):
    """One of some words, by whose ``name`` the OpenAPI document refers to them."""

    def __init__(self, name: str, words: Sequence[str], **kwargs: Any) -> None:
        super().__init__(choices=words, **kwargs)
        self.name = name


class FileTypeField(WordField):
    """A file type."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__("FileType", FileType.values, **kwargs)


class SentFileField(serializers.FileField):
    """A file in a form."""


class CaptureDateTimeField(serializers.CharField):
    """A moment in ISO 8601; in the server's time zone where it has no offset."""

    default_error_messages = {"datetime": "Expected a date and a time in ISO 8601."}

    def to_internal_value(self, data: Any) -> Any:
        """The moment in UTC, at the end of the calendar where it lies beyond."""
        text = super().to_internal_value(data)
        try:
            return read_capture_datetime(text, zone=timezone.get_current_timezone())
        except ValueError:
            self.fail("datetime")


class ErrorSerializer(serializers.Serializer[Any]):
    """Any error."""

    code = WordField("ErrorCode", list(CODES))
    error = serializers.CharField(help_text="One sentence for a person.")

    def get_fields(self) -> dict[str, Any]:
        """With ``fields``, which as an attribute is Django REST framework's own."""
        sentences = serializers.ListField(child=serializers.CharField())
        what = "What is wrong with each field."
        return super().get_fields() | {
            "fields": serializers.DictField(child=sentences, required=False, help_text=what)
        }


class PingSerializer(serializers.Serializer[Any]):
    """The answer to a ping."""

    status = WordField("PingStatus", ["ok"])


class ResolveSerializer(serializers.Serializer[Any]):
    """The body of a resolve."""

    subject_identifier = serializers.CharField(max_length=50)
    device_id = serializers.CharField(
        max_length=100, required=False, allow_blank=True, allow_null=True, default=""
    )


class ResolvedSerializer(serializers.Serializer[ResolvableSession]):
    """The answer to a resolve."""

    subject_identifier = serializers.CharField()
    camera_session_id = serializers.UUIDField(source="pk")
    eye_exam_register_id = serializers.UUIDField(source="pk")
    uploaded = serializers.ListField(child=FileTypeField())


class UploadSerializer(serializers.Serializer[Any]):
    """The form of an upload."""

    file = SentFileField(allow_empty_file=True, help_text="With its own name.")
    capture_datetime = CaptureDateTimeField(
        help_text=(
            "ISO 8601; without an offset, in the server's time zone. Any moment is kept, "
            "however wrong the clock; one beyond the calendar as its first or last."
        )
    )
    checksum = serializers.RegexField(
        r"\A[0-9a-fA-F]{64}\Z",
        required=False,
        help_text="SHA-256 of the file's bytes, in hexadecimal.",
    )

    def validate_checksum(self, value: str) -> str:
        """In lower case, as it is compared and stored."""
        return value.lower()

    @property
    def incoming(self) -> IncomingFile:
        """What was received of the file, once the form is valid."""
        incoming: IncomingFile = self.validated_data["file"].incoming
        return incoming

    def upload(self, *, file_type: FileType, device_id: str, remote_address: str | None) -> Upload:
        """What is known of the file, once the form is valid."""
        return Upload(
            file_type=file_type,
            original_filename=self.validated_data["file"].name,
            capture_datetime=self.validated_data["capture_datetime"],
            checksum=self.validated_data.get("checksum"),
            device_id=device_id,
            remote_address=remote_address,
        )


class UploadQuerySerializer(serializers.Serializer[Any]):
    """The query of an upload: the session's id, by either name."""

    camera_session_id = serializers.UUIDField(
        required=False,
        help_text="The session that the file belongs to; without it, the one last resolved.",
    )
    eye_exam_register_id = serializers.UUIDField(
        required=False,
        help_text="Another name of camera_session_id; given both, they must agree.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One id; raises if two different ones are given."""
        if len(set(attrs.values())) > 1:
            raise serializers.ValidationError(
                {CAMERA_SESSION_ID_ALIAS: ["Differs from camera_session_id."]}
            )
        return {"camera_session_id": next(iter(attrs.values()), None)}


class FindingSerializer(serializers.Serializer[Finding]):
    """One finding; it says nothing of a subject."""

    code = WordField("FindingCode", FindingCode.values)
    severity = WordField("Severity", Severity.values)
    message = serializers.CharField()
    file_id = serializers.UUIDField(source="session_file_id")


class SessionFileSerializer(serializers.Serializer[SessionFile]):
    """The answer to an upload."""

    id = serializers.UUIDField()
    camera_session_id = serializers.UUIDField()
    eye_exam_register_id = serializers.UUIDField(source="camera_session_id")
    file_type = FileTypeField()
    original_filename = serializers.CharField()
    stored_filename = serializers.CharField()
    checksum = serializers.RegexField(r"\A[0-9a-f]{64}\Z")
    findings = FindingSerializer(source="unresolved_findings", many=True, help_text=FINDINGS)


class StatusSerializer(serializers.Serializer[Any]):
    """The answer to a status, of a ``session`` in progress and its ``findings``."""

    camera_session_id = serializers.UUIDField(source="session.pk")
    eye_exam_register_id = serializers.UUIDField(source="session.pk")
    subject_identifier = serializers.CharField(source="session.subject_identifier")
    report_datetime = serializers.DateTimeField(source="session.report_datetime")
    uploaded = serializers.ListField(child=FileTypeField(), source="session.uploaded")
    missing = serializers.ListField(child=FileTypeField(), source="session.missing")
    complete = serializers.BooleanField(source="session.is_complete")
    findings = FindingSerializer(many=True, help_text=FINDINGS)
