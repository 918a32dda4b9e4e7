"""Receives bytes, keeps them and gives them back; knows neither HTTP nor what the bytes mean.

Everything lives on one filesystem, below ``images/``::

    images/<session pk>/<original filename>   published files, never overwritten
    images/.incoming/<uuid>.part              uploads on their way in
    images/.quarantine/<session pk>/...       files without a record that were in the way
"""

from .local.free_space import check_free_space
from .local.incoming import IncomingFile, sweep_stale, too_large
from .local.published import open_published, publish, restore, withdraw

__all__ = [
    "IncomingFile",
    "check_free_space",
    "open_published",
    "publish",
    "restore",
    "sweep_stale",
    "too_large",
    "withdraw",
]
