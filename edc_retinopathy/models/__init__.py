"""The app's models, one to a module."""

from .ages import age_in_years
from .audit_columns import longest_user_name
from .camera_account import CameraAccount
from .camera_session import CameraSession
from .file_access import FileAccess
from .finding import Finding
from .refusal import Refusal
from .report_dates import require_report_date
from .session_activity import SessionActivity
from .session_file import SessionFile
from .session_file_facts import SessionFileFacts
from .session_file_measures import SessionFileMeasures
from .storage_audit import StorageAudit

__all__ = [
    "CameraAccount",
    "CameraSession",
    "FileAccess",
    "Finding",
    "Refusal",
    "SessionActivity",
    "SessionFile",
    "SessionFileFacts",
    "SessionFileMeasures",
    "StorageAudit",
    "age_in_years",
    "longest_user_name",
    "require_report_date",
]
