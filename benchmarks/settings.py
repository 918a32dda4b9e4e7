"""The demo's settings with the baseline's URL; ``$DEMO_DATA`` says where everything is written."""

from demo.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.urls"
WSGI_APPLICATION = "demo.wsgi.application"
DJANGO_SETTINGS_MODULE = "benchmarks.settings"
