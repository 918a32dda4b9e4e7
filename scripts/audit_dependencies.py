#!/usr/bin/env python
"""Look the locked dependencies up among the known vulnerabilities, with pip-audit.

Fails if one is vulnerable, and if only some could be looked up. Where none could, the service does
not answer here: the last line says so, and that is no failure.
"""

import json
import subprocess
import sys
from typing import Any

COMMAND = (
    *("pip-audit", "--require-hashes", "--disable-pip", "--progress-spinner", "off"),
    *("--format", "json", "-r"),
)


def verdict(dependencies: list[dict[str, Any]]) -> tuple[int, list[str]]:
    """The exit status, and what to print, for what pip-audit says of each dependency."""
    skipped = [found["name"] for found in dependencies if "skip_reason" in found]
    lines = [
        f"{found['name']} {found['version']}: {vulnerability['id']}"
        for found in dependencies
        for vulnerability in found.get("vulns", [])
    ]
    looked_up = len(dependencies) - len(skipped)
    if not dependencies:
        return 1, ["There are no dependencies to look up."]
    if lines:
        return 1, [*lines, f"{len(lines)} known vulnerabilities; {len(skipped)} not looked up."]
    if not looked_up:
        return 0, [f"Not looked up: none of {len(skipped)} packages, the service does not answer."]
    if skipped:
        return 1, [*skipped, f"Not looked up: {len(skipped)} of {len(dependencies)} packages."]
    return 0, [f"No known vulnerabilities in {looked_up} packages."]


def main() -> int:
    """Run pip-audit on the requirements named on the command line; give the exit status."""
    directory = sys.executable.rpartition("/")[0]
    command = [f"{directory}/{COMMAND[0]}", *COMMAND[1:], sys.argv[1]]
    run = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    try:
        dependencies = json.loads(run.stdout)["dependencies"]
    except (ValueError, KeyError):
        sys.stderr.write(run.stderr)
        # What it raises when it reaches nobody at all.
        if "ConnectionError" in run.stderr or "ConnectTimeout" in run.stderr:
            sys.stdout.write("Not looked up: the service does not answer.\n")
            return 0
        return run.returncode or 1
    status, lines = verdict(dependencies)
    sys.stdout.write("\n".join(lines) + "\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
