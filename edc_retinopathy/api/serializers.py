"""What the API reads and writes. The names and types here are the contract's."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers

from edc_retinopathy.models import CameraSession, Finding, SessionFile

from .capture_time import read_capture_datetime

# The name that newer clients know the session's id by: every answer has it beside
# ``camera_session_id``, and an upload may use it as its query parameter.
CAMERA_SESSION_ID_ALIAS = "eye_exam_register_id"


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


class ResolveSerializer(serializers.Serializer[Any]):
    """The body of a resolve."""

    subject_identifier = serializers.CharField(max_length=50)
    device_id = serializers.CharField(
        max_length=100, required=False, allow_blank=True, allow_null=True, default=""
    )


class UploadSerializer(serializers.Serializer[Any]):
    """The form of an upload."""

    file = serializers.FileField(allow_empty_file=True)
    capture_datetime = CaptureDateTimeField()
    checksum = serializers.RegexField(r"\A[0-9a-fA-F]{64}\Z", required=False)

    def validate_checksum(self, value: str) -> str:
        """In lower case, as it is compared and stored."""
        return value.lower()


class UploadQuerySerializer(serializers.Serializer[Any]):
    """The query of an upload: the session's id, by either name."""

    camera_session_id = serializers.UUIDField(required=False)
    eye_exam_register_id = serializers.UUIDField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One id; raises if two different ones are given."""
        if len(set(attrs.values())) > 1:
            raise serializers.ValidationError(
                {CAMERA_SESSION_ID_ALIAS: ["Differs from camera_session_id."]}
            )
        return {"camera_session_id": next(iter(attrs.values()), None)}


def resolved(session: CameraSession) -> dict[str, Any]:
    """The answer to a resolve."""
    return {
        "subject_identifier": session.subject_identifier,
        "camera_session_id": str(session.pk),
        CAMERA_SESSION_ID_ALIAS: str(session.pk),
        "uploaded": session.uploaded_file_types,
    }


class FindingSerializer(serializers.Serializer[Finding]):
    """One finding; it says nothing of a subject."""

    code = serializers.CharField()
    severity = serializers.CharField()
    message = serializers.CharField()
    file_id = serializers.UUIDField(source="session_file_id")


class SessionFileSerializer(serializers.Serializer[SessionFile]):
    """The answer to an upload."""

    id = serializers.UUIDField()
    camera_session_id = serializers.UUIDField()
    eye_exam_register_id = serializers.UUIDField(source="camera_session_id")
    file_type = serializers.CharField()
    original_filename = serializers.CharField()
    stored_filename = serializers.CharField()
    checksum = serializers.CharField()
    findings = FindingSerializer(source="unresolved_findings", many=True)


class StatusSerializer(serializers.Serializer[CameraSession]):
    """The answer to a status."""

    camera_session_id = serializers.UUIDField(source="pk")
    eye_exam_register_id = serializers.UUIDField(source="pk")
    subject_identifier = serializers.CharField()
    report_datetime = serializers.DateTimeField()
    uploaded = serializers.ListField(source="uploaded_file_types")
    missing = serializers.ListField(source="missing_file_types")
    complete = serializers.BooleanField(source="is_complete")
    findings = FindingSerializer(source="unresolved_findings", many=True)
