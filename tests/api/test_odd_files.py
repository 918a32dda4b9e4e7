"""Odd files from the field, as a camera sends them: status, code, row and bytes on disk."""

import pytest

from edc_retinopathy.models import CameraSession, SessionFile
from tests import samples
from tests.api.client import CameraApi, assert_error
from tests.storage import StorageOnDisk

JPEG, PNG = samples.small_jpeg(), samples.small_png()
PDF, HTML = samples.VALID["pdf"].content, samples.VALID["html"].content
FRAME = JPEG.index(b"\xff\xc0")
DATA = PNG.index(b"IDAT") - 4

SHOWN = {
    "junk.jpg": JPEG[:20] + bytes(7) + JPEG[20:],
    "clip.jpg": JPEG + b"\0\0\0\x18ftypmp42" + b"v" * 100_000,
    "two.jpg": JPEG + JPEG[:500],
    "segments.jpg": JPEG[:2] + b"\xff\xe0\0\2" * 100_000 + JPEG[2:],
    "tail.png": PNG + bytes(100_000),
    "tail.pdf": PDF + bytes(50_000),
    "junk.pdf": bytes(900) + PDF,
    "wide.html": HTML.decode().encode("utf-16-be"),
    "control.html": HTML + b"\x1a\0\0",
    "comment.html": b"<!-- " + b"x" * 100_000 + b" -->" + HTML,
    "fragment.html": b"<table><tr><td>OD: no DR</td></tr></table>",
}
NO_USE = {
    "cut.jpg": (JPEG[:-2] + bytes(5000), "its end is missing"),
    "erased.jpg": (JPEG[:20] + b"\xff" * 1_000_000, "its end is missing"),
    "preview.jpg": (JPEG[:-300] + JPEG, "another image begins before its end"),
    "lossless.jpg": (JPEG[:FRAME] + b"\xff\xc3" + JPEG[FRAME + 2 :], "lossless JPEG"),
    "empty.png": (PNG[:DATA] + PNG[-12:], "no image data"),
    "cut.png": (PNG[: DATA + 60] + PNG[-12:], "its end is missing"),
    "update.pdf": (PDF + b"\n9 0 obj\n<< /Type", "goes on behind its end marker"),
    "script.html": (b"#!/bin/sh\necho '" + HTML + b"'\n", "another kind of file"),
}


def _file_type(name: str) -> str:
    return "left" if name.endswith(("jpg", "png")) else "report"


@pytest.mark.parametrize("name", sorted(SHOWN))
def test_what_can_be_shown_is_stored(
    name: str, camera: CameraApi, session: CameraSession, storage: StorageOnDisk
) -> None:
    content = SHOWN[name]
    response = camera.upload(session.subject_identifier, _file_type(name), content, name=name)
    assert response.status_code == 201, response.content
    stored = SessionFile.objects.get()
    assert stored.file_content_type in samples.ACCEPTED_CONTENT[_file_type(name)]
    assert (storage.images / stored.stored_filename).read_bytes() == content


@pytest.mark.parametrize("name", sorted(NO_USE))
def test_what_is_no_use_is_refused_with_the_reason(
    name: str, camera: CameraApi, session: CameraSession, storage: StorageOnDisk
) -> None:
    content, reason = NO_USE[name]
    response = camera.upload(session.subject_identifier, _file_type(name), content, name=name)
    assert reason in assert_error(response, 400, "invalid_content")["error"]
    assert not SessionFile.objects.exists()
    assert not storage.files()
