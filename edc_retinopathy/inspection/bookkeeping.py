"""Findings as they are written down: made, answered by a person, open again, no longer holding."""

from collections.abc import Iterable
from functools import cache
from typing import Any
from uuid import uuid4

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import router
from django.utils import timezone

from edc_retinopathy.choices import FindingCode
from edc_retinopathy.logs import events
from edc_retinopathy.logs.events import Event
from edc_retinopathy.models import Finding, SessionFile
from edc_retinopathy.sessions.transactions import deciding

from .rules import Found

NO_LONGER_SEEN = "Inspection no longer sees it."
SUPERSEDED = "A next version took the place of the file."


class AlreadyResolved(Exception):  # noqa: N818
    """Somebody has answered the finding meanwhile, or it no longer holds."""


def write_findings(
    session_file: SessionFile, found: Iterable[Found], *, using: str, user: Any = None
) -> list[Finding]:
    """Write down findings that the file has not had, with their history; two statements."""
    findings = [
        Finding(
            # Given here: a bulk insert leaves keys to the database, which makes none.
            id=uuid4(),
            session_file=session_file,
            site_id=session_file.site_id,
            code=f.code,
            severity=f.severity,
            message=f.message,
            basis=f.basis,
            user_created=session_file.user_created,
        )
        for f in found
    ]
    if findings:
        Finding.objects.using(using).bulk_create(findings)
        _history().bulk_history_create(findings, default_user=user)
    return findings


@cache
def _history() -> Any:
    """The manager of the history, which simple_history would build anew at each access."""
    return Finding.history


def update_findings(
    session_file: SessionFile,
    found: list[Found],
    *,
    using: str,
    by: str,
    codes: Iterable[FindingCode] = FindingCode,
) -> int:
    """Let the findings of a file with these codes be those found; gives how many changed.

    What a person resolved stays so, unless the facts it rests on have changed. What no longer
    holds is resolved by itself. Call it in a transaction that holds the file's session.
    """
    findings = Finding.objects.using(using).filter(session_file=session_file, code__in=codes)
    known = {finding.code: finding for finding in findings}
    new = [f for f in found if f.code not in known]
    write_findings(session_file, new, using=using)
    changed = len(new)
    for f in found:
        if (finding := known.pop(f.code, None)) is not None:
            changed += _renew(finding, f, using=using, by=by)
    for finding in known.values():
        if not finding.is_resolved:
            _close(finding, by=by, reason=NO_LONGER_SEEN)
            finding.save(using=using)
            changed += 1
    return changed


def close_findings(files: Iterable[SessionFile], *, using: str, by: str) -> None:
    """Resolve what is open in files that were superseded: nobody has to look at them any more."""
    for finding in Finding.objects.using(using).unresolved().filter(session_file__in=list(files)):
        _close(finding, by=by, reason=SUPERSEDED)
        finding.save(using=using)


def _renew(finding: Finding, found: Found, *, using: str, by: str) -> bool:
    """Take over what is found now; open it again if it rests on other facts, or was gone."""
    before = (finding.severity, finding.message, finding.basis, finding.resolved_datetime)
    was_gone = finding.is_resolved and finding.reason == NO_LONGER_SEEN
    if was_gone or finding.basis != found.basis:
        finding.resolved_datetime, finding.resolved_by, finding.reason = None, "", ""
        finding.found_datetime = timezone.now()
    finding.severity, finding.message, finding.basis = found.severity, found.message, found.basis
    after = (finding.severity, finding.message, finding.basis, finding.resolved_datetime)
    if after == before:
        return False
    finding.user_modified = by
    finding.save(using=using)
    return True


def _close(finding: Finding, *, by: str, reason: str) -> None:
    finding.resolved_datetime = timezone.now()
    finding.resolved_by, finding.reason = by, reason
    finding.user_modified = by


def resolve(finding: Finding, *, reason: str, user: AbstractBaseUser) -> None:
    """Answer a finding, with a reason; ``AlreadyResolved`` is raised if there is an answer."""
    with deciding(router.db_for_write(Finding)):
        held = Finding.objects.select_for_update().get(pk=finding.pk)
        if held.is_resolved:
            raise AlreadyResolved
        _close(held, by=user.get_username(), reason=reason)
        held.save()
        events.log_on_commit(
            Event.FINDING_RESOLVED,
            session_file=held.session_file_id,
            code=held.code,
            account=user.pk,
        )
