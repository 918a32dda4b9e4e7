"""Is the patient of a DICOM file the subject of the session?"""

import re

from edc_retinopathy.choices import PatientMatch

# PS3.5 6.2: a LO has 64 characters at most. Beyond that no pattern looks.
MAX_CHARACTERS = 64
NOT_COUNTED = re.compile(r"[\s-]+")


def patient_match(
    patient_id: str, subject_identifier: str, pattern: re.Pattern[str] | None = None
) -> PatientMatch:
    """Whether (0010,0020) names the subject: by the pattern's group, or all of it without one.

    Case, hyphens and white space do not count. Where the pattern finds nothing, the file names
    somebody else.
    """
    if not patient_id.strip():
        return PatientMatch.ABSENT
    named: str | None = patient_id
    if pattern is not None:
        found = pattern.search(patient_id[:MAX_CHARACTERS])
        named = found["subject_identifier"] if found else None
    if named is None:
        return PatientMatch.NO
    return PatientMatch.YES if _key(named) == _key(subject_identifier) else PatientMatch.NO


def _key(identifier: str) -> str:
    return NOT_COUNTED.sub("", identifier).casefold()
