"""``manage.py audit_session_files``: does the storage hold what the database says?"""

from argparse import ArgumentParser, ArgumentTypeError
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.db.models import Max
from django.utils import timezone
from tqdm import tqdm

from edc_retinopathy.audits.audit import (
    Scope,
    check_records,
    earlier_findings,
    find_orphans,
    find_stale,
)
from edc_retinopathy.audits.orphans import CannotAdopt, adopt, quarantine
from edc_retinopathy.audits.recount import find_miscounted
from edc_retinopathy.audits.report import REPORTS, Report
from edc_retinopathy.errors import RetinopathyError
from edc_retinopathy.logs import events
from edc_retinopathy.logs.events import Event
from edc_retinopathy.management.session_files import add_options_of_files, progress_bar
from edc_retinopathy.models import StorageAudit
from edc_retinopathy.storage import StoredFile, audit_lock

NOTHING_TO_RESUME = (
    "There is no interrupted audit to resume: none was begun since the last one that finished."
)


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError("expected a whole number above 0")
    return int(text)


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
        add_options_of_files(parser)
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
            "--recount",
            action="store_true",
            help="count anew the files of sessions where what is stored of them differs",
        )
        parser.add_argument(
            "--commit",
            action="store_true",
            help="do so; without it --adopt, --quarantine and --recount only tell",
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
        if options["commit"] and not any(options[n] for n in ("adopt", "quarantine", "recount")):
            raise UsageError("--commit goes with --adopt, --quarantine or --recount.")
        with ExitStack() as stack:
            stream = self.stdout
            # The report ends its lines itself.
            stream.ending = ""
            if options["output"]:
                try:
                    stream = stack.enter_context(options["output"].open("w", encoding="utf-8"))
                except OSError as e:
                    raise UsageError(f"The report cannot be written: {e.strerror}.") from e
            audit = self._begin(scope, stack, is_resume=options["resume"])
            report = REPORTS[options["format"]](stream, show_names=options["show_names"])
            self._run(audit, scope, report, options)
            report.close(audit)
        if audit.findings:
            raise CommandError(f"{audit.findings} of the files are not as they should be.")

    def _begin(self, scope: Scope, stack: ExitStack, *, is_resume: bool) -> StorageAudit:
        """The audit to run, new or interrupted, held until the stack is left."""
        audit = self._interrupted() if is_resume else StorageAudit.objects.create(scope=str(scope))
        try:
            stack.enter_context(audit_lock(audit.pk))
        except BlockingIOError as e:
            raise UsageError(f"The audit that was begun at {audit} is still running.") from e
        except OSError as e:
            # A storage that is read-only can be audited, but by whom else is not known.
            if is_resume:
                raise UsageError(f"The audit cannot be held: {e.strerror}.") from e
        if is_resume:
            # It may have gone on, and ended, before it was held.
            audit.refresh_from_db()
            if audit.finished_datetime is not None:
                raise UsageError(NOTHING_TO_RESUME)
        return audit

    def _run(
        self, audit: StorageAudit, scope: Scope, report: Report, options: dict[str, Any]
    ) -> None:
        if options["resume"]:
            for finding in earlier_findings(audit):
                report.add(finding)
        with progress_bar("Records", scope.count(after=audit.last_checked_id)) as bar:
            for finding in check_records(
                audit, scope, workers=options["workers"], on_checked=bar.update
            ):
                with tqdm.external_write_mode():
                    report.add(finding)
        if scope.is_everything:
            with progress_bar("Files on disk", scope.count()) as bar:
                for file, finding in find_orphans(audit, on_seen=bar.update):
                    action = self._deal_with(file, options)
                    with tqdm.external_write_mode():
                        report.add(finding, action)
            for finding in find_stale(audit):
                report.add(finding)
        is_dry_run = not (options["recount"] and options["commit"])
        for finding, action in find_miscounted(audit, scope, is_dry_run=is_dry_run):
            report.add(finding, action)
        audit.finished_datetime = timezone.now()
        audit.save()
        events.log(
            Event.AUDIT_FINISHED,
            storage_audit=audit.pk,
            checked=audit.checked,
            findings=audit.findings,
        )

    def _interrupted(self) -> StorageAudit:
        """The newest that was not finished, unless a whole one has finished since it began."""
        whole = StorageAudit.objects.filter(scope=str(Scope())).order_by("-started_datetime")
        interrupted = whole.filter(finished_datetime__isnull=True)
        if (last := whole.aggregate(last=Max("finished_datetime"))["last"]) is not None:
            interrupted = interrupted.filter(started_datetime__gt=last)
        audit = interrupted.first()
        if audit is None:
            raise UsageError(NOTHING_TO_RESUME)
        return audit

    def _deal_with(self, file: StoredFile, options: dict[str, Any]) -> str:
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
