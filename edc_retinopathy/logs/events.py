"""What happens to exams, as lines of a log that machines can count and people can read.

One logger, ``edc_retinopathy.events``; each line begins with the event's stable name. It holds keys
and codes only: no subject identifier, name, initials, file name or token.
"""

import json
import logging
import re
import time
from enum import StrEnum
from functools import partial

from django.db import transaction

logger = logging.getLogger("edc_retinopathy.events")

# What needs no quotes in a line of ``name=value``.
PLAIN = re.compile(r"[\w.:/@+-]+", re.ASCII)


class Event(StrEnum):
    """The names; they change only by adding."""

    RESOLVED = "resolved"
    RECEIVED = "received"
    RETRIED = "retried"
    REFUSED = "refused"
    REFUSAL_ANSWERED = "refusal_answered"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"
    SERVED = "served"
    ADOPTED = "adopted"
    ACCOUNT_CREATED = "account_created"
    TOKEN_ROTATED = "token_rotated"  # noqa: S105 - no password
    ACCOUNT_REVOKED = "account_revoked"
    AUDIT_FINISHED = "audit_finished"
    FINDING_RESOLVED = "finding_resolved"


OF_FILE = ("session_file", "camera_session", "account", "device", "file_type", "size", "ms")

# What each line tells, in this order; what is not known is left out.
FIELDS: dict[Event, tuple[str, ...]] = {
    Event.RESOLVED: ("camera_session", "account", "device", "ms"),
    Event.RECEIVED: OF_FILE,
    Event.RETRIED: OF_FILE,
    Event.REFUSED: ("endpoint", "code", "status", "account", "device", "ms"),
    Event.REFUSAL_ANSWERED: ("refusal", "answer", "camera_session", "account"),
    Event.REOPENED: ("camera_session", "account"),
    Event.WITHDRAWN: ("camera_session", "account"),
    Event.SERVED: ("session_file", "account", "kind"),
    Event.ADOPTED: ("session_file", "camera_session", "size"),
    Event.ACCOUNT_CREATED: ("account", "device", "site"),
    Event.TOKEN_ROTATED: ("account",),
    Event.ACCOUNT_REVOKED: ("account",),
    Event.FINDING_RESOLVED: ("session_file", "code", "account"),
    Event.AUDIT_FINISHED: ("storage_audit", "checked", "findings"),
}


def log(event: Event, **values: object) -> None:
    """Write the event's line; a record's attributes (``extra``) hold the same, one by one.

    ``values`` are of :data:`FIELDS`; None and the empty text are left out.
    """
    known = {name: values.get(name) for name in FIELDS[event]}
    extra = {name: _clean(value) for name, value in known.items() if value not in (None, "")}
    line = " ".join([event, *(f"{name}={_quoted(value)}" for name, value in extra.items())])
    # A refusal may need somebody; the rest is the daily work.
    level = logging.WARNING if event == Event.REFUSED else logging.INFO
    logger.log(level, "%s", line, extra={"event": str(event), **extra})


def log_on_commit(event: Event, **values: object) -> None:
    """The same once the transaction that is running has been committed, or else never."""
    transaction.on_commit(partial(log, event, **values))


def milliseconds_since(started: float) -> int:
    """How long ago ``time.monotonic()`` was ``started``."""
    return round((time.monotonic() - started) * 1000)


def _clean(value: object) -> int | str:
    """A number, or text that can break no line."""
    if isinstance(value, int):
        return value
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode()
        for char in str(value)
    )


def _quoted(value: int | str) -> str:
    text = str(value)
    return text if PLAIN.fullmatch(text) else json.dumps(text)
