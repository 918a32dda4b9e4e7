"""The facts of a file as they are kept: cut to their columns, and without what is no text."""

from django.db.models import CharField

from edc_retinopathy.choices import PatientMatch
from edc_retinopathy.content import Facts
from edc_retinopathy.models import SessionFile, SessionFileFacts

from .rules import RULES_VERSION

# What every database holds in a whole number.
MOST = 2**31 - 1
NUMBERS = ("rows", "columns", "frames")
TEXTS = {
    field.name: int(field.max_length or 0)
    for field in SessionFileFacts._meta.get_fields()  # noqa: SLF001 - documented
    if isinstance(field, CharField) and field.name != "patient_match"
}
# Planes beyond the first are not in every database's text.
LAST_CHARACTER = "\uffff"


def kept_facts(
    session_file: SessionFile, facts: Facts, patient_match: PatientMatch
) -> SessionFileFacts:
    """The row beside the record, not saved yet."""
    numbers = {name: getattr(facts, name) for name in NUMBERS}
    return SessionFileFacts(
        session_file=session_file,
        site_id=session_file.site_id,
        is_locked=facts.is_locked,
        patient_match=patient_match,
        rules_version=RULES_VERSION,
        **{name: n if n is None else min(max(n, 0), MOST) for name, n in numbers.items()},
        **{name: kept_text(getattr(facts, name))[:length] for name, length in TEXTS.items()},
    )


def kept_text(text: str) -> str:
    """What of a header's text is text: it may hold anything, NUL too, which PostgreSQL refuses."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(c for c in text if c.isprintable() and c <= LAST_CHARACTER)


def kept_instance_uid(facts: Facts) -> str:
    """The SOP instance UID as it is kept, by which copies are found."""
    return kept_text(facts.sop_instance_uid)[: TEXTS["sop_instance_uid"]]
