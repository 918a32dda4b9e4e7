"""The codes of the API's errors: the one table of their HTTP statuses, headers and sentences.

The contract with cameras in the field: it changes only by adding. Whoever answers, describes or
documents an error looks here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from rest_framework import status
from rest_framework.authentication import TokenAuthentication

from edc_retinopathy.choices import FileType
from edc_retinopathy.files.ingest import OTHER_BYTES, OTHER_CHECKSUM
from edc_retinopathy.sessions.choice import NO_SESSION, NOT_ELIGIBLE

RETRY_AFTER_SECONDS = 30
RETRY_AFTER, CHALLENGE = "Retry-After", "WWW-Authenticate"
SERVER_ERROR = "server_error"


@dataclass(frozen=True, slots=True)
class ApiCode:
    """What an error with this code is answered with; the sentence is one of those it can have.

    ``headers`` are those that are always the same; ``fields`` belong to the sentence.
    """

    http_status: int
    sentence: str
    headers: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, list[str]] | None = None


_TRY_AGAIN = {RETRY_AFTER: str(RETRY_AFTER_SECONDS)}
_USE_A_TOKEN = {CHALLENGE: TokenAuthentication.keyword}

CODES: dict[str, ApiCode] = {
    "invalid_file_type": ApiCode(
        status.HTTP_400_BAD_REQUEST,
        f"Unknown file type. Expected one of: {', '.join(FileType.values)}.",
    ),
    "invalid_request": ApiCode(
        status.HTTP_400_BAD_REQUEST,
        "capture_datetime: This field is required.",
        fields={"capture_datetime": ["This field is required."]},
    ),
    "invalid_filename": ApiCode(
        status.HTTP_400_BAD_REQUEST, "The file name starts with a dot or a space."
    ),
    "invalid_content": ApiCode(
        status.HTTP_400_BAD_REQUEST, "The content is HTML; file type left_dicom accepts DICOM."
    ),
    "file_too_large": ApiCode(
        status.HTTP_400_BAD_REQUEST, "The file is larger than 10 MiB, the largest accepted."
    ),
    "checksum_mismatch": ApiCode(
        status.HTTP_400_BAD_REQUEST,
        OTHER_CHECKSUM,
    ),
    "session_full": ApiCode(
        status.HTTP_400_BAD_REQUEST,
        "The session holds as many files, or as much data, as one may.",
    ),
    "no_eligible_session": ApiCode(
        status.HTTP_400_BAD_REQUEST,
        NOT_ELIGIBLE,
    ),
    "not_authenticated": ApiCode(
        status.HTTP_401_UNAUTHORIZED,
        "Authentication credentials were not provided.",
        headers=_USE_A_TOKEN,
    ),
    "authentication_failed": ApiCode(
        status.HTTP_401_UNAUTHORIZED, "The token is not known.", headers=_USE_A_TOKEN
    ),
    "permission_denied": ApiCode(
        status.HTTP_403_FORBIDDEN,
        "The account lacks the permission edc_retinopathy.add_sessionfile. "
        "The group RETINOPATHY_CAMERA grants it.",
    ),
    "no_session": ApiCode(status.HTTP_404_NOT_FOUND, NO_SESSION),
    "not_found": ApiCode(
        status.HTTP_404_NOT_FOUND,
        "There is no such endpoint. The paths of the API end in a slash.",
    ),
    "method_not_allowed": ApiCode(
        status.HTTP_405_METHOD_NOT_ALLOWED, 'Method "DELETE" not allowed.'
    ),
    "filename_conflict": ApiCode(
        status.HTTP_409_CONFLICT,
        OTHER_BYTES,
    ),
    "length_required": ApiCode(
        status.HTTP_411_LENGTH_REQUIRED,
        "The request needs a Content-Length; a chunked body is not accepted.",
    ),
    "unsupported_media_type": ApiCode(
        status.HTTP_415_UNSUPPORTED_MEDIA_TYPE, 'Unsupported media type "text/plain" in request.'
    ),
    # Retry-After is as long as the throttle says.
    "throttled": ApiCode(
        status.HTTP_429_TOO_MANY_REQUESTS,
        "Request was throttled. Expected available in 12 seconds.",
    ),
    SERVER_ERROR: ApiCode(
        status.HTTP_500_INTERNAL_SERVER_ERROR, "The server made an error. It was logged."
    ),
    "storage_error": ApiCode(
        status.HTTP_500_INTERNAL_SERVER_ERROR,
        "The file could not be stored: writing failed (ENOSPC). Nothing of it was kept.",
        headers=_TRY_AGAIN,
    ),
    "server_busy": ApiCode(
        status.HTTP_503_SERVICE_UNAVAILABLE,
        "The server is busy. Send the request again in a moment.",
        headers=_TRY_AGAIN,
    ),
}

# What a middleware or a server in front may have answered, with a status and nothing more: the
# code that says the same, and a sentence for it.
OUTSIDE_VIEWS: dict[int, tuple[str, str]] = {
    CODES[code].http_status: (code, sentence)
    for code, sentence in (
        ("invalid_request", "The request is malformed."),
        ("not_authenticated", "The request is not authenticated."),
        ("permission_denied", "The request is not permitted."),
        ("not_found", "There is no such page at this host."),
        ("throttled", "There were too many requests."),
        ("server_busy", CODES["server_busy"].sentence),
    )
} | {
    # Theirs; this API says of a file that is too large what cameras expect.
    status.HTTP_413_REQUEST_ENTITY_TOO_LARGE: ("file_too_large", "The request is too large."),
}


def statuses_of(*codes: str) -> list[int]:
    """The HTTP statuses of these codes, each once, in their order."""
    return sorted({CODES[code].http_status for code in codes})
