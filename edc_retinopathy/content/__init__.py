"""Tells what bytes are and whether they are a whole file; knows no paths and no Django."""

from .detect import check_content, detect

__all__ = ["check_content", "detect"]
