"""Is there room for an upload?"""

import os

from edc_retinopathy import conf
from edc_retinopathy.errors import StorageError

from .filesystem import storage_errors


def check_free_space(incoming_bytes: int) -> None:
    """Raise ``StorageError`` if that many bytes more would leave too little space free."""
    min_free_bytes = conf.min_free_bytes()
    if not min_free_bytes:
        return
    with storage_errors("looking for free space"):
        disk = os.statvfs(conf.images_dir())
    if disk.f_bavail * disk.f_frsize - incoming_bytes < min_free_bytes:
        raise StorageError("The file could not be stored: the disk is nearly full.")
