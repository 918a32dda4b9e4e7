"""Receives bytes, keeps them and gives them back; knows neither HTTP nor what the bytes mean.

This is its door: what each function promises says :class:`~.interface.Storage`. Who keeps files
knows keys, and nothing of where and how they are kept (:mod:`.local`).
"""

from . import local
from .interface import Kind, Obstacle, Storage, StoredFile
from .keys import key_of, session_and_name, session_part
from .limits import too_large
from .local import (
    IncomingFile,
    adopt,
    audit_lock,
    inventory,
    is_on_its_way,
    obstacle,
    open_stored,
    publish,
    receive,
    require_free_space,
    restore,
    set_aside,
    stale,
    stat,
    sweep_stale,
    withdraw,
    x_accel_path,
)
from .streams import StoredStream, sha256_of

# So the type checker holds the functions above to what the door promises.
_HELD: Storage[IncomingFile] = local

__all__ = [
    "IncomingFile",
    "Kind",
    "Obstacle",
    "StoredFile",
    "StoredStream",
    "adopt",
    "audit_lock",
    "inventory",
    "is_on_its_way",
    "key_of",
    "obstacle",
    "open_stored",
    "publish",
    "receive",
    "require_free_space",
    "restore",
    "session_and_name",
    "session_part",
    "set_aside",
    "sha256_of",
    "stale",
    "stat",
    "sweep_stale",
    "too_large",
    "withdraw",
    "x_accel_path",
]
