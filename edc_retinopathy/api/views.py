"""The endpoints: look up, authorize, validate, one call to the domain, serialize."""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.db import transaction
from django.utils.decorators import method_decorator
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated, NotFound, Throttled
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from edc_retinopathy import conf
from edc_retinopathy.accounts.client_address import client_address
from edc_retinopathy.accounts.devices import device_id_for
from edc_retinopathy.accounts.sites import current_site_id, readable_site_ids, writable_site_ids
from edc_retinopathy.auth_objects import ADD_FILES, VIEW_SESSIONS
from edc_retinopathy.choices import Endpoint, FileType
from edc_retinopathy.errors import (
    FileTooLarge,
    NoSession,
    RetinopathyError,
    ServerBusy,
    StorageError,
)
from edc_retinopathy.files.admission import Caller
from edc_retinopathy.files.ingest import Upload, receive_file
from edc_retinopathy.logs import events
from edc_retinopathy.logs.events import Event
from edc_retinopathy.refusals.recording import Attempt, close_refusals, record_refusal
from edc_retinopathy.sessions.choice import (
    session_for_status,
    session_for_upload,
    session_to_resolve,
)
from edc_retinopathy.storage import require_free_space, sweep_stale, too_large

from .authentication import AccessTokenAuthentication
from .exceptions import DATABASE_IS_BUSY, CompressedBody, LengthRequired, exception_handler
from .limits import AccountThrottle, upload_slot
from .multipart import CHUNK_BYTES
from .negotiation import AlwaysTheFirstRenderer
from .parsers import FORM_OVERHEAD_BYTES, SmallJSONParser, UploadParser, content_length
from .permissions import HasEndpointPermission
from .serializers import (
    ResolveSerializer,
    SessionFileSerializer,
    StatusSerializer,
    UploadQuerySerializer,
    UploadSerializer,
    resolved,
)

# A refused body that is no longer than this is read to its end.
SHORT_BODY_BYTES = 1024 * 1024
# What is kept of a text that may be anything.
LONGEST_TEXT = 1000
UNREAD = (FileTooLarge, ServerBusy, StorageError, AuthenticationFailed, NotAuthenticated, Throttled)


