"""The OpenAPI document: complete, valid, and held to a live server by schemathesis."""

import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
import schemathesis
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from drf_spectacular.management.commands.spectacular import Command
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from edc_retinopathy.api import examples, serializers
from edc_retinopathy.api.codes import CODES
from edc_retinopathy.api.openapi import RetinopathySchemaGenerator
from edc_retinopathy.errors import RetinopathyError
from edc_retinopathy.models import CameraSession
from tests import factories, samples
from tests.api.client import BASE, CAPTURED, CameraApi

SCHEMA = f"{BASE}/schema/"
# Few are what a camera means, and twice the same: what is drawn changes with any code.
EXAMPLES = 80
# Every code of the contract's table.
CONTRACT = {
    "not_authenticated": 401,
    "authentication_failed": 401,
    "permission_denied": 403,
    "no_session": 404,
    "no_eligible_session": 400,
    "invalid_file_type": 400,
    "invalid_request": 400,
    "invalid_filename": 400,
    "invalid_content": 400,
    "file_too_large": 400,
    "checksum_mismatch": 400,
    "filename_conflict": 409,
    "storage_error": 500,
    "server_busy": 503,
}
PING = f"{BASE}/ping/"
RESOLVE = f"{BASE}/resolve/"
UPLOAD = f"{BASE}/{{subject_identifier}}/{{file_type}}/"
STATUS = f"{BASE}/{{subject_identifier}}/status/"
OPERATIONS = {("get", PING), ("post", RESOLVE), ("post", UPLOAD), ("get", STATUS)}


@pytest.fixture
def document(schema_served: None) -> dict[str, Any]:
    """The OpenAPI document, as generated."""
    schema: dict[str, Any] = RetinopathySchemaGenerator().get_schema(public=True)
    return schema


def _operations(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method, path): operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


class TestDocument:
    """What the document says, without asking the API."""

    def test_it_is_valid_and_made_without_a_warning(self, schema_served: None) -> None:
        out, err = StringIO(), StringIO()
        call_command(
            Command(stdout=out, stderr=err),
            generator_class="edc_retinopathy.api.openapi.RetinopathySchemaGenerator",
            validate=True,
            fail_on_warn=True,
            format="openapi-json",
        )
        assert SCHEMA.replace("schema", "ping") in out.getvalue()
        assert err.getvalue() == ""

    def test_a_projects_own_generator_has_the_endpoints_too(
        self, schema_served: None, capsys: pytest.CaptureFixture[str]
    ) -> None:
        out = StringIO()
        call_command(Command(stdout=out), validate=True, fail_on_warn=True)
        assert "operationId: retinopathy_upload" in out.getvalue()

    def test_it_has_the_four_endpoints(self, document: dict[str, Any]) -> None:
        assert _operations(document).keys() == OPERATIONS

    def test_every_code_has_an_example_at_its_status(self, document: dict[str, Any]) -> None:
        shown = {}
        for operation in _operations(document).values():
            for status, response in operation["responses"].items():
                for example in response["content"]["application/json"]["examples"].values():
                    if "code" in example["value"]:
                        shown[example["value"]["code"]] = int(status)
                        assert example["value"]["error"].strip()
        assert shown.items() >= CONTRACT.items()
        assert shown == {code: error.http_status for code, error in CODES.items()}

    def test_every_error_of_the_app_is_in_the_table(self) -> None:
        assert {kind.code for kind in RetinopathyError.__subclasses__()} <= CODES.keys()

    @pytest.mark.parametrize(
        ("serializer", "example"),
        [
            (serializers.PingSerializer, examples.PING),
            (serializers.ResolvedSerializer, examples.RESOLVED),
            (serializers.SessionFileSerializer, examples.STORED),
            (serializers.StatusSerializer, examples.STATUS),
        ],
    )
    def test_the_example_of_an_answer_is_one(self, serializer: Any, example: Any) -> None:
        read = serializer(data=example)
        read.is_valid(raise_exception=True)
        assert read.fields.keys() == example.keys()

    def test_its_components_are_named_after_the_app(self, document: dict[str, Any]) -> None:
        names = document["components"]["schemas"].keys()
        assert [name for name in names if not name.startswith("Retinopathy")] == []

    def test_an_upload_takes_the_session_by_either_name(self, document: dict[str, Any]) -> None:
        upload = document["paths"][UPLOAD]["post"]
        query = {p["name"] for p in upload["parameters"] if p["in"] == "query"}
        assert query == {"camera_session_id", "eye_exam_register_id"}

    def test_it_asks_for_a_token_everywhere(self, document: dict[str, Any]) -> None:
        assert all(op["security"] == [{"tokenAuth": []}] for op in _operations(document).values())


