"""DICOM files (PS3.10): what they say of themselves, and whether they are whole."""

from .examine import examine

__all__ = ["examine"]
