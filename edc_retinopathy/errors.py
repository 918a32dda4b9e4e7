"""What can go wrong, as the contract names it: a code and a sentence that is safe to show.

A message never holds a subject identifier, a name or initials: it travels to logs. The
HTTP status of each code is in the table of ``api.codes`` alone.
"""

from uuid import UUID


class RetinopathyError(Exception):
    """Something the caller can act upon; ``code`` is for machines, ``message`` for people.

    ``camera_session_id`` is the key of the session that it is about, if there is one.
    """

    code = "error"

    def __init__(
        self,
        message: str,
        *,
        fields: dict[str, list[str]] | None = None,
        camera_session_id: UUID | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.fields = fields
        self.camera_session_id = camera_session_id


class AuthenticationFailed(RetinopathyError):  # noqa: N818
    """The token, or its account, is not valid any more."""

    code = "authentication_failed"


class NotPermitted(RetinopathyError):  # noqa: N818
    """The account may not do this."""

    code = "permission_denied"


class NoSession(RetinopathyError):  # noqa: N818
    """No session that this account can see, or those still open have expired."""

    code = "no_session"


class NoEligibleSession(RetinopathyError):  # noqa: N818
    """Sessions exist, but none may receive files; final for the camera."""

    code = "no_eligible_session"


class InvalidFileType(RetinopathyError):  # noqa: N818
    """The file type named is not one of ``choices.FileType``."""

    code = "invalid_file_type"


class InvalidRequest(RetinopathyError):  # noqa: N818
    """A field is missing or malformed; ``fields`` says which."""

    code = "invalid_request"


class InvalidFilename(RetinopathyError):  # noqa: N818
    """The client's file name is empty, unsafe or too long to be stored."""

    code = "invalid_filename"


class InvalidContent(RetinopathyError):  # noqa: N818
    """The bytes are not a whole file of a kind that the file type accepts."""

    code = "invalid_content"


class FileTooLarge(RetinopathyError):  # noqa: N818
    """The upload is over ``EDC_RETINOPATHY_MAX_FILE_SIZE_MB``."""

    code = "file_too_large"


class ChecksumMismatch(RetinopathyError):  # noqa: N818
    """The bytes received do not hash to the checksum sent with them."""

    code = "checksum_mismatch"


class FilenameConflict(RetinopathyError):  # noqa: N818
    """A different file of this name is already stored in the session."""

    code = "filename_conflict"


class SessionFull(RetinopathyError):  # noqa: N818
    """The session holds as many files, or as much, as one may."""

    code = "session_full"


class StorageError(RetinopathyError):
    """The file could not be stored; nothing half-written stays."""

    code = "storage_error"


class ServerBusy(RetinopathyError):  # noqa: N818
    """The server cannot take this now; the same request later can succeed."""

    code = "server_busy"
