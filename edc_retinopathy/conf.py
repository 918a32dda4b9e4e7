"""The only reader of the ``EDC_RETINOPATHY_*`` settings.

Every function reads the setting when it is called, so that a test or a running process
sees the value of the moment. A value that cannot be used raises ``ImproperlyConfigured``
naming the setting; ``checks`` reports the same at start-up.
"""

import re
from datetime import timedelta
from math import isfinite
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

RATE = r"[1-9][0-9]{0,8}/(s|sec|second|m|min|minute|h|hour|d|day)"
BYTES_PER_MIB = 1024 * 1024
MINUTES_OF_A_CENTURY = 100 * 365 * 24 * 60


def storage_dir() -> Path:
    """The base directory of everything stored: ``EDC_RETINOPATHY_STORAGE_DIR``.

    Required; no default; ``~`` is the home directory of the user that runs the server. Raises
    ``ImproperlyConfigured`` while it is not set.
    """
    value = getattr(settings, "EDC_RETINOPATHY_STORAGE_DIR", None)
    if not value:
        raise ImproperlyConfigured("EDC_RETINOPATHY_STORAGE_DIR is not set.")
    try:
        return Path(value).expanduser()
    # There is no such home: a directory that does not exist, as the checks will say.
    except RuntimeError:
        return Path(value)


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
    # Calendars end; no session is older.
    return timedelta(minutes=min(minutes, MINUTES_OF_A_CENTURY)) if minutes else None


def max_files_per_session() -> int | None:
    """How many files a session may hold: ``EDC_RETINOPATHY_MAX_FILES_PER_SESSION``.

    100 by default; None means no limit.
    """
    return _whole_number_or_none("EDC_RETINOPATHY_MAX_FILES_PER_SESSION", 100)


def max_session_size_bytes() -> int | None:
    """How much a session may hold, in bytes: ``EDC_RETINOPATHY_MAX_SESSION_SIZE_MB``.

    The setting is in MiB and 1000 by default; None means no limit.
    """
    name = "EDC_RETINOPATHY_MAX_SESSION_SIZE_MB"
    if getattr(settings, name, 1000) is None:
        return None
    return int(_number(name, 1000, above_zero=True) * BYTES_PER_MIB)


def max_concurrent_uploads() -> int | None:
    """How many uploads one process receives at a time: ``EDC_RETINOPATHY_MAX_CONCURRENT_UPLOADS``.

    None by default: as many as the server has threads. More are answered ``server_busy``.
    """
    return _whole_number_or_none("EDC_RETINOPATHY_MAX_CONCURRENT_UPLOADS", None)


def min_free_bytes() -> int:
    """The space to leave free in the storage, in bytes: ``EDC_RETINOPATHY_MIN_FREE_MB``.

    The setting is in MiB and 0 by default: no check. An upload that would leave less is
    answered ``storage_error`` before its body is read.
    """
    return int(_number("EDC_RETINOPATHY_MIN_FREE_MB", 0) * BYTES_PER_MIB)


def throttle_rate() -> str | None:
    """How often one token may call: ``EDC_RETINOPATHY_THROTTLE_RATE``, as DRF writes it.

    None by default: no limit. For example ``"600/min"``. DRF looks at the first letter of the
    period alone, so that a month would be a minute: only the periods that it has are accepted.
    """
    value = getattr(settings, "EDC_RETINOPATHY_THROTTLE_RATE", None)
    if value is not None and not re.fullmatch(RATE, str(value)):
        raise ImproperlyConfigured(
            f"EDC_RETINOPATHY_THROTTLE_RATE must be like '600/min', got {value!r}."
        )
    return value


def serve_schema() -> bool:
    """Whether the API serves its OpenAPI document: ``EDC_RETINOPATHY_SERVE_SCHEMA``.

    False by default; needs the ``schema`` extra. Read once, when the URLs are loaded.
    """
    return bool(getattr(settings, "EDC_RETINOPATHY_SERVE_SCHEMA", False))


def clamd_address() -> str | None:
    """The clamd that scans uploads: ``EDC_RETINOPATHY_CLAMD``, a socket's path or ``host:port``.

    None by default: no scan.
    """
    value = getattr(settings, "EDC_RETINOPATHY_CLAMD", None)
    if not value:
        return None
    if not re.fullmatch(r"/.+|[^/]+:\d+", str(value)):
        raise ImproperlyConfigured(
            "EDC_RETINOPATHY_CLAMD must be the absolute path of a socket or 'host:port', "
            f"got {value!r}."
        )
    return str(value)


def x_accel_location() -> str | None:
    """The internal nginx location of ``images/``: ``EDC_RETINOPATHY_X_ACCEL_LOCATION``.

    None by default: the app sends files itself. See "Serving" in the documentation.
    """
    value = getattr(settings, "EDC_RETINOPATHY_X_ACCEL_LOCATION", None)
    return f"/{str(value).strip('/')}/" if value else None


def patient_id_pattern() -> re.Pattern[str] | None:
    """Where a DICOM file's patient identifier holds the subject's.

    ``EDC_RETINOPATHY_PATIENT_ID_PATTERN``: a regular expression with a group named
    ``subject_identifier``, looked for in (0010,0020). None by default: all of it, but for spaces
    around it, case and hyphens.
    """
    value = getattr(settings, "EDC_RETINOPATHY_PATIENT_ID_PATTERN", None)
    if not value:
        return None
    try:
        pattern = re.compile(value)
    except (re.error, TypeError) as e:
        raise ImproperlyConfigured(
            f"EDC_RETINOPATHY_PATIENT_ID_PATTERN is no regular expression: {e}."
        ) from e
    if "subject_identifier" not in pattern.groupindex:
        raise ImproperlyConfigured(
            "EDC_RETINOPATHY_PATIENT_ID_PATTERN has no group (?P<subject_identifier>...)."
        )
    return pattern


