"""The app's models, one to a module."""

from .camera_account import CameraAccount
from .camera_session import CameraSession
from .file_access import FileAccess
from .session_file import SessionFile
from .storage_audit import StorageAudit

__all__ = ["CameraAccount", "CameraSession", "FileAccess", "SessionFile", "StorageAudit"]
