"""The documentation says of each code what it means and what to do."""

import re
from pathlib import Path

from edc_retinopathy.api.codes import CODES
from edc_retinopathy.models.refusal import TOO_MANY_REFUSALS
from edc_retinopathy.refusals.recording import MAX_OPEN_REFUSALS

DOCUMENT = Path(__file__).parents[2] / "docs" / "refusals.rst"


def test_every_code_is_documented_once_and_no_other() -> None:
    # Who is not known has no refusals, nor has what is no endpoint.
    recorded = CODES.keys() - {"not_authenticated", "not_found"}
    documented = re.findall(r"   \* - ``(\w+)``\n     - .+\n     - .+\n", DOCUMENT.read_text())
    assert sorted(documented) == sorted(recorded | {TOO_MANY_REFUSALS})


def test_the_bound_is_documented() -> None:
    assert f"at most {MAX_OPEN_REFUSALS} open refusals" in DOCUMENT.read_text()
