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


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """What was read of the caller, and of the session: where it is by now, and how full."""

    site_id: int
    is_contraindicated: bool
    file_count: int
    stored_bytes: int
    is_token_known: bool
    may_add_files: bool
    has_site: bool


# What each field is asked as.
COLUMNS = {
    "site_id": "site_id",
    "is_contraindicated": "is_contraindicated",
    "file_count": "activity__file_count",
    "stored_bytes": "activity__stored_bytes",
    "is_token_known": "is_token_known",
    "may_add_files": "may_add_files",
    "has_site": "has_site",
}


def require_admission(camera_session_id: UUID, caller: Caller) -> Admission:
    """Judge the caller and the session again, in one query; gives what was read.

    Raises ``AuthenticationFailed``, ``NotPermitted``, ``NoSession`` and ``NoEligibleSession``, as
    when the upload began. Whether the session has expired is not asked: the upload belongs to the
    exam that it began in.
    """
    rows = _query().rows(
        pk=camera_session_id,
        cutoff=expiry_cutoff(),
        token=caller.token,
        site_id=caller.site_id,
    )
    if not rows:
        raise NoSession(NO_SESSION)
    admission = Admission(**dict(zip(COLUMNS, rows[0], strict=True)))
    if not admission.is_token_known:
        raise AuthenticationFailed("The token is not valid any more.")
    if not admission.may_add_files:
        raise NotPermitted("The account may not upload any more.")
    if not admission.has_site:
        raise NoSession(NO_SESSION)
    require_usable(camera_session_id, is_contraindicated=admission.is_contraindicated)
    return admission


def require_room(admission: Admission) -> None:
    """Raise ``SessionFull`` if the session holds more than one may.

    Asked while the session is held and the file's record counts already: no two uploads take the
    last place.
    """
    max_files, max_bytes = conf.max_files_per_session(), conf.max_session_size_bytes()
    if (max_files is not None and admission.file_count > max_files) or (
        max_bytes is not None and admission.stored_bytes > max_bytes
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
        .with_usability(Parameter("cutoff", DateTimeField()))
        .annotate(
            **conditions_of_token(
                Parameter("token", CharField()), Parameter("site_id", IntegerField())
            )
        )
        .values_list(*COLUMNS.values())
    )
