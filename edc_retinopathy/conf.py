"""The only reader of the ``EDC_RETINOPATHY_*`` settings.

Every function reads the setting when it is called, so that a test or a running process
sees the value of the moment. A value that cannot be used raises ``ImproperlyConfigured``
naming the setting; ``checks`` reports the same at start-up.
"""

from datetime import timedelta
from math import isfinite
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

BYTES_PER_MIB = 1024 * 1024


def storage_dir() -> Path:
    """The base directory of everything stored: ``EDC_RETINOPATHY_STORAGE_DIR``.

    Required; no default. Raises ``ImproperlyConfigured`` while it is not set.
    """
    value = getattr(settings, "EDC_RETINOPATHY_STORAGE_DIR", None)
    if not value:
        raise ImproperlyConfigured("EDC_RETINOPATHY_STORAGE_DIR is not set.")
    return Path(value)


def images_dir() -> Path:
    """The directory of the stored files, ``images`` below :func:`storage_dir`."""
    return storage_dir() / "images"


def max_file_size_bytes() -> int:
    """The largest upload accepted, in bytes: ``EDC_RETINOPATHY_MAX_FILE_SIZE_MB``.

    The setting is in MiB, may be a fraction and is 10 by default.
    """
    return int(_number("EDC_RETINOPATHY_MAX_FILE_SIZE_MB", 10, above_zero=True) * BYTES_PER_MIB)


def session_expires_after() -> timedelta | None:
    """How long a session stays open without activity: ``EDC_RETINOPATHY_SESSION_EXPIRE_MINUTES``.

    The setting is in minutes and 120 by default; 0 or None means never, given as None.
    """
    if getattr(settings, "EDC_RETINOPATHY_SESSION_EXPIRE_MINUTES", 120) is None:
        return None
    minutes = _number("EDC_RETINOPATHY_SESSION_EXPIRE_MINUTES", 120)
    return timedelta(minutes=minutes) if minutes else None


def x_accel_location() -> str | None:
    """The internal nginx location of ``images/``: ``EDC_RETINOPATHY_X_ACCEL_LOCATION``.

    None by default: the app sends files itself. See "Serving" in the documentation.
    """
    value = getattr(settings, "EDC_RETINOPATHY_X_ACCEL_LOCATION", None)
    return f"/{str(value).strip('/')}/" if value else None


def _number(name: str, default: float, *, above_zero: bool = False) -> float:
    value: Any = getattr(settings, name, default)
    # True and False are numbers to Python, but never a meant limit.
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise ImproperlyConfigured(f"{name} must be a number, got {value!r}.")
    if value < 0 or (above_zero and value == 0):
        least = "above 0" if above_zero else "0 or more"
        raise ImproperlyConfigured(f"{name} must be {least}, got {value!r}.")
    return value
