"""A symbolic link in the storage leads nothing out of it, and nothing in."""

import logging
from pathlib import Path
from typing import Any

import pytest

from edc_retinopathy import storage as storage_of_app
from edc_retinopathy.models import CameraSession, SessionFile
from tests.api.client import CameraApi, assert_error
from tests.contents import photograph
from tests.faults.test_failing_disk import upload
from tests.invariants import assert_stored, temporary_files
from tests.storage import StorageOnDisk

NAME = "105-10-0001-2_OS.jpg"
CONTENT = photograph(1)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A directory outside of the storage, with a file of somebody else's."""
    directory = tmp_path / "elsewhere"
    directory.mkdir()
    (directory / "theirs.txt").write_bytes(b"theirs")
    return directory


def move_away(storage: StorageOnDisk, session: CameraSession, elsewhere: Path) -> None:
    """As somebody does whose disk is full: the session's directory moves, and a link stays."""
    directory = storage.images / str(session.pk)
    for path in directory.iterdir():
        path.rename(elsewhere / path.name)
    directory.rmdir()
    directory.symlink_to(elsewhere)


def test_nothing_is_published_through_a_link(
    camera: CameraApi, session: CameraSession, storage: StorageOnDisk, elsewhere: Path
) -> None:
    (storage.images / str(session.pk)).symlink_to(elsewhere)
    assert_error(upload(camera, session, CONTENT, NAME), 500, "storage_error")
    # Nor is what lies there taken for the crash of an upload, adopted or set aside.
    (elsewhere / "theirs.jpg").write_bytes(CONTENT)
    for content in (CONTENT, photograph(2)):
        assert_error(upload(camera, session, content, "theirs.jpg"), 500, "storage_error")
    found = {path.name: path.read_bytes() for path in elsewhere.iterdir()}
    assert found == {"theirs.txt": b"theirs", "theirs.jpg": CONTENT}
    assert not SessionFile.objects.filter(camera_session=session).exists()
    assert temporary_files(storage) == []


def test_nothing_is_restored_or_opened_through_a_link(
    camera: CameraApi, session: CameraSession, storage: StorageOnDisk, elsewhere: Path
) -> None:
    assert upload(camera, session, CONTENT, NAME).status_code == 201
    move_away(storage, session, elsewhere)
    with pytest.raises(FileNotFoundError) as raised:
        storage_of_app.open_stored(f"{session.pk}/{NAME}")
    assert NAME not in repr(raised.value)
    assert_error(upload(camera, session, CONTENT, NAME), 500, "storage_error")
    (elsewhere / NAME).unlink()
    assert_error(upload(camera, session, CONTENT, NAME), 500, "storage_error")
    assert [path.name for path in elsewhere.iterdir()] == ["theirs.txt"]


def test_a_link_in_place_of_a_file_is_not_followed(
    camera: CameraApi, session: CameraSession, storage: StorageOnDisk, elsewhere: Path
) -> None:
    assert upload(camera, session, CONTENT, NAME).status_code == 201
    path = storage.images / str(session.pk) / NAME
    path.unlink()
    (elsewhere / "same").write_bytes(CONTENT)
    path.symlink_to(elsewhere / "same")
    with pytest.raises(FileNotFoundError):
        storage_of_app.open_stored(f"{session.pk}/{NAME}")
    assert_error(upload(camera, session, CONTENT, NAME), 500, "storage_error")
    assert path.is_symlink()


def test_the_images_directory_itself_may_be_a_link(
    camera: CameraApi, session: CameraSession, storage: StorageOnDisk, tmp_path: Path
) -> None:
    images = storage.images.rename(tmp_path / "disk")
    storage.images.symlink_to(images)
    assert upload(camera, session, CONTENT, NAME).status_code == 201
    assert upload(camera, session, CONTENT, NAME).status_code == 200
    with storage_of_app.open_stored(f"{session.pk}/{NAME}") as stream:
        assert stream.read() == CONTENT
    assert_stored(storage, session, {NAME: CONTENT})


@pytest.mark.parametrize("error", [FileNotFoundError, PermissionError, NotADirectoryError, OSError])
def test_no_error_of_opening_names_the_file(
    error: type[OSError], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(path: Any, *arguments: Any, **options: Any) -> int:
        raise error(5, "refused", str(path))

    monkeypatch.setattr("edc_retinopathy.storage.local.reading.os.open", refuse)
    with pytest.raises(error) as raised:
        storage_of_app.open_stored(f"0/{NAME}")
    logging.getLogger(__name__).error("As a page logs it.", exc_info=raised.value)
    assert "refused" in caplog.text
    assert NAME not in caplog.text
