"""Does what is stored of a session's files, such as when it was complete, agree with the files?"""

from collections.abc import Iterator

from django.db import router
from django.db.models import QuerySet

from edc_retinopathy.choices import AuditResult
from edc_retinopathy.models import CameraSession, SessionActivity, StorageAudit
from edc_retinopathy.sessions.transactions import recording

from .audit import Finding, Scope

# Sessions that are looked at at a time.
BATCH = 500


def find_miscounted(
    audit: StorageAudit, scope: Scope, *, is_dry_run: bool
) -> Iterator[tuple[Finding, str]]:
    """Each session whose files are counted wrong, and what was done about it; in constant memory.

    Of an audit of everything or of one session; others look at some of a session's files alone.
    """
    if scope.since or scope.sample:
        return
    for session in _suspects(scope):
        # Again, while no upload goes on: the first look was at two tables, one after the other.
        with recording(router.db_for_write(SessionActivity)):
            is_miscounted = SessionActivity.objects.correct(session, is_dry_run=is_dry_run)
        if is_miscounted:
            audit.count(AuditResult.MISCOUNTED)
            detail = "what is stored of its files differs from them"
            yield (
                Finding(result=AuditResult.MISCOUNTED, detail=detail, directory=str(session.pk)),
                "" if is_dry_run else "counted anew",
            )


def _suspects(scope: Scope) -> Iterator[CameraSession]:
    sessions: QuerySet[CameraSession] = CameraSession.objects.defer("initials").order_by("pk")
    if scope.camera_session_id:
        sessions = sessions.filter(pk=scope.camera_session_id)
    batch = list(sessions[:BATCH])
    while batch:
        by_key = {session.pk: session for session in batch}
        rows = SessionActivity.objects.filter(pk__in=by_key)
        for key in SessionActivity.objects.differing(batch, rows):
            yield by_key[key]
        batch = list(sessions.filter(pk__gt=batch[-1].pk)[:BATCH])
