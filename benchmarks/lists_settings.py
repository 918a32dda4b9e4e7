"""The demo's settings on the database that ``benchmarks.lists`` was asked to measure.

The server's address comes from the same variables as for the tests (``runtests.py --help``).
"""

import os

from demo.settings import *  # noqa: F403

DATABASE = os.environ["EDC_RETINOPATHY_TEST_DATABASE"]
VARIABLE = "EDC_RETINOPATHY_TEST_DATABASE"
ENGINES = {
    "postgresql": ("django.db.backends.postgresql", "5432", "postgres"),
    "mariadb": ("django.db.backends.mysql", "3306", "root"),
}

if DATABASE == "sqlite":
    DATABASES["default"]["TEST"] = {"NAME": DATA_DIR / "country.sqlite3"}  # noqa: F405
else:
    engine, port, user = ENGINES[DATABASE]
    # django.db makes "test_" and this name of it.
    name = os.environ.get(f"{VARIABLE}_NAME", "edc_retinopathy_country")
    DATABASES = {
        "default": {
            "ENGINE": engine,
            "NAME": name,
            "HOST": os.environ.get(f"{VARIABLE}_HOST", "127.0.0.1"),
            "PORT": os.environ.get(f"{VARIABLE}_PORT", port),
            "USER": os.environ.get(f"{VARIABLE}_USER", user),
            "PASSWORD": os.environ.get(f"{VARIABLE}_PASSWORD", ""),
            "CONN_MAX_AGE": 600,
        }
    }
    if DATABASE == "mariadb":
        import pymysql

        pymysql.install_as_MySQLdb()
        DATABASES["default"] |= {
            "OPTIONS": {"charset": "utf8mb4"},
            "TEST": {"CHARSET": "utf8mb4", "COLLATION": "utf8mb4_unicode_ci"},
        }
DJANGO_SETTINGS_MODULE = "benchmarks.lists_settings"
# Reading all static files takes longer than any list.
MIDDLEWARE = [name for name in MIDDLEWARE if not name.startswith("whitenoise.")]  # noqa: F405
EDC_RETINOPATHY_MAX_FILES_PER_SESSION = None
EDC_RETINOPATHY_MAX_SESSION_SIZE_MB = None
