"""Whether a page would look the same again, told by one query that reads no page's content.

The query gathers counts and latest moments of all that a page shows, at the indexes of their lists.
It is asked every two seconds by each open page, so its SQL is built once.
"""

from datetime import datetime, time, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from django.contrib.sites.models import Site
from django.db.models import (
    Count,
    DateTimeField,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    UUIDField,
)
from django.utils import timezone
from django.utils.crypto import salted_hmac

from edc_retinopathy import conf
from edc_retinopathy.models import CameraSession, Finding, Refusal, SessionActivity
from edc_retinopathy.models.camera_session_queryset import expiry_cutoff, going_on_cutoff
from edc_retinopathy.models.prepared import Parameter, PreparedQuery

# After so long a page is made anew although nothing changed: rights and logins are asked again.
RENEWED_EVERY = timedelta(minutes=5)


def shown_since(now: datetime) -> datetime:
    """Since when something has to have happened to a session that the home page shows.

    Since the day began, or, around midnight, for as long as a session stays open.
    """
    midnight = timezone.make_aware(datetime.combine(timezone.localdate(now), time.min))
    return min(midnight, going_on_cutoff())


def version_of_today(site_id: int, *further: object) -> str:
    """Of what the home page shows of a site; ``further`` is what else it depends on."""
    now = timezone.now()
    stamp = _query_of_today().rows(
        site_id=site_id, since=shown_since(now), open_since=expiry_cutoff()
    )
    return _version("today", now, stamp, *further)


def version_of_session(pk: UUID, *further: object) -> str:
    """Of what the page of a session shows."""
    now = timezone.now()
    stamp = _query_of_session().rows(pk=pk, open_since=expiry_cutoff())
    return _version("session", now, stamp, *further)


def _version(page: str, now: datetime, *parts: object) -> str:
    renewed = int(now.timestamp() // RENEWED_EVERY.total_seconds())
    text = repr((page, renewed, conf.session_expires_after(), *parts))
    return salted_hmac("edc_retinopathy.clinic", text, algorithm="sha256").hexdigest()[:32]


def _moment(name: str) -> Parameter:
    return Parameter(name, DateTimeField())


@cache
def _query_of_today() -> PreparedQuery[Site]:
    site_id = Parameter("site_id", IntegerField())
    since = _moment("since")
    of_site: dict[Any, Any] = {"site_id": site_id}
    activities = SessionActivity.objects.filter(**of_site, latest_datetime__gte=since)
    findings = Finding.objects.filter(**of_site)
    found = findings.unresolved().filter(found_datetime__gte=since)
    resolved = findings.filter(resolved_datetime__gte=since)
    refusals = Refusal.objects.open().filter(**of_site, last_datetime__gte=since)
    is_open = Q(latest_datetime__gt=_moment("open_since"))
    return PreparedQuery(
        Site.objects.filter(pk=site_id).values_list(
            *_scalars(
                activities,
                Count("pk"),
                Sum("file_count"),
                Max("latest_datetime"),
                Count("pk", filter=is_open),
                # Of the form, withdrawing, and the camera that is filled in.
                Max("camera_session__modified"),
            ),
            *_scalars(found, Count("pk"), Max("found_datetime")),
            *_scalars(resolved, Count("pk"), Max("resolved_datetime")),
            *_scalars(refusals, Count("pk"), Sum("count"), Max("last_datetime")),
        )
    )


@cache
def _query_of_session() -> PreparedQuery[CameraSession]:
    findings = Finding.objects.filter(session_file__camera_session_id=OuterRef("pk"))
    refusals = Refusal.objects.open()
    by_subject = refusals.filter(
        subject_identifier=OuterRef("subject_identifier"), site_id=OuterRef("site_id")
    )
    is_open = Q(latest_datetime__gt=_moment("open_since"))
    activity = SessionActivity.objects.filter(pk=OuterRef("pk"))
    return PreparedQuery(
        CameraSession.objects.filter(pk=Parameter("pk", UUIDField())).values_list(
            "modified",
            "activity__file_count",
            "activity__latest_datetime",
            *_scalars(activity, Count("pk", filter=is_open)),
            *_scalars(findings, Count("pk"), Max("modified")),
            *_scalars(by_subject, Count("pk"), Sum("count"), Max("last_datetime")),
            *_scalars(
                refusals.filter(camera_session_id=OuterRef("pk")),
                Count("pk"),
                Sum("count"),
                Max("last_datetime"),
            ),
        )
    )


def _scalars(queryset: QuerySet[Any], *aggregates: Any) -> list[Subquery]:
    """Each of the aggregates over all of the rows, in a subquery of its own."""
    # Rows of one site or session each: grouping by nothing is not to be had in a subquery.
    group = "site_id"
    rows = queryset.order_by().values(group)
    return [Subquery(rows.annotate(value=aggregate).values("value")) for aggregate in aggregates]
