"""What a clinician is told to do about a refusal; ``docs/refusals.rst`` says more."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

LOG: "StrPromise" = _("Tell whoever looks after the server: its log says why.")
CLIENT: "StrPromise" = _("Tell whoever looks after the workstation: its program has to be updated.")
# By the codes of refusals.
ADVICE: "dict[str, StrPromise]" = {
    "no_session": _("Add a session, or correct the identifier at the camera."),
    "no_eligible_session": _(
        "Every session of the subject is over or contraindicated: add one for a new exam, then "
        "move the folder back at the workstation."
    ),
    "filename_conflict": _(
        "Compare it with the stored file; allow the next version, or dismiss it."
    ),
    "invalid_content": _(
        "The file is not whole or of another kind: export it again at the camera."
    ),
    "invalid_filename": _("Rename the file at the workstation."),
    "checksum_mismatch": _("It changed on the way: wait for the next try, which comes by itself."),
    "file_too_large": _("Let the camera export smaller files, or have the limit raised."),
    "session_full": _("The session is full: a new exam has a session of its own."),
    "invalid_file_type": CLIENT,
    "invalid_request": CLIENT,
    "length_required": CLIENT,
    "unsupported_media_type": CLIENT,
    "method_not_allowed": CLIENT,
    "not_found": CLIENT,
    "permission_denied": _("The camera's account may not do this: tell whoever manages accounts."),
    "authentication_failed": _("The camera's token was revoked: it needs its new one."),
    "throttled": _("The camera calls too often: wait, it tries again by itself."),
    "storage_error": LOG,
    "server_busy": _("Wait: the camera tries again by itself."),
    "server_error": LOG,
    "too_many_refusals": _("Answer the refusals of this camera's account."),
}


def advice_on(code: str) -> "StrPromise":
    """What to do about a refusal of this code."""
    return ADVICE.get(code, LOG)
