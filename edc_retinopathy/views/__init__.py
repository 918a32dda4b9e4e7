"""Pages and files for people."""

from .files import StoredFileView, ViewFilePage

__all__ = ["StoredFileView", "ViewFilePage"]
