"""When each camera of a site was last heard from, as far as records tell.

Nothing records a ping. A camera's program calls when there is an exam: it resolves a session, sends
its files, or is refused. Each of these leaves a moment: in the newest session that names the
camera, or in the latest refusal of its account. A camera that nobody used was not heard from.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Subquery

from edc_retinopathy.models import CameraAccount, CameraSession, Refusal

# More than a site has.
MOST_CAMERAS = 30


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera by its device id, or its account's name where it is bound to none."""

    name: str
    heard: datetime | None


def cameras_at(site_id: int) -> list[Camera]:
    """The cameras whose accounts work at a site; one query, by indexes alone."""
    sessions = CameraSession.objects.filter(site_id=site_id, device_id=OuterRef("device_id"))
    newest = sessions.exclude(device_id="").order_by("-report_datetime", "-pk")
    refusals = Refusal.objects.filter(account_id=OuterRef("user_id"), site_id=site_id)
    moments = {
        "resolved": newest.values("activity__last_resolved_datetime")[:1],
        "received": newest.values("activity__last_received_datetime")[:1],
        "refused": refusals.order_by("-last_datetime").values("last_datetime")[:1],
    }
    accounts: Any = CameraAccount.objects.filter(
        user__is_active=True, user__userprofile__sites__pk=site_id
    )
    rows = accounts.annotate(**{name: Subquery(query) for name, query in moments.items()})
    cameras = rows.order_by("device_id", "pk").values_list("device_id", "user__username", *moments)
    return [
        Camera(device_id or username, max((m for m in heard if m), default=None))
        for device_id, username, *heard in cameras[:MOST_CAMERAS]
    ]
