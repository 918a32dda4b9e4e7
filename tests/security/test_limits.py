"""Limits on what one account can make the server do."""

import json
from collections import namedtuple
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings

from edc_retinopathy.api.limits import upload_slot
from edc_retinopathy.models import CameraSession, SessionFile
from tests import factories
from tests.api.client import BASE, CameraApi, assert_error, upload_url
from tests.contents import photograph
from tests.samples import small_jpeg
from tests.storage import StorageOnDisk

IDENTIFIER = factories.FEMALE_IDENTIFIER
Disk = namedtuple("Disk", ["f_bavail", "f_frsize"])


def assert_nothing_stored(storage: StorageOnDisk) -> None:
    """Assert that a refusal left nothing behind."""
    assert storage.files() == {}
    assert not SessionFile.objects.exists()


class TestForm:
    """Fields and parts of an upload, besides its file."""

    def post(self, camera: CameraApi, form: dict[str, Any]) -> Any:
        """Send an upload's form with more in it."""
        whole = {"file": SimpleUploadedFile("photo.jpg", small_jpeg()), **form}
        return camera.client.post(upload_url(IDENTIFIER, "left"), whole, "multipart")

    def test_more_fields_than_a_form_may_have(
        self, camera: CameraApi, session: CameraSession, storage: StorageOnDisk
    ) -> None:
        assert_error(
            self.post(camera, {f"field{n}": "x" for n in range(1001)}), 400, "invalid_request"
        )
        assert_nothing_stored(storage)

    def test_more_files_than_a_form_may_have(
        self, camera: CameraApi, session: CameraSession, storage: StorageOnDisk
    ) -> None:
        files = {f"file{n}": SimpleUploadedFile(f"{n}.jpg", b"x") for n in range(101)}
        assert_error(self.post(camera, files), 400, "invalid_request")
        assert_nothing_stored(storage)

    def test_two_files(
        self, camera: CameraApi, session: CameraSession, storage: StorageOnDisk
    ) -> None:
        two = [SimpleUploadedFile(f"{n}.jpg", small_jpeg()) for n in range(2)]
        assert_error(self.post(camera, {"file": two}), 400, "invalid_request", fields={"file"})
        assert_nothing_stored(storage)

    def test_fields_larger_than_a_form_may_have(
        self,
        camera: CameraApi,
        session: CameraSession,
        storage: StorageOnDisk,
    ) -> None:
        assert_error(self.post(camera, {"note": "n" * 65 * 1024}), 400, "invalid_request")
        notes = {f"note{n}": "n" * 7 * 1024 for n in range(10)}
        assert_error(self.post(camera, notes), 400, "invalid_request")
        assert_nothing_stored(storage)


class TestJson:
    """The body of a resolve."""

    def post(self, camera: CameraApi, body: str) -> Any:
        """Send a body as JSON."""
        return camera.client.generic(
            "POST", f"{BASE}/resolve/", body.encode(), content_type="application/json"
        )

    @pytest.mark.parametrize(
        "body",
        [
            "[" * 8000,
            '{"a":' * 3000,
            "x" * 17_000,
            json.dumps({"subject_identifier": IDENTIFIER, "note": "n" * 17_000}),
            "9" * 5000,
            '{"subject_identifier": ' + "9" * 5000 + "}",
            '{"subject_identifier": NaN}',
            '"text"',
            "[]",
            "null",
            "",
            '{"subject_identifier": "\\ud800"}',
            '{"subject_identifier": "\\u0000"}',
            '{"subject_identifier": ["105-10-0001-2"]}',
            '{"subject_identifier": {"$ne": ""}}',
            '{"subject_identifier": "105-10-0001-2", "device_id": {"a": 1}}',
        ],
    )
    def test_what_no_camera_sends_is_an_invalid_request(
        self, camera: CameraApi, session: CameraSession, body: str
    ) -> None:
        response = self.post(camera, body)
        fields = set(response.json().get("fields", {})) or None
        assert_error(response, 400, "invalid_request", fields=fields)
        session.refresh_from_db()
        assert session.activity.last_resolved_datetime is None

    def test_not_utf_8(self, camera: CameraApi, session: CameraSession) -> None:
        response = camera.client.generic(
            "POST", f"{BASE}/resolve/", b'{"a": "\xff"}', content_type="application/json"
        )
        assert_error(response, 400, "invalid_request")


class TestThrottle:
    """How often an account may call."""

    @pytest.fixture(autouse=True)
    def counters(self) -> Iterator[None]:
        """Counted from zero."""
        cache.clear()
        yield
        cache.clear()

    def test_off_by_default(self, camera: CameraApi) -> None:
        assert {camera.ping().status_code for _ in range(20)} == {200}

    def test_too_many_calls(self, camera: CameraApi, settings: Settings) -> None:
        settings.EDC_RETINOPATHY_THROTTLE_RATE = "2/hour"
        assert [camera.ping().status_code for _ in range(2)] == [200, 200]
        response = camera.status(IDENTIFIER)
        assert_error(response, 429, "throttled")
        assert 3500 < int(response["Retry-After"]) <= 3600

    def test_an_upload_is_counted_before_its_body_is_read(
        self,
        camera: CameraApi,
        session: CameraSession,
        settings: Settings,
        storage: StorageOnDisk,
    ) -> None:
        settings.EDC_RETINOPATHY_THROTTLE_RATE = "1/day"
        camera.ping()
        assert_error(camera.upload(IDENTIFIER), 429, "throttled")
        assert_nothing_stored(storage)

    def test_each_account_has_its_own(
        self, camera: CameraApi, bravo_camera: CameraApi, settings: Settings
    ) -> None:
        settings.EDC_RETINOPATHY_THROTTLE_RATE = "1/day"
        assert camera.ping().status_code == 200
        assert bravo_camera.ping().status_code == 200
        assert camera.ping().status_code == 429


