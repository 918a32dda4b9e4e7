"""Settings of the tests: the demo's, in a temporary directory, on the database asked for.

``EDC_RETINOPATHY_TEST_DATABASE`` is ``sqlite`` (the default), ``postgresql``, ``mariadb`` or
``mariadb-mysqlclient``: the same server, through the driver that Django asks for. Where the server
is say ``EDC_RETINOPATHY_TEST_DATABASE_HOST``, ``_PORT``, ``_USER`` and ``_PASSWORD``; by default on
this machine. ``_NAME`` keeps runs at the same time out of each other's way.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

TEST_DIR = Path(tempfile.mkdtemp(prefix="edc-retinopathy-test-"))
# The demo's settings make their directories when they are imported: here, and nowhere else.
os.environ["DEMO_DATA"] = str(TEST_DIR)

from demo.settings import *  # noqa: E402, F403

DATABASE_VARIABLE = "EDC_RETINOPATHY_TEST_DATABASE"


def _remove_test_dir(made_by: int) -> None:
    # A process forked from this one inherits the handler, and must not remove what this one still
    # uses.
    if os.getpid() == made_by:
        shutil.rmtree(TEST_DIR, ignore_errors=True)


def _sqlite() -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": TEST_DIR / "unused.sqlite3",
        # A file, not memory: threads and processes of a test then meet at it as they do in
        # production.
        "TEST": {"NAME": TEST_DIR / "test.sqlite3"},
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            # The file does not outlive the run, so it need not survive a power cut.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;",
        },
    }


def _postgresql() -> dict[str, Any]:
    return _on_server("django.db.backends.postgresql", port="5432", user="postgres")


def _mariadb() -> dict[str, Any]:
    # PyMySQL stands in for mysqlclient, which has no wheels for Linux; Django looks for its
    # module's name.
    import pymysql

    pymysql.install_as_MySQLdb()
    return _mariadb_mysqlclient()


def _mariadb_mysqlclient() -> dict[str, Any]:
    return _on_server("django.db.backends.mysql", port="3306", user="root") | {
        "OPTIONS": {"charset": "utf8mb4"},
        "TEST": {"CHARSET": "utf8mb4", "COLLATION": "utf8mb4_unicode_ci"},
    }


def _on_server(engine: str, *, port: str, user: str) -> dict[str, Any]:
    return {
        "ENGINE": engine,
        "NAME": os.environ.get(f"{DATABASE_VARIABLE}_NAME", "edc_retinopathy"),
        "HOST": os.environ.get(f"{DATABASE_VARIABLE}_HOST", "127.0.0.1"),
        "PORT": os.environ.get(f"{DATABASE_VARIABLE}_PORT", port),
        "USER": os.environ.get(f"{DATABASE_VARIABLE}_USER", user),
        "PASSWORD": os.environ.get(f"{DATABASE_VARIABLE}_PASSWORD", ""),
    }


atexit.register(_remove_test_dir, os.getpid())

DATABASES = {
    "default": {
        "sqlite": _sqlite,
        "postgresql": _postgresql,
        "mariadb": _mariadb,
        "mariadb-mysqlclient": _mariadb_mysqlclient,
    }[os.environ.get(DATABASE_VARIABLE, "sqlite")]()
}
DJANGO_SETTINGS_MODULE = "tests.settings"
# Fast, and only here: tests log in often and guard nothing.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# It reads all static files for every new client; servers that tests start do have it.
MIDDLEWARE = [name for name in MIDDLEWARE if not name.startswith("whitenoise.")]  # noqa: F405
# Compressing them takes longer than sending them uncompressed to a browser of this machine.
STORAGES["staticfiles"] = {  # noqa: F405
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
