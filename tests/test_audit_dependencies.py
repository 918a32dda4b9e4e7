"""``make audit``: strict where the service answers, and honest where it does not."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).resolve().parent.parent / "scripts" / "audit_dependencies.py"
SOUND: dict[str, Any] = {"name": "django", "version": "6.1", "vulns": []}
VULNERABLE: dict[str, Any] = {"name": "old", "version": "1", "vulns": [{"id": "PYSEC-1"}]}
SKIPPED: dict[str, Any] = {"name": "private", "skip_reason": "could not be audited"}


@pytest.fixture(scope="module")
def script() -> Any:
    """The script, as a module."""
    spec = importlib.util.spec_from_file_location(SCRIPT.stem, SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("dependencies", "status", "last"),
    [
        ([SOUND, SOUND], 0, "No known vulnerabilities in 2 packages."),
        ([SKIPPED] * 3, 0, "Not looked up: none of 3 packages, the service does not answer."),
        ([SOUND, SKIPPED], 1, "Not looked up: 1 of 2 packages."),
        ([SOUND, VULNERABLE], 1, "1 known vulnerabilities; 0 not looked up."),
        ([VULNERABLE, SKIPPED], 1, "1 known vulnerabilities; 1 not looked up."),
        ([], 1, "There are no dependencies to look up."),
    ],
)
def test_the_status_and_the_last_line_say_what_was_looked_up(
    script: Any, dependencies: list[dict[str, Any]], status: int, last: str
) -> None:
    found, lines = script.verdict(dependencies)
    assert (found, lines[-1]) == (status, last)
