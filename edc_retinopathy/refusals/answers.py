"""What a person does about a refusal: reopen the session, allow a next version, or dismiss it.

The camera is not told: it tries again by itself, and succeeds then. Whoever answers may do so at
the refusal's site; that is the caller's to ask.
"""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import router
from django.db.models import Max
from django.utils import timezone

from edc_retinopathy.choices import RefusalState
from edc_retinopathy.errors import FilenameConflict, NoSession
from edc_retinopathy.logs import events
from edc_retinopathy.logs.events import Event
from edc_retinopathy.models import CameraSession, Refusal, SessionFile
from edc_retinopathy.sessions.state import SessionState
from edc_retinopathy.sessions.transactions import deciding

MAX_REASON_CHARACTERS = 250


class CannotAnswer(Exception):  # noqa: N818
    """The refusal was answered or closed meanwhile, or this is no answer to it."""


def answers_to(refusal: Refusal) -> list[RefusalState]:
    """The answers that fit the refusal as it is."""
    fitting = {
        RefusalState.REOPENED: _session_to_reopen(refusal) is not None,
        RefusalState.ALLOWED: _has_name_to_allow(refusal),
        # An allowance that was not used yet can be taken back.
        RefusalState.DISMISSED: refusal.state in {RefusalState.OPEN, RefusalState.ALLOWED},
    }
    return [answer for answer, fits in fitting.items() if fits]


def answer(
    refusal: Refusal, chosen: RefusalState, *, user: AbstractBaseUser, reason: str = ""
) -> None:
    """Give the refusal one of :func:`answers_to`; raises ``CannotAnswer`` if it is none of them."""
    with deciding(router.db_for_write(Refusal)):
        if chosen not in answers_to(refusal):
            raise CannotAnswer
        if chosen == RefusalState.REOPENED:
            session: Any = _session_to_reopen(refusal)
            session.reopen(user=user)
        version = _next_version(refusal) if chosen == RefusalState.ALLOWED else None
        _close(refusal, chosen, user, reason, version)


def _session_to_reopen(refusal: Refusal) -> CameraSession | None:
    """The session that the refusal was about, if it would take files but for its expiry."""
    session: CameraSession | None = refusal.camera_session
    if (
        refusal.state != RefusalState.OPEN
        or refusal.code != NoSession.code
        or session is None
        or session.site_id != refusal.site_id
        or not SessionState.of(session).can_be_reopened
    ):
        return None
    return session


def _has_name_to_allow(refusal: Refusal) -> bool:
    return (
        refusal.state == RefusalState.OPEN
        and refusal.code == FilenameConflict.code
        and refusal.camera_session is not None
        and refusal.camera_session.site_id == refusal.site_id
    )


def _next_version(refusal: Refusal) -> int:
    stored = SessionFile.objects.filter(
        camera_session_id=refusal.camera_session_id, original_filename=refusal.file_name
    ).aggregate(newest=Max("version"))
    return (stored["newest"] or 0) + 1


def _close(
    refusal: Refusal,
    chosen: RefusalState,
    user: AbstractBaseUser,
    reason: str,
    version: int | None,
) -> None:
    now = timezone.now()
    # Of two people who answer, one is second.
    rows = Refusal.objects.filter(pk=refusal.pk, state=refusal.state)
    if not rows.update(
        state=chosen,
        closed_datetime=now,
        closed_by=user.get_username(),
        reason=reason,
        allowed_version=version,
        modified=now,
        user_modified=user.get_username(),
    ):
        raise CannotAnswer
    refusal.refresh_from_db()
    Refusal.history.bulk_history_create([refusal], update=True, default_user=user)
    events.log_on_commit(
        Event.REFUSAL_ANSWERED,
        refusal=refusal.pk,
        answer=chosen,
        camera_session=refusal.camera_session_id,
        account=user.pk,
    )
