"""A clinician saves a session's form at the moment when a camera resolves the session."""

from django.db import connection

from edc_retinopathy.models import CameraSession
from tests.committed import CommittedRecords
from tests.concurrency.together import together
from tests.servers import Server

ROUNDS = 10


def save(as_read: CameraSession) -> str:
    """Save what was read before the camera came, as the form does."""
    try:
        as_read.photosensitive = "No"
        as_read.save()
    finally:
        connection.close()
    return "saved"


def test_a_form_takes_back_no_resolve(server: Server, records: CommittedRecords) -> None:
    for _ in range(ROUNDS):
        subject = records.subject()
        session = records.session(subject)
        as_read = CameraSession.objects.get(pk=session.pk)
        saved, answer = together(
            [
                lambda s=as_read: save(s),  # type: ignore[misc]
                lambda i=subject.subject_identifier: server.resolve(i, device_id="CAM-001").status,  # type: ignore[misc]
            ]
        )
        assert (saved, answer) == ("saved", 200)
        session.refresh_from_db()
        assert session.photosensitive == "No"
        assert session.device_id == "CAM-001"
        assert session.activity.last_resolved_datetime is not None
