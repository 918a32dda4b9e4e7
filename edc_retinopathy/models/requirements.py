"""What an exam needs to be complete, by its report type: the one table of it."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from edc_retinopathy.choices import Eye, FileType, ReportType

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise


@dataclass(frozen=True, slots=True)
class Requirement:
    """Something a session needs: any one file of ``satisfied_by``.

    ``file_type`` names it to programs, ``label`` to people. Where ``needs_image`` is set, a file
    that is no image does not do: a structured report in DICOM shows no eye.
    """

    file_type: FileType
    label: "StrPromise"
    satisfied_by: frozenset[FileType]
    needs_image: bool = False

    def is_met_by(self, uploaded: Collection[FileType], shown: Collection[Eye]) -> bool:
        """True if a session with files of these types, and images of these eyes, has it."""
        if self.needs_image:
            return self.file_type.eye in shown
        return not self.satisfied_by.isdisjoint(uploaded)


def _requirement(file_type: FileType, label: "StrPromise") -> Requirement:
    return Requirement(file_type, label, frozenset({file_type}))


EYE_REQUIREMENTS = (
    Requirement(
        FileType.LEFT,
        _("Left eye"),
        frozenset({FileType.LEFT, FileType.LEFT_DICOM}),
        needs_image=True,
    ),
    Requirement(
        FileType.RIGHT,
        _("Right eye"),
        frozenset({FileType.RIGHT, FileType.RIGHT_DICOM}),
        needs_image=True,
    ),
)

REQUIREMENTS: dict[ReportType, tuple[Requirement, ...]] = {
    ReportType.COMBINED: (
        *EYE_REQUIREMENTS,
        _requirement(FileType.REPORT, _("Report")),
    ),
    ReportType.PER_EYE: (
        *EYE_REQUIREMENTS,
        _requirement(FileType.LEFT_REPORT, _("Left report")),
        _requirement(FileType.RIGHT_REPORT, _("Right report")),
    ),
}