def max_pixels() -> int | None:
    """How many pixels an image may have, all frames together: ``EDC_RETINOPATHY_MAX_PIXELS``.

    100 million by default; None means no limit. More are kept, and flagged ``too_many_pixels``.
    """
    return _whole_number_or_none("EDC_RETINOPATHY_MAX_PIXELS", 100_000_000)


def preview_dir() -> Path:
    """Where pictures for the screen are kept: ``EDC_RETINOPATHY_PREVIEW_DIR``.

    ``previews`` below the storage directory by default; ``~`` is the home directory. It may be
    deleted at any time, is made when it is needed, and must not lie in ``images``. Raises
    ``ImproperlyConfigured`` if it does, or if neither setting is set.
    """
    value = getattr(settings, "EDC_RETINOPATHY_PREVIEW_DIR", None)
    if not value:
        return storage_dir() / "previews"
    try:
        directory = Path(value).expanduser()
    except (RuntimeError, TypeError) as e:
        raise ImproperlyConfigured(
            f"EDC_RETINOPATHY_PREVIEW_DIR must be the path of a directory, got {value!r}."
        ) from e
    images = storage_dir() / "images"
    if images in {directory, *directory.parents} or directory in images.parents:
        raise ImproperlyConfigured(
            "EDC_RETINOPATHY_PREVIEW_DIR must be a directory of its own, and not hold, or lie in, "
            f"what is stored: {directory}."
        )
    return directory


def preview_cache_bytes() -> int:
    """How much pictures for the screen may take, in bytes: ``EDC_RETINOPATHY_PREVIEW_CACHE_MB``.

    The setting is in MiB and 2000 by default. What was looked at longest ago goes.
    """
    return int(_number("EDC_RETINOPATHY_PREVIEW_CACHE_MB", 2000, above_zero=True) * BYTES_PER_MIB)


# Of :mod:`edc_retinopathy.previews.judging`; ``docs/quality.rst`` says how they were chosen.
QUALITY_THRESHOLDS = {
    "sharpness": 2.0,
    "dark_share": 0.45,
    "bright_share": 0.25,
    "unseen_share": 0.97,
    "white_share": 0.97,
    "noise": 10.0,
    "contrast": 0.006,
    "retina_share": 0.5,
}


def quality_thresholds() -> dict[str, float]:
    """From where on a picture gets a hint: ``EDC_RETINOPATHY_QUALITY_THRESHOLDS``.

    A dict with some of the names of :data:`QUALITY_THRESHOLDS`, empty by default; what it leaves
    out is as there. Shares lie between 0 and 1, and above 1 is never; the rest are ratios.
    """
    name = "EDC_RETINOPATHY_QUALITY_THRESHOLDS"
    value: Any = getattr(settings, name, {})
    if not isinstance(value, dict):
        raise ImproperlyConfigured(f"{name} must be a dict, got {value!r}.")
    for key, number in value.items():
        if key not in QUALITY_THRESHOLDS:
            raise ImproperlyConfigured(f"{name} has no threshold {key!r}.")
        is_number = isinstance(number, int | float) and not isinstance(number, bool)
        if not is_number or not isfinite(number) or number < 0:
            raise ImproperlyConfigured(f"{name}: {key} must be 0 or more, got {number!r}.")
    return QUALITY_THRESHOLDS | value


def reject_findings() -> frozenset[str]:
    """The codes of findings with which no file is stored: ``EDC_RETINOPATHY_REJECT_FINDINGS``.

    Empty by default: what inspection sees is kept and flagged.
    """
    value: Any = getattr(settings, "EDC_RETINOPATHY_REJECT_FINDINGS", ())
    is_list = isinstance(value, list | tuple | set | frozenset)
    if not is_list or not all(isinstance(code, str) for code in value):
        raise ImproperlyConfigured(
            f"EDC_RETINOPATHY_REJECT_FINDINGS must be a list of codes, got {value!r}."
        )
    return frozenset(value)


def mask_readers() -> bool:
    """Whether readers are masked: ``EDC_RETINOPATHY_MASK_READERS``.

    False by default. True: accounts without the permission ``view_subject`` are shown nothing that
    tells who is examined, and no file as the camera sent it.
    """
    value = getattr(settings, "EDC_RETINOPATHY_MASK_READERS", False)
    # A word such as "False" would mask, and 0 look as if it did.
    if not isinstance(value, bool):
        raise ImproperlyConfigured(
            f"EDC_RETINOPATHY_MASK_READERS must be True or False, got {value!r}."
        )
    return value


def _whole_number_or_none(name: str, default: int | None) -> int | None:
    value: Any = getattr(settings, name, default)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ImproperlyConfigured(f"{name} must be a whole number above 0 or None, got {value!r}.")
    return value


def _number(name: str, default: float, *, above_zero: bool = False) -> float:
    value: Any = getattr(settings, name, default)
    # True and False are numbers to Python, but never a meant limit.
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise ImproperlyConfigured(f"{name} must be a number, got {value!r}.")
    if value < 0 or (above_zero and value == 0):
        least = "above 0" if above_zero else "0 or more"
        raise ImproperlyConfigured(f"{name} must be {least}, got {value!r}.")
    return value
