"""Private parts of others that the package uses: which, where, and that they are as they were."""

import ast
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils.log import log_response

import edc_retinopathy
from edc_retinopathy.logs.quiet import keep_out_of_log

PACKAGE = Path(edc_retinopathy.__file__).parent
# Django documents ``_meta``, ``_state``, ``_base_manager`` and ``_default_manager``.
DOCUMENTED = {"_meta", "_state", "_base_manager", "_default_manager"}
USED = {
    # drf-spectacular's, overridden; the tests of the document know it.
    ("api/openapi.py", "_get_paths_and_endpoints"),
    ("logs/quiet.py", "_has_been_logged"),
    # Its own, of an instance that it has just read.
    ("models/camera_session.py", "_device_id_as_read"),
}


def private_parts(path: Path) -> Iterator[str]:
    """The private attributes that a module takes of, or gives to, anything but ``self``."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Attribute) and node.attr.startswith("_"):
            is_own = isinstance(node.value, ast.Name) and node.value.id in {"self", "cls"}
            if not is_own and not node.attr.endswith("__"):
                yield node.attr


def test_each_is_used_in_one_place() -> None:
    found = {
        (path.relative_to(PACKAGE).as_posix(), name)
        for path in PACKAGE.rglob("*.py")
        for name in private_parts(path)
        if name not in DOCUMENTED
    }
    assert found <= USED


@pytest.mark.parametrize(("is_kept_out", "lines"), [(False, 1), (True, 0)])
@pytest.mark.parametrize("status", [404, 500])
def test_django_logs_no_response_that_is_kept_out(
    *, is_kept_out: bool, lines: int, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    response = HttpResponse(status=status)
    if is_kept_out:
        keep_out_of_log(response)
    with caplog.at_level(logging.WARNING, "django.request"):
        log_response(
            "%s: %s",
            response.reason_phrase,
            "/105-10-0001-2/status/",
            response=response,
            request=RequestFactory().get("/105-10-0001-2/status/"),
        )
    assert len(caplog.records) == lines
