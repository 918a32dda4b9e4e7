"""``POST <subject_identifier>/<file_type>/``: a file is received, judged, recorded and placed."""

import errno
import os
import shutil
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO, RawIOBase
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone as django_timezone
from pytest_django import Settings

from edc_retinopathy import content as content_of_app
from edc_retinopathy.choices import ContentType
from edc_retinopathy.models import CameraSession, SessionFile
from tests import factories, samples
from tests.api.client import (
    BASE,
    BOUNDARY,
    CAPTURED,
    CameraApi,
    assert_error,
    multipart_body,
    sha256,
    upload_url,
)
from tests.samples import (
    ACCEPTED_CONTENT,
    BROKEN,
    FILE_TYPES,
    HTML,
    JPEG,
    MISNAMED,
    VALID,
    small_dicom,
    small_jpeg,
    small_png,
    usual_filename,
)
from tests.storage import StorageOnDisk

IDENTIFIER = factories.FEMALE_IDENTIFIER
ANSWER = {
    "id",
    "camera_session_id",
    "file_type",
    "original_filename",
    "stored_filename",
    "eye_exam_register_id",
    "checksum",
}


def assert_nothing_stored(storage: StorageOnDisk) -> None:
    """Assert promise 3: no record, no file, no temporary file."""
    assert not SessionFile.objects.exists()
    assert not SessionFile.history.exists()
    assert storage.files() == {}


def only_file(storage: StorageOnDisk, session: CameraSession) -> SessionFile:
    """The one record there is, after asserting that its bytes and nothing else are on disk."""
    stored = SessionFile.objects.get()
    assert stored.camera_session_id == session.pk
    content = storage.files()[f"images/{stored.stored_filename}"]
    assert len(storage.files()) == 1
    assert stored.checksum == sha256(content)
    assert stored.file_size == len(content)
    return stored


@pytest.mark.parametrize(
    ("file_type", "name", "content", "is_image"),
    [
        ("left", "OS.jpg", small_jpeg, True),
        ("left", "OS.png", small_png, True),
        ("left_dicom", "OS.dcm", small_dicom, True),
        ("report", "report.pdf", samples.pdf_report, False),
        ("report", "report.html", samples.html_report, False),
    ],
)
def test_the_record_says_whether_the_file_is_an_image(
    camera: CameraApi,
    session: CameraSession,
    file_type: str,
    name: str,
    content: Callable[[], bytes],
    *,
    is_image: bool,
) -> None:
    assert camera.upload(IDENTIFIER, file_type, content(), name=name).status_code == 201
    assert SessionFile.objects.get().is_image is is_image


