"""Pages and files for people."""

from .files import ReportView, StoredFileView, ViewFilePage
from .session import SessionPage
from .today import TodayPage

__all__ = ["ReportView", "SessionPage", "StoredFileView", "TodayPage", "ViewFilePage"]
