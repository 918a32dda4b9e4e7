"""The endpoint as one writes it first: parse, copy, read again to hash, create the record.

It checks no content, flushes nothing to disk and loses the race of two uploads: it is here to be
fast, not to be right.
"""

import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.dateparse import parse_datetime
from rest_framework.authentication import TokenAuthentication  # noqa: TID251
from rest_framework.parsers import MultiPartParser  # noqa: TID251
from rest_framework.permissions import IsAuthenticated  # noqa: TID251
from rest_framework.request import Request  # noqa: TID251
from rest_framework.response import Response  # noqa: TID251
from rest_framework.views import APIView  # noqa: TID251

from edc_retinopathy.models import CameraSession, SessionFile


class BaselineUploadView(APIView):
    """Receives one file of an exam."""

    authentication_classes = (TokenAuthentication,)
    permission_classes = (IsAuthenticated,)
    parser_classes = (MultiPartParser,)

    def post(self, request: Request, subject_identifier: str, file_type: str) -> Response:
        """Answer 201 with the record."""
        uploaded: Any = request.data["file"]
        session = CameraSession.objects.defer("initials").get(
            pk=request.query_params["camera_session_id"], subject_identifier=subject_identifier
        )
        stored_filename = f"{session.pk}/{uploaded.name}"
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