class TestFullSession:
    """A runaway client cannot fill the disk through one session."""

    def test_files(
        self, camera: CameraApi, session: CameraSession, storage: StorageOnDisk, settings: Settings
    ) -> None:
        settings.EDC_RETINOPATHY_MAX_FILES_PER_SESSION = 2
        for number in range(2):
            response = camera.upload(IDENTIFIER, content=photograph(number), name=f"{number}.jpg")
            assert response.status_code == 201
        before = storage.files()
        third = camera.upload(IDENTIFIER, content=photograph(3), name="3.jpg")
        assert_error(third, 400, "session_full")
        assert storage.files() == before
        # A retry is free, and a conflict still a conflict.
        again = camera.upload(IDENTIFIER, content=photograph(0), name="0.jpg")
        assert again.status_code == 200
        other = camera.upload(IDENTIFIER, content=photograph(9), name="0.jpg")
        assert_error(other, 409, "filename_conflict")
        assert storage.files() == before

    def test_bytes(
        self, camera: CameraApi, session: CameraSession, storage: StorageOnDisk, settings: Settings
    ) -> None:
        size = len(photograph(0))
        settings.EDC_RETINOPATHY_MAX_SESSION_SIZE_MB = (2 * size + 10) / 2**20
        for number in range(2):
            response = camera.upload(IDENTIFIER, content=photograph(number), name=f"{number}.jpg")
            assert response.status_code == 201
        third = camera.upload(IDENTIFIER, content=photograph(3), name="3.jpg")
        assert_error(third, 400, "session_full")
        assert len(storage.files()) == 2
        again = camera.upload(IDENTIFIER, content=photograph(1), name="1.jpg")
        assert again.status_code == 200

    def test_one_hundred_files_by_default(
        self, camera: CameraApi, session: CameraSession, storage: StorageOnDisk
    ) -> None:
        for number in range(99):
            factories.store_file(session, "left", name=f"{number}.jpg", content=b"x")
        assert camera.upload(IDENTIFIER, name="last.jpg").status_code == 201
        assert_error(camera.upload(IDENTIFIER, name="more.jpg"), 400, "session_full")

    def test_none_means_no_limit(
        self, camera: CameraApi, session: CameraSession, settings: Settings
    ) -> None:
        settings.EDC_RETINOPATHY_MAX_FILES_PER_SESSION = None
        settings.EDC_RETINOPATHY_MAX_SESSION_SIZE_MB = None
        for number in range(100):
            factories.store_file(session, "left", name=f"{number}.jpg", content=b"x")
        assert camera.upload(IDENTIFIER).status_code == 201


class TestBackPressure:
    """More uploads than the server takes at a time, or than the disk has room for."""

    def test_more_uploads_at_a_time(
        self, camera: CameraApi, session: CameraSession, storage: StorageOnDisk, settings: Settings
    ) -> None:
        settings.EDC_RETINOPATHY_MAX_CONCURRENT_UPLOADS = 1
        with upload_slot():
            response = camera.upload(IDENTIFIER)
            assert_error(response, 503, "server_busy")
            assert int(response["Retry-After"]) > 0
            assert_nothing_stored(storage)
            # Only uploads wait.
            assert camera.ping().status_code == 200
        assert camera.upload(IDENTIFIER).status_code == 201

    def test_a_refused_upload_gives_its_place_back(
        self, camera: CameraApi, session: CameraSession, settings: Settings
    ) -> None:
        settings.EDC_RETINOPATHY_MAX_CONCURRENT_UPLOADS = 1
        for content in (b"", b"rubbish"):
            assert_error(camera.upload(IDENTIFIER, content=content), 400, "invalid_content")
        assert_error(camera.upload(IDENTIFIER, file=None), 400, "invalid_request", fields={"file"})
        assert camera.upload(IDENTIFIER).status_code == 201

    @pytest.mark.parametrize("disk", [(99, 500), (102, 201)])
    def test_a_disk_that_is_nearly_full(
        self,
        session: CameraSession,
        camera: CameraApi,
        settings: Settings,
        monkeypatch: pytest.MonkeyPatch,
        disk: tuple[int, int],
    ) -> None:
        free_mib, status = disk
        settings.EDC_RETINOPATHY_MIN_FREE_MB = 100
        monkeypatch.setattr("os.statvfs", lambda path: Disk(free_mib * 256, 4096))
        response = camera.upload(IDENTIFIER)
        assert response.status_code == status
        if status == 500:
            assert_error(response, 500, "storage_error")
            assert response["Retry-After"] == "30"
        assert SessionFile.objects.exists() == (status == 201)
