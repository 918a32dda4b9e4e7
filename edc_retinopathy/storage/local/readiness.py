"""Can anything be stored, and is there room for it?"""

import os

from edc_retinopathy import conf
from edc_retinopathy.errors import StorageError
from edc_retinopathy.storage.interface import Obstacle

from .filesystem import storage_errors
from .layout import images_dir


def obstacle() -> Obstacle | None:
    """E001, E002 and E003: the directories are there, and this process may write."""
    storage_dir, images = conf.storage_dir(), images_dir()
    if not storage_dir.is_dir():
        return Obstacle(
            check_id="E001",
            message=f"EDC_RETINOPATHY_STORAGE_DIR is not a directory: {storage_dir}.",
            hint="Create it, or mount the disk that holds it.",
        )
    if not images.is_dir():
        return Obstacle(
            check_id="E002",
            message=f"The storage directory has no 'images' directory: {images}.",
            # Making it here would hide that a disk is not mounted.
            hint=f"Create it: mkdir {images}",
        )
    if not os.access(images, os.R_OK | os.W_OK | os.X_OK):
        return Obstacle(
            check_id="E003",
            message=f"This process may not write to {images}.",
            hint="Give the directory to the user that runs the server.",
        )
    return None


def require_free_space(incoming_bytes: int) -> None:
    """Raise ``StorageError`` if that many bytes more would leave too little space free."""
    min_free_bytes = conf.min_free_bytes()
    if not min_free_bytes:
        return
    with storage_errors("looking for free space"):
        disk = os.statvfs(images_dir())
    if disk.f_bavail * disk.f_frsize - incoming_bytes < min_free_bytes:
        raise StorageError("The file could not be stored: the disk is nearly full.")
