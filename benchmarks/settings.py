"""The demo's settings with the baseline's URL; ``$DEMO_DATA`` says where everything is written."""

from demo.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.urls"
WSGI_APPLICATION = "demo.wsgi.application"
DJANGO_SETTINGS_MODULE = "benchmarks.settings"
# One session receives all the files of a size.
EDC_RETINOPATHY_MAX_FILES_PER_SESSION = None
EDC_RETINOPATHY_MAX_SESSION_SIZE_MB = None
