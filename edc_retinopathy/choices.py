"""The choices of the app, and what follows from a choice by itself.

What a file type accepts, which eye it shows and what an answer means are written down here once:
validation, forms and documentation read them from here. What a session needs of them is in
``models.requirements``.
"""

from collections.abc import Collection

from clinicedc_constants import NO, NOT_APPLICABLE, NOT_EVALUATED, YES
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from .errors import InvalidFileType


class Eye(TextChoices):
    """The eyes, by the names that the API uses (OS is left, OD is right)."""

    LEFT = "left", _("Left eye (OS)")
    RIGHT = "right", _("Right eye (OD)")


class ContentType(TextChoices):
    """The media types (RFC 6838) that may be stored, as detected in the bytes."""

    JPEG = "image/jpeg", "JPEG"
    PNG = "image/png", "PNG"
    DICOM = "application/dicom", "DICOM"
    PDF = "application/pdf", "PDF"
    HTML = "text/html", "HTML"


IMAGES = frozenset({ContentType.JPEG, ContentType.PNG})
DICOMS = frozenset({ContentType.DICOM})
REPORTS = frozenset({ContentType.PDF, ContentType.HTML})


class FileType(TextChoices):
    """What a file of an exam is, as named in the upload's URL."""

    LEFT = "left", _("Left eye image")
    RIGHT = "right", _("Right eye image")
    LEFT_DICOM = "left_dicom", _("Left eye DICOM")
    RIGHT_DICOM = "right_dicom", _("Right eye DICOM")
    LEFT_REPORT = "left_report", _("Left eye report")
    RIGHT_REPORT = "right_report", _("Right eye report")
    REPORT = "report", _("Report")

    @classmethod
    def from_name(cls, name: str) -> "FileType":
        """The file type of this name; raises ``InvalidFileType`` listing those there are."""
        try:
            return cls(name)
        except ValueError:
            raise InvalidFileType(
                f"Unknown file type. Expected one of: {', '.join(cls.values)}."
            ) from None

    @property
    def accepts(self) -> frozenset[ContentType]:
        """The media types that a file of this type may have."""
        if self in (FileType.LEFT, FileType.RIGHT):
            return IMAGES
        if self in (FileType.LEFT_DICOM, FileType.RIGHT_DICOM):
            return DICOMS
        return REPORTS

    @property
    def eye(self) -> Eye | None:
        """The eye that a file of this type shows; None for a report on both."""
        if self is FileType.REPORT:
            return None
        return Eye.LEFT if self.value.startswith(Eye.LEFT) else Eye.RIGHT


class ReportType(TextChoices):
    """How the camera reports on an exam."""

    COMBINED = "combined", _("One report for both eyes")
    PER_EYE = "per_eye", _("One report for each eye")


class Eligibility(TextChoices):
    """What the screening says."""

    ELIGIBLE = "yes", _("Yes")
    CONTRAINDICATED = "no", _("No")
    UNANSWERED = "unanswered", _("Unanswered")


class Progress(TextChoices):
    """How far an exam is, by its files."""

    NONE = "none", _("None yet")
    BEGUN = "begun", _("Incomplete")
    COMPLETE = "complete", _("Complete")


class AccessKind(TextChoices):
    """How the bytes of a file were sent to a person."""

    VIEW = "view", _("Viewed")
    DOWNLOAD = "download", _("Downloaded")


class Endpoint(TextChoices):
    """The endpoints whose refusals are kept, by their names in the log."""

    RESOLVE = "resolve", _("Resolve")
    UPLOAD = "upload", _("Upload")


class RefusalState(TextChoices):
    """What became of a refusal: nothing yet, a person's answer, or a later success."""

    OPEN = "open", _("Open")
    REOPENED = "reopened", _("Session reopened")
    ALLOWED = "allowed", _("Next version allowed")
    DISMISSED = "dismissed", _("Dismissed")
    SUCCEEDED = "succeeded", _("Succeeded since")


