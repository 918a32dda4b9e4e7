"""What the record and the installation say of a file: with its facts, all that the rules see."""

import re
from dataclasses import dataclass
from datetime import datetime, tzinfo
from uuid import UUID

from edc_retinopathy.choices import Eye


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """Where else the same image is: other subjects, other sessions of the subject, and sessions of
    the subject in which it is one of the other eye.
    """

    other_subjects: int = 0
    other_sessions: int = 0
    other_eyes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whose session it is."""

    pk: UUID
    identifier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What is known of a file besides its bytes.

    ``eye`` is that of the file type, None for a report on both. ``captured`` is as the client sent
    it, or as near as the database holds. ``time_zone`` is that of times without one.
    """

    eye: Eye | None
    subject_identifier: str
    captured: datetime
    received: datetime
    time_zone: tzinfo
    has_fitting_extension: bool = True
    patient_id_pattern: re.Pattern[str] | None = None
    max_pixels: int | None = None
    copies: Copies = Copies()
