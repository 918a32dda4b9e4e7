"""The transactions that decide by what others have committed, and what they hold meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from uuid import UUID

from django.db import OperationalError, connections, transaction
from django.db.models import F, UUIDField
from edc_registration.models import RegisteredSubject

from edc_retinopathy.errors import NoSession
from edc_retinopathy.models import CameraSession
from edc_retinopathy.models.prepared import Parameter, PreparedQuery

GONE = "The camera session was deleted or withdrawn."
# PostgreSQL's, of what it refuses to write on the ground of an old view (appendix A, class 40).
SERIALIZATION_FAILURE = "40001"


@contextmanager
def recording(using: str) -> Iterator[None]:
    """A transaction that commits at its end and sees what others have committed meanwhile.

    Whatever isolation level the project has: under REPEATABLE READ a question would be answered
    from before the lock that was waited for.
    """
    with _read_committed(using, durable=True):
        yield


@contextmanager
def deciding(using: str) -> Iterator[None]:
    """As :func:`recording`, also inside of another transaction, which then commits it.

    On SQLite it waits here for whoever writes, not at its first write: by then what it has read
    may be out of date, which is an error there.
    """
    with _read_committed(using, durable=False):
        if not connections[using].features.has_select_for_update:
            # Of no row: the statement alone takes the lock.
            nobody = CameraSession.objects.using(using).filter(pk=UUID(int=0))
            nobody.update(report_type=F("report_type"))
        yield


@contextmanager
def _read_committed(using: str, *, durable: bool) -> Iterator[None]:
    connection = connections[using]
    is_outermost = not connection.in_atomic_block
    with transaction.atomic(using=using, durable=durable):
        if is_outermost and not _is_read_committed(connection):
            with connection.cursor() as cursor:
                # Of this transaction alone, which has asked nothing yet.
                cursor.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
        yield


def _is_read_committed(connection: Any) -> bool:
    # SQLite has one writer at a time. MariaDB's level is Django's to set unless the project says
    # otherwise; PostgreSQL's may come from the server, the database, the role or the options.
    if connection.vendor == "mysql":
        return bool(connection.isolation_level == "read committed")
    return bool(connection.vendor == "sqlite")


def is_outdated(error: OperationalError) -> bool:
    """Whether a write was refused because others have committed one of the row meanwhile.

    PostgreSQL does so from REPEATABLE READ on, to single statements too.
    """
    return getattr(error.__cause__, "sqlstate", None) == SERIALIZATION_FAILURE


def hold_session(pk: UUID, using: str) -> None:
    """Let no other transaction record a file of the session, or change it, until this one ends.

    Raises ``NoSession`` if it was deleted or withdrawn. Does nothing on SQLite, where a transaction
    that writes has the database to itself.
    """
    if not connections[using].features.has_select_for_update:
        return
    if _locked(using).first(pk=pk) is None:
        raise NoSession(GONE)


def hold_subject(subject: RegisteredSubject, using: str) -> None:
    """Let whoever adds a session of the subject at this moment wait until this transaction ends.

    Does nothing outside of one, where nobody would wait.
    """
    connection = connections[using]
    if not connection.in_atomic_block:
        return
    held = RegisteredSubject.objects.using(using).order_by().filter(pk=subject.pk)
    if connection.features.has_select_for_update:
        no_key = connection.features.has_select_for_no_key_update
        list(held.select_for_update(no_key=no_key).values_list("pk"))
    else:
        # A write of what is there already: SQLite's lock is that of the whole database.
        held.update(site=F("site"))


@cache
def _locked(using: str) -> PreparedQuery[CameraSession]:
    # Rows that refer to the session pass where the database can tell the two apart.
    no_key = connections[using].features.has_select_for_no_key_update
    key: Any = Parameter("pk", UUIDField())
    sessions = CameraSession.objects.using(using).in_use().order_by().filter(pk=key).only("pk")
    return PreparedQuery(sessions.select_for_update(no_key=no_key))
