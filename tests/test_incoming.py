"""A filesystem that refuses locks answers an error, and keeps nothing of the upload."""

import errno
from typing import Any

import pytest

from edc_retinopathy.errors import StorageError
from edc_retinopathy.storage import IncomingFile
from tests.storage import StorageOnDisk


def test_a_refused_lock_leaves_no_temporary_file(
    storage: StorageOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: Any) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("edc_retinopathy.storage.incoming.fcntl.flock", refuse)
    with pytest.raises(StorageError):
        IncomingFile()
    assert [path for path in storage.directory.rglob("*") if path.is_file()] == []
