"""The app's models, one to a module."""

from .audit_columns import longest_user_name
from .camera_account import CameraAccount
from .camera_session import CameraSession
from .file_access import FileAccess
from .session_file import SessionFile
from .storage_audit import StorageAudit

__all__ = [
    "CameraAccount",
    "CameraSession",
    "FileAccess",
    "SessionFile",
    "StorageAudit",
    "longest_user_name",
]
