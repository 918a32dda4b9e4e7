"""System checks: what a deployer gets wrong, said before the first camera finds out."""

import os
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from edc_retinopathy.inspection.rules import HEADER_CODES
from edc_retinopathy.project.installation import foreign_parts, is_psycopg2
from edc_retinopathy.project.mounting import admin_index, has_api

from . import conf, storage

# The longest body in JSON that the API reads.
LEAST_BODY_BYTES = 16 * 1024


@register(Tags.files)
def check_storage(**kwargs: Any) -> list[CheckMessage]:
    """W001, E001, E002, E003: the storage directory is set, there, and writable."""
    try:
        conf.storage_dir()
    except ImproperlyConfigured:
        return [
            Warning(
                "EDC_RETINOPATHY_STORAGE_DIR is not set: no camera can upload.",
                hint="Set it to the absolute path of a directory that only this project writes to.",
                id="edc_retinopathy.W001",
            )
        ]
    found = storage.obstacle()
    if found is None:
        return []
    return [Error(found.message, hint=found.hint, id=f"edc_retinopathy.{found.check_id}")]


@register(Tags.files)
def check_previews(**kwargs: Any) -> list[CheckMessage]:
    """E022: pictures for the screen have a directory of their own, which can be written to."""
    # What is wrong with the storage is said already.
    if not getattr(settings, "EDC_RETINOPATHY_STORAGE_DIR", None) or storage.obstacle():
        return []
    hint = "Set it to a directory that the server's user may write to, or leave the default."
    try:
        directory = conf.preview_dir()
    except ImproperlyConfigured as e:
        return [Error(str(e), hint=hint, id="edc_retinopathy.E022")]
    # It is made when it is needed.
    there = next((d for d in (directory, *directory.parents) if d.exists()), directory)
    if there.is_dir() and os.access(there, os.R_OK | os.W_OK | os.X_OK):
        return []
    message = f"No pictures can be kept: this process cannot write to {there}."
    return [Error(message, hint=hint, id="edc_retinopathy.E022")]


# Each setting by the reader that raises ``ImproperlyConfigured`` if it cannot be used.
NUMBERS: tuple[tuple[str, Callable[[], Any], str], ...] = (
    ("E004", conf.max_file_size_bytes, "Set it to a number of MiB above 0, for example 10 or 0.5."),
    ("E005", conf.session_expires_after, "Set it to a number of minutes; 0 or None means never."),
    ("E006", conf.max_files_per_session, "Set it to a whole number, or to None for no limit."),
    ("E007", conf.max_session_size_bytes, "Set it to a number of MiB, or to None for no limit."),
    ("E008", conf.max_concurrent_uploads, "Set it to a whole number, or to None for no limit."),
    ("E009", conf.min_free_bytes, "Set it to a number of MiB; 0 means no check."),
    ("E013", conf.clamd_address, "Set it to clamd's socket, or to None for no scan."),
    ("E012", conf.throttle_rate, "Set it to a number and a period, or to None for no limit."),
    ("E018", conf.max_pixels, "Set it to a whole number, or to None for no limit."),
    ("E021", conf.preview_cache_bytes, "Set it to a number of MiB above 0, for example 2000."),
    ("E024", conf.mask_readers, "Set it to True or to False."),
    (
        "E023",
        conf.quality_thresholds,
        f"Set it to numbers by name, of these: {', '.join(conf.QUALITY_THRESHOLDS)}.",
    ),
    (
        "E019",
        conf.patient_id_pattern,
        "Set it to a regular expression with (?P<subject_identifier>...), or to None.",
    ),
)


@register()
def check_numbers(**kwargs: Any) -> list[CheckMessage]:
    """E004 and later: each setting of the table can be used."""
    messages: list[CheckMessage] = []
    for check_id, read, hint in NUMBERS:
        try:
            read()
        except ImproperlyConfigured as e:
            messages.append(Error(str(e), hint=hint, id=f"edc_retinopathy.{check_id}"))
    return messages


@register()
def check_reject_findings(**kwargs: Any) -> list[CheckMessage]:
    """E020: the findings that refuse a file are such as are made when it is received."""
    hint = f"The codes are: {', '.join(sorted(HEADER_CODES))}."
    try:
        unknown = sorted(conf.reject_findings() - HEADER_CODES)
    except ImproperlyConfigured as e:
        return [Error(str(e), hint=hint, id="edc_retinopathy.E020")]
    return [
        Error(
            f"EDC_RETINOPATHY_REJECT_FINDINGS has a code that no upload has: {code!r}.",
            hint=hint,
            id="edc_retinopathy.E020",
        )
        for code in unknown
    ]


