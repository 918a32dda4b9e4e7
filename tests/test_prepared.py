"""Queries that are built once and run with other values each time."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import BooleanField, Case, DateTimeField, F, Q, UUIDField, When
from django.db.models.sql.compiler import SQLUpdateCompiler
from django.test.utils import CaptureQueriesContext

from edc_retinopathy.models import CameraSession, SessionActivity, SessionFileFacts
from edc_retinopathy.models.prepared import (
    Parameter,
    PreparedInsert,
    PreparedQuery,
    PreparedUpdate,
)
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def by_key() -> PreparedQuery[CameraSession]:
    is_late = Q(report_datetime__gt=Parameter("moment", DateTimeField()))
    return PreparedQuery(
        CameraSession.objects.defer("initials")
        .filter(pk=Parameter("pk", UUIDField()))
        .annotate(
            is_late=Case(When(is_late, then=True), default=False, output_field=BooleanField())
        )
    )


def test_gives_the_row_of_the_values(
    by_key: PreparedQuery[CameraSession], session: CameraSession
) -> None:
    for moment, is_late in (
        (session.report_datetime, False),
        (datetime(2001, 1, 1, tzinfo=UTC), True),
    ):
        found = by_key.first(pk=session.pk, moment=moment)
        assert found == session
        assert found.report_datetime == session.report_datetime
        assert found.is_late == is_late


def test_gives_none_where_there_is_no_row(
    by_key: PreparedQuery[CameraSession], session: CameraSession
) -> None:
    assert by_key.first(pk=uuid4(), moment=session.report_datetime) is None


def test_asks_once_and_leaves_out_what_is_deferred(
    by_key: PreparedQuery[CameraSession], session: CameraSession
) -> None:
    with CaptureQueriesContext(connection) as queries:
        found = by_key.first(pk=session.pk, moment=session.report_datetime)
    assert len(queries) == 1
    assert found is not None
    assert "initials" in found.get_deferred_fields()


def test_a_value_that_is_not_given_is_an_error(by_key: PreparedQuery[CameraSession]) -> None:
    with pytest.raises(KeyError, match="moment"):
        by_key.first(pk=uuid4())


def test_inserts_what_the_orm_reads(session: CameraSession) -> None:
    file = factories.store_file(session, "left")
    row = SessionFileFacts(
        session_file=file,
        site_id=session.site_id,
        rows=1411,
        is_locked=True,
        manufacturer="100 % Optik",
        rules_version=1,
    )
    with CaptureQueriesContext(connection) as queries:
        PreparedInsert(SessionFileFacts, "default").insert(row)
    assert len(queries) == 1
    written = SessionFileFacts.objects.get(pk=file.pk)
    for field in SessionFileFacts._meta.concrete_fields:
        assert getattr(written, field.attname) == getattr(row, field.attname)


def test_changes_what_update_would_change(
    session: CameraSession, create_session: Callable[..., CameraSession]
) -> None:
    moment = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)
    other = create_session()
    key: Any = Parameter("pk", UUIDField())
    later = Case(
        When(file_count__gt=0, then=Parameter("moment", DateTimeField())),
        default=F("report_datetime"),
    )
    update = PreparedUpdate(
        SessionActivity.objects.filter(pk=key),
        {"file_count": F("file_count") + 2, "latest_datetime": later, "has_left": True},
    )
    with CaptureQueriesContext(connection) as queries:
        update.run(pk=session.pk, moment=moment)
        update.run(pk=session.pk, moment=moment)
    assert len(queries) == 2
    changed = SessionActivity.objects.get(pk=session.pk)
    assert (changed.file_count, changed.latest_datetime, changed.has_left) == (4, moment, True)
    assert SessionActivity.objects.get(pk=other.pk).file_count == 0


def test_a_file_is_counted_by_sql_that_is_kept(
    session: CameraSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Django takes longer to build the statement than all else of an upload's questions."""
    factories.store_file(session, "left", name="1.jpg")

    def refuse(*args: Any) -> None:
        raise AssertionError("built again")

    monkeypatch.setattr(SQLUpdateCompiler, "as_sql", refuse)
    factories.store_file(session, "left", name="2.jpg")
    assert SessionActivity.objects.get(pk=session.pk).file_count == 2


def test_gives_columns_as_django_does(session: CameraSession) -> None:
    sessions = CameraSession.objects.with_usability().with_stored_initials()
    names = ("id", "site_id", "report_datetime", "is_contraindicated", "stored_initials")
    prepared = PreparedQuery(
        sessions.filter(pk=Parameter("pk", UUIDField())).values_list(*names, "activity__has_left")
    )
    with CaptureQueriesContext(connection) as queries:
        (row,) = prepared.rows(pk=session.pk)
    assert len(queries) == 1
    (expected,) = sessions.filter(pk=session.pk).values_list(*names, "activity__has_left")
    assert row == expected
    assert list(map(type, row)) == list(map(type, expected))
    assert row[:4] == (session.pk, session.site_id, session.report_datetime, False)
    assert prepared.rows(pk=uuid4()) == []