# An upload commits before it answers, whatever ATOMIC_REQUESTS says.
@method_decorator(transaction.non_atomic_requests, name="dispatch")
class RetinopathyAPIView(APIView):
    """What all endpoints share: token, permission, JSON, and one shape of errors."""

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
        if request.user.is_authenticated and getattr(self, "endpoint", "") in Endpoint:
            self.attempt = Attempt(
                endpoint=Endpoint(self.endpoint),
                account=request.user,
                site_id=current_site_id(request),
                subject_identifier=self.kwargs.get("subject_identifier", ""),
                file_type=self.kwargs.get("file_type", ""),
                device_id=getattr(request.user, "bound_device_id", None) or "",
            )

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

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Authenticate and authorize, then refuse a body of unknown length or a compressed one."""
        super().initial(request, *args, **kwargs)
        if "CONTENT_LENGTH" not in request.META and "HTTP_TRANSFER_ENCODING" in request.META:
            _drain_chunks(request)
            raise LengthRequired
        if request.headers.get("Content-Encoding", "").strip().lower() not in {"", "identity"}:
            raise CompressedBody

    @property
    def account(self) -> Any:
        """The authenticated user of the request."""
        return self.request.user

    def log(self, event: Event, **values: object) -> None:
        """Write the event with who asked and how long it took."""
        ms = events.milliseconds_since(self.started)
        events.log(event, account=self.account.pk, ms=ms, **values)

    def close_refusals(self) -> None:
        """Close what was refused of the same before."""
        if self.attempt is not None:
            close_refusals(self.attempt)

    def readable_site_ids(self) -> tuple[int, ...]:
        """The sites whose sessions the account may look at."""
        return readable_site_ids(self.account, current_site_id(self.request))

    def writable_site_ids(self) -> tuple[int, ...]:
        """The sites whose sessions the account may change."""
        return writable_site_ids(self.account, current_site_id(self.request))


def _drain_chunks(request: Request) -> None:
    """Read a chunked body as far as it could be an upload, so that its sender reads the answer.

    A server closes a connection whose body was not read, and the sender, who still writes, meets
    a reset. Where the server does not say that it ends the stream, reading might never return.
    """
    if not request.META.get("wsgi.input_terminated"):
        return
    left = conf.max_file_size_bytes() + FORM_OVERHEAD_BYTES
    # Whatever the server raises for a body that is cut or malformed, the answer is the same.
    with suppress(Exception):
        while left > 0 and (chunk := request.META["wsgi.input"].read(min(left, CHUNK_BYTES))):
            left -= len(chunk)


class PingView(RetinopathyAPIView):
    """Tells a camera that the server is there and knows its token."""

    endpoint = "ping"

    def get(self, request: Request) -> Response:
        """Answer 200."""
        return Response({"status": "ok"})


class ResolveView(RetinopathyAPIView):
    """Tells a camera which session its next uploads go to."""

    endpoint = "resolve"
    # It reads a session and writes to it: which one the camera works on, and until when.
    required_permissions = (VIEW_SESSIONS, ADD_FILES)

    def post(self, request: Request) -> Response:
        """Pin the session and answer 200 with it."""
        self._remember(request.data)
        serializer = ResolveSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        subject_identifier = serializer.validated_data["subject_identifier"]
        device_id = device_id_for(self.account, serializer.validated_data["device_id"] or "")
        session = session_to_resolve(subject_identifier, self.writable_site_ids())
        device_id_for(self.account, session.device_id)
        session.pin(device_id=device_id, user=self.account)
        self.log(Event.RESOLVED, camera_session=session.pk, device=device_id or session.device_id)
        self.close_refusals()
        return Response(resolved(session))

    def _remember(self, sent: Any) -> None:
        """Keep for a refusal what was sent, whatever it is."""
        if self.attempt is not None and isinstance(sent, dict):
            named = sent.get("subject_identifier") or ""
            self.attempt.subject_identifier = str(named)[:LONGEST_TEXT].strip()
            self.attempt.device_id = self.attempt.device_id or str(sent.get("device_id") or "")


class UploadView(RetinopathyAPIView):
    """Receives one file of an exam."""

    endpoint = "upload"
    required_permissions = (ADD_FILES,)
    parser_classes = (UploadParser,)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse a body that is too large before any of it is read."""
        super().initial(request, *args, **kwargs)
        if content_length(request) > conf.max_file_size_bytes() + FORM_OVERHEAD_BYTES:
            raise too_large()

    def handle_exception(self, exc: Exception) -> Response:
        """Answer, having read the rest of the body where it is short.

        A server closes a connection whose body was not read, and a client that has sent all of
        a short body then finds it closed when it sends the next. Not for what is refused to
        keep load away.
        """
        response = super().handle_exception(exc)
        if content_length(self.request) <= SHORT_BODY_BYTES and not isinstance(exc, UNREAD):
            with suppress(OSError):
                while self.request.read(CHUNK_BYTES):
                    pass
        return response

    def post(self, request: Request, subject_identifier: str, file_type: str) -> Response:
        """Answer 201 with the record, or 200 if this very file is stored already."""
        parsed_file_type = FileType.from_name(file_type)
        query = UploadQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        # Chosen before the body is read: a slow upload belongs to the exam that it began in.
        session = session_for_upload(
            subject_identifier, self.writable_site_ids(), query.validated_data["camera_session_id"]
        )
        device_id = device_id_for(self.account, session.device_id)
        if self.attempt is not None:
            self.attempt.camera_session_id, self.attempt.device_id = session.pk, device_id
        with upload_slot():
            require_free_space(content_length(request))
            sweep_stale()
            form = UploadSerializer(data=request.data)
            form.is_valid(raise_exception=True)
            session_file, created = receive_file(
                session,
                form.validated_data["file"].incoming,
                upload=Upload(
                    file_type=parsed_file_type,
                    original_filename=form.validated_data["file"].name,
                    capture_datetime=form.validated_data["capture_datetime"],
                    checksum=form.validated_data.get("checksum"),
                    device_id=device_id,
                    remote_address=client_address(request),
                ),
                caller=Caller(
                    user=self.account,
                    token=request.auth.key,
                    site_id=current_site_id(request),
                ),
            )
        self.log(
            Event.RECEIVED if created else Event.RETRIED,
            session_file=session_file.pk,
            camera_session=session_file.camera_session_id,
            device=device_id,
            file_type=session_file.file_type,
            size=session_file.file_size,
        )
        self.close_refusals()
        return Response(SessionFileSerializer(session_file).data, status=201 if created else 200)


class StatusView(RetinopathyAPIView):
    """Tells a camera what has arrived and what is missing."""

    endpoint = "status"
    required_permissions = (VIEW_SESSIONS,)

    def get(self, request: Request, subject_identifier: str) -> Response:
        """Answer 200 with the session's progress."""
        session = session_for_status(subject_identifier, self.readable_site_ids())
        device_id_for(self.account, session.device_id)
        return Response(StatusSerializer(session).data)


class UnknownPathView(RetinopathyAPIView):
    """Answers for every path below the base that is no endpoint."""

    endpoint = "unknown"

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Raise ``NotFound``, for whatever method, once the caller is known."""
        super().initial(request, *args, **kwargs)
        raise NotFound("There is no such endpoint. The paths of the API end in a slash.")


class NoSchemaView(RetinopathyAPIView):
    """Stands where the OpenAPI document would be, while the extra ``schema`` is not installed."""

    def get(self, request: Request) -> Response:
        """Raise ``NotFound``."""
        raise NotFound("There is no document: the server lacks edc-retinopathy[schema].")
