"""The rules: from a file's facts, and what its record says, to findings. No input, no output.

A rule gives the facts that a finding rests on, for its sentence, or None where all is well. They
never name a person: sentences travel to cameras and to logs.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from edc_retinopathy.choices import ContentType, Eye, FindingCode, PatientMatch, Severity
from edc_retinopathy.content import Facts
from edc_retinopathy.content.dicom import DECODABLE_SYNTAXES

from .clocks import clock_skew
from .patient import patient_match
from .said import Said

# Raise it when a rule changes: ``inspect_session_files`` then looks at every file again.
RULES_VERSION = 1

# PS3.3 C.8.17.5 writes R, L and B; the rest is seen in the field. B, both, is no eye of the two.
EYES = {"L": Eye.LEFT, "R": Eye.RIGHT, "OS": Eye.LEFT, "OD": Eye.RIGHT} | {
    "LEFT": Eye.LEFT,
    "RIGHT": Eye.RIGHT,
}
BOTH = {"B", "OU", "BOTH"}

# PS3.4 B.5: photographs and tomographs of eyes (Ophthalmic ...), and what cameras write without
# such a class: VL Photographic, Video Photographic, Secondary Capture of one and many frames.
OPHTHALMIC_CLASSES = "1.2.840.10008.5.1.4.1.1.77.1.5."
CLASSES_OF_EYES = frozenset(
    f"1.2.840.10008.5.1.4.1.1.{end}"
    for end in ("77.1.4", "77.1.4.1", "7", "7.1", "7.2", "7.3", "7.4")
)
UID = re.compile(r"[0-9.]{1,64}", re.ASCII)

CODES_OF_COPIES = frozenset(
    {
        FindingCode.SAME_IMAGE_OTHER_SUBJECT,
        FindingCode.SAME_IMAGE_OTHER_SESSION,
        FindingCode.SAME_IMAGE_OTHER_EYE,
    }
)


@dataclass(frozen=True, slots=True)
class Found:
    """A finding, before it is written down; ``basis`` are the facts that it rests on."""

    code: FindingCode
    severity: Severity
    message: str
    basis: str


@dataclass(frozen=True, slots=True)
class Rule[Seen, By]:
    """A code, its severity, what sees it, and its sentence, in which ``{}`` is what was seen.

    It looks at what is known of a file, such as its facts, by what is to be expected of it.
    """

    code: FindingCode
    severity: Severity
    find: Callable[[Seen, By], str | None]
    sentence: str

    def apply(self, seen: Seen, by: By) -> Found | None:
        """The finding, if it holds."""
        basis = self.find(seen, by)
        if basis is None:
            return None
        return Found(self.code, self.severity, self.sentence.format(basis), basis)


def inspect(facts: Facts, said: Said) -> list[Found]:
    """What is wrong with a file, in the order of the table."""
    return [found for rule in RULES if (found := rule.apply(facts, said))]


def inspect_copies(said: Said) -> list[Found]:
    """What is wrong with a file because of its copies: :data:`CODES_OF_COPIES` alone."""
    # The bytes play no part.
    facts = Facts(content_type=ContentType.DICOM)
    rules = [rule for rule in RULES if rule.code in CODES_OF_COPIES]
    return [found for rule in rules if (found := rule.apply(facts, said))]


def _when(condition: object) -> str | None:
    return "" if condition else None


def _patient_mismatch(facts: Facts, said: Said) -> str | None:
    match = patient_match(facts.patient_id, said.subject_identifier, said.patient_id_pattern)
    return _when(match == PatientMatch.NO)


def _side(written: str) -> str:
    """One of the eyes, ``both``, or nothing where the file does not say (U, unpaired)."""
    word = written.partition("\\")[0].strip().upper()
    return EYES[word].value if word in EYES else "both" if word in BOTH else ""


def _laterality_mismatch(facts: Facts, said: Said) -> str | None:
    side = _side(facts.image_laterality) or _side(facts.laterality)
    return side if said.eye and side in Eye and side != said.eye else None


def _laterality_conflict(facts: Facts, said: Said) -> str | None:
    image, series = _side(facts.image_laterality), _side(facts.laterality)
    if not image or not series or image == series:
        return None
    return f"{image} for the image, {series} for its series"


def _no_image(facts: Facts, said: Said) -> str | None:
    return _when(facts.content_type == ContentType.DICOM and not facts.is_image)


def _not_ophthalmic(facts: Facts, said: Said) -> str | None:
    sop_class = facts.sop_class_uid
    is_of_eyes = sop_class in CLASSES_OF_EYES or sop_class.startswith(OPHTHALMIC_CLASSES)
    return _uid(sop_class) if facts.is_image and sop_class and not is_of_eyes else None


def _undecodable(facts: Facts, said: Said) -> str | None:
    syntax = facts.transfer_syntax_uid
    is_decodable = not syntax or syntax in DECODABLE_SYNTAXES
    return _uid(syntax) if facts.is_image and not is_decodable else None


def _uid(written: str) -> str:
    # Anything may stand there, also what names a person.
    return written if UID.fullmatch(written) else "no UID"


def _other_subject(facts: Facts, said: Said) -> str | None:
    return str(said.copies.other_subjects) if said.copies.other_subjects else None


def _other_session(facts: Facts, said: Said) -> str | None:
    return str(said.copies.other_sessions) if said.copies.other_sessions else None


def _other_eye(facts: Facts, said: Said) -> str | None:
    return str(said.copies.other_eyes) if said.copies.other_eyes else None


def _burned_in_annotation(facts: Facts, said: Said) -> str | None:
    return _when(facts.burned_in_annotation.strip().upper() == "YES")


def _extension_mismatch(facts: Facts, said: Said) -> str | None:
    return None if said.has_fitting_extension else facts.content_type.label


def _locked_pdf(facts: Facts, said: Said) -> str | None:
    return _when(facts.is_locked)


def _too_many_pixels(facts: Facts, said: Said) -> str | None:
    pixels = (facts.rows or 0) * (facts.columns or 0) * facts.frames
    is_over = facts.is_image and said.max_pixels is not None and pixels > said.max_pixels
    return str(pixels)[:40] if is_over else None


C, S = FindingCode, Severity
RULES = (
    Rule(
        C.PATIENT_MISMATCH,
        S.SEVERE,
        _patient_mismatch,
        "The patient identifier in the file is not the subject's.",
    ),
    Rule(
        C.LATERALITY_MISMATCH,
        S.SEVERE,
        _laterality_mismatch,
        "The file says that it shows the {} eye, and was sent as one of the other.",
    ),
    Rule(
        C.LATERALITY_CONFLICT,
        S.WARNING,
        _laterality_conflict,
        "The file names two sides: {}.",
    ),
    Rule(
        C.NO_IMAGE,
        S.SEVERE,
        _no_image,
        "The DICOM file is whole, but holds no image; it counts for no eye.",
    ),
    Rule(
        C.NOT_OPHTHALMIC,
        S.WARNING,
        _not_ophthalmic,
        "The class of the image is none that photographs of eyes have: {}.",
    ),
    Rule(
        C.UNDECODABLE,
        S.SEVERE,
        _undecodable,
        "The image is in a transfer syntax that cannot be decoded here: {}.",
    ),
    Rule(
        C.SAME_IMAGE_OTHER_SUBJECT,
        S.SEVERE,
        _other_subject,
        "The same image is stored for another subject (other subjects: {}).",
    ),
    Rule(
        C.SAME_IMAGE_OTHER_SESSION,
        S.WARNING,
        _other_session,
        "The same image is stored in another session of the subject (other sessions: {}).",
    ),
    Rule(
        C.SAME_IMAGE_OTHER_EYE,
        S.SEVERE,
        _other_eye,
        "The same image is stored as one of the subject's other eye (sessions: {}).",
    ),
    Rule(
        C.BURNED_IN_ANNOTATION,
        S.WARNING,
        _burned_in_annotation,
        "Text is burned into the image, by its header; it may name the person.",
    ),
    Rule(
        C.CLOCK_SKEW,
        S.HINT,
        clock_skew,
        "A clock at the camera is wrong, or the file is late: {}.",
    ),
    Rule(
        C.EXTENSION_MISMATCH,
        S.HINT,
        _extension_mismatch,
        "The extension of the file name is not one of its content, which is {}.",
    ),
    Rule(
        C.LOCKED_PDF,
        S.WARNING,
        _locked_pdf,
        "The PDF file is encrypted: readers may ask for a password.",
    ),
    Rule(
        C.TOO_MANY_PIXELS,
        S.WARNING,
        _too_many_pixels,
        "The image has {} pixels, more than are shown.",
    ),
)
# Those that the header gives; the rest is seen in the pixels, later.
HEADER_CODES = frozenset(rule.code for rule in RULES)
