"""Receives bytes, keeps them and gives them back; knows neither HTTP nor what the bytes mean.

Everything lives on one filesystem, below ``images/``::

    images/<session pk>/<original filename>   published files, never overwritten
    images/.incoming/<uuid>.part              uploads on their way in
    images/.quarantine/<session pk>/...       files without a record that were in the way
"""

from .extensions import check_extension, extension_belongs
from .filenames import check_filename, filename_key
from .free_space import check_free_space
from .incoming import IncomingFile, sweep_stale, too_large
from .published import open_published, publish, restore, withdraw

__all__ = [
    "IncomingFile",
    "check_extension",
    "check_filename",
    "check_free_space",
    "extension_belongs",
    "filename_key",
    "open_published",
    "publish",
    "restore",
    "sweep_stale",
    "too_large",
    "withdraw",
]
