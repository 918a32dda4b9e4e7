"""What a session has of its exam, and what it misses."""

from typing import Any

from django.contrib import admin

from edc_retinopathy.choices import (
    EYE_REQUIREMENTS,
    REQUIREMENTS,
    Eye,
    FileType,
    ReportType,
    Requirement,
)

from .session_activity import SessionActivity
from .session_activity_queryset import FLAGS, has_file_field, is_met_fields


def uploaded_types(counted: Any) -> tuple[FileType, ...]:
    """The types of which there is a file, by the flags of a session's activity, or by its own."""
    return tuple(sorted(t for t in FileType if getattr(counted, has_file_field(t))))


def shown_eyes(counted: Any) -> tuple[Eye, ...]:
    """The eyes of which there is an image, likewise."""
    return tuple(
        Eye(eye.file_type.value)
        for eye in EYE_REQUIREMENTS
        if any(getattr(counted, name) for name in is_met_fields(eye))
    )


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
        return list(uploaded_types(self.counted()))

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
        counted = self.counted()
        uploaded, shown = uploaded_types(counted), shown_eyes(counted)
        return [r.file_type for r in self.requirements if not r.is_met_by(uploaded, shown)]

    @property
    @admin.display(boolean=True)
    def is_complete(self) -> bool:
        """True when nothing is missing."""
        return not self.missing_file_types
