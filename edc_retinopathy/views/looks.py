"""Who looked at which file: written down before it is sent."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from edc_retinopathy.accounts.client_address import client_address
from edc_retinopathy.choices import AccessKind
from edc_retinopathy.logs import events
from edc_retinopathy.logs.events import Event
from edc_retinopathy.models import FileAccess, SessionFile

# For so long further parts of a file belong to the look that they began with.
LOOK_LASTS = timedelta(hours=1)


def record_look(
    request: HttpRequest, session_file: SessionFile, kind: AccessKind, *, is_part: bool = False
) -> None:
    """Write down that the account is sent the file; parts that follow are the same look.

    A part that nothing came before is a look of its own: else whoever asks for all but the first
    byte would have been seen by nobody.
    """
    user: Any = request.user
    if (
        is_part
        and FileAccess.objects.filter(
            session_file=session_file,
            user=user,
            accessed_datetime__gt=timezone.now() - LOOK_LASTS,
        ).exists()
    ):
        return
    _look(request, session_file, kind).save()
    _log(request, session_file, kind)


def record_looks(request: HttpRequest, files: Sequence[SessionFile]) -> None:
    """Write down that the account is shown these files; what is then sent of them is the same."""
    FileAccess.objects.bulk_create(_look(request, file, AccessKind.VIEW) for file in files)
    for file in files:
        _log(request, file, AccessKind.VIEW)


def _look(request: HttpRequest, session_file: SessionFile, kind: AccessKind) -> FileAccess:
    user: Any = request.user
    return FileAccess(
        session_file=session_file,
        site_id=session_file.site_id,
        user=user,
        username=user.get_username(),
        kind=kind,
        remote_address=client_address(request),
    )


def _log(request: HttpRequest, session_file: SessionFile, kind: AccessKind) -> None:
    events.log(Event.SERVED, session_file=session_file.pk, account=request.user.pk, kind=kind)
