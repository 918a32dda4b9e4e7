"""The API as a camera calls it, and the one shape of its errors."""

import hashlib
import json
import re
from typing import Any
from urllib.parse import quote, urlencode

from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from tests.samples import small_jpeg

BASE = "/api/retinopathy"
CAPTURED = "2025-03-14T09:30:00+03:00"
MACHINE_WORD = re.compile(r"[a-z][a-z_]*[a-z]")
BOUNDARY = "the-boundary-of-a-test"


class CameraApi:
    """The four endpoints of the contract, called with one token at one host."""

    def __init__(self, token: str | None, host: str = "localhost") -> None:
        self.client = APIClient(SERVER_NAME=host)
        if token is not None:
            self.client.credentials(HTTP_AUTHORIZATION=f"Token {token}")

    def ping(self) -> Any:
        """``GET ping/``."""
        return self.client.get(f"{BASE}/ping/")

    def resolve(self, subject_identifier: Any, **fields: Any) -> Any:
        """``POST resolve/`` with a JSON body."""
        body = {"subject_identifier": subject_identifier, **fields}
        return self.client.post(f"{BASE}/resolve/", body, format="json")

    def upload(
        self,
        subject_identifier: str,
        file_type: str = "left",
        content: bytes | None = None,
        *,
        name: str = "photo.jpg",
        declared_type: str = "application/octet-stream",
        query: dict[str, Any] | None = None,
        **fields: Any,
    ) -> Any:
        """``POST <subject_identifier>/<file_type>/`` as multipart; a small photograph by default.

        ``fields`` replaces form fields; None leaves one out.
        """
        content = small_jpeg() if content is None else content
        form = {
            "file": SimpleUploadedFile(name, content, declared_type),
            "capture_datetime": CAPTURED,
            "checksum": sha256(content),
            **fields,
        }
        form = {key: value for key, value in form.items() if value is not None}
        return self.client.post(upload_url(subject_identifier, file_type, query), form, "multipart")

    def upload_named(
        self, subject_identifier: str, raw_filename: bytes, content: bytes | None = None
    ) -> Any:
        """An upload of type ``left`` whose file name reaches the server as these very bytes."""
        content = small_jpeg() if content is None else content
        return self.client.generic(
            "POST",
            upload_url(subject_identifier, "left"),
            multipart_body(raw_filename, content),
            content_type=f"multipart/form-data; boundary={BOUNDARY}",
        )

    def status(self, subject_identifier: str) -> Any:
        """``GET <subject_identifier>/status/``."""
        return self.client.get(f"{BASE}/{quote(subject_identifier)}/status/")


def upload_url(subject_identifier: str, file_type: str, query: dict[str, Any] | None = None) -> str:
    """The path of an upload, with its query."""
    path = f"{BASE}/{quote(subject_identifier)}/{quote(file_type)}/"
    return f"{path}?{urlencode(query)}" if query else path


def multipart_body(raw_filename: bytes, content: bytes) -> bytes:
    """A multipart body with a capture time and one file, its name written as it is given."""
    return b"".join(
        (
            f"--{BOUNDARY}\r\n".encode(),
            b'Content-Disposition: form-data; name="capture_datetime"\r\n\r\n',
            CAPTURED.encode(),
            f"\r\n--{BOUNDARY}\r\n".encode(),
            b'Content-Disposition: form-data; name="file"; filename="' + raw_filename + b'"\r\n',
            b"Content-Type: image/jpeg\r\n\r\n",
            content,
            f"\r\n--{BOUNDARY}--\r\n".encode(),
        )
    )


def sha256(content: bytes) -> str:
    """The checksum of some bytes, as a camera sends it."""
    return hashlib.sha256(content).hexdigest()


def assert_error(
    response: Any, status: int, code: str | set[str] | None, *, fields: set[str] | None = None
) -> dict[str, Any]:
    """Assert that an answer is the contract's one error shape, and give its body.

    ``code`` is the expected code or a set of allowed ones; None leaves it open where the
    contract names none. ``fields`` are the names that must be reported; None asserts that no
    field is.
    """
    assert response.status_code == status, response.content[:500]
    assert response["Content-Type"].split(";")[0] == "application/json"
    body = json.loads(response.content)
    expected = {"code", "error"} if fields is None else {"code", "error", "fields"}
    assert set(body) == expected, body
    assert MACHINE_WORD.fullmatch(body["code"]), body
    if code is not None:
        assert body["code"] in ({code} if isinstance(code, str) else code), body
    assert isinstance(body["error"], str)
    assert body["error"].strip()
    if fields is not None:
        assert set(body["fields"]) == fields, body
        for messages in body["fields"].values():
            assert messages
            assert all(isinstance(message, str) and message.strip() for message in messages)
    return body
