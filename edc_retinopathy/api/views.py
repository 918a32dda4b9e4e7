"""The endpoints: look up, authorize, validate, one call to the domain, serialize."""

from typing import Any

from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from edc_retinopathy.accounts.client_address import client_address
from edc_retinopathy.accounts.devices import device_id_for
from edc_retinopathy.accounts.sites import current_site_id
from edc_retinopathy.auth_objects import ADD_FILES, VIEW_SESSIONS
from edc_retinopathy.choices import FileType
from edc_retinopathy.files.admission import Caller
from edc_retinopathy.files.ingest import receive_file
from edc_retinopathy.logs.events import Event
from edc_retinopathy.models import Finding
from edc_retinopathy.sessions.choice import (
    session_for_status,
    session_for_upload,
    session_to_resolve,
)
from edc_retinopathy.sessions.chosen import ChosenSession
from edc_retinopathy.sessions.pinning import pin
from edc_retinopathy.storage import require_free_space, sweep_stale

from .base import RetinopathyAPIView
from .bodies import content_length, read_rest, require_room_for_form
from .codes import CODES
from .limits import upload_slot
from .parsers import UploadParser
from .serializers import (
    PingSerializer,
    ResolvedSerializer,
    ResolveSerializer,
    SessionFileSerializer,
    StatusSerializer,
    UploadQuerySerializer,
    UploadSerializer,
)

# What is kept of a text that may be anything.
LONGEST_TEXT = 1000


class PingView(RetinopathyAPIView):
    """Tells a camera that the server is there and knows its token."""

    endpoint = "ping"

    def get(self, request: Request) -> Response:
        """Answer 200."""
        return Response(PingSerializer({"status": "ok"}).data)


class ResolveView(RetinopathyAPIView):
    """Tells a camera which session its next uploads go to."""

    endpoint = "resolve"
    # It reads a session and writes to it: which one the camera works on, and until when.
    required_permissions = (VIEW_SESSIONS, ADD_FILES)

    def post(self, request: Request) -> Response:
        """Pin the session and answer 200 with it."""
        self._note_what_was_sent(request.data)
        body = ResolveSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        device_id = device_id_for(self.account, body.validated_data["device_id"] or "")
        session = session_to_resolve(
            body.validated_data["subject_identifier"], self.writable_site_ids()
        )
        device_id_for(self.account, session.device_id)
        pin(session, device_id=device_id, user=self.account)
        self.succeed(
            Event.RESOLVED, camera_session=session.pk, device=device_id or session.device_id
        )
        return Response(ResolvedSerializer(session).data)

    def _note_what_was_sent(self, sent: Any) -> None:
        """For a refusal; it may be anything."""
        if self.attempt is not None and isinstance(sent, dict):
            named = sent.get("subject_identifier") or ""
            self.note(
                subject_identifier=str(named)[:LONGEST_TEXT].strip(),
                device_id=self.attempt.device_id or str(sent.get("device_id") or ""),
            )


class UploadView(RetinopathyAPIView):
    """Receives one file of an exam."""

    endpoint = "upload"
    required_permissions = (ADD_FILES,)
    parser_classes = (UploadParser,)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse a body that is too large before any of it is read."""
        super().initial(request, *args, **kwargs)
        require_room_for_form(request)

    def handle_exception(self, exc: Exception) -> Response:
        """Answer, having read the rest of the body where it is short."""
        response = super().handle_exception(exc)
        read_rest(self.request, exc)
        return response

    def post(self, request: Request, subject_identifier: str, file_type: str) -> Response:
        """Answer 201 with the record, or 200 if this very file is stored already."""
        parsed_file_type = FileType.from_name(file_type)
        # Chosen before the body is read: a slow upload belongs to the exam that it began in.
        session = self._chosen(subject_identifier)
        device_id = device_id_for(self.account, session.device_id)
        self.note(camera_session_id=session.pk, device_id=device_id)
        with upload_slot():
            form = self._received()
            upload = form.upload(
                file_type=parsed_file_type,
                device_id=device_id,
                remote_address=client_address(request),
            )
            session_file, is_new = receive_file(
                session, form.incoming, upload=upload, caller=self._caller()
            )
        self.succeed(
            Event.RECEIVED if is_new else Event.RETRIED,
            session_file=session_file.pk,
            camera_session=session_file.camera_session_id,
            device=device_id,
            file_type=session_file.file_type,
            size=session_file.file_size,
        )
        return Response(SessionFileSerializer(session_file).data, status=201 if is_new else 200)

    def _chosen(self, subject_identifier: str) -> ChosenSession:
        query = UploadQuerySerializer(data=self.request.query_params)
        query.is_valid(raise_exception=True)
        camera_session_id = query.validated_data["camera_session_id"]
        return session_for_upload(subject_identifier, self.writable_site_ids(), camera_session_id)

    def _received(self) -> UploadSerializer:
        """The form, whose file is written to storage as it arrives."""
        require_free_space(content_length(self.request))
        sweep_stale()
        form = UploadSerializer(data=self.request.data)
        form.is_valid(raise_exception=True)
        return form

    def _caller(self) -> Caller:
        token: Any = self.request.auth
        return Caller(user=self.account, token=token.key, site_id=current_site_id(self.request))


class StatusView(RetinopathyAPIView):
    """Tells a camera what has arrived and what is missing."""

    endpoint = "status"
    required_permissions = (VIEW_SESSIONS,)
    # Asked for each identifier, it would tell a masked reader which session is its own.
    names_a_subject = True

    def get(self, request: Request, subject_identifier: str) -> Response:
        """Answer 200 with the session's progress."""
        session = session_for_status(subject_identifier, self.readable_site_ids())
        device_id_for(self.account, session.device_id)
        findings = Finding.objects.unresolved().of_session(session.pk).severest_first()
        return Response(StatusSerializer({"session": session, "findings": findings}).data)


class UnknownPathView(RetinopathyAPIView):
    """Answers for every path below the base that is no endpoint."""

    endpoint = "unknown"

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Raise ``NotFound``, for whatever method, once the caller is known."""
        super().initial(request, *args, **kwargs)
        raise NotFound(CODES["not_found"].sentence)


class NoSchemaView(RetinopathyAPIView):
    """Stands where the OpenAPI document would be, while the extra ``schema`` is not installed."""

    def get(self, request: Request) -> Response:
        """Raise ``NotFound``."""
        raise NotFound("There is no document: the server lacks edc-retinopathy[schema].")
