"""What a clinician is told to do about a finding while the patient is still there."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise


@dataclass(frozen=True, slots=True)
class Advice:
    """One sentence; ``is_retake`` if it asks for another picture, which only helps at once."""

    text: "StrPromise"
    is_retake: bool = False


LOOK = Advice(_("Look at the picture, and answer the finding."))
# By the codes of findings.
ADVICE = {
    "patient_mismatch": Advice(
        _("Compare with the camera's own list: if it is another person's picture, take it again."),
        is_retake=True,
    ),
    "laterality_mismatch": Advice(
        _("Look on which side the optic disc is: if the eyes were swapped, take both again.")
    ),
    "laterality_conflict": Advice(_("Look which eye it is; the image's own word is the one used.")),
    "no_image": Advice(_("Send the picture itself, or take it again."), is_retake=True),
    "not_ophthalmic": Advice(_("Look whether it shows an eye at all.")),
    "undecodable": Advice(
        _("Nobody can see it here: export it from the camera in another format.")
    ),
    "same_image_other_subject": Advice(
        _("It was sent for another person too: take the picture of this one again."),
        is_retake=True,
    ),
    "same_image_other_session": Advice(
        _("It is of an earlier exam: take today's picture."), is_retake=True
    ),
    "same_image_other_eye": Advice(
        _("It was sent as the other eye too: take the picture of this eye again."), is_retake=True
    ),
    "burned_in_annotation": Advice(_("Look whether the text in the picture names the person.")),
    "clock_skew": Advice(
        _("The camera's clock is wrong: set the clock of camera and workstation.")
    ),
    "extension_mismatch": Advice(_("Nothing has to be done: it is shown as what it is.")),
    "locked_pdf": Advice(_("Let the camera write the report without a password.")),
    "too_many_pixels": Advice(_("It is kept, and not shown: set the camera to a smaller picture.")),
    "maybe_blurred": Advice(
        _("The picture may be blurred: focus, and take it again."), is_retake=True
    ),
    "maybe_dark": Advice(
        _("The picture may be too dark: more flash or a wider pupil, and take it again."),
        is_retake=True,
    ),
    "maybe_overexposed": Advice(
        _("The picture may be overexposed: less flash, and take it again."), is_retake=True
    ),
    "no_retina_seen": Advice(_("The picture shows no retina: take it again."), is_retake=True),
}


def advice_on(code: str) -> Advice:
    """What to do about a finding of this code."""
    return ADVICE.get(code, LOOK)
