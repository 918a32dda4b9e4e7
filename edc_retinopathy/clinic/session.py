"""One session, with all that a clinician may do about it."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from edc_retinopathy.choices import CONTRAINDICATION_FIELDS
from edc_retinopathy.models import CameraSession
from edc_retinopathy.sessions.state import ELIGIBILITY_TONES, Tone

from .exams import Exam, exams_of
from .problems import ADMIN, Action, Problem, returning
from .refused import refused_of
from .rights import Rights


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionView:
    """What the page of a session shows."""

    exam: Exam
    refused: list[Problem]
    screening: list[tuple[Any, Any]]
    eligibility_tone: Tone
    edit: Action | None
    reopen_url: str | None
    withdraw: Action | None
    next_subject: Action | None
    history_url: str | None


def session_view(session: CameraSession, *, rights: Rights) -> SessionView:
    """The session, what is wrong with it, and what the account may do about it."""
    back = session.get_page_url()
    (exam,) = exams_of([session], rights=rights, back=back)
    state = exam.state
    is_own = rights.at(session.site_id)
    changes = rights.changes and is_own and not session.is_withdrawn
    withdraws = rights.adds and is_own and state.can_be_withdrawn

    def admin_url(name: str) -> str:
        return returning(reverse(f"{ADMIN}camerasession_{name}", args=(session.pk,)), back)

    add = reverse(f"{ADMIN}camerasession_add") if rights.adds else None
    return SessionView(
        exam=exam,
        refused=refused_of(session, rights=rights, back=back),
        screening=_screening(session),
        eligibility_tone=ELIGIBILITY_TONES[state.eligibility],
        edit=Action(gettext("Edit"), admin_url("change")) if changes else None,
        reopen_url=admin_url("reopen") if changes and state.can_be_reopened else None,
        withdraw=Action(gettext("Withdraw"), admin_url("withdraw")) if withdraws else None,
        next_subject=Action(gettext("Next subject"), add) if add else None,
        history_url=admin_url("history") if rights.has_admin else None,
    )


def _screening(session: CameraSession) -> list[tuple[Any, Any]]:
    """Each question with its answer."""
    fields = session._meta.get_field  # noqa: SLF001 - documented
    return [
        (
            fields(name).verbose_name,
            getattr(session, f"get_{name}_display")() or gettext("Unanswered"),
        )
        for name in CONTRAINDICATION_FIELDS
    ]
