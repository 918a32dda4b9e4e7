"""The import contracts, and the page for developers, know every module there is."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

import edc_retinopathy

PACKAGE = Path(edc_retinopathy.__file__).parent
ROOT = PACKAGE.parent
# The modules beside the rooms; a new concept has a room.
GROUND = {
    "admin_site",
    "apps",
    "auth_objects",
    "auths",
    "checks",
    "choices",
    "conf",
    "errors",
    "urls",
}


def rooms() -> set[str]:
    return {path.parent.name for path in PACKAGE.glob("*/__init__.py")}


def contract(name: str) -> dict[str, Any]:
    written = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts = written["tool"]["importlinter"]["contracts"]
    found: dict[str, Any] = next(c for c in contracts if c["name"] == name)
    return found


def test_no_module_is_at_the_root_beside_the_ground() -> None:
    assert {path.stem for path in PACKAGE.glob("*.py")} - {"__init__"} == GROUND


def test_the_layers_are_of_all_modules() -> None:
    layers = contract("Imports go one way")
    assert layers["exhaustive"]
    named = [name for layer in layers["layers"] for name in layer.split(" | ")]
    assert sorted(named) == sorted(rooms() | GROUND)


@pytest.mark.parametrize(
    ("name", "who_may"),
    [
        ("Only the API knows of the REST framework", "api"),
        ("Where and how files are kept is behind storage's door", "storage"),
    ],
)
def test_what_one_room_may_is_forbidden_to_all_others(name: str, who_may: str) -> None:
    forbidden = contract(name)["source_modules"]
    others = (rooms() | GROUND) - {who_may}
    assert sorted(forbidden) == sorted(f"edc_retinopathy.{other}" for other in others)


def test_the_page_for_developers_has_every_room() -> None:
    page = (ROOT / "docs" / "development.rst").read_text("utf-8")
    assert set(re.findall(r"^   \* - ``(\w+)``$", page, re.MULTILINE)) == rooms()
