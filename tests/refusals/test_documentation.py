"""The documentation says of each code what it means and what to do."""

import re
from pathlib import Path

from rest_framework import exceptions

from edc_retinopathy import errors
from edc_retinopathy.api.exceptions import SERVER_ERROR, CompressedBody, LengthRequired
from edc_retinopathy.errors import RetinopathyError
from edc_retinopathy.models.refusal import TOO_MANY_REFUSALS
from edc_retinopathy.refusals.recording import MAX_OPEN_REFUSALS

DOCUMENT = Path(__file__).parents[2] / "docs" / "refusals.rst"


def test_every_code_is_documented_once_and_no_other() -> None:
    ours = {
        kind.code
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, RetinopathyError)
    } - {RetinopathyError.code}
    others = {
        kind.default_code
        for kind in (
            LengthRequired,
            CompressedBody,
            exceptions.MethodNotAllowed,
            exceptions.Throttled,
        )
    }
    documented = re.findall(r"   \* - ``(\w+)``\n     - .+\n     - .+\n", DOCUMENT.read_text())
    assert sorted(documented) == sorted(ours | others | {SERVER_ERROR[0], TOO_MANY_REFUSALS})


def test_the_bound_is_documented() -> None:
    assert f"at most {MAX_OPEN_REFUSALS} open refusals" in DOCUMENT.read_text()
