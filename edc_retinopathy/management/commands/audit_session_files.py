"""``manage.py audit_session_files``: does the storage hold what the database says?"""

import sys
from argparse import ArgumentParser, ArgumentTypeError
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone
from tqdm import tqdm

from edc_retinopathy import events
from edc_retinopathy.audit import (
    Scope,
    check_records,
    earlier_findings,
    find_orphans,
    find_stale,
)
from edc_retinopathy.audit_report import REPORTS, Report
from edc_retinopathy.errors import RetinopathyError
from edc_retinopathy.events import Event
from edc_retinopathy.models import StorageAudit
from edc_retinopathy.orphans import CannotAdopt, adopt, quarantine
from edc_retinopathy.storage.inventory import FileOnDisk


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(
            "expected a date (2026-11-23) or a date and time (ISO 8601)"
        ) from None
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError("expected a whole number above 0")
    return int(text)


def _progress(what: str, total: int) -> "tqdm[Any]":
    # disable=None: a bar for people only, not in a log.
    return tqdm(total=total, desc=what, unit="file", file=sys.stderr, disable=None)


class UsageError(CommandError):
    """Nothing was audited; exits with 2, as for arguments that cannot be read."""

    def __init__(self, message: str) -> None:
        super().__init__(message, returncode=2)


class Command(BaseCommand):
    """Re-hashes stored files; exits with 1 if any is not as it should be. Never deletes."""

    help = (
        "Re-hash stored files and compare them with the database: missing, changed and unreadable "
        "files, files without a record, stale temporary files. Exits with 1 if anything is wrong."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to check, how, and what to do with files without a record."""
        parser.add_argument("--since", type=_moment, help="only files received since then")
        parser.add_argument("--session", type=UUID, help="only the files of this camera session")
        parser.add_argument("--sample", type=_positive, help="only so many files, at random")
        parser.add_argument("--workers", type=_positive, default=2, help="threads that hash (2)")
        parser.add_argument(
            "--resume", action="store_true", help="go on where the last audit of everything stopped"
        )
        parser.add_argument("--format", choices=sorted(REPORTS), default="text")
        parser.add_argument("--output", type=Path, help="write the report there, not to the screen")
        parser.add_argument(
            "--show-names",
            action="store_true",
            help="name the files found; cameras put subject identifiers into names",
        )
        orphans = parser.add_mutually_exclusive_group()
        orphans.add_argument(
            "--adopt", action="store_true", help="give whole files without a record one"
        )
        orphans.add_argument(
            "--quarantine", action="store_true", help="set files without a record aside"
        )
        parser.add_argument(
            "--commit",
            action="store_true",
            help="do so; without it --adopt and --quarantine only tell",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Audit, report, and exit with 1 if there are findings."""
        scope = Scope(
            since=options["since"], camera_session_id=options["session"], sample=options["sample"]
        )
        if not scope.is_everything and (
            options["resume"] or options["adopt"] or options["quarantine"]
        ):
            raise UsageError(
                "--resume, --adopt and --quarantine go with an audit of everything: leave out "
                "--since, --session and --sample."
            )
        if options["commit"] and not (options["adopt"] or options["quarantine"]):
            raise UsageError("--commit goes with --adopt or --quarantine.")
        with ExitStack() as stack:
            stream = self.stdout
            # The report ends its lines itself.
            stream.ending = ""
            if options["output"]:
                try:
                    stream = stack.enter_context(options["output"].open("w", encoding="utf-8"))
                except OSError as e:
                    raise UsageError(f"The report cannot be written: {e.strerror}.") from e
            report = REPORTS[options["format"]](stream, show_names=options["show_names"])
            audit = self._run(scope, report, options)
            report.close(audit)
        if audit.findings:
            raise CommandError(f"{audit.findings} of the files are not as they should be.")

    def _run(self, scope: Scope, report: Report, options: dict[str, Any]) -> StorageAudit:
        audit = StorageAudit(scope=str(scope))
        if options["resume"]:
            audit = self._interrupted()
            for finding in earlier_findings(audit):
                report.add(finding)
        audit.save()
        with _progress("Records", scope.count(after=audit.last_checked_id)) as bar:
            for finding in check_records(
                audit, scope, workers=options["workers"], on_checked=bar.update
            ):
                with tqdm.external_write_mode():
                    report.add(finding)
        if scope.is_everything:
            with _progress("Files on disk", scope.count()) as bar:
                for file, finding in find_orphans(audit, on_seen=bar.update):
                    action = self._deal_with(file, options)
                    with tqdm.external_write_mode():
                        report.add(finding, action)
            for finding in find_stale(audit):
                report.add(finding)
        audit.finished_datetime = timezone.now()
        audit.save()
        events.log(
            Event.AUDIT_FINISHED,
            storage_audit=audit.pk,
            checked=audit.checked,
            findings=audit.findings,
        )
        return audit

    def _interrupted(self) -> StorageAudit:
        audit = StorageAudit.objects.filter(
            scope=str(Scope()), finished_datetime__isnull=True
        ).first()
        if audit is None:
            raise UsageError("There is no interrupted audit to resume.")
        return audit

    def _deal_with(self, file: FileOnDisk, options: dict[str, Any]) -> str:
        deal = adopt if options["adopt"] else quarantine if options["quarantine"] else None
        if deal is None:
            return ""
        try:
            return deal(file, is_dry_run=not options["commit"])
        except (CannotAdopt, RetinopathyError) as e:
            return f"left alone: {e}"
        except OSError as e:
            return f"left alone: {e.strerror}"
        except DatabaseError as e:
            # Its words may quote the record.
            return f"left alone: the database refused ({type(e).__name__})"