class AuditResult(TextChoices):
    """What an audit found of one stored file, or of a file in the storage."""

    OK = "ok", _("As stored")
    MISSING = "missing", _("Missing")
    CHANGED = "changed", _("Changed")
    UNREADABLE = "unreadable", _("Unreadable")
    ORPHAN = "orphan", _("Without a record")
    STALE = "stale", _("Stale temporary file")
    MISCOUNTED = "miscounted", _("Counted wrong")


# What an audit can find of a file that has a record.
RECORD_RESULTS = (
    AuditResult.OK,
    AuditResult.MISSING,
    AuditResult.CHANGED,
    AuditResult.UNREADABLE,
)


class Severity(TextChoices):
    """How much a finding weighs; the most severe last."""

    HINT = "hint", _("Hint")
    WARNING = "warning", _("Warning")
    SEVERE = "severe", _("Severe")


class FindingCode(TextChoices):
    """What inspection can see in a stored file; the codes change only by adding."""

    PATIENT_MISMATCH = "patient_mismatch", _("Another patient")
    LATERALITY_MISMATCH = "laterality_mismatch", _("The other eye")
    LATERALITY_CONFLICT = "laterality_conflict", _("Two sides named")
    NO_IMAGE = "no_image", _("No image")
    NOT_OPHTHALMIC = "not_ophthalmic", _("No image of an eye")
    UNDECODABLE = "undecodable", _("Cannot be decoded")
    SAME_IMAGE_OTHER_SUBJECT = "same_image_other_subject", _("Same image, other subject")
    SAME_IMAGE_OTHER_SESSION = "same_image_other_session", _("Same image, other session")
    SAME_IMAGE_OTHER_EYE = "same_image_other_eye", _("Same image, other eye")
    BURNED_IN_ANNOTATION = "burned_in_annotation", _("Text in the image")
    CLOCK_SKEW = "clock_skew", _("Wrong clock")
    EXTENSION_MISMATCH = "extension_mismatch", _("Extension of another kind")
    LOCKED_PDF = "locked_pdf", _("Locked PDF")
    TOO_MANY_PIXELS = "too_many_pixels", _("Too many pixels")
    MAYBE_BLURRED = "maybe_blurred", _("Perhaps blurred")
    MAYBE_DARK = "maybe_dark", _("Perhaps too dark")
    MAYBE_OVEREXPOSED = "maybe_overexposed", _("Perhaps overexposed")
    NO_RETINA_SEEN = "no_retina_seen", _("No retina seen")


class PatientMatch(TextChoices):
    """Whether a file's patient identifier is that of the session's subject."""

    YES = "yes", _("Yes")
    NO = "no", _("No")
    ABSENT = "absent", _("Absent")


class ScreeningAnswer(TextChoices):
    """Answers to a contra-indication question."""

    YES = YES, _("Yes")
    NO = NO, _("No")
    NOT_EVALUATED = NOT_EVALUATED, _("Not evaluated")


class PregnancyAnswer(TextChoices):
    """Answers to the pregnancy question; not applicable to male subjects, and only to them."""

    YES = YES, _("Yes")
    NO = NO, _("No")
    NOT_APPLICABLE = NOT_APPLICABLE, _("Not applicable")


# The screening questions of a session, in the order in which they are asked.
CONTRAINDICATION_FIELDS = (
    "pregnant",
    "visual_impairment",
    "retinal_conditions",
    "ocular_interventions",
    "photosensitive",
)
# A question is answered when its answer is one of these or Yes.
CLEARED_ANSWERS = frozenset({ScreeningAnswer.NO.value, PregnancyAnswer.NOT_APPLICABLE.value})


def contraindicated_by(answers: Collection[str]) -> bool | None:
    """True if any answer is Yes; None while any is missing or not evaluated; else False."""
    if YES in answers:
        return True
    return False if CLEARED_ANSWERS.issuperset(answers) else None
