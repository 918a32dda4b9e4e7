"""Keeps what was refused, one row for each cause, and closes it when it succeeds.

Neither changes what a camera is answered: whatever goes wrong here is logged, and that is all. A
token may be in hostile hands: an account has so many open refusals, and then one that counts.
"""

import hashlib
import json
import logging
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import connections, router
from django.db.models import F
from django.utils import timezone

from edc_retinopathy.accounts.tokens import known_of_user
from edc_retinopathy.choices import Endpoint, RefusalState
from edc_retinopathy.logs.quiet import quiet
from edc_retinopathy.models import Refusal
from edc_retinopathy.models.refusal import PENDING, TOO_MANY_REFUSALS
from edc_retinopathy.sessions.transactions import recording

logger = logging.getLogger(__name__)

MAX_OPEN_REFUSALS = 200
TOO_MANY = (
    f"The account has {MAX_OPEN_REFUSALS} open refusals. Those that came since are counted here."
)
# What is not about the file or the subject that it happens to meet.
OF_THE_ACCOUNT = frozenset({"throttled"})


@dataclass(slots=True, kw_only=True)
class Attempt:
    """What a camera tries, as far as it is known; text as it was sent."""

    endpoint: Endpoint
    account: Any
    site_id: int
    subject_identifier: str = ""
    file_type: str = ""
    file_name: str = ""
    device_id: str = ""
    camera_session_id: UUID | None = None


def record_refusal(attempt: Attempt, *, code: str, message: str) -> None:
    """Count the refusal with its cause; never raises.

    For the usual camera, which tries the same again and again, it is one statement.
    """
    try:
        if code in OF_THE_ACCOUNT:
            attempt = Attempt(
                endpoint=attempt.endpoint, account=attempt.account, site_id=attempt.site_id
            )
        _record(attempt, code, message)
    # A boundary: a camera is told why it was refused, whatever becomes of the record of that.
    except Exception as e:
        logger.exception("A refusal (%s) was not recorded.", code, exc_info=quiet(e))


def close_refusals(attempt: Attempt) -> None:
    """Close what was refused of the same until it succeeded; never raises.

    One statement, and none for an account that has nothing open. What is not known of a refusal,
    as the name of a file that was refused unread, may be anything.
    """
    if not getattr(attempt.account, "has_refusals", True):
        return
    try:
        _refusals().closable().filter(
            account_id=attempt.account.pk,
            endpoint=attempt.endpoint,
            subject_identifier__in=("", _storable(attempt.subject_identifier)),
            file_type__in=("", _storable(attempt.file_type)),
            file_name__in=("", _storable(attempt.file_name)),
        ).update(state=RefusalState.SUCCEEDED, closed_datetime=timezone.now())
    # A boundary: the file is stored, or the session resolved, and that is what the camera is told.
    except Exception as e:
        logger.exception("Refusals were not closed by a success.", exc_info=quiet(e))


def _refusals() -> Any:
    return Refusal.objects.using(router.db_for_write(Refusal))


def _record(attempt: Attempt, code: str, message: str) -> None:
    site_id = _site_id_of(attempt)
    refusal = Refusal(
        account_id=attempt.account.pk,
        username=attempt.account.get_username(),
        user_created=attempt.account.get_username(),
        device_id=_storable(attempt.device_id),
        site_id=site_id,
        endpoint=attempt.endpoint,
        subject_identifier=_storable(attempt.subject_identifier),
        file_type=_storable(attempt.file_type),
        file_name=_storable(attempt.file_name),
        code=code,
        message=message,
        camera_session_id=attempt.camera_session_id,
    )
    refusal.cause = _hash(
        attempt.endpoint,
        attempt.account.pk,
        site_id,
        refusal.subject_identifier,
        refusal.file_type,
        refusal.file_name,
        code,
    )
    using = router.db_for_write(Refusal)
    with recording(using):
        # On SQLite also the lock that holds back all others.
        if _counted(refusal):
            return
        if _holds_account(attempt.account.pk, using) and _counted(refusal):
            return
        others = _refusals().open().filter(account_id=attempt.account.pk)
        if others.exclude(code=TOO_MANY_REFUSALS).count() >= MAX_OPEN_REFUSALS:
            refusal = _overflow_of(refusal)
        if not _counted(refusal, is_reopened=True):
            # Counting has no history.
            refusal.skip_history_when_saving = True
            refusal.save(using=using, force_insert=True)


def _counted(refusal: Refusal, *, is_reopened: bool = False) -> bool:
    """True if there was a row of this cause, which counts one more now.

    A dismissed one stays so: the camera that was dismissed sends its file every minute. Closed
    ones are opened again if ``is_reopened``.
    """
    now = timezone.now()
    rows = _refusals().filter(cause=refusal.cause)
    values: dict[str, Any] = {
        "count": F("count") + 1,
        "last_datetime": now,
        "message": refusal.message,
        "device_id": refusal.device_id,
        "camera_session_id": refusal.camera_session_id,
    }
    if is_reopened:
        values |= {
            "state": RefusalState.OPEN,
            "closed_datetime": None,
            "closed_by": "",
            "reason": "",
        }
    else:
        rows = rows.filter(state__in=PENDING)
    return bool(rows.update(**values))


def _overflow_of(refusal: Refusal) -> Refusal:
    return Refusal(
        cause=_hash(TOO_MANY_REFUSALS, refusal.account_id, refusal.site_id),
        account_id=refusal.account_id,
        username=refusal.username,
        user_created=refusal.username,
        site_id=refusal.site_id,
        code=TOO_MANY_REFUSALS,
        message=TOO_MANY,
    )


def _holds_account(pk: Any, using: str) -> bool:
    """Let no other transaction add a refusal of the account; True if others may have until now."""
    features = connections[using].features
    if not features.has_select_for_update:
        return False
    users = get_user_model()._base_manager.using(using).filter(pk=pk)  # noqa: SLF001 - documented
    no_key = features.has_select_for_no_key_update
    list(users.select_for_update(no_key=no_key).values_list("pk"))
    return True


def _site_id_of(attempt: Attempt) -> int | None:
    """The site that was called, if the account may work there; else one of the account's own.

    People of another site are not told of what it sends.
    """
    user = attempt.account
    if user.is_superuser or known_of_user(
        user, "has_site", lambda: user.userprofile.sites.filter(pk=attempt.site_id).exists()
    ):
        return attempt.site_id
    own: int | None = known_of_user(
        user,
        "own_site_id",
        lambda: user.userprofile.sites.order_by("pk").values_list("pk", flat=True).first(),
    )
    return own


def _storable(text: str) -> str:
    """The text without what a database takes in no text: NUL and halves of surrogate pairs."""
    return text.replace("\x00", "\N{REPLACEMENT CHARACTER}").encode(errors="replace").decode()


def _hash(*parts: Any) -> str:
    return hashlib.sha256(json.dumps([str(part) for part in parts]).encode()).hexdigest()
