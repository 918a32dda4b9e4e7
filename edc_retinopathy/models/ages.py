"""How old a registered subject is on a day."""

from datetime import date
from typing import Any


def date_of_birth(subject: Any) -> date | None:
    """The subject's date of birth; None if it is not known."""
    # A subject that was made but not read again may hold the text that it was given.
    born: date | None = subject._meta.get_field("dob").to_python(subject.dob)  # noqa: SLF001 - public API
    return born


def age_in_years(subject: Any, on: date) -> int | None:
    """Whole years from the subject's birth to the day; None if unknown or not born yet."""
    born = date_of_birth(subject)
    if born is None or on < born:
        return None
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
