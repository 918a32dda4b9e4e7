"""What a session has of its exam, and what it misses."""

from collections.abc import Collection, Mapping
from typing import Any

from django.contrib import admin

from edc_retinopathy.choices import (
    Eye,
    FileType,
    ReportType,
)

from .requirements import EYE_REQUIREMENTS, REQUIREMENTS, Requirement
from .session_activity import SessionActivity
from .session_activity_queryset import FLAGS, has_file_field, is_met_fields

# Which flags of a session's activity say so, in the order of the names.
_FLAGS_OF_TYPES = tuple((file_type, has_file_field(file_type)) for file_type in sorted(FileType))
_FLAGS_OF_EYES = tuple((Eye(eye.file_type.value), is_met_fields(eye)) for eye in EYE_REQUIREMENTS)


def flags_of(counted: Any) -> dict[str, bool]:
    """The flags of a session's activity, or of a session that was annotated with them."""
    return {name: getattr(counted, name) for name in FLAGS}


def uploaded_types(flags: Mapping[str, bool]) -> tuple[FileType, ...]:
    """The types of which there is a file, in the order of their names."""
    return tuple(file_type for file_type, name in _FLAGS_OF_TYPES if flags[name])


def shown_eyes(flags: Mapping[str, bool]) -> tuple[Eye, ...]:
    """The eyes of which there is an image."""
    return tuple(eye for eye, names in _FLAGS_OF_EYES if any(flags[name] for name in names))


def missing_types(
    report_type: ReportType, uploaded: Collection[FileType], shown: Collection[Eye]
) -> list[FileType]:
    """What a report type asks for and is not here; an eye is named by its image's file type.

    It is satisfied by its image or its DICOM, if that is an image.
    """
    return [r.file_type for r in REQUIREMENTS[report_type] if not r.is_met_by(uploaded, shown)]


class ProgressMixin:
    """Reads how far the exam is from its activity, which is asked anew for each property.

    Unless the queryset was annotated ``with_uploaded_file_types``: then the session has the flags.
    """

    pk: Any
    report_type: Any

    def counted(self, *further: str) -> Any:
        """What has the flags of the session's files: itself, if annotated with them (and further
        names), else its activity.
        """
        if all(hasattr(self, name) for name in (*FLAGS, *further)):
            return self
        return SessionActivity.objects.of(self.pk).first() or SessionActivity()

    @property
    def uploaded_file_types(self) -> list[FileType]:
        """The types that the session has at least one file of, in the order of their names."""
        return list(uploaded_types(flags_of(self.counted())))

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """What the report type asks for."""
        return REQUIREMENTS[ReportType(self.report_type)]

    @property
    def expected_file_types(self) -> list[FileType]:
        """What the report type asks for; an eye is named by its image's file type."""
        return [requirement.file_type for requirement in self.requirements]

    @property
    def missing_file_types(self) -> list[FileType]:
        """What is expected and not here yet; an eye is satisfied by its image or its DICOM.

        By an image: a DICOM file that is none counts for no eye.
        """
        flags = flags_of(self.counted())
        report_type = ReportType(self.report_type)
        return missing_types(report_type, uploaded_types(flags), shown_eyes(flags))

    @property
    @admin.display(boolean=True)
    def is_complete(self) -> bool:
        """True when nothing is missing."""
        return not self.missing_file_types