def test_a_dicom_that_is_no_image_is_kept_and_counts_for_no_eye(
    camera: CameraApi,
    session: CameraSession,
    storage: StorageOnDisk,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    factories.store_file(session, "right")
    factories.store_file(session, "report", content_type=HTML)
    with monkeypatch.context() as patches:
        facts = content_of_app.Facts(content_type=ContentType.DICOM, is_image=False)
        patches.setattr(content_of_app, "check_content", lambda *_: facts)
        response = camera.upload(IDENTIFIER, "left_dicom", small_dicom(), name="SR.dcm")
    assert response.status_code == 201
    stored = SessionFile.objects.get(original_filename="SR.dcm")
    assert stored.is_image is False
    assert stored.history.get().is_image is False
    assert storage.files()[f"images/{stored.stored_filename}"] == small_dicom()
    status = camera.status(IDENTIFIER).json()
    assert status["uploaded"] == ["left_dicom", "report", "right"]
    assert status["missing"] == ["left"]
    assert status["complete"] is False
    assert camera.resolve(IDENTIFIER).json()["uploaded"] == ["left_dicom", "report", "right"]
    assert camera.upload(IDENTIFIER, "left_dicom", small_dicom(), name="OS.dcm").status_code == 201
    assert camera.status(IDENTIFIER).json()["complete"] is True


class TestAccepted:
    """A new file: 201, the record, and the bytes in their place."""

    def test_answers_201_with_the_record(
        self, camera: CameraApi, session: CameraSession, storage: StorageOnDisk
    ) -> None:
        response = camera.upload(IDENTIFIER, "left", name="photo.jpg")
        assert response.status_code == 201
        body = response.json()
        assert set(body) >= ANSWER
        stored = only_file(storage, session)
        assert {key: body[key] for key in ANSWER} == {
            "id": str(stored.pk),
            "camera_session_id": str(session.pk),
            "eye_exam_register_id": str(session.pk),
            "file_type": "left",
            "original_filename": "photo.jpg",
            "stored_filename": f"{session.pk}/photo.jpg",
            "checksum": sha256(small_jpeg()),
        }

    def test_stores_the_bytes_where_the_contract_says(
        self, camera: CameraApi, session: CameraSession, storage: StorageOnDisk
    ) -> None:
        camera.upload(IDENTIFIER, "left", name="photo.jpg")
        path = storage.directory / "images" / str(session.pk) / "photo.jpg"
        assert path.read_bytes() == small_jpeg()
        assert storage.files() == {f"images/{session.pk}/photo.jpg": small_jpeg()}

    def test_records_the_facts_of_the_file(
        self, camera: CameraApi, session: CameraSession, storage: StorageOnDisk
    ) -> None:
        before = django_timezone.now()
        camera.upload(IDENTIFIER, "right_dicom", small_dicom(), name="OD.dcm")
        stored = only_file(storage, session)
        assert stored.file_type == "right_dicom"
        assert stored.original_filename == "OD.dcm"
        assert stored.stored_filename == f"{session.pk}/OD.dcm"
        assert stored.file_content_type == "application/dicom"
        assert stored.file_size == len(small_dicom())
        assert stored.checksum == sha256(small_dicom())
        assert stored.capture_datetime == datetime.fromisoformat(CAPTURED)
        assert before <= stored.received_datetime <= django_timezone.now()

    def test_records_who_sent_it_and_its_history(
        self, camera: CameraApi, session: CameraSession, camera_user: User
    ) -> None:
        camera.upload(IDENTIFIER)
        stored = SessionFile.objects.get()
        assert stored.user_created == camera_user.username
        assert stored.history.count() == 1

    def test_counts_as_uploaded_at_once(self, camera: CameraApi, session: CameraSession) -> None:
        camera.upload(IDENTIFIER, "left_dicom", small_dicom(), name="OS.dcm")
        assert camera.status(IDENTIFIER).json()["uploaded"] == ["left_dicom"]

    @pytest.mark.parametrize(
        ("key", "file_type"),
        [(key, file_type) for key, sample in VALID.items() for file_type in sample.accepted_by],
    )
    def test_every_valid_sample_is_stored_unchanged_for_each_file_type_that_accepts_it(
        self,
        camera: CameraApi,
        session: CameraSession,
        storage: StorageOnDisk,
        key: str,
        file_type: str,
    ) -> None:
        sample = VALID[key]
        response = camera.upload(IDENTIFIER, file_type, sample.content, name=sample.name)
        assert response.status_code == 201, response.content
        assert only_file(storage, session).file_content_type == sample.content_type
        assert storage.files() == {f"images/{session.pk}/{sample.name}": sample.content}

    @pytest.mark.parametrize("declared_type", ["text/html", "application/dicom", "x/y"])
    def test_the_content_type_is_detected_and_never_the_clients_word(
        self, camera: CameraApi, session: CameraSession, storage: StorageOnDisk, declared_type: str
    ) -> None:
        response = camera.upload(IDENTIFIER, "left", declared_type=declared_type)
        assert response.status_code == 201
        assert only_file(storage, session).file_content_type == JPEG

    def test_a_png_called_jpg_is_a_png(
        self, camera: CameraApi, session: CameraSession, storage: StorageOnDisk
    ) -> None:
        response = camera.upload(
            IDENTIFIER, "left", small_png(), name="photo.jpg", declared_type=JPEG
        )
        assert response.status_code == 201
        assert only_file(storage, session).file_content_type == "image/png"

    def test_several_files_of_one_type_are_welcome(
        self, camera: CameraApi, session: CameraSession, storage: StorageOnDisk
    ) -> None:
        for name in ("field-1.jpg", "field-2.jpg", "field-3.jpg"):
            assert camera.upload(IDENTIFIER, "left", name=name).status_code == 201
        assert session.files.filter(file_type="left").count() == 3
        assert len(storage.files()) == 3

    def test_the_same_name_may_be_stored_in_two_sessions(
        self,
        camera: CameraApi,
        create_session: Callable[..., CameraSession],
        storage: StorageOnDisk,
    ) -> None:
        first, second = create_session(minutes=2), create_session(minutes=1)
        for session, content in ((first, small_jpeg()), (second, small_png())):
            query = {"camera_session_id": str(session.pk)}
            response = camera.upload(IDENTIFIER, "left", content, query=query)
            assert response.status_code == 201
        assert storage.files() == {
            f"images/{first.pk}/photo.jpg": small_jpeg(),
            f"images/{second.pk}/photo.jpg": small_png(),
        }

    @pytest.mark.parametrize(
        ("sent", "meant"),
        [
            ("2025-03-14T09:30:00Z", datetime(2025, 3, 14, 9, 30, tzinfo=UTC)),
            (
                "2025-03-14T09:30:00.123456+00:00",
                datetime(2025, 3, 14, 9, 30, 0, 123456, tzinfo=UTC),
            ),
            (
                "2025-03-14T09:30:00+03:00",
                datetime(2025, 3, 14, 9, 30, tzinfo=timezone(timedelta(hours=3))),
            ),
        ],
    )
    def test_the_capture_time_is_read_as_iso_8601(
        self, camera: CameraApi, session: CameraSession, sent: str, meant: datetime
    ) -> None:
        assert camera.upload(IDENTIFIER, capture_datetime=sent).status_code == 201
        assert SessionFile.objects.get().capture_datetime == meant

    def test_the_checksum_is_optional(
        self, camera: CameraApi, session: CameraSession, storage: StorageOnDisk
    ) -> None:
        assert camera.upload(IDENTIFIER, checksum=None).status_code == 201
        assert only_file(storage, session).checksum == sha256(small_jpeg())

    def test_an_upper_case_checksum_is_the_same_and_stored_in_lower_case(
        self, camera: CameraApi, session: CameraSession, storage: StorageOnDisk
    ) -> None:
        response = camera.upload(IDENTIFIER, checksum=sha256(small_jpeg()).upper())
        assert response.status_code == 201
        assert only_file(storage, session).checksum == sha256(small_jpeg())

    def test_a_file_of_exactly_the_limit_is_accepted(
        self, camera: CameraApi, session: CameraSession, settings: Settings
    ) -> None:
        settings.EDC_RETINOPATHY_MAX_FILE_SIZE_MB = len(small_jpeg()) / 2**20
        assert camera.upload(IDENTIFIER).status_code == 201

    @pytest.mark.parametrize(
        "name",
        [
            "a1b2c3d4_OD.jpg",
            "left eye (field 2).jpg",
            "rétine æøå.jpg",
            "網膜_左.jpg",
            "no.of.dots.jpg",
            "UPPER.JPG",
            "n" * 196 + ".jpg",
        ],
    )
    def test_a_safe_name_is_stored_exactly_as_sent(
        self, camera: CameraApi, session: CameraSession, storage: StorageOnDisk, name: str
    ) -> None:
        response = camera.upload_named(IDENTIFIER, name.encode())
        assert response.status_code == 201, response.content
        assert response.json()["original_filename"] == name
        assert storage.files() == {f"images/{session.pk}/{name}": small_jpeg()}

    def test_directory_parts_of_a_name_lead_nowhere(
        self, camera: CameraApi, session: CameraSession, storage: StorageOnDisk
    ) -> None:
        response = camera.upload_named(IDENTIFIER, b"../../../escaped.jpg")
        if response.status_code == 201:
            assert storage.files() == {f"images/{session.pk}/escaped.jpg": small_jpeg()}
        else:
            assert_error(response, 400, "invalid_filename")
            assert_nothing_stored(storage)
        for parent in (storage.images, storage.directory, storage.directory.parent):
            assert not (parent / "escaped.jpg").exists()


class TestRetry:
    """Promise 2: same session, same name, same bytes: 200 and the same record."""

    def test_a_retry_of_the_same_file_answers_200_with_the_same_body(
        self, camera: CameraApi, session: CameraSession, storage: StorageOnDisk
    ) -> None:
        first = camera.upload(IDENTIFIER)
        path = storage.images / str(session.pk) / "photo.jpg"
        before = path.stat()
        second = camera.upload(IDENTIFIER)
        assert (first.status_code, second.status_code) == (201, 200)
        assert second.json() == first.json()
        after = path.stat()
        assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
        only_file(storage, session)

    def test_a_retry_changes_nothing_in_the_record(
        self, camera: CameraApi, session: CameraSession
    ) -> None:
        camera.upload(IDENTIFIER)
        before = SessionFile.objects.values().get()
        camera.upload(IDENTIFIER, capture_datetime="2025-03-14T10:00:00Z")
        assert SessionFile.objects.values().get() == before
        assert SessionFile.history.count() == 1

    def test_a_retry_without_a_checksum_is_a_retry_too(
        self, camera: CameraApi, session: CameraSession
    ) -> None:
        camera.upload(IDENTIFIER)
        assert camera.upload(IDENTIFIER, checksum=None).status_code == 200

    def test_a_retry_after_the_session_is_complete_answers_200(
        self, camera: CameraApi, session: CameraSession
    ) -> None:
        camera.resolve(IDENTIFIER)
        camera.upload(IDENTIFIER, "left")
        factories.complete(session)
        assert camera.upload(IDENTIFIER, "left").status_code == 200

    def test_a_corrupt_retry_leaves_the_good_file(
        self, camera: CameraApi, session: CameraSession, storage: StorageOnDisk
    ) -> None:
        camera.upload(IDENTIFIER)
        response = camera.upload(
            IDENTIFIER, content=small_jpeg()[:-300], checksum=sha256(small_jpeg())
        )
        # Both are true of it, and the contract does not say which is found first.
        assert_error(response, 400, {"checksum_mismatch", "invalid_content"})
        only_file(storage, session)
        assert storage.files() == {f"images/{session.pk}/photo.jpg": small_jpeg()}


class TestConflict:
    """A different file under a name that is taken: 409, and the stored one is untouched."""

    def test_a_different_file_of_the_same_name_is_a_conflict(
        self, camera: CameraApi, session: CameraSession, storage: StorageOnDisk
    ) -> None:
        camera.upload(IDENTIFIER)
        before = SessionFile.objects.values().get()
        response = camera.upload(IDENTIFIER, content=small_png())
        assert_error(response, 409, "filename_conflict")
        assert SessionFile.objects.values().get() == before
        assert storage.files() == {f"images/{session.pk}/photo.jpg": small_jpeg()}

    def test_a_conflict_is_one_across_file_types(
        self, camera: CameraApi, session: CameraSession, storage: StorageOnDisk
    ) -> None:
        camera.upload(IDENTIFIER, "left")
        response = camera.upload(IDENTIFIER, "right", small_png())
        assert_error(response, 409, "filename_conflict")
        assert SessionFile.objects.get().file_type == "left"
        assert storage.files() == {f"images/{session.pk}/photo.jpg": small_jpeg()}

    def test_a_conflict_again_is_a_conflict_again(
        self, camera: CameraApi, session: CameraSession, storage: StorageOnDisk
    ) -> None:
        camera.upload(IDENTIFIER)
        for _ in range(3):
            assert camera.upload(IDENTIFIER, content=small_png()).status_code == 409
        assert camera.upload(IDENTIFIER).status_code == 200
        only_file(storage, session)

    def test_the_retry_of_a_file_without_a_record_adopts_it(
        self, camera: CameraApi, session: CameraSession, storage: StorageOnDisk
    ) -> None:
        """What a crash between publishing and committing leaves is healed by the client's retry."""
        orphan = factories.image_path(session, "photo.jpg")
        orphan.parent.mkdir()
        orphan.write_bytes(small_jpeg())
        assert camera.upload(IDENTIFIER).status_code == 201
        only_file(storage, session)

    def test_a_file_without_a_record_is_set_aside_by_another_one_and_not_lost(
        self, camera: CameraApi, session: CameraSession, storage: StorageOnDisk
    ) -> None:
        orphan = factories.image_path(session, "photo.jpg")
        orphan.parent.mkdir()
        orphan.write_bytes(small_png())
        assert camera.upload(IDENTIFIER).status_code == 201
        assert orphan.read_bytes() == small_jpeg()
        assert sorted(storage.files().values()) == sorted([small_jpeg(), small_png()])


class TestContent:
    """The bytes must be a whole file of a kind that the file type accepts."""

    @pytest.mark.parametrize(
        ("key", "file_type"),
        [(key, file_type) for key, sample in VALID.items() for file_type in sample.refused_by],
    )
    def test_a_valid_sample_is_refused_by_the_other_file_types(
        self,
        camera: CameraApi,
        session: CameraSession,
        storage: StorageOnDisk,
        key: str,
        file_type: str,
    ) -> None:
        response = camera.upload(
            IDENTIFIER, file_type, VALID[key].content, name=usual_filename(file_type)
        )
        assert_error(response, 400, "invalid_content")
        assert_nothing_stored(storage)

    @pytest.mark.parametrize("key", BROKEN)
    def test_a_broken_sample_is_refused(
        self, camera: CameraApi, session: CameraSession, storage: StorageOnDisk, key: str
    ) -> None:
        sample = BROKEN[key]
        kinds = [t for t in FILE_TYPES if sample.content_type in ACCEPTED_CONTENT[t]]
        for file_type in kinds or FILE_TYPES:
            name = sample.name if kinds else usual_filename(file_type)
            response = camera.upload(IDENTIFIER, file_type, sample.content, name=name)
            assert_error(response, 400, "invalid_content")
            assert_nothing_stored(storage)

    @pytest.mark.parametrize("key", MISNAMED)
    def test_a_file_under_another_kinds_name_is_refused(
        self, camera: CameraApi, session: CameraSession, storage: StorageOnDisk, key: str
    ) -> None:
        sample = MISNAMED[key]
        file_type = {".dcm": "left_dicom", ".jpg": "left", ".html": "report"}[
            Path(sample.name).suffix
        ]
        response = camera.upload(
            IDENTIFIER, file_type, sample.content, name=sample.name, declared_type=HTML
        )
        assert_error(response, 400, "invalid_content")
        assert_nothing_stored(storage)

    def test_a_broken_file_is_refused_without_a_checksum_too(
        self, camera: CameraApi, session: CameraSession, storage: StorageOnDisk
    ) -> None:
        response = camera.upload(IDENTIFIER, content=small_jpeg()[:-20], checksum=None)
        assert_error(response, 400, "invalid_content")
        assert_nothing_stored(storage)

    def test_a_whole_file_is_accepted_after_a_broken_one_was_refused(
        self, camera: CameraApi, session: CameraSession, storage: StorageOnDisk
    ) -> None:
        assert camera.upload(IDENTIFIER, content=small_jpeg()[:-20]).status_code == 400
        assert camera.upload(IDENTIFIER).status_code == 201
        only_file(storage, session)

    def test_an_odd_dicom_is_answered_and_never_an_error_of_the_server(
        self, camera: CameraApi, session: CameraSession, storage: StorageOnDisk
    ) -> None:
        """pydicom's badVR.dcm: a plan without pixels, with one malformed value."""
        content = samples.shipped_with_pydicom("badVR.dcm")
        response = camera.upload(IDENTIFIER, "left_dicom", content, name="odd.dcm")
        if response.status_code == 201:
            only_file(storage, session)
        else:
            assert_error(response, 400, "invalid_content")
            assert_nothing_stored(storage)

    def test_a_dicom_that_inflates_to_432_megabytes_takes_little_memory(
        self, camera: CameraApi, session: CameraSession, storage: StorageOnDisk
    ) -> None:
        bomb = samples.deflated_bomb_dicom()
        assert len(bomb) < 500_000
        tracemalloc.start()
        try:
            response = camera.upload(IDENTIFIER, "left_dicom", bomb, name="bomb.dcm")
            _, peak_bytes = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak_bytes < 40 * 2**20
        if response.status_code == 201:
            only_file(storage, session)
        else:
            assert_error(response, 400, "invalid_content")
            assert_nothing_stored(storage)


class TestChecksum:
    """What was sent must be what arrived."""

    def test_bytes_that_do_not_hash_to_the_checksum_are_refused(
        self, camera: CameraApi, session: CameraSession, storage: StorageOnDisk
    ) -> None:
        response = camera.upload(IDENTIFIER, checksum=sha256(b"something else"))
        assert_error(response, 400, "checksum_mismatch")
        assert_nothing_stored(storage)

    @pytest.mark.parametrize("checksum", ["abc", "a" * 63, "a" * 65, "g" * 64, "é" * 64])
    def test_a_malformed_checksum_is_an_invalid_request(
        self, camera: CameraApi, session: CameraSession, storage: StorageOnDisk, checksum: str
    ) -> None:
        response = camera.upload(IDENTIFIER, checksum=checksum)
        assert_error(response, 400, "invalid_request", fields={"checksum"})
        assert_nothing_stored(storage)


class TestFields:
    """A field that is missing or malformed is named."""

    @pytest.mark.parametrize(
        "value", [None, "", "yesterday", "2025-02-30T00:00:00Z", "1741937400", "2025-13-01"]
    )
    def test_a_missing_or_malformed_capture_time_is_an_invalid_request(
        self, camera: CameraApi, session: CameraSession, storage: StorageOnDisk, value: str | None
    ) -> None:
        response = camera.upload(IDENTIFIER, capture_datetime=value)
        assert_error(response, 400, "invalid_request", fields={"capture_datetime"})
        assert_nothing_stored(storage)

    @pytest.mark.parametrize("value", [None, "photo.jpg"], ids=["missing", "a text"])
    def test_a_missing_file_is_an_invalid_request(
        self, camera: CameraApi, session: CameraSession, storage: StorageOnDisk, value: str | None
    ) -> None:
        response = camera.upload(IDENTIFIER, file=value)
        assert_error(response, 400, "invalid_request", fields={"file"})
        assert_nothing_stored(storage)

    def test_every_malformed_field_is_reported_at_once(
        self, camera: CameraApi, session: CameraSession, storage: StorageOnDisk
    ) -> None:
        response = camera.upload(IDENTIFIER, capture_datetime=None, checksum="abc")
        fields = {"capture_datetime", "checksum"}
        assert_error(response, 400, "invalid_request", fields=fields)
        assert_nothing_stored(storage)

    def test_a_file_under_another_field_name_is_not_the_file_and_does_not_linger(
        self, camera: CameraApi, session: CameraSession, storage: StorageOnDisk
    ) -> None:
        picture = SimpleUploadedFile("photo.jpg", small_jpeg())
        response = camera.upload(IDENTIFIER, file=None, picture=picture)
        assert_error(response, 400, "invalid_request", fields={"file"})
        assert_nothing_stored(storage)

    def test_a_second_file_beside_the_first_does_not_linger(
        self, camera: CameraApi, session: CameraSession, storage: StorageOnDisk
    ) -> None:
        response = camera.upload(IDENTIFIER, picture=SimpleUploadedFile("b.jpg", small_png()))
        if response.status_code == 201:
            only_file(storage, session)
        else:
            assert_error(response, 400, "invalid_request", fields={"picture"})
            assert_nothing_stored(storage)

    @pytest.mark.parametrize("file_type", ["both", "LEFT", "left-dicom", "é", "reports", "dicom"])
    def test_an_unknown_file_type_is_named_as_such(
        self, camera: CameraApi, session: CameraSession, storage: StorageOnDisk, file_type: str
    ) -> None:
        response = camera.upload(IDENTIFIER, file_type)
        body = assert_error(response, 400, "invalid_file_type")
        # Messages list the allowed values.
        assert "left_dicom" in body["error"]
        assert_nothing_stored(storage)


class TestFilename:
    """A name that is empty, unsafe or longer than can be stored."""

    @pytest.mark.parametrize(
        "raw_filename",
        [
            b"",
            b" ",
            b".",
            b"..",
            b"/",
            b".hidden.jpg",
            ("n" * 252 + ".jpg").encode(),
            ("n" * 996 + ".jpg").encode(),
            ("é" * 130 + ".jpg").encode(),
            ("網" * 100 + ".jpg").encode(),
        ],
        ids=[
            "empty",
            "space",
            "dot",
            "two dots",
            "slash",
            "leading dot",
            "256 characters",
            "1000 characters",
            "264 bytes in 134 characters",
            "304 bytes in 104 characters",
        ],
    )
    def test_a_name_that_cannot_be_stored_safely_is_refused(
        self, camera: CameraApi, session: CameraSession, storage: StorageOnDisk, raw_filename: bytes
    ) -> None:
        response = camera.upload_named(IDENTIFIER, raw_filename)
        assert_error(response, 400, "invalid_filename")
        assert_nothing_stored(storage)


class _UnreadableBody(RawIOBase):
    """A request body that must not be read."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        raise AssertionError("the body was read")


class TestTooLarge:
    """Over ``EDC_RETINOPATHY_MAX_FILE_SIZE_MB``."""

    def test_a_file_over_the_limit_is_refused(
        self,
        camera: CameraApi,
        session: CameraSession,
        storage: StorageOnDisk,
        settings: Settings,
    ) -> None:
        settings.EDC_RETINOPATHY_MAX_FILE_SIZE_MB = 0.1
        response = camera.upload(IDENTIFIER, content=samples.left_jpeg())
        assert_error(response, 400, "file_too_large")
        assert_nothing_stored(storage)

    def test_one_byte_over_the_limit_is_over_it(
        self,
        camera: CameraApi,
        session: CameraSession,
        storage: StorageOnDisk,
        settings: Settings,
    ) -> None:
        settings.EDC_RETINOPATHY_MAX_FILE_SIZE_MB = (len(small_jpeg()) - 1) / 2**20
        assert_error(camera.upload(IDENTIFIER), 400, "file_too_large")
        assert_nothing_stored(storage)

    def test_the_limit_is_10_mebibytes_unless_set(
        self,
        camera: CameraApi,
        session: CameraSession,
        storage: StorageOnDisk,
        settings: Settings,
    ) -> None:
        if hasattr(settings, "EDC_RETINOPATHY_MAX_FILE_SIZE_MB"):
            del settings.EDC_RETINOPATHY_MAX_FILE_SIZE_MB
        # Comment segments make a JPEG as long as one likes.
        head, comment = small_jpeg()[:2], b"\xff\xfe\xff\xff" + bytes(0xFFFD)
        padding = 10 * 2**20 - len(small_jpeg())
        whole, rest = divmod(padding - 4, len(comment))
        exact = comment * whole + b"\xff\xfe" + (rest + 2).to_bytes(2, "big") + bytes(rest)
        content = head + exact + small_jpeg()[2:]
        assert len(content) == 10 * 2**20
        assert camera.upload(IDENTIFIER, content=content).status_code == 201
        longer = head + b"\xff\xfe\x00\x03\x00" + exact + small_jpeg()[2:]
        response = camera.upload(IDENTIFIER, content=longer, name="longer.jpg")
        assert_error(response, 400, "file_too_large")
        only_file(storage, session)

    def test_a_declared_length_over_the_limit_is_refused_before_the_body_is_read(
        self, camera: CameraApi, session: CameraSession, storage: StorageOnDisk
    ) -> None:
        response = camera.client.generic(
            "POST",
            upload_url(IDENTIFIER, "left"),
            b"x",
            content_type=f"multipart/form-data; boundary={BOUNDARY}",
            CONTENT_LENGTH=str(64 * 2**20),
            **{"wsgi.input": _UnreadableBody()},
        )
        assert_error(response, 400, "file_too_large")
        assert_nothing_stored(storage)

    def test_the_limit_holds_although_the_declared_length_lies(
        self,
        camera: CameraApi,
        session: CameraSession,
        storage: StorageOnDisk,
        settings: Settings,
    ) -> None:
        settings.EDC_RETINOPATHY_MAX_FILE_SIZE_MB = 0.1
        body = multipart_body(b"photo.jpg", samples.left_jpeg())
        response = camera.client.generic(
            "POST",
            upload_url(IDENTIFIER, "left"),
            b"x",
            content_type=f"multipart/form-data; boundary={BOUNDARY}",
            CONTENT_LENGTH="2000",
            **{"wsgi.input": BytesIO(body)},
        )
        assert response.status_code == 400
        assert response.json()["code"] in {"file_too_large", "invalid_request", "invalid_content"}
        assert_nothing_stored(storage)

    def test_a_huge_text_field_is_refused_in_the_one_shape(
        self, camera: CameraApi, session: CameraSession, storage: StorageOnDisk
    ) -> None:
        response = camera.upload(IDENTIFIER, note="n" * 3 * 2**20)
        assert 400 <= response.status_code < 500
        assert_error(response, response.status_code, None, fields=response.json().get("fields"))
        assert_nothing_stored(storage)


class TestAccess:
    """Who may upload."""

    def test_an_upload_without_a_token_is_not_authenticated(
        self, session: CameraSession, storage: StorageOnDisk
    ) -> None:
        assert_error(CameraApi(None).upload(IDENTIFIER), 401, "not_authenticated")
        assert_nothing_stored(storage)

    @pytest.mark.parametrize("role", [None, "retinopathy", "retinopathy_grader"])
    def test_an_account_that_may_not_add_files_is_denied(
        self, session: CameraSession, storage: StorageOnDisk, role: str | None
    ) -> None:
        user = factories.find_or_create_user(f"no_camera_{role}", role=role)
        response = CameraApi(factories.token_of(user)).upload(IDENTIFIER)
        assert_error(response, 403, "permission_denied")
        assert_nothing_stored(storage)

    def test_the_token_is_checked_before_the_body_is_read(
        self, session: CameraSession, storage: StorageOnDisk
    ) -> None:
        api = CameraApi("0" * 40)
        response = api.client.generic(
            "POST",
            upload_url(IDENTIFIER, "left"),
            b"x",
            content_type=f"multipart/form-data; boundary={BOUNDARY}",
            CONTENT_LENGTH="2000",
            **{"wsgi.input": _UnreadableBody()},
        )
        assert_error(response, 401, "authentication_failed")


class TestStorageError:
    """The file could not be stored: 500, ``Retry-After: 30``, and nothing half-written stays."""

    def assert_storage_error(self, response: Any) -> None:
        """Assert the answer of a storage that failed."""
        assert_error(response, 500, "storage_error")
        assert response["Retry-After"] == "30"

    def test_a_storage_directory_that_is_gone(
        self, camera: CameraApi, session: CameraSession, storage: StorageOnDisk
    ) -> None:
        shutil.rmtree(storage.directory)
        self.assert_storage_error(camera.upload(IDENTIFIER))
        assert not SessionFile.objects.exists()
        assert list(storage.spool.iterdir()) == []

    def test_an_images_directory_that_is_gone(
        self, camera: CameraApi, session: CameraSession, storage: StorageOnDisk
    ) -> None:
        storage.images.rmdir()
        self.assert_storage_error(camera.upload(IDENTIFIER))
        assert_nothing_stored(storage)

    def test_a_sessions_directory_that_is_a_file(
        self, camera: CameraApi, session: CameraSession, storage: StorageOnDisk
    ) -> None:
        (storage.images / str(session.pk)).write_bytes(b"in the way")
        self.assert_storage_error(camera.upload(IDENTIFIER))
        assert not SessionFile.objects.exists()
        assert storage.files() == {f"images/{session.pk}": b"in the way"}

    @pytest.mark.parametrize(
        "failing_call",
        list(product(["fsync", "link"], [errno.ENOSPC, errno.EIO])),
        ids=["full at flush", "I/O error at flush", "full at link", "I/O error at link"],
    )
    def test_a_failing_disk_then_a_retry(
        self,
        camera: CameraApi,
        session: CameraSession,
        storage: StorageOnDisk,
        monkeypatch: pytest.MonkeyPatch,
        failing_call: tuple[str, int],
    ) -> None:
        function, number = failing_call

        def fail(*args: Any, **kwargs: Any) -> None:
            raise OSError(number, os.strerror(number))

        with monkeypatch.context() as patch:
            patch.setattr(os, function, fail)
            self.assert_storage_error(camera.upload(IDENTIFIER))
        assert_nothing_stored(storage)
        assert camera.upload(IDENTIFIER).status_code == 201
        only_file(storage, session)

    def test_a_failing_disk_does_not_touch_what_was_stored(
        self,
        camera: CameraApi,
        session: CameraSession,
        storage: StorageOnDisk,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        camera.upload(IDENTIFIER)

        def fail(*args: Any, **kwargs: Any) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", fail)
            self.assert_storage_error(camera.upload(IDENTIFIER, "right", name="second.jpg"))
        only_file(storage, session)


def test_uploads_are_at_the_documented_path(camera: CameraApi, session: CameraSession) -> None:
    form = {
        "file": SimpleUploadedFile("photo.jpg", small_jpeg(), JPEG),
        "capture_datetime": CAPTURED,
    }
    response = camera.client.post(f"{BASE}/{IDENTIFIER}/left/", form, format="multipart")
    assert response.status_code == 201
