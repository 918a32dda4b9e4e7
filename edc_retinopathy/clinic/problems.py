"""What is wrong, in words, with what to do about it and where that is done."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from edc_retinopathy.choices import FileType, RefusalState, Severity
from edc_retinopathy.errors import NoEligibleSession, NoSession
from edc_retinopathy.inspection.advice import advice_on as advice_on_finding
from edc_retinopathy.models import Finding, Refusal
from edc_retinopathy.refusals.advice import advice_on as advice_on_refusal
from edc_retinopathy.refusals.answers import answers_to

from .rights import Rights

ADMIN = "edc_retinopathy_admin:edc_retinopathy_"
# The answers to a refusal by the names of their pages.
ANSWERS = {
    RefusalState.REOPENED: ("reopen", gettext_lazy("Reopen the session")),
    RefusalState.ALLOWED: ("allow", gettext_lazy("Allow the next version")),
    RefusalState.DISMISSED: ("dismiss", gettext_lazy("Dismiss")),
}


@dataclass(frozen=True, slots=True)
class Action:
    """A link to where something is done."""

    label: Any
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that somebody should know; ``key`` is its own in a page."""

    key: str
    severity: Severity
    title: str
    detail: str
    advice: Any
    is_retake: bool = False
    actions: list[Action] = field(default_factory=list)

    @property
    def is_pressing(self) -> bool:
        """True for what belongs on top: all but hints that ask for no other picture."""
        return self.is_retake or self.severity != Severity.HINT


def returning(url: str, back: str) -> str:
    """The address of a page of the admin that comes back to ``back`` when it is done."""
    return f"{url}?{urlencode({'next': back})}"


def problem_of_finding(finding: Finding, *, rights: Rights, back: str) -> Problem:
    """A finding in a file."""
    advice = advice_on_finding(finding.code)
    actions = []
    if rights.resolves and rights.at(finding.site_id):
        url = reverse(f"{ADMIN}finding_resolve", args=(finding.pk,))
        actions.append(Action(gettext("Answer"), returning(url, back)))
    return Problem(
        key=f"finding-{finding.pk}",
        severity=Severity(finding.severity),
        title=str(finding.get_code_display()),
        detail=finding.message,
        advice=advice.text,
        is_retake=advice.is_retake,
        actions=actions,
    )


def problem_of_refusal(
    refusal: Refusal, *, rights: Rights, back: str, subject_pks: dict[str, Any]
) -> Problem:
    """What a camera sent in vain; ``subject_pks`` are those of the site's subjects, by name.

    The refusal's session is to be read with its state, as no query is made here.
    """
    actions = []
    if rights.answers and rights.at(refusal.site_id):
        actions = [
            Action(label, returning(reverse(f"{ADMIN}refusal_{name}", args=(refusal.pk,)), back))
            for answer in answers_to(refusal)
            for name, label in [ANSWERS[answer]]
            if answer != RefusalState.REOPENED or rights.changes
        ]
    subject = refusal.subject_identifier
    advice: Any = advice_on_refusal(refusal.code)
    is_without_session = refusal.code in {NoSession.code, NoEligibleSession.code}
    if is_without_session and refusal.camera_session is None:
        if subject not in subject_pks:
            advice = gettext("No such subject at this site: correct the identifier at the camera.")
        elif rights.adds and rights.at(refusal.site_id):
            url = reverse(f"{ADMIN}camerasession_add")
            query = urlencode({"registered_subject": subject_pks[subject]})
            actions.insert(0, Action(gettext("New session"), f"{url}?{query}"))
    return Problem(
        key=f"refusal-{refusal.pk}",
        severity=Severity.SEVERE,
        title=_title_of(refusal),
        detail=refusal.message,
        advice=advice,
        actions=actions,
    )


def _title_of(refusal: Refusal) -> str:
    what = refusal.file_type_label if refusal.file_type in FileType else ""
    names = {
        "what": what or refusal.file_name or gettext("An exam"),
        "who": refusal.subject_identifier or gettext("nobody named"),
    }
    if refusal.code == NoSession.code and refusal.camera_session is None:
        return gettext("Sent for %(who)s, who has no session today") % names
    return gettext("%(what)s for %(who)s was refused") % names
