"""What all endpoints share: who calls, what is logged and kept of a call, one shape of errors."""

import time
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils.decorators import method_decorator
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from edc_retinopathy.accounts.sites import current_site_id, readable_site_ids, writable_site_ids
from edc_retinopathy.choices import Endpoint
from edc_retinopathy.errors import NoSession, RetinopathyError
from edc_retinopathy.logs import events
from edc_retinopathy.logs.events import Event
from edc_retinopathy.refusals.recording import Attempt, close_refusals, record_refusal

from .authentication import AccessTokenAuthentication
from .bodies import require_plain_body
from .exceptions import DATABASE_IS_BUSY, exception_handler
from .limits import AccountThrottle
from .negotiation import AlwaysTheFirstRenderer
from .parsers import SmallJSONParser
from .permissions import HasEndpointPermission


# An upload commits before it answers, whatever ATOMIC_REQUESTS says.
@method_decorator(transaction.non_atomic_requests, name="dispatch")
class RetinopathyAPIView(APIView):
    """An endpoint: a token, permissions, JSON, and a refusal that is kept."""

    authentication_classes = (AccessTokenAuthentication,)
    permission_classes = (HasEndpointPermission,)
    parser_classes: tuple[Any, ...] = (SmallJSONParser,)
    renderer_classes = (JSONRenderer,)
    content_negotiation_class = AlwaysTheFirstRenderer
    throttle_classes = (AccountThrottle,)
    required_permissions: tuple[str, ...] = ()
    # Its name in the log.
    endpoint: str
    started: float
    # Whose token it is, once that is known.
    caller: Any = None
    # What it tries, where a refusal of it is kept.
    attempt: Attempt | None = None

    def setup(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """Remember when the request came."""
        self.started = time.monotonic()
        super().setup(request, *args, **kwargs)

    def get_exception_handler(self) -> Callable[..., Response]:
        """Ours, whatever the project's settings say."""
        return exception_handler

    def perform_authentication(self, request: Request) -> None:
        """Remember the caller for the log, also where nothing is permitted."""
        super().perform_authentication(request)
        self.caller = request.user
        is_attempt = request.method == "POST" and getattr(self, "endpoint", "") in Endpoint
        if is_attempt and request.user.is_authenticated:
            self.attempt = Attempt(
                endpoint=Endpoint(self.endpoint),
                account=request.user,
                site_id=current_site_id(request),
                subject_identifier=self.kwargs.get("subject_identifier", ""),
                file_type=self.kwargs.get("file_type", ""),
                device_id=getattr(request.user, "bound_device_id", None) or "",
            )

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Authenticate and authorize, then refuse a body that is not sent as it is."""
        super().initial(request, *args, **kwargs)
        require_plain_body(request)

    def handle_exception(self, exc: Exception) -> Response:
        """Answer, and keep what was refused: not while the database is what is busy."""
        response = super().handle_exception(exc)
        if self.attempt is not None and not isinstance(exc, DATABASE_IS_BUSY):
            # The session that was chosen may be gone meanwhile.
            if isinstance(exc, RetinopathyError) and (
                exc.camera_session_id or isinstance(exc, NoSession)
            ):
                self.attempt.camera_session_id = exc.camera_session_id
            record_refusal(self.attempt, code=response.data["code"], message=response.data["error"])
        return response

    def note(self, **known: Any) -> None:
        """Keep what is known by now of the attempt, for a refusal of it."""
        for name, value in known.items():
            if self.attempt is not None:
                setattr(self.attempt, name, value)

    def succeed(self, event: Event, **values: object) -> None:
        """Log the event with who asked and how long it took; close what was refused before."""
        ms = events.milliseconds_since(self.started)
        events.log(event, account=self.account.pk, ms=ms, **values)
        if self.attempt is not None:
            close_refusals(self.attempt)

    @property
    def account(self) -> Any:
        """The authenticated user of the request."""
        return self.request.user

    def readable_site_ids(self) -> tuple[int, ...]:
        """The sites whose sessions the account may look at."""
        return readable_site_ids(self.account, current_site_id(self.request))

    def writable_site_ids(self) -> tuple[int, ...]:
        """The sites whose sessions the account may change."""
        return writable_site_ids(self.account, current_site_id(self.request))
