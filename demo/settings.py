"""Settings of the demo: a small clinicedc project with edc_retinopathy, on SQLite.

Everything it writes is below one data directory (``$DEMO_DATA``, by default ``demo/data``).
Variables named like the app's settings, such as ``EDC_RETINOPATHY_MAX_FILE_SIZE_MB=20``, override
them.
"""

from pathlib import Path

from multisite import SiteID

from demo.crypto_hash import remember_constant_hash
from demo.environment import (
    data_directory,
    key_directory,
    made_directory,
    secret_key,
    settings_from_environment,
)

remember_constant_hash()

BASE_DIR = Path(__file__).resolve().parent.parent
DEMO_DIR = BASE_DIR / "demo"
DATA_DIR = data_directory()

# The app itself
EDC_RETINOPATHY_STORAGE_DIR = DATA_DIR / "storage"

# Django
DEBUG = False
SECRET_KEY = secret_key(DATA_DIR / "secret_key")
ALLOWED_HOSTS = ["localhost", ".localhost", "127.0.0.1", "[::1]"]
ROOT_URLCONF = "demo.urls"
WSGI_APPLICATION = "demo.wsgi.application"
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.sites",
    "django_crypto_fields.apps.AppConfig",
    "multisite",
    "simple_history",
    "rangefilter",
    "fontawesomefree",
    "rest_framework",
    "rest_framework.authtoken",
    "edc_sites.apps.AppConfig",
    "edc_auth.apps.AppConfig",
    "edc_notification.apps.AppConfig",
    "edc_registration.apps.AppConfig",
    "edc_model_admin.apps.AppConfig",
    "edc_dashboard.apps.AppConfig",
    "edc_navbar.apps.AppConfig",
    "edc_retinopathy.apps.AppConfig",
    "demo.apps.AppConfig",
    # Last: at post_migrate it expects what every other app has registered.
    "edc_appconfig.apps.AppConfig",
]
MIDDLEWARE = [
    "edc_retinopathy.api.middleware.ApiErrorMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "multisite.middleware.DynamicSiteMiddleware",
    "django.contrib.sites.middleware.CurrentSiteMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "edc_dashboard.middleware.DashboardMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # Before the apps': clinicedc's own base page asks a CDN for Bootstrap.
        "DIRS": [DEMO_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "edc_model_admin.context_processors.admin_theme",
            ]
        },
    }
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA_DIR / "demo.sqlite3",
        # Opening takes longer than most requests, and closing the last one writes the log back.
        "CONN_MAX_AGE": 600,
        "OPTIONS": {
            "timeout": 20,
            # A transaction that writes takes the lock at its start: it waits there instead of
            # failing midway.
            "transaction_mode": "IMMEDIATE",
            # FULL: a committed record survives a power cut, as its file does.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
    }
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    # Django's own handler says nothing on the console while DEBUG is off.
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        # Each answer of 4xx: a camera that polls for a session would fill the terminal.
        "django.request": {"level": "ERROR"},
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
TIME_ZONE = "Africa/Dar_es_Salaam"
USE_TZ = True
STATIC_URL = "/static/"
# EDC templates name static files that do not exist, so a manifest storage would break them. They
# are compressed, and browsers keep them for a day: slow links carry them seldom and soon.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 24 * 60 * 60
# Thousands of icons that no page asks for, and what is compressed already.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (
    *("jpg", "jpeg", "png", "gif", "webp", "ico", "svg"),
    *("zip", "gz", "br", "woff", "woff2", "ttf", "eot", "otf", "map", "scss", "less"),
)
STATIC_ROOT = made_directory(DATA_DIR / "static")
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
AUTHENTICATION_BACKENDS = ["edc_auth.backends.ModelBackendWithSite"]

# Sites: the host name of a request decides
SITE_ID = SiteID(default=10)
# multisite's SITE_ID only behaves like an integer.
SILENCED_SYSTEM_CHECKS = [
    "sites.E101",
    # There is no mail server here.
    "edc_notification.W002",
]
MULTISITE_REGISTER_POST_MIGRATE_SYNC_ALIAS = False
EDC_SITES_CREATE_DEFAULT = False

# clinicedc
APP_NAME = "edc_retinopathy"
# edc_sites looks for this among the settings when it migrates.
DJANGO_SETTINGS_MODULE = "demo.settings"
LIVE_SYSTEM = False
EDC_PROTOCOL_NUMBER = "105"
EDC_PROTOCOL_PROJECT_NAME = "Retinopathy demo"
EDC_PROTOCOL_TITLE = "A demonstration of edc-retinopathy"
EDC_MAIL_ENABLED = False
DJANGO_REVISION_IGNORE_WORKING_DIR = True

# Encryption keys: each data directory has its own; never committed
DJANGO_CRYPTO_FIELDS_KEY_PATH = key_directory(DATA_DIR / "keys")
DJANGO_CRYPTO_FIELDS_KEY_PATH_IN_APP_FOLDER = True
AUTO_CREATE_KEYS = True

globals().update(settings_from_environment())

# A directory given in the environment is not made: the system checks have to be able to miss it.
made_directory(DATA_DIR / "storage" / "images")
