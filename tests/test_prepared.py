"""Queries that are built once and run with other values each time."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import BooleanField, Case, DateTimeField, Q, UUIDField, When
from django.test.utils import CaptureQueriesContext

from edc_retinopathy.models import CameraSession, SessionFileFacts
from edc_retinopathy.models.prepared import Parameter, PreparedInsert, PreparedQuery
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
