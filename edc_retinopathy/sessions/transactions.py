"""The transactions that decide whether a file has a record: what they read is what is committed."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connections, transaction
from django.db.models import UUIDField

from edc_retinopathy.errors import NoSession
from edc_retinopathy.models import CameraSession
from edc_retinopathy.models.prepared import Parameter, PreparedQuery

GONE = "The camera session was deleted or withdrawn."


@contextmanager
def recording(using: str) -> Iterator[None]:
    """A transaction that commits at its end and sees what others have committed meanwhile.

    Whatever isolation level the project has: under REPEATABLE READ a question would be answered
    from before the lock that was waited for.
    """
    connection = connections[using]
    is_outermost = not connection.in_atomic_block
    with transaction.atomic(using=using, durable=True):
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


def hold_session(pk: UUID, using: str) -> None:
    """Let no other transaction record a file of the session, or change it, until this one ends.

    Raises ``NoSession`` if it was deleted or withdrawn. Does nothing on SQLite, where a transaction
    that writes has the database to itself.
    """
    if not connections[using].features.has_select_for_update:
        return
    if _locked(using).first(pk=pk) is None:
        raise NoSession(GONE)


@cache
def _locked(using: str) -> PreparedQuery[CameraSession]:
    # Rows that refer to the session pass where the database can tell the two apart.
    no_key = connections[using].features.has_select_for_no_key_update
    key: Any = Parameter("pk", UUIDField())
    sessions = CameraSession.objects.using(using).in_use().order_by().filter(pk=key).only("pk")
    return PreparedQuery(sessions.select_for_update(no_key=no_key))