@register()
def check_token_authentication(**kwargs: Any) -> list[CheckMessage]:
    """E010: DRF's tokens are installed."""
    if apps.is_installed("rest_framework.authtoken"):
        return []
    return [
        Error(
            "The API authenticates cameras by token, but 'rest_framework.authtoken' is not "
            "installed.",
            hint="Add it and 'rest_framework' to INSTALLED_APPS, then migrate.",
            id="edc_retinopathy.E010",
        )
    ]


@register()
def check_django_limits(**kwargs: Any) -> list[CheckMessage]:
    """E011: Django's limit on the body of a request leaves room for a resolve.

    The form of an upload has limits of its own.
    """
    limit: int | None = getattr(settings, "DATA_UPLOAD_MAX_MEMORY_SIZE")  # noqa: B009 - may be None
    if limit is None or limit >= LEAST_BODY_BYTES:
        return []
    return [
        Error(
            f"DATA_UPLOAD_MAX_MEMORY_SIZE is {limit}: honest requests would be refused.",
            hint=f"Leave Django's default, or set it to {LEAST_BODY_BYTES} or more.",
            id="edc_retinopathy.E011",
        )
    ]


@register()
def check_installation(**kwargs: Any) -> list[CheckMessage]:
    """E014: the code belongs to one installed distribution, and nothing of another is among it."""
    parts = foreign_parts()
    if not parts:
        return []
    more = f" (and {len(parts) - 3} more)" if len(parts) > 3 else ""  # noqa: PLR2004
    return [
        Error(
            f"The installed package is not whole or not alone: {'; '.join(parts[:3])}{more}.",
            hint=(
                "Another product has the name edc-retinopathy on the package index. Run "
                "'pip uninstall edc-retinopathy' until there is none, then install this one from "
                "its wheel or its repository's address, never by name alone."
            ),
            id="edc_retinopathy.E014",
        )
    ]


@register()
def check_postgresql_driver(**kwargs: Any) -> list[CheckMessage]:
    """E015: PostgreSQL is reached through psycopg 3."""
    return [
        Error(
            f"The database {alias!r} is reached through psycopg2, which gives encrypted fields "
            "in a form that clinicedc cannot read: every session form would fail.",
            hint="Install psycopg 3, which Django then takes: pip install 'psycopg[binary]>=3.2'",
            id="edc_retinopathy.E015",
        )
        for alias in connections
        if is_psycopg2(connections[alias])
    ]


@register()
def check_schema(**kwargs: Any) -> list[CheckMessage]:
    """E016: what serves the OpenAPI document is installed where it is to be served."""
    if not conf.serve_schema() or find_spec("drf_spectacular"):
        return []
    return [
        Error(
            "EDC_RETINOPATHY_SERVE_SCHEMA is on, but drf-spectacular is not installed.",
            hint="Install the extra 'schema' of this package, or take the setting away.",
            id="edc_retinopathy.E016",
        )
    ]


@register()
def check_autocommit(**kwargs: Any) -> list[CheckMessage]:
    """E017: the end of a transaction commits it, so that an answered upload is durable."""
    return [
        Error(
            f"AUTOCOMMIT is off for the database {alias!r}: a camera would be answered before "
            "the record of its file is committed, and the record would be lost.",
            hint="Take AUTOCOMMIT out of DATABASES; Django's default is on.",
            id="edc_retinopathy.E017",
        )
        for alias in connections
        if not connections[alias].settings_dict["AUTOCOMMIT"]
    ]


ERROR_MIDDLEWARE = "edc_retinopathy.api.middleware.ApiErrorMiddleware"


@register()
def check_error_middleware(**kwargs: Any) -> list[CheckMessage]:
    """W002: errors of other middleware reach cameras in the API's shape."""
    before, found, _ = " ".join(settings.MIDDLEWARE).partition(ERROR_MIDDLEWARE)
    if found and not before:
        return []
    what = f"stands behind {before.split()[-1]}" if found else "is not in MIDDLEWARE"
    return [
        Warning(
            f"{ERROR_MIDDLEWARE} {what}: cameras read a page of HTML where another fails.",
            hint="Put it first in MIDDLEWARE.",
            id="edc_retinopathy.W002",
        )
    ]


@register(Tags.urls)
def check_mounts(**kwargs: Any) -> list[CheckMessage]:
    """W003: the API and the admin site are mounted, which ``edc_retinopathy.urls`` does not."""
    if not getattr(settings, "ROOT_URLCONF", None):
        return []
    lines = []
    if not has_api():
        lines.append('path("api/", include("edc_retinopathy.api.urls"))')
    if admin_index() is None:
        lines.append('path("edc_retinopathy/admin/", edc_retinopathy_admin.urls)')
    return [
        Warning(
            f"The project's URLs do not mount all of the app: {line} is missing.",
            hint="Add that line to the URLconf; edc_retinopathy.urls does not mount it.",
            id="edc_retinopathy.W003",
        )
        for line in lines
    ]
