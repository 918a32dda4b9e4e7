"""Does the storage still hold what the database says, and nothing else?

Original bytes are re-hashed on schedule (ICH E6(R3) 4.2; 21 CFR 11.10(c)). An audit changes no
file; it remembers on each record when it was checked and what was found.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from edc_retinopathy.choices import AuditResult
from edc_retinopathy.errors import StorageError
from edc_retinopathy.models import SessionFile, StorageAudit
from edc_retinopathy.storage.incoming import stale_files
from edc_retinopathy.storage.inventory import FileOnDisk, files_in, session_directories
from edc_retinopathy.storage.published import published_path, sha256_of

# Records that are checked, and remembered as checked, at a time.
BATCH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One file that is not as it should be; names no subject.

    A file without a record is named by its directory and inode number (``find DIR -inum N``),
    because cameras put the subject's identifier into file names.
    """

    result: AuditResult
    detail: str
    session_file_id: UUID | None = None
    directory: str = ""
    inode: int | None = None
    stored_filename: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which records an audit checks; all of them by default."""

    since: datetime | None = None
    camera_session_id: UUID | None = None
    sample: int | None = None

    def __str__(self) -> str:
        parts = {
            "since": self.since and self.since.isoformat(),
            "session": self.camera_session_id,
            "sample": self.sample,
        }
        return ", ".join(f"{name} {value}" for name, value in parts.items() if value) or "all"

    @property
    def is_everything(self) -> bool:
        """True if nothing narrows it: only then files without a record can be told."""
        return self == Scope()

    def records(self, *, after: UUID | None = None) -> QuerySet[SessionFile]:
        """The records, in the order of their keys, behind ``after`` if it is given."""
        records = SessionFile.objects.order_by("pk")
        if self.since:
            records = records.filter(received_datetime__gte=self.since)
        if self.camera_session_id:
            records = records.filter(camera_session_id=self.camera_session_id)
        if self.sample:
            chosen = list(records.order_by("?").values_list("pk", flat=True)[: self.sample])
            records = SessionFile.objects.filter(pk__in=chosen).order_by("pk")
        if after:
            records = records.filter(pk__gt=after)
        return records


def check_records(
    audit: StorageAudit,
    records: QuerySet[SessionFile],
    *,
    workers: int = 1,
    on_checked: Callable[[int], Any] = lambda count: None,
) -> Iterator[Finding]:
    """Re-hash the files of the records and give what is wrong; in constant memory.

    ``audit`` and the records are kept up to date batch by batch, so that an interrupted audit
    can go on; ``on_checked`` is told how many files each batch had.
    """
    rows = records.values_list("pk", "stored_filename", "file_size", "checksum")
    with ThreadPoolExecutor(workers) as pool:
        # Page by page behind the last key: MariaDB's driver would load all rows of an iterator.
        page = list(rows[:BATCH])
        while page:
            batch, page = page, list(rows.filter(pk__gt=page[-1][0])[:BATCH])
            findings = [finding for finding in pool.map(_examine, batch) if finding]
            _remember(audit, [row[0] for row in batch], findings)
            on_checked(len(batch))
            yield from findings


def _examine(row: tuple[UUID, str, int, str]) -> Finding | None:
    pk, stored_filename, file_size, checksum = row
    found: tuple[AuditResult, str] | None = None
    try:
        path = published_path(stored_filename)
        actual_size = path.stat().st_size
        if actual_size != file_size:
            found = AuditResult.CHANGED, f"{actual_size} bytes instead of {file_size}"
        elif sha256_of(path) != checksum:
            found = AuditResult.CHANGED, "the checksum differs"
    except FileNotFoundError:
        found = AuditResult.MISSING, "there is no file"
    except OSError as e:
        found = AuditResult.UNREADABLE, e.strerror or "it cannot be read"
    except (StorageError, ValueError):
        found = AuditResult.UNREADABLE, "its recorded name is none that a file can have"
    if found is None:
        return None
    return Finding(
        result=found[0],
        detail=found[1],
        session_file_id=pk,
        directory=stored_filename.partition("/")[0],
        stored_filename=stored_filename,
    )


def _remember(audit: StorageAudit, checked: list[UUID], findings: list[Finding]) -> None:
    now = timezone.now()
    wrong = {finding.session_file_id: finding.result for finding in findings}
    for result in {AuditResult.OK, *wrong.values()}:
        keys = [pk for pk in checked if wrong.get(pk, AuditResult.OK) == result]
        SessionFile.objects.filter(pk__in=keys).update(
            last_audit_datetime=now, last_audit_result=result
        )
    audit.checked += len(checked)
    audit.last_checked_id = checked[-1]
    for finding in findings:
        audit.count(finding.result)
    audit.save()


def find_orphans(audit: StorageAudit) -> Iterator[tuple[FileOnDisk, Finding]]:
    """Files without a record, and a finding for each; one query for each directory."""
    for directory in session_directories():
        on_disk = list(files_in(directory))
        # A name that is not UTF-8 has no record, and cannot be asked for.
        names = [file.stored_filename for file in on_disk if _is_utf8(file.stored_filename)]
        recorded = set(
            SessionFile.objects.filter(stored_filename__in=names).values_list(
                "stored_filename", flat=True
            )
        )
        for file in on_disk:
            if file.stored_filename not in recorded:
                audit.count(AuditResult.ORPHAN)
                yield (
                    file,
                    Finding(
                        result=AuditResult.ORPHAN,
                        detail="a file without a record",
                        directory=directory,
                        inode=file.inode,
                        stored_filename=file.stored_filename,
                    ),
                )


def _is_utf8(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def find_stale(audit: StorageAudit) -> Iterator[Finding]:
    """Temporary files that a killed process left; the next upload sweeps them."""
    for path in stale_files():
        audit.count(AuditResult.STALE)
        yield Finding(
            result=AuditResult.STALE,
            detail="a temporary file of a killed process",
            directory=path.parent.name,
            stored_filename=path.name,
        )
