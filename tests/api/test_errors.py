"""One error shape everywhere, whatever raised the error."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from edc_retinopathy.models import CameraSession, SessionFile
from tests import factories
from tests.api.client import BASE, CameraApi, assert_error, upload_url
from tests.storage import StorageOnDisk

IDENTIFIER = factories.FEMALE_IDENTIFIER
PING, RESOLVE = f"{BASE}/ping/", f"{BASE}/resolve/"
STATUS, UPLOAD = f"{BASE}/{IDENTIFIER}/status/", upload_url(IDENTIFIER, "left")

Call = Callable[[CameraApi], Any]
CALLS: dict[str, Call] = {
    "ping": lambda api: api.ping(),
    "resolve": lambda api: api.resolve(IDENTIFIER),
    "upload": lambda api: api.upload(IDENTIFIER),
    "status": lambda api: api.status(IDENTIFIER),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_no_endpoint_answers_without_a_token(session: CameraSession, call: Call) -> None:
    assert_error(call(CameraApi(None)), 401, "not_authenticated")


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_no_endpoint_answers_to_a_wrong_token(session: CameraSession, call: Call) -> None:
    assert_error(call(CameraApi("f" * 40)), 401, "authentication_failed")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("post", PING),
        ("delete", PING),
        ("get", RESOLVE),
        ("put", RESOLVE),
        ("patch", RESOLVE),
        ("delete", RESOLVE),
        ("get", UPLOAD),
        ("put", UPLOAD),
        ("delete", UPLOAD),
        ("post", STATUS),
        ("delete", STATUS),
    ],
)
def test_a_wrong_method_is_refused_in_the_one_shape(
    camera: CameraApi, session: CameraSession, method: str, path: str
) -> None:
    response = getattr(camera.client, method)(path)
    # `status` is no file type either: an upload to it would be told so.
    if (method, path) == ("post", STATUS) and response.status_code == 400:
        assert_error(response, 400, "invalid_file_type")
    else:
        assert_error(response, 405, None)


@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/nothing/",
        "/nothing",
        "/a/b/c/d/",
        "/a/b/c/d",
        "/ping/more/",
        "/é/漢/字/",
        "/.../%00/x/",
    ],
)
def test_a_page_that_is_not_there_is_answered_in_the_one_shape(
    camera: CameraApi, session: CameraSession, method: str, path: str
) -> None:
    response = getattr(camera.client, method)(f"{BASE}{path}")
    # Two parts are an upload; of these paths only the one below `ping` has that form.
    if path == "/ping/more/":
        assert response.status_code in {400, 404, 405}
        assert_error(response, response.status_code, None)
    else:
        assert_error(response, 404, None)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"{'subject_identifier': 1}", b"\xff\xfe\x00", b"NaN", b"[" * 100_000]
)
def test_a_body_that_is_no_json_is_refused_in_the_one_shape(
    camera: CameraApi, session: CameraSession, body: bytes
) -> None:
    response = camera.client.generic("POST", RESOLVE, body, content_type="application/json")
    assert response.status_code == 400
    fields = response.json().get("fields")
    assert_error(response, 400, None, fields=None if fields is None else set(fields))


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/xml", "image/jpeg", "nonsense"]
)
def test_a_wrong_media_type_to_resolve_is_refused_in_the_one_shape(
    camera: CameraApi, session: CameraSession, content_type: str
) -> None:
    response = camera.client.generic("POST", RESOLVE, b"body", content_type=content_type)
    assert response.status_code in {400, 415}
    assert_error(response, response.status_code, None)
    session.refresh_from_db()
    assert session.activity.last_resolved_datetime is None


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "image/jpeg"])
def test_a_wrong_media_type_to_upload_is_refused_in_the_one_shape(
    camera: CameraApi, session: CameraSession, storage: StorageOnDisk, content_type: str
) -> None:
    response = camera.client.generic("POST", UPLOAD, b"{}", content_type=content_type)
    assert response.status_code in {400, 415}
    fields = response.json().get("fields")
    body = assert_error(
        response, response.status_code, None, fields=None if fields is None else set(fields)
    )
    assert body["error"]
    assert storage.files() == {}


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"no boundary named"),
        ("multipart/form-data; boundary=", b"an empty boundary"),
        ("multipart/form-data; boundary=x", b"no boundary used"),
        ("multipart/form-data; boundary=x", b"--x\r\nbroken"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\ncut',
        ),
        ("multipart/form-data; boundary=x", b""),
    ],
)
def test_a_broken_multipart_body_is_refused_in_the_one_shape(
    camera: CameraApi,
    session: CameraSession,
    storage: StorageOnDisk,
    content_type: str,
    body: bytes,
) -> None:
    response = camera.client.generic("POST", UPLOAD, body, content_type=content_type)
    assert response.status_code == 400
    fields = response.json().get("fields")
    assert_error(response, 400, None, fields=None if fields is None else set(fields))
    assert not SessionFile.objects.exists()
    assert storage.files() == {}


def test_an_oversized_json_body_is_refused_in_the_one_shape(
    camera: CameraApi, session: CameraSession
) -> None:
    body = json.dumps({"subject_identifier": IDENTIFIER, "padding": "p" * 3 * 2**20})
    response = camera.client.generic("POST", RESOLVE, body, content_type="application/json")
    assert response.status_code in {400, 413}
    assert_error(response, response.status_code, None)
    session.refresh_from_db()
    assert session.activity.last_resolved_datetime is None


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "image/png", "nonsense"])
def test_answers_are_json_whatever_the_client_accepts(
    camera: CameraApi, session: CameraSession, accept: str
) -> None:
    for path, status in ((STATUS, 200), (f"{BASE}/nothing/", 404)):
        response = camera.client.get(path, HTTP_ACCEPT=accept)
        assert response.status_code in {status, 406}
        assert response["Content-Type"].split(";")[0] == "application/json"
        if response.status_code != 200:
            assert_error(response, response.status_code, None)


@pytest.mark.parametrize("path", [PING, STATUS])
def test_a_format_in_the_query_does_not_change_the_shape(
    camera: CameraApi, session: CameraSession, path: str
) -> None:
    response = camera.client.get(path, {"format": "xml"})
    assert response["Content-Type"].split(";")[0] == "application/json"
    if response.status_code != 200:
        assert_error(response, response.status_code, None)


@pytest.mark.parametrize("identifier", ["105\x0010", "n" * 300])
def test_identifiers_that_no_subject_can_have_are_answered(
    camera: CameraApi, session: CameraSession, identifier: str
) -> None:
    for response in (
        camera.resolve(identifier),
        camera.upload(identifier),
        camera.status(identifier),
    ):
        assert response.status_code in {400, 404}
        fields = response.json().get("fields")
        codes = {"no_session", "invalid_request", "not_found"}
        assert_error(
            response, response.status_code, codes, fields=None if fields is None else set(fields)
        )


def test_errors_name_no_internals(camera: CameraApi, session: CameraSession) -> None:
    response = camera.client.generic("POST", RESOLVE, b"{", content_type="application/json")
    body = response.json()
    assert "Traceback" not in body["error"]
    assert "edc_retinopathy" not in body["error"]


class TestServerBusy:
    """Database locked or unreachable: 503 with ``Retry-After``."""

    @pytest.fixture
    def locked(self) -> Callable[[str], AbstractContextManager[None]]:
        """Makes every statement with some words in it fail, as a locked database does."""

        def failing(words: str) -> AbstractContextManager[None]:
            def execute(run: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
                if words in sql:
                    raise OperationalError("database is locked")
                return run(sql, params, many, context)

            return connection.execute_wrapper(execute)

        return failing

    def assert_busy(self, response: Any) -> None:
        """Assert the answer of a server that asks to be tried again."""
        assert_error(response, 503, "server_busy")
        assert int(response["Retry-After"]) > 0

    @pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
    def test_a_database_that_cannot_be_asked_about_the_token(
        self, camera: CameraApi, session: CameraSession, locked: Any, call: Call
    ) -> None:
        # The host's site is looked up once and remembered.
        camera.ping()
        with locked("authtoken_token"):
            self.assert_busy(call(camera))

    @pytest.mark.parametrize("name", ["resolve", "upload", "status"])
    def test_a_database_that_cannot_be_asked_about_sessions(
        self,
        camera: CameraApi,
        session: CameraSession,
        storage: StorageOnDisk,
        locked: Any,
        name: str,
    ) -> None:
        with locked("edc_retinopathy_camerasession"):
            self.assert_busy(CALLS[name](camera))
        assert storage.files() == {}

    def test_a_record_that_cannot_be_written_leaves_no_file(
        self, camera: CameraApi, session: CameraSession, storage: StorageOnDisk, locked: Any
    ) -> None:
        with locked("INSERT INTO"):
            self.assert_busy(camera.upload(IDENTIFIER))
        assert not SessionFile.objects.exists()
        assert storage.files() == {}
        assert camera.upload(IDENTIFIER).status_code == 201
        assert len(storage.files()) == 1

    def test_a_resolve_that_cannot_be_remembered_is_not_answered_as_done(
        self, camera: CameraApi, session: CameraSession, locked: Any
    ) -> None:
        with locked("UPDATE"):
            self.assert_busy(camera.resolve(IDENTIFIER))
        # The test's own transaction, which holds the failed statement, goes on.
        transaction.set_rollback(False)
        session.refresh_from_db()
        assert session.activity.last_resolved_datetime is None
