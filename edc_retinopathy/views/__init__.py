"""Pages and files for people."""

from .files import ReportView, StoredFileView, ViewFilePage
from .renderings import RenderingView
from .session import SessionPage, SessionPart
from .today import TodayPage, TodayPart

__all__ = [
    "RenderingView",
    "ReportView",
    "SessionPage",
    "SessionPart",
    "StoredFileView",
    "TodayPage",
    "TodayPart",
    "ViewFilePage",
]
