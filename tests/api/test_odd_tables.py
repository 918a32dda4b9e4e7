"""Tables of odd files, sent as a camera sends them: the answer, the record, the bytes on disk."""

import re

import pytest

from edc_retinopathy.models import CameraSession, SessionFile
from tests.api.client import CameraApi
from tests.api.odd.dicom_images import IMAGES
from tests.api.odd.dicom_others import NO_IMAGES
from tests.api.odd.dicom_refused import REFUSED
from tests.api.odd.pictures import REFUSED as NO_PICTURES
from tests.api.odd.pictures import SHOWN as PICTURES
from tests.api.odd.reports import OTHER, SHOWN_HTML, SHOWN_PDF
from tests.storage import StorageOnDisk

KEPT = {
    "images in DICOM": ("left_dicom", ".dcm", IMAGES),
    "DICOM that is no image": ("right_dicom", ".dcm", NO_IMAGES),
    "photographs": ("left", ".jpg", PICTURES),
    "reports in PDF": ("report", ".pdf", SHOWN_PDF),
    "reports in HTML": ("left_report", ".html", SHOWN_HTML),
}
NOT_KEPT = {
    "DICOM": ("left_dicom", ".dcm", REFUSED),
    "photographs": ("right", ".jpg", NO_PICTURES),
    "reports": ("report", ".pdf", OTHER),
}


@pytest.mark.parametrize("table", KEPT)
def test_what_can_be_shown_is_stored_once(
    table: str, camera: CameraApi, session: CameraSession, storage: StorageOnDisk
) -> None:
    file_type, extension, files = KEPT[table]
    wrong = []
    for number, (name, content) in enumerate(files.items()):
        answers = [
            camera.upload(
                session.subject_identifier, file_type, content, name=f"odd {number}{extension}"
            )
            for _ in range(2)
        ]
        if [answer.status_code for answer in answers] != [201, 200]:
            wrong.append((name, answers[0].content))
            continue
        stored = SessionFile.objects.get(pk=answers[1].json()["id"])
        assert stored.is_image is (table in {"images in DICOM", "photographs"}), name
        assert (storage.images / stored.stored_filename).read_bytes() == content, name
    assert not wrong


@pytest.mark.parametrize("table", NOT_KEPT)
def test_what_is_no_use_is_refused_with_its_reason(
    table: str, camera: CameraApi, session: CameraSession, storage: StorageOnDisk
) -> None:
    file_type, extension, files = NOT_KEPT[table]
    wrong = []
    for number, (name, (content, reason)) in enumerate(files.items()):
        response = camera.upload(
            session.subject_identifier, file_type, content, name=f"odd {number}{extension}"
        )
        body = response.json()
        code, sentence = body.get("code"), body.get("error", "")
        if (response.status_code, code) != (400, "invalid_content") or not re.search(
            reason, sentence
        ):
            wrong.append((name, body))
    assert not wrong
    assert not SessionFile.objects.exists()
    assert not storage.files()
