"""Settings of the servers that tests start: the demo's, on the database and keys of the test run.

``tests.servers`` sets the environment; ``DEMO_DATA`` is the test run's own directory.
"""

import json
import os

from demo.settings import *  # noqa: F403

DATABASE_VARIABLE = "EDC_RETINOPATHY_TEST_SERVER_DATABASE"
SPOOL_VARIABLE = "EDC_RETINOPATHY_TEST_SERVER_SPOOL"

DATABASES = {"default": json.loads(os.environ[DATABASE_VARIABLE])}
if DATABASES["default"]["ENGINE"] == "django.db.backends.mysql":
    import pymysql

    pymysql.install_as_MySQLdb()
FILE_UPLOAD_TEMP_DIR = os.environ[SPOOL_VARIABLE]
DJANGO_SETTINGS_MODULE = "tests.server_settings"
