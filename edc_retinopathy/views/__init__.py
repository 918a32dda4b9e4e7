"""Pages and files for people."""

from .exam import ExamPage
from .files import ReportView, StoredFileView, ViewFilePage
from .renderings import RenderingView
from .session import SessionPage, SessionPart
from .today import TodayPage, TodayPart

__all__ = [
    "ExamPage",
    "RenderingView",
    "ReportView",
    "SessionPage",
    "SessionPart",
    "StoredFileView",
    "TodayPage",
    "TodayPart",
    "ViewFilePage",
]
