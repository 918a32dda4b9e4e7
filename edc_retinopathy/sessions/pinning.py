"""Pinning: a camera resolved a session, whose uploads go there from now on."""

from datetime import datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import OperationalError, router
from django.utils import timezone

from edc_retinopathy.models import CameraSession, SessionActivity
from edc_retinopathy.models.activity_updates import record_resolve

from .chosen import STORED, ResolvableSession
from .transactions import is_outdated, recording


def pin(session: ResolvableSession, *, device_id: str, user: AbstractBaseUser) -> None:
    """Remember that a camera resolved the session now; fill its ``device_id`` if it is empty.

    The history gains a row only when ``device_id`` changes: a pin is not data of the trial.
    """
    now, using = timezone.now(), router.db_for_write(SessionActivity)
    if not device_id or session.device_id:
        _record_resolve(session, now, using)
        return
    changed = {"device_id": device_id, "modified": now, "user_modified": user.get_username()}
    with recording(using):
        # A plain update, which leaves what others change meanwhile alone.
        is_filled = CameraSession.objects.filter(pk=session.pk, device_id="").update(**changed)
        record_resolve(session.pk, now, using=using)
        if is_filled:
            row = _row_of(session, changed)
            CameraSession.history.bulk_history_create([row], update=True, default_user=user)


def _record_resolve(session: ResolvableSession, now: datetime, using: str) -> None:
    try:
        record_resolve(session.pk, now, using=using)
    except OperationalError as e:
        if not is_outdated(e):
            raise
        # An upload has counted its file meanwhile. Not so from the start: a transaction costs more.
        with recording(using):
            record_resolve(session.pk, now, using=using)


def _row_of(session: ResolvableSession, changed: dict[str, Any]) -> CameraSession:
    """The row with what was changed, and with its initials as the database has them."""
    values = {**session.stored, **changed}
    using = router.db_for_write(CameraSession)
    row = CameraSession.from_db(using, STORED, [values[name] for name in STORED])
    row.initials = values["stored_initials"] and values["stored_initials"].encode()
    return row
