"""Pixels: pictures of what is stored, made when somebody looks, kept in a cache.

This is its door. Its names are loaded when they are first asked for: the child process, in which
files are decoded (:mod:`.child`), passes through here too, and needs no Django. Views and commands
import :mod:`.pictures` itself when they are loaded.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .reasons import NotRendered, Reason
from .sizes import Size

if TYPE_CHECKING:
    from .pictures import Rendering, can_be_shown, frame_count, open_rendering, rendering

__all__ = [
    "NotRendered",
    "Reason",
    "Rendering",
    "Size",
    "can_be_shown",
    "frame_count",
    "open_rendering",
    "rendering",
]


def __getattr__(name: str) -> Any:
    """What needs Django (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.pictures"), name)
