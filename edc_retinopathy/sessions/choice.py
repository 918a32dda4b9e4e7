"""Which session is meant: the contract's rules of choice.

Each choice is a single query, whatever the number of sessions of a subject. ``site_ids`` are the
sites whose sessions the account may use; with none there is no session. A withdrawn session is as
if there were none.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import CharField, DateTimeField, UUIDField

from edc_retinopathy.errors import NoEligibleSession, NoSession
from edc_retinopathy.models import CameraSession
from edc_retinopathy.models.camera_session_queryset import (
    CameraSessionQuerySet,
    expiry_cutoff,
    going_on_cutoff,
)
from edc_retinopathy.models.prepared import Parameter, PreparedQuery

from .chosen import ChosenSession, ResolvableSession, SessionInProgress

NO_SESSION = "There is no camera session for this subject."
EXPIRED = (
    "The camera session for this subject has expired. "
    "A clinician can reopen it for uploads in the EDC."
)
NOT_ELIGIBLE = (
    "Every camera session of this subject is contraindicated, or complete and its exam over."
)
CONTRAINDICATED = "The camera session for this subject is contraindicated."

CUTOFF: Any = Parameter("cutoff", DateTimeField())
GOING_ON_CUTOFF: Any = Parameter("going_on_cutoff", DateTimeField())


def session_to_resolve(subject_identifier: str, site_ids: tuple[int, ...]) -> ResolvableSession:
    """The newest that is neither contraindicated, complete nor expired; else the exam going on.

    The exam that is still going on is the session last resolved, complete as it is, until it has
    expired: the client resolves anew for what is left of an exam whose link broke. Raises
    ``NoSession`` if there is none at all or all that are open have expired, and
    ``NoEligibleSession`` if every one is contraindicated, or complete and over.
    """
    session = _first(ResolvableSession, _to_resolve, subject_identifier, site_ids)
    if session.is_open and session.has_expired:
        raise NoSession(EXPIRED, camera_session_id=session.pk)
    if not session.is_open and not session.is_going_on:
        raise NoEligibleSession(NOT_ELIGIBLE, camera_session_id=session.pk)
    return session


def session_for_upload(
    subject_identifier: str, site_ids: tuple[int, ...], camera_session_id: UUID | None = None
) -> ChosenSession:
    """The session that an upload goes to.

    With an id: that one, expired or not. Without: the one last resolved, complete or not; if none
    ever was resolved, the newest that is neither expired nor contraindicated. A resolved session
    that has expired is not replaced by another one: the files of one exam must not slide into
    another. Raises ``NoSession`` and ``NoEligibleSession``.
    """
    if camera_session_id is None:
        session = _first(ChosenSession, _for_upload, subject_identifier, site_ids)
    else:
        named = {"camera_session_id": camera_session_id}
        session = _first(ChosenSession, _of_id, subject_identifier, site_ids, **named)
    require_usable(session.pk, is_contraindicated=session.is_contraindicated)
    if camera_session_id is None and session.has_expired:
        raise NoSession(EXPIRED, camera_session_id=session.pk)
    return session


def require_usable(camera_session_id: UUID, *, is_contraindicated: bool) -> None:
    """Raise ``NoEligibleSession`` if the session may receive no files."""
    if is_contraindicated:
        raise NoEligibleSession(CONTRAINDICATED, camera_session_id=camera_session_id)


def session_for_status(subject_identifier: str, site_ids: tuple[int, ...]) -> SessionInProgress:
    """The session that an upload without an id would go to; failing that, the newest.

    Raises ``NoSession`` if there is none.
    """
    session = _first(SessionInProgress, _for_upload, subject_identifier, site_ids)
    if session.is_contraindicated or session.has_expired:
        session = _first(SessionInProgress, _newest, subject_identifier, site_ids)
    return session


def _first[S: ChosenSession](
    kind: type[S],
    question: Callable[[CameraSessionQuerySet], CameraSessionQuerySet],
    subject_identifier: str,
    site_ids: tuple[int, ...],
    **values: Any,
) -> S:
    rows: list[tuple[Any, ...]] = []
    # PostgreSQL refuses a NUL in a parameter instead of finding nothing.
    if site_ids and "\x00" not in subject_identifier:
        rows = _prepared(question, kind.COLUMNS, site_ids).rows(
            subject_identifier=subject_identifier,
            cutoff=expiry_cutoff(),
            going_on_cutoff=going_on_cutoff(),
            **values,
        )
    if not rows:
        raise NoSession(NO_SESSION)
    return kind.of(dict(zip(kind.COLUMNS, rows[0], strict=True)))


@lru_cache(maxsize=1000)
def _prepared(
    question: Callable[[CameraSessionQuerySet], CameraSessionQuerySet],
    columns: tuple[str, ...],
    site_ids: tuple[int, ...],
) -> PreparedQuery[CameraSession]:
    subject_identifier: Any = Parameter("subject_identifier", CharField())
    sessions = (
        CameraSession.objects.visible_at(site_ids)
        .in_use()
        .filter(subject_identifier=subject_identifier)
    )
    return PreparedQuery(question(sessions).with_usability(CUTOFF).values_list(*columns))


def _to_resolve(sessions: CameraSessionQuerySet) -> CameraSessionQuerySet:
    return sessions.to_resolve(CUTOFF, GOING_ON_CUTOFF).with_stored_initials()


def _for_upload(sessions: CameraSessionQuerySet) -> CameraSessionQuerySet:
    return sessions.for_upload(CUTOFF)


def _of_id(sessions: CameraSessionQuerySet) -> CameraSessionQuerySet:
    camera_session_id: Any = Parameter("camera_session_id", UUIDField())
    return sessions.filter(pk=camera_session_id)


def _newest(sessions: CameraSessionQuerySet) -> CameraSessionQuerySet:
    return sessions.newest()
