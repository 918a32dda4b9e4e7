"""The administration of the app's models, one module for each."""

from .camera_account_admin import CameraAccountAdmin
from .camera_session_admin import CameraSessionAdmin
from .finding_admin import FindingAdmin
from .record_admins import FileAccessAdmin, StorageAuditAdmin
from .refusal_admin import RefusalAdmin
from .registered_subject_admin import RegisteredSubjectAdmin
from .session_file_admin import SessionFileAdmin

__all__ = [
    "CameraAccountAdmin",
    "CameraSessionAdmin",
    "FileAccessAdmin",
    "FindingAdmin",
    "RefusalAdmin",
    "RegisteredSubjectAdmin",
    "SessionFileAdmin",
    "StorageAuditAdmin",
]