class TestServing:
    """By setting, and to whoever has a token."""

    def test_served_to_an_account(self, schema_served: None, camera: CameraApi) -> None:
        response = camera.client.get(SCHEMA)
        assert response.status_code == 200
        assert response.json()["openapi"].startswith("3.")

    def test_not_served_to_anybody_else(self, schema_served: None, db: None) -> None:
        assert CameraApi(None).client.get(SCHEMA).status_code == 401

    def test_not_served_unless_set(self, camera: CameraApi) -> None:
        assert camera.client.get(SCHEMA).json()["code"] == "not_found"

    def test_drf_spectacular_is_not_imported_unless_set(self) -> None:
        code = (
            "from demo.startup import set_up; set_up(); import sys; "
            "import edc_retinopathy.api.urls; print('drf_spectacular' in sys.modules)"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, text=True
        )
        assert done.stdout.strip().splitlines()[-1] == "False"


CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# What a camera might mean, among what nobody means.
SUBJECTS = (None, factories.FEMALE_IDENTIFIER, factories.BRAVO_IDENTIFIER, "105-10-0001-2/../x")


@pytest.fixture
def api(schema_served: None, session: CameraSession, camera_user: User) -> Iterator[Any]:
    """The schema as schemathesis reads it from the live application."""
    headers = _token_of(camera_user)
    # As Django's test client does: the test's transaction goes on from request to request.
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    schema = schemathesis.openapi.from_wsgi(SCHEMA, get_wsgi_application(), headers=headers)
    yield schema
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


def _token_of(user: User) -> dict[str, str]:
    return {"Authorization": f"Token {factories.token_of(user)}"}


def _mean_it(case: Any, path: str) -> None:
    """Make some of the request what a camera sends, so that it gets further."""
    if path == RESOLVE:
        case.body["subject_identifier"] = factories.FEMALE_IDENTIFIER
    elif path == UPLOAD:
        # The file part has no extension, which only a DICOM file may lack.
        case.path_parameters["file_type"] = "left_dicom"
        case.query.clear()
        case.body = {"file": samples.small_dicom(), "capture_datetime": CAPTURED}


@pytest.mark.parametrize(
    ("operation", "mode", "expected"),
    [
        (("get", PING), GenerationMode.POSITIVE, {200}),
        (("post", RESOLVE), GenerationMode.POSITIVE, {200, 404}),
        (("post", RESOLVE), GenerationMode.NEGATIVE, {400}),
        (("post", UPLOAD), GenerationMode.POSITIVE, {200, 201, 400, 404}),
        (("post", UPLOAD), GenerationMode.NEGATIVE, {400, 404}),
        # A GET without a query has nothing that could be wrong.
        (("get", STATUS), GenerationMode.POSITIVE, {200, 404}),
    ],
)
def test_every_answer_is_as_the_schema_says(
    api: Any,
    camera_user: User,
    operation: tuple[str, str],
    mode: GenerationMode,
    expected: set[int],
) -> None:
    method, path = operation
    headers = _token_of(camera_user)
    seen = set()

    @seed(0)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        case=api[path][method].as_strategy(generation_mode=mode),
        subject=st.sampled_from(SUBJECTS),
        is_meant=st.booleans(),
    )
    def call(case: Any, subject: str | None, is_meant: Any) -> None:
        if subject and case.path_parameters:
            case.path_parameters["subject_identifier"] = subject
        if is_meant and mode is GenerationMode.POSITIVE:
            _mean_it(case, path)
        response = case.call(headers=headers)
        case.validate_response(response, checks=CHECKS)
        seen.add(response.status_code)

    call()
    # Else every request met the same door.
    assert seen >= expected


@pytest.mark.parametrize(("method", "path"), sorted(OPERATIONS))
def test_other_methods_and_no_token_are_refused_as_described(
    api: Any, camera_user: User, method: str, path: str
) -> None:
    case = api[path][method].Case(
        path_parameters={"subject_identifier": factories.FEMALE_IDENTIFIER, "file_type": "left"}
    )
    for other in ("PUT", "PATCH", "DELETE", "TRACE"):
        case.method = other
        response = case.call(headers=_token_of(camera_user))
        assert response.status_code == 405, other
        assert response.json()["code"] == "method_not_allowed"
        assert response.headers["allow"]
    case.method = method.upper()
    anonymous = case.call(headers={"Authorization": "Token nobody"})
    assert anonymous.json()["code"] == "authentication_failed"
    case.validate_response(anonymous, checks=CHECKS)
