"""Does the storage still hold what the database says, and nothing else?

Original bytes are re-hashed on schedule (ICH E6(R3) 4.2; 21 CFR 11.10(c)). An audit changes no
file; it remembers on each record when it was checked and what was found.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from typing import Any
from uuid import UUID

from django.db import router
from django.db.models import QuerySet
from django.utils import timezone

from edc_retinopathy import storage
from edc_retinopathy.choices import AuditResult
from edc_retinopathy.errors import StorageError
from edc_retinopathy.models import SessionFile, StorageAudit
from edc_retinopathy.storage import StoredFile

# Records that are checked, and remembered as checked, at a time.
BATCH = 200

# Key, stored file name, size in bytes, SHA-256.
type Row = tuple[UUID, str, int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One file that is not as it should be; names no subject.

    A file without a record is named by its directory and the storage's token (on a disk the inode
    number: ``find DIR -inum N``), because cameras put the subject's identifier into file names.
    """

    result: AuditResult
    detail: str
    session_file_id: UUID | None = None
    directory: str = ""
    token: str = ""
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

    def records(self) -> QuerySet[SessionFile]:
        """The records that may be checked: of a sample, those that it is taken from."""
        records = SessionFile.objects.order_by("pk")
        if self.since:
            records = records.filter(received_datetime__gte=self.since)
        if self.camera_session_id:
            records = records.filter(camera_session_id=self.camera_session_id)
        return records

    def count(self, *, after: UUID | None = None) -> int:
        """How many records are to be checked behind ``after``."""
        records = self.records()
        count = (records.filter(pk__gt=after) if after else records).count()
        return min(count, self.sample) if self.sample else count

    def batches(self, *, after: UUID | None = None) -> Iterator[list[Row]]:
        """What is known of each record, in the order of the keys, behind ``after`` if given.

        Batch by batch behind the last key: MariaDB's driver would load all rows of an iterator.
        """
        rows = self.records().values_list("pk", "stored_filename", "file_size", "checksum")
        if self.sample:
            chosen = self.records().order_by("?").values_list("pk", flat=True)[: self.sample]
            for keys in batched(sorted(chosen), BATCH):
                yield list(rows.filter(pk__in=keys))
            return
        while batch := list((rows.filter(pk__gt=after) if after else rows)[:BATCH]):
            after = batch[-1][0]
            yield batch


def check_records(
    audit: StorageAudit,
    scope: Scope,
    *,
    workers: int = 1,
    on_checked: Callable[[int], Any] = lambda count: None,
) -> Iterator[Finding]:
    """Re-hash the files of the records and give what is wrong; in constant memory.

    Goes on where ``audit`` stopped. It and the records are kept up to date batch by batch, so that
    an interrupted audit can go on; ``on_checked`` is told of each file.
    """

    def examine(row: Row) -> Finding | None:
        finding = _examine(row)
        on_checked(1)
        return finding

    with ThreadPoolExecutor(workers) as pool:
        for batch in scope.batches(after=audit.last_checked_id):
            findings = [finding for finding in pool.map(examine, batch) if finding]
            _remember(audit, [row[0] for row in batch], findings)
            yield from findings


def earlier_findings(audit: StorageAudit) -> Iterator[Finding]:
    """What an audit of everything had found before it was interrupted, from the records."""
    if audit.last_checked_id is None:
        return
    wrong = (
        SessionFile.objects.filter(
            pk__lte=audit.last_checked_id, last_audit_datetime__gte=audit.started_datetime
        )
        .exclude(last_audit_result=AuditResult.OK)
        .order_by("pk")
        .values_list("pk", "stored_filename", "last_audit_result")
    )
    for pk, stored_filename, result in wrong.iterator():
        detail = "found before the audit was interrupted"
        yield _finding(AuditResult(result), detail, pk, stored_filename)


def _examine(row: Row) -> Finding | None:
    pk, stored_filename, file_size, checksum = row
    found: tuple[AuditResult, str] | None = None
    try:
        stored = storage.stat(stored_filename)
        if stored.kind is storage.Kind.LINK:
            found = AuditResult.UNREADABLE, "a symbolic link is in its place"
        elif stored.size != file_size:
            found = AuditResult.CHANGED, f"{stored.size} bytes instead of {file_size}"
        elif _checksum_of(stored_filename) != checksum:
            found = AuditResult.CHANGED, "the checksum differs"
    except FileNotFoundError:
        found = AuditResult.MISSING, "there is no file"
    except OSError as e:
        found = AuditResult.UNREADABLE, e.strerror or "it cannot be read"
    except StorageError as e:
        found = AuditResult.UNREADABLE, e.message
    except ValueError:
        found = AuditResult.UNREADABLE, "its recorded name is none that a file can have"
    return _finding(*found, pk, stored_filename) if found else None


def _finding(result: AuditResult, detail: str, pk: UUID, stored_filename: str) -> Finding:
    return Finding(
        result=result,
        detail=detail,
        session_file_id=pk,
        directory=storage.session_part(stored_filename),
        stored_filename=stored_filename,
    )


def _checksum_of(stored_filename: str) -> str:
    with storage.open_stored(stored_filename) as stream:
        return storage.sha256_of(stream)


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


def find_orphans(
    audit: StorageAudit, *, on_seen: Callable[[int], Any] = lambda count: None
) -> Iterator[tuple[StoredFile, Finding]]:
    """Files without a record, and a finding for each; one query for each batch of files.

    ``on_seen`` is told how many files each batch had.
    """
    for batch in batched(storage.inventory(), BATCH):
        # A file that no upload holds any more has its record by now, if it ever gets one.
        candidates = [file for file in _unrecorded(batch) if not storage.is_on_its_way(file.key)]
        for file in _unrecorded(candidates):
            audit.count(AuditResult.ORPHAN)
            yield (
                file,
                Finding(
                    result=AuditResult.ORPHAN,
                    detail="a file without a record",
                    directory=storage.session_part(file.key),
                    token=file.token,
                    stored_filename=file.key,
                ),
            )
        on_seen(len(batch))


def _unrecorded(files: Iterable[StoredFile]) -> list[StoredFile]:
    # A name that is not UTF-8 has no record, and cannot be asked for.
    names = [file.key for file in files if _is_utf8(file.key)]
    # Where records are written: a replica may not have the newest yet.
    records = SessionFile.objects.using(router.db_for_write(SessionFile))
    recorded = set(
        records.filter(stored_filename__in=names).values_list("stored_filename", flat=True)
    )
    return [file for file in files if file.key not in recorded]


def _is_utf8(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def find_stale(audit: StorageAudit) -> Iterator[Finding]:
    """Temporary files that a killed process left; the next upload sweeps them."""
    for key in storage.stale():
        audit.count(AuditResult.STALE)
        directory, _, name = key.rpartition("/")
        yield Finding(
            result=AuditResult.STALE,
            detail="a temporary file of a killed process",
            directory=directory,
            stored_filename=name,
        )
