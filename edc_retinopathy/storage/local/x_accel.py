"""Where nginx finds a stored file, which it then sends itself."""

from django.utils.encoding import escape_uri_path

from edc_retinopathy import conf


def x_accel_path(key: str) -> str | None:
    """The address below the internal location, escaped; None if there is no such location."""
    location = conf.x_accel_location()
    return location + escape_uri_path(key) if location else None
