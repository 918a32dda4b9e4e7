"""Taking back a session that was entered by mistake: it stays, with a reason, never chosen."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import router
from django.utils import timezone

from edc_retinopathy.errors import NoSession
from edc_retinopathy.logs import events
from edc_retinopathy.logs.events import Event
from edc_retinopathy.models import CameraSession

from .transactions import deciding, hold_session

MAX_REASON_CHARACTERS = 250


class CannotWithdraw(Exception):  # noqa: N818
    """The session has files, or was withdrawn before."""


def withdraw(session: CameraSession, *, reason: str, user: AbstractBaseUser) -> None:
    """Withdraw a session that has no files; ``CannotWithdraw`` is raised if it has.

    An upload that is under way when this is asked is waited for, and then is in the way; one that
    comes later finds no session.
    """
    using = router.db_for_write(CameraSession)
    sessions = CameraSession.objects.using(using).filter(pk=session.pk)
    now = timezone.now()
    with deciding(using):
        # As uploads do until they commit.
        try:
            hold_session(session.pk, using)
        except NoSession as e:
            raise CannotWithdraw from e
        withdrawn = (
            sessions.in_use()
            .without_files()
            .update(
                withdrawn_datetime=now,
                withdrawn_reason=reason,
                modified=now,
                user_modified=user.get_username(),
            )
        )
        if not withdrawn:
            raise CannotWithdraw
        stored = sessions.get()
        CameraSession.history.bulk_history_create([stored], update=True, default_user=user)
        events.log_on_commit(Event.WITHDRAWN, camera_session=session.pk, account=user.pk)
    session.refresh_from_db(fields=["withdrawn_datetime", "withdrawn_reason"])
