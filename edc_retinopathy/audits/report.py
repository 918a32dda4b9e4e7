"""An audit's report as text, JSON or CSV; written as findings come, kept nowhere."""

import csv
import json
import unicodedata
from typing import Any, Protocol

from edc_retinopathy.models import StorageAudit
from edc_retinopathy.models.storage_audit import COUNTERS

from .audit import Finding

COLUMNS = ("result", "session_file", "directory", "inode", "detail", "action")

FORMULA_STARTS = frozenset("=+-@")
LINE_STARTS = frozenset("\t\r\n")


class Writable(Protocol):
    """Where a report goes."""

    def write(self, text: str, /) -> Any:
        """Write some of it."""


class Report:
    """What all reports share; a file's name only if asked for, as it may name a subject."""

    def __init__(self, stream: Writable, *, show_names: bool = False) -> None:
        self.stream = stream
        self.columns = (*COLUMNS, "name") if show_names else COLUMNS
        self.begin()

    def begin(self) -> None:
        """Write what comes before the first finding."""

    def add(self, finding: Finding, action: str = "") -> None:
        """Write one finding, and what was done about it."""
        row = {
            "result": finding.result.value,
            "session_file": str(finding.session_file_id or ""),
            "directory": finding.directory,
            "inode": finding.token,
            "detail": finding.detail,
            "action": action,
            "name": finding.stored_filename.encode(errors="backslashreplace").decode(),
        }
        self.write_row({name: row[name] for name in self.columns})

    def write_row(self, row: dict[str, str]) -> None:
        """Write one finding."""
        raise AssertionError

    def close(self, audit: StorageAudit) -> None:
        """Write what comes after the last finding."""


class TextReport(Report):
    """For people."""

    def write_row(self, row: dict[str, str]) -> None:
        """One line."""
        self.stream.write("  ".join(value for value in row.values() if value) + "\n")

    def close(self, audit: StorageAudit) -> None:
        """The sums."""
        self.stream.write(
            f"{audit.checked} files checked: {audit.missing} missing, {audit.changed} changed, "
            f"{audit.unreadable} unreadable. {audit.orphans} without a record, "
            f"{audit.stale} stale temporary files. {audit.miscounted} sessions counted wrong.\n"
        )


class JsonReport(Report):
    """For programs: ``{"findings": [...], "summary": {...}}`` (RFC 8259)."""

    separator = ""

    def begin(self) -> None:
        """Open the list."""
        self.stream.write('{"findings": [')

    def write_row(self, row: dict[str, str]) -> None:
        """One object."""
        self.stream.write(f"{self.separator}\n{json.dumps(row)}")
        self.separator = ","

    def close(self, audit: StorageAudit) -> None:
        """Close the list, and add the sums."""
        names = ("checked", *COUNTERS.values())
        summary = {
            "scope": audit.scope,
            "started": audit.started_datetime.isoformat(),
            "finished": audit.finished_datetime and audit.finished_datetime.isoformat(),
            **{name: getattr(audit, name) for name in names},
        }
        self.stream.write(f'],\n"summary": {json.dumps(summary)}}}\n')


class CsvReport(Report):
    """For spreadsheets (RFC 4180), which run what looks like a formula: nothing here does.

    By OWASP's "CSV Injection": such a cell begins with an apostrophe, and every cell is quoted, so
    that no other separator makes a new one within it.
    """

    def begin(self) -> None:
        """The heading."""
        self._writer = csv.DictWriter(self.stream, self.columns, quoting=csv.QUOTE_ALL)
        self._writer.writeheader()

    def write_row(self, row: dict[str, str]) -> None:
        """One row."""
        self._writer.writerow({name: without_formula(cell) for name, cell in row.items()})


def without_formula(cell: str) -> str:
    """The cell, with an apostrophe before it if a spreadsheet could take it for a formula.

    Whatever is invisible is skipped, as they may do, and full-width forms count as the plain ones.
    """
    visible = next(
        (c for c in cell if not c.isspace() and unicodedata.category(c) not in {"Cc", "Cf"}), ""
    )
    is_formula = unicodedata.normalize("NFKC", visible) in FORMULA_STARTS
    return f"'{cell}" if is_formula or cell[:1] in LINE_STARTS else cell


REPORTS: dict[str, type[Report]] = {"text": TextReport, "json": JsonReport, "csv": CsvReport}
