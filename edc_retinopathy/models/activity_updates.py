"""What cameras and people do with a session, written down in its row by one statement each.

Each is complete in itself: none reads first what it adds to. They are built once.
"""

from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, Case, DateTimeField, F, Q, UUIDField, Value, When
from django.db.models.functions import Coalesce, Greatest

from edc_retinopathy.choices import Progress

from .prepared import Parameter, PreparedUpdate
from .requirements import REQUIREMENTS
from .session_activity import SessionActivity
from .session_activity_queryset import fields_of_file, is_met_fields


def record_resolve(camera_session_id: UUID, moment: datetime, *, using: str) -> None:
    """A camera resolved the session."""
    _of_moment(using, "last_resolved_datetime").run(pk=camera_session_id, moment=moment)


def record_reopening(camera_session_id: UUID, moment: datetime, *, using: str) -> None:
    """A person gave the session the time for uploads anew."""
    _of_moment(using, "last_reopened_datetime").run(pk=camera_session_id, moment=moment)


def record_file(file: Any, *, using: str) -> None:
    """A file came; if nothing is missing any more, the exam is complete since then."""
    _of_file(using, file.file_type, is_image=file.is_image).run(
        pk=file.camera_session_id, moment=file.received_datetime, size=file.file_size
    )


def _moment() -> Any:
    return Parameter("moment", DateTimeField())


def _latest(name: str) -> Any:
    """The later of what a field holds, if anything, and the moment."""
    return Greatest(Coalesce(name, _moment()), _moment())


def _row(using: str) -> Any:
    key: Any = Parameter("pk", UUIDField())
    return SessionActivity.objects.using(using).filter(pk=key)


@cache
def _of_moment(using: str, name: str) -> PreparedUpdate:
    values = {name: _moment(), "latest_datetime": _latest("latest_datetime")}
    return PreparedUpdate(_row(using), values)


@cache
def _of_file(using: str, file_type: str, *, is_image: bool) -> PreparedUpdate:
    names = fields_of_file(file_type, is_image=is_image)
    complete = _complete(names)
    was_complete = Q(completed_datetime__isnull=False)
    values = {
        **dict.fromkeys(names, True),
        "file_count": F("file_count") + 1,
        "stored_bytes": F("stored_bytes") + Parameter("size", BigIntegerField()),
        "last_received_datetime": _latest("last_received_datetime"),
        "latest_datetime": _latest("latest_datetime"),
        # Before ``completed_datetime``: MariaDB goes on with what it has just set.
        "progress": Case(
            When(was_complete | complete, then=Value(Progress.COMPLETE.value)),
            default=Value(Progress.BEGUN.value),
        ),
        "completed_datetime": Case(
            When(was_complete, then=F("completed_datetime")),
            When(complete, then=_moment()),
            default=Value(None, output_field=DateTimeField()),
        ),
    }
    return PreparedUpdate(_row(using), values)


def _complete(known: list[str]) -> Q:
    """Is nothing missing, where the fields ``known`` are true?"""
    condition = Q()
    for report_type, requirements in REQUIREMENTS.items():
        met = Q(report_type=report_type)
        for requirement in requirements:
            names = is_met_fields(requirement)
            if not set(names) & set(known):
                any_of = Q()
                for name in names:
                    any_of |= Q(**{name: True})
                met &= any_of
        condition |= met
    return condition
