"""The endpoints as one writes them first.

The upload parses, copies, reads again to hash, and creates the record. It checks no content,
flushes nothing to disk and loses the race of two uploads. Resolve and status look at one session
after the other. They ask for no permission and know no sites: they are here to be fast, not right.
"""

import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from rest_framework.authentication import TokenAuthentication  # noqa: TID251
from rest_framework.parsers import MultiPartParser  # noqa: TID251
from rest_framework.permissions import IsAuthenticated  # noqa: TID251
from rest_framework.request import Request  # noqa: TID251
from rest_framework.response import Response  # noqa: TID251
from rest_framework.views import APIView  # noqa: TID251

from edc_retinopathy.models import CameraSession, SessionFile
from edc_retinopathy.models.activity_updates import record_resolve
from edc_retinopathy.sessions.state import SessionState
from edc_retinopathy.storage import key_of


class BaselineView(APIView):
    """What all share."""

    authentication_classes = (TokenAuthentication,)
    permission_classes = (IsAuthenticated,)


def sessions_of(subject_identifier: str) -> Any:
    """The sessions of a subject, newest first."""
    sessions = CameraSession.objects.defer("initials").filter(subject_identifier=subject_identifier)
    return sessions.order_by("-report_datetime", "-created", "-pk")


def can_receive(state: SessionState) -> bool:
    """True if an upload without an id may go to it."""
    return state.accepts_uploads and not state.is_expired


class BaselineResolveView(BaselineView):
    """Tells which session the next uploads go to."""

    def post(self, request: Request) -> Response:
        """Answer 200 with it."""
        for session in sessions_of(request.data["subject_identifier"]):
            if SessionState.of(session).is_open:
                record_resolve(session.pk, timezone.now(), using=DEFAULT_DB_ALIAS)
                uploaded = session.uploaded_file_types
                return Response({"camera_session_id": session.pk, "uploaded": uploaded})
        return Response({"error": "There is none."}, status=400)


class BaselineStatusView(BaselineView):
    """Tells what has arrived and what is missing."""

    def get(self, request: Request, subject_identifier: str) -> Response:
        """Answer 200 with the session's progress."""
        sessions = sessions_of(subject_identifier)
        resolved = sessions.filter(activity__last_resolved_datetime__isnull=False)
        session = resolved.order_by("-activity__last_resolved_datetime").first()
        if session is None or not can_receive(SessionState.of(session)):
            session = sessions[0]
        return Response(
            {
                "camera_session_id": session.pk,
                "uploaded": session.uploaded_file_types,
                "missing": session.missing_file_types,
                "complete": session.is_complete,
            }
        )


class BaselineUploadView(BaselineView):
    """Receives one file of an exam."""

    parser_classes = (MultiPartParser,)

    def post(self, request: Request, subject_identifier: str, file_type: str) -> Response:
        """Answer 201 with the record."""
        uploaded: Any = request.data["file"]
        session = CameraSession.objects.defer("initials").get(
            pk=request.query_params["camera_session_id"], subject_identifier=subject_identifier
        )
        stored_filename = key_of(session.pk, uploaded.name)
        path = Path(settings.EDC_RETINOPATHY_STORAGE_DIR) / "images" / stored_filename
        path.parent.mkdir(exist_ok=True)
        with path.open("wb") as stream:
            for chunk in uploaded.chunks():
                stream.write(chunk)
        with path.open("rb") as stream:
            checksum = hashlib.file_digest(stream, "sha256").hexdigest()
        if checksum != request.data["checksum"]:
            path.unlink()
            return Response({"error": "The checksum differs."}, status=400)
        record = SessionFile.objects.create(
            camera_session=session,
            file_type=file_type,
            original_filename=uploaded.name,
            filename_key=uploaded.name,
            stored_filename=stored_filename,
            file_content_type=uploaded.content_type,
            file_size=path.stat().st_size,
            checksum=checksum,
            capture_datetime=parse_datetime(request.data["capture_datetime"]),
        )
        return Response({"id": record.pk, "checksum": checksum}, status=201)
