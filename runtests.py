#!/usr/bin/env python
"""Run the test suite with pytest, on SQLite or on a database server.

    runtests.py [--part quick|long|database|all]
                [--database sqlite|postgresql|mariadb|mariadb-mysqlclient]
                [arguments of pytest]

The long part starts servers and browsers, kills them and breaks their disks, sends random input
and walks every address as every role; the quick one, which is the default, is all else. The part
called database is of both what a database could make a difference to. Where paths are named, they
are the part.

mariadb goes through PyMySQL, mariadb-mysqlclient through mysqlclient, which is to be installed
beforehand: it has no wheels for Linux.

The server's address comes from EDC_RETINOPATHY_TEST_DATABASE_HOST, _PORT, _USER and _PASSWORD;
without them it is this machine's, with the server's usual port and administrator. _NAME names the
database, so that runs at the same time stay out of each other's way.

Tests of random input get a fresh seed in every run. It is printed first: give it again with
``--hypothesis-seed`` to see the same inputs and, as far as time allows, the same operations.
"""

import argparse
import os
import secrets
import sys
from pathlib import Path

import pytest

from demo.startup import set_up

ROOT = Path(__file__).resolve().parent
SEED = "--hypothesis-seed"
DATABASES = ("sqlite", "postgresql", "mariadb", "mariadb-mysqlclient")
LONG = (
    "tests/browser",
    "tests/concurrency",
    "tests/faults",
    "tests/fuzz",
    "tests/previews/test_quality.py",
    "tests/security/browser",
    "tests/security/test_masked.py",
    "tests/security/test_queries.py",
    "tests/security/test_unsafe_methods.py",
    "tests/viewer/browser",
)
# Bytes, pictures and browsers are the same on every database.
WITHOUT_DATABASE = (
    "tests/browser",
    "tests/content",
    "tests/fuzz",
    "tests/previews/child",
    "tests/previews/test_quality.py",
    "tests/security/browser",
    "tests/viewer/browser",
)


def main() -> int:
    """Run pytest with what the command line says; give its exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--database",
        choices=DATABASES,
        default="sqlite",
        help="what to run on (default: %(default)s)",
    )
    parser.add_argument(
        "--part",
        choices=("quick", "long", "database", "all"),
        default="quick",
        help="which tests, where no paths are named (default: %(default)s)",
    )
    options, pytest_arguments = parser.parse_known_args()
    os.chdir(ROOT)
    # In the environment, so that the workers of pytest-xdist see it too.
    os.environ["EDC_RETINOPATHY_TEST_DATABASE"] = options.database
    # Settings of the app that are set for the demo must not reach the tests.
    for name in [name for name in os.environ if name.startswith("EDC_RETINOPATHY_")]:
        if not name.startswith("EDC_RETINOPATHY_TEST_"):
            del os.environ[name]
    # Before pytest loads Django: clinicedc's apps would print what they load, after its summary.
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    set_up()
    return pytest.main(
        [*_seed(pytest_arguments), *_part(options.part, pytest_arguments), *pytest_arguments]
    )


def _part(part: str, pytest_arguments: list[str]) -> list[str]:
    """What chooses a part of the tests, unless the command line names paths."""
    if part == "all" or any(argument.startswith("tests") for argument in pytest_arguments):
        return []
    if part == "long":
        return list(LONG)
    left_out = WITHOUT_DATABASE if part == "database" else LONG
    return [f"--ignore={path}" for path in left_out]


def _seed(pytest_arguments: list[str]) -> list[str]:
    """A fresh seed, printed, unless the command line gives one; tests of our own read it too."""
    given = [argument for argument in pytest_arguments if argument.startswith(f"{SEED}=")]
    argument = given[-1] if given else f"{SEED}={secrets.randbelow(2**32)}"
    sys.stdout.write(f"Random tests: {argument}\n")
    sys.stdout.flush()
    # In the environment, so that the workers of pytest-xdist collect the same tests.
    os.environ["EDC_RETINOPATHY_TEST_SEED"] = argument.removeprefix(f"{SEED}=")
    return [] if given else [argument]


if __name__ == "__main__":
    sys.exit(main())
