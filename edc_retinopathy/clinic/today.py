"""Today at a site: the exams that something happened to, and what cameras send in vain."""

from dataclasses import dataclass

from django.db.models import Case, When
from django.utils import timezone

from edc_retinopathy.models import CameraSession

from .cameras import Camera, cameras_at
from .exams import Exam, exams_of
from .problems import Problem
from .refused import refused_at
from .rights import Rights
from .versions import shown_since

# A clinic examines fewer in a day; more are in the list of sessions.
MOST_SESSIONS = 80
MOST_FILES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """What the home page shows."""

    exams: list[Exam]
    waiting: list[Exam]
    has_more: bool
    refused: list[Problem]
    cameras: list[Camera]

    @property
    def doubtful(self) -> list[Exam]:
        """Those with a picture that somebody should look at now."""
        return [exam for exam in self.exams if exam.doubtful]

    @property
    def has_problems(self) -> bool:
        """True if there is anything to do."""
        return bool(self.refused or self.doubtful)


def today_at(site_id: int, *, rights: Rights, back: str) -> Today:
    """Today at a site; as many queries for one exam as for fifty."""
    since = shown_since(timezone.now())
    sessions = (
        CameraSession.objects.visible_at([site_id])
        .in_use()
        .filter(activity__site_id=site_id, activity__latest_datetime__gte=since)
        .with_state()
        .annotate(is_waiting=Case(When(activity__file_count=0, then=1), default=0))
        # Those that wait for a camera are many in the morning, and stand behind.
        .order_by("is_waiting", "-activity__latest_datetime", "-pk")
        .select_related("activity")
    )
    if not rights.sees_initials:
        sessions = sessions.defer("initials")
    found = list(sessions[: MOST_SESSIONS + 1])
    exams = exams_of(found[:MOST_SESSIONS], rights=rights, back=back, most_files=MOST_FILES)
    return Today(
        exams=[exam for exam in exams if exam.session.activity.file_count],
        waiting=[exam for exam in exams if not exam.session.activity.file_count],
        has_more=len(found) > MOST_SESSIONS,
        refused=refused_at(site_id, since=since, rights=rights, back=back),
        cameras=cameras_at(site_id),
    )
