"""docs/security.rst names tests that there are, and shows the settings that are tested."""

import ast
import re
from pathlib import Path

import pytest

from edc_retinopathy import auth_objects

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "security.rst").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"(tests/[\w/]+\.py)::(\w+)", PAGE)))


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_a_named_test_is_there(file: str, name: str) -> None:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.ClassDef)
    assert name in {node.name for node in ast.walk(tree) if isinstance(node, kinds)}


def test_every_row_of_asvs_chapter_5_is_there_with_a_test() -> None:
    sections = {1: 1, 2: 6, 3: 3, 4: 3}
    rows = [f"5.{section}.{n}" for section, last in sections.items() for n in range(1, last + 1)]
    table = PAGE.partition("ASVS")[2]
    for row, following in zip(rows, [*rows[1:], "\n\n"], strict=True):
        cells = table.partition(f"* - {row}\n")[2].partition(f"* - {following}")[0]
        assert "::" in cells, row


def test_every_group_is_there() -> None:
    groups = {v for k, v in vars(auth_objects).items() if k.startswith("RETINOPATHY")}
    assert groups <= set(re.findall(r"``(\w+)``", PAGE))


def test_the_example_is_the_one_that_is_checked() -> None:
    assert ".. literalinclude:: examples/deploy_settings.py" in PAGE
