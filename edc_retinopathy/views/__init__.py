"""Pages and files for people."""

from .files import HomeView, ReportView, StoredFileView, ViewFilePage

__all__ = ["HomeView", "ReportView", "StoredFileView", "ViewFilePage"]
