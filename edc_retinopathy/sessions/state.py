"""What a session is by now, and the words for it: asked by pages, admin and API alike.

The rules of completeness are in the table of ``models.requirements``, those of screening in
``choices``. The querysets have them in SQL; a test holds the two together.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from edc_retinopathy import conf
from edc_retinopathy.choices import (
    CONTRAINDICATION_FIELDS,
    Eligibility,
    Eye,
    FileType,
    ReportType,
    contraindicated_by,
)
from edc_retinopathy.models import CameraSession
from edc_retinopathy.models.requirements import REQUIREMENTS, Requirement
from edc_retinopathy.models.session_progress import flags_of, shown_eyes, uploaded_types

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise


class Standing(TextChoices):
    """The one word for a session."""

    OPEN = "open", _("Open")
    COMPLETE = "complete", _("Complete")
    CONTRAINDICATED = "contraindicated", _("Contraindicated")
    EXPIRED = "expired", _("Expired")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Tone(TextChoices):
    """How a word is set off; the style sheet has a class for each."""

    GOOD = "retinopathy-yes"
    BAD = "retinopathy-no"
    DOUBTFUL = "retinopathy-unanswered"
    PLAIN = "retinopathy-plain"


TONES = {
    Standing.OPEN: Tone.PLAIN,
    Standing.COMPLETE: Tone.GOOD,
    Standing.CONTRAINDICATED: Tone.BAD,
    Standing.EXPIRED: Tone.DOUBTFUL,
    Standing.WITHDRAWN: Tone.BAD,
}
ELIGIBILITY_TONES = {
    Eligibility.ELIGIBLE: Tone.GOOD,
    Eligibility.CONTRAINDICATED: Tone.BAD,
    Eligibility.UNANSWERED: Tone.DOUBTFUL,
}
ADVICE: "dict[Standing, StrPromise]" = {
    Standing.COMPLETE: _("Nothing is missing. Further files of this exam are still kept."),
    Standing.CONTRAINDICATED: _(
        "An answer of the screening is Yes: no files are taken. Correct the answer if it is wrong."
    ),
    Standing.EXPIRED: _(
        "The time for uploads has passed. Reopen it for uploads if this exam goes on: "
        "the camera tries again by itself."
    ),
    Standing.WITHDRAWN: _(
        "It receives no files, and cannot be taken up again. Add another session for an exam."
    ),
}

LOOK_AT_FINDINGS = _("All files are here. Look at what was found in them.")


def is_past(latest_activity: datetime, *, expires_after: timedelta | None, now: datetime) -> bool:
    """True once the time allowed has passed since the latest activity; never if it is None."""
    return expires_after is not None and latest_activity + expires_after <= now


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionState:
    """The facts about a session that its state is made of; all else follows from them.

    ``uploaded`` are the types of its files, ``shown`` the eyes of which there is an image, and
    ``problems`` the grave findings in its files that nobody has dealt with.
    """

    report_type: ReportType
    answers: tuple[str, ...]
    uploaded: tuple[FileType, ...] = ()
    shown: tuple[Eye, ...] = ()
    is_expired: bool = False
    is_withdrawn: bool = False
    problems: int = 0

    @classmethod
    def of(cls, session: CameraSession, *, problems: int = 0) -> Self:
        """The state of a session; asks the database, unless it was read ``with_state``."""
        counted = session.counted("has_expired")
        if counted is session:
            # A database may say 0 or 1.
            is_expired = bool(session.has_expired)
        else:
            is_expired = is_past(
                # What was never saved has no activity.
                counted.latest_datetime or session.report_datetime,
                expires_after=conf.session_expires_after(),
                now=timezone.now(),
            )
        flags = flags_of(counted)
        return cls(
            report_type=ReportType(session.report_type),
            answers=tuple(getattr(session, name) for name in CONTRAINDICATION_FIELDS),
            uploaded=uploaded_types(flags),
            shown=shown_eyes(flags),
            is_expired=is_expired,
            is_withdrawn=session.is_withdrawn,
            problems=problems,
        )

    @property
    def contraindicated(self) -> bool | None:
        """True if any answer is Yes; None while any is missing or not evaluated; else False."""
        return contraindicated_by(self.answers)

    @property
    def eligibility(self) -> Eligibility:
        """What the screening says."""
        if self.contraindicated is None:
            return Eligibility.UNANSWERED
        return Eligibility.CONTRAINDICATED if self.contraindicated else Eligibility.ELIGIBLE

    @property
    def expected(self) -> tuple[Requirement, ...]:
        """What the report type asks for."""
        return REQUIREMENTS[self.report_type]

    @property
    def missing(self) -> tuple[Requirement, ...]:
        """What is expected and not here yet; an eye is satisfied by its image or its DICOM."""
        return tuple(
            requirement
            for requirement in self.expected
            if not requirement.is_met_by(self.uploaded, self.shown)
        )

    @property
    def is_complete(self) -> bool:
        """True when nothing is missing."""
        return not self.missing

    @property
    def accepts_uploads(self) -> bool:
        """True if who names it may still add a file, expired or complete as it may be."""
        return not self.is_withdrawn and not self.contraindicated

    @property
    def is_open(self) -> bool:
        """True if a camera that asks for a session may be given this one."""
        return self.accepts_uploads and not self.is_complete and not self.is_expired

    @property
    def can_be_reopened(self) -> bool:
        """True if the time for uploads has passed, and another one would be of use."""
        return self.accepts_uploads and self.is_expired

    @property
    def can_be_withdrawn(self) -> bool:
        """True while it has no files."""
        return not self.is_withdrawn and not self.uploaded

    @property
    def standing(self) -> Standing:
        """The one word that tells most: what was found complete stays so, whatever came later."""
        if self.is_withdrawn:
            return Standing.WITHDRAWN
        if self.is_complete:
            return Standing.COMPLETE
        if self.contraindicated:
            return Standing.CONTRAINDICATED
        return Standing.EXPIRED if self.is_expired else Standing.OPEN

    @property
    def label(self) -> str:
        """The standing for people, with the problems that somebody is to look at."""
        label = str(self.standing.label)
        if not self.problems or self.is_withdrawn:
            return label
        problems = ngettext("%d problem", "%d problems", self.problems) % self.problems
        return f"{label}, {problems}"

    @property
    def tone(self) -> Tone:
        """How the label is set off."""
        tone = TONES[self.standing]
        return Tone.DOUBTFUL if tone is Tone.GOOD and self.problems else tone

    @property
    def advice(self) -> str:
        """One sentence: what that means, and what to do."""
        if self.standing is Standing.COMPLETE and self.problems:
            return str(LOOK_AT_FINDINGS)
        if self.standing is not Standing.OPEN:
            return str(ADVICE[self.standing])
        names = ", ".join(str(requirement.label) for requirement in self.missing)
        return gettext("The camera can send. Still missing: %(names)s.") % {"names": names}
