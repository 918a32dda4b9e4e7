"""Tells what bytes are and whether they are a whole file; knows no paths and no Django."""

from .antivirus import scan
from .detect import HEAD_BYTES, check_content, detect, examine
from .facts import Facts

__all__ = ["HEAD_BYTES", "Facts", "check_content", "detect", "examine", "scan"]
