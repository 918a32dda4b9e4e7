"""Stored files on a POSIX filesystem, below ``images/``; :mod:`.layout` says where each lies."""

from .audit_lock import audit_lock
from .incoming import IncomingFile, receive
from .inventory import inventory, is_on_its_way, stat
from .left_files import adopt, set_aside
from .published import publish, restore, withdraw
from .readiness import obstacle, require_free_space
from .reading import open_stored
from .stale import stale, sweep_stale
from .x_accel import x_accel_path

__all__ = [
    "IncomingFile",
    "adopt",
    "audit_lock",
    "inventory",
    "is_on_its_way",
    "obstacle",
    "open_stored",
    "publish",
    "receive",
    "require_free_space",
    "restore",
    "set_aside",
    "stale",
    "stat",
    "sweep_stale",
    "withdraw",
    "x_accel_path",
]
