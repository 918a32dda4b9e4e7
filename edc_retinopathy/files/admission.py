"""May a file still be stored that was let in when its upload began?

A slow link takes minutes. Meanwhile a token is revoked, an account closed, a session found to be
contraindicated, or filled by others.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.db import router
from django.db.models import CharField, DateTimeField, IntegerField, UUIDField

from edc_retinopathy import conf
from edc_retinopathy.accounts.tokens import conditions_of_token
from edc_retinopathy.errors import AuthenticationFailed, NoSession, NotPermitted, SessionFull
from edc_retinopathy.models import CameraSession, SessionFile
from edc_retinopathy.models.camera_session_queryset import expiry_cutoff
from edc_retinopathy.models.prepared import Parameter, PreparedQuery
from edc_retinopathy.sessions.choice import NO_SESSION, require_usable

FULL = "The session holds as many files, or as much data, as one may."


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who sends a file: by which token, at which site."""

    user: Any
    token: str
    site_id: int


def require_admission(camera_session_id: UUID, caller: Caller) -> CameraSession:
    """Judge the caller and the session again, in one query.

    Gives the session, with the site that it has now and its amounts.

    Raises ``AuthenticationFailed``, ``NotPermitted``, ``NoSession`` and ``NoEligibleSession``, as
    when the upload began. Whether the session has expired is not asked: the upload belongs to the
    exam that it began in.
    """
    session: Any = _query().first(
        pk=camera_session_id,
        cutoff=expiry_cutoff(),
        token=caller.token,
        site_id=caller.site_id,
    )
    if session is None:
        raise NoSession(NO_SESSION)
    if not session.is_token_known:
        raise AuthenticationFailed("The token is not valid any more.")
    if not session.may_add_files:
        raise NotPermitted("The account may not upload any more.")
    if not session.has_site:
        raise NoSession(NO_SESSION)
    require_usable(session)
    found: CameraSession = session
    return found


def require_room(session: CameraSession) -> None:
    """Raise ``SessionFull`` if the session, with its amounts, holds more than one may.

    Asked while the session is held and the file's record counts already: no two uploads take the
    last place.
    """
    max_files, max_bytes = conf.max_files_per_session(), conf.max_session_size_bytes()
    if (max_files is not None and session.file_count > max_files) or (
        max_bytes is not None and session.stored_bytes > max_bytes
    ):
        raise SessionFull(FULL)


@cache
def _query() -> PreparedQuery[CameraSession]:
    key: Any = Parameter("pk", UUIDField())
    # Where records are written: a replica may not know the newest.
    sessions = CameraSession.objects.using(router.db_for_write(SessionFile))
    return PreparedQuery(
        sessions.in_use()
        .order_by()
        .filter(pk=key)
        .only("pk", "site")
        .with_usability(Parameter("cutoff", DateTimeField()))
        .with_amounts()
        .annotate(
            **conditions_of_token(
                Parameter("token", CharField()), Parameter("site_id", IntegerField())
            )
        )
    )
