#!/usr/bin/env python
"""Check that a wheel holds what the installed package needs, and nothing else."""

import sys
from fnmatch import fnmatch
from zipfile import ZipFile

PACKAGE = "edc_retinopathy"
REQUIRED = (
    "py.typed",
    "migrations/0001_*.py",
    "static/*.css",
    "static/*/vendor/htmx-*.min.js",
    "static/*/vendor/htmx-LICENSE.txt",
    "static/*/vendor/idiomorph-ext-*.min.js",
    "static/*/vendor/idiomorph-LICENSE.txt",
    "templates/*.html",
)
ALLOWED = (f"{PACKAGE}/*", "edc_retinopathy-*.dist-info/*")


def problems(names: list[str]) -> list[str]:
    """Give what is missing among the names of a wheel's files, and what should not be there."""
    patterns = [f"{PACKAGE}/{pattern}" for pattern in REQUIRED]
    missing = [p for p in patterns if not any(fnmatch(name, p) for name in names)]
    foreign = [name for name in names if not any(fnmatch(name, p) for p in ALLOWED)]
    return [f"missing: {p}" for p in missing] + [f"not of the package: {n}" for n in foreign]


def main() -> int:
    """Print the problems of the wheel named on the command line; give 1 if there are any."""
    with ZipFile(sys.argv[1]) as wheel:
        names = wheel.namelist()
    found = problems(names)
    for problem in found:
        sys.stderr.write(f"{problem}\n")
    sys.stdout.write(f"{len(names)} files in the wheel\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
