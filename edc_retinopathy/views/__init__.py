"""Pages and files for people."""

from .files import ReportView, StoredFileView, ViewFilePage
from .renderings import RenderingView
from .session import SessionPage
from .today import TodayPage

__all__ = [
    "RenderingView",
    "ReportView",
    "SessionPage",
    "StoredFileView",
    "TodayPage",
    "ViewFilePage",
]
