"""What cameras send in vain, as problems: of a site of late, or about one session."""

from typing import Any

from django.db.models import Q
from edc_registration.models import RegisteredSubject

from edc_retinopathy.models import CameraSession, Refusal

from .problems import Problem, problem_of_refusal
from .rights import Rights

# More are in the list of refusals.
MOST_REFUSALS = 20


def refused_at(site_id: int, *, since: Any, rights: Rights, back: str) -> list[Problem]:
    """What was refused at a site since then, and nobody has answered, the latest first."""
    refusals = Refusal.objects.open().filter(site_id=site_id, last_datetime__gte=since)
    return _problems(refusals, rights=rights, back=back)


def refused_of(session: CameraSession, *, rights: Rights, back: str) -> list[Problem]:
    """What is refused of a session, or of its subject at its site."""
    about = Q(camera_session=session) | Q(subject_identifier=session.subject_identifier)
    refusals = Refusal.objects.open().filter(about, site_id=session.site_id)
    return _problems(refusals, rights=rights, back=back)


def _problems(refusals: Any, *, rights: Rights, back: str) -> list[Problem]:
    """Three queries at most, for all of them."""
    if not rights.sees_refusals:
        return []
    found = list(refusals.order_by("-last_datetime", "-pk")[:MOST_REFUSALS])
    keys = {refusal.camera_session_id for refusal in found if refusal.camera_session_id}
    sessions = CameraSession.objects.filter(pk__in=keys).with_state().defer("initials")
    by_key = {session.pk: session for session in sessions} if keys else {}
    for refusal in found:
        refusal.camera_session = by_key.get(refusal.camera_session_id)
    subject_pks = _subjects_without_session(found)
    return [
        problem_of_refusal(refusal, rights=rights, back=back, subject_pks=subject_pks)
        for refusal in found
    ]


def _subjects_without_session(refusals: list[Refusal]) -> dict[str, Any]:
    """The keys of those subjects of the site that a session may be missing for."""
    names = {r.subject_identifier for r in refusals if r.camera_session is None}
    site_ids = {r.site_id for r in refusals}
    if not names:
        return {}
    subjects = RegisteredSubject.objects.filter(subject_identifier__in=names, site_id__in=site_ids)
    return dict(subjects.values_list("subject_identifier", "pk"))
