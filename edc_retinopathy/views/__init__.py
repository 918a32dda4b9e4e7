"""Pages and files for people."""

from .files import ReportView, StoredFileView, ViewFilePage

__all__ = ["ReportView", "StoredFileView", "ViewFilePage"]
