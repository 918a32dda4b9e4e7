"""DICOM files (PS3.10): what they say of themselves, and whether they are whole."""

from .decodable import DECODABLE_SYNTAXES
from .examine import examine

__all__ = ["DECODABLE_SYNTAXES", "examine"]
