"""Is the code that runs what was installed, and nothing of another distribution among it?"""

import hashlib
from base64 import urlsafe_b64encode
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import pytest

import edc_retinopathy
from edc_retinopathy import checks
from edc_retinopathy.project.installation import (
    DISTRIBUTION,
    PACKAGE_DIR,
    foreign_parts,
    is_psycopg2,
)

FILES = {
    "edc_retinopathy/__init__.py": b"",
    "edc_retinopathy/migrations/0001_ours.py": b"ours",
    "edc_retinopathy/templates/page.html": b"<p>",
}


def _install(site: Path, files: dict[str, bytes], *, version: str = "2.0.0") -> None:
    """Write files and the records of an installer."""
    rows = []
    for name, content in files.items():
        path = site / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        digest = urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        rows.append(f"{name},sha256={digest},{len(content)}")
    info = site / f"edc_retinopathy-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {DISTRIBUTION}\nVersion: {version}\n"
    )
    (info / "RECORD").write_text("\n".join([*rows, f"{info.name}/RECORD,,", ""]))


def _found(site: Path) -> list[str]:
    distributions = metadata.distributions(name="edc-retinopathy", path=[str(site), str(site)])
    return foreign_parts(site.resolve() / "edc_retinopathy", distributions)


def test_what_was_installed_is_whole_and_alone(tmp_path: Path) -> None:
    _install(tmp_path, FILES)
    compiled = tmp_path / "edc_retinopathy" / "__pycache__" / "__init__.cpython-313.pyc"
    compiled.parent.mkdir()
    compiled.touch()
    assert _found(tmp_path) == []


def test_the_package_is_looked_at_as_a_whole() -> None:
    assert Path(edc_retinopathy.__file__).resolve().parent == PACKAGE_DIR


def test_this_environment_is_sound() -> None:
    assert foreign_parts() == []


def test_code_without_an_installed_distribution_runs_from_its_source(tmp_path: Path) -> None:
    assert foreign_parts(tmp_path / "edc_retinopathy", []) == []


def test_an_editable_install_keeps_its_code_elsewhere(tmp_path: Path) -> None:
    _install(tmp_path, {"_edc_retinopathy.pth": b"/somewhere"}, version="1.0.0")
    url = tmp_path / "edc_retinopathy-1.0.0.dist-info" / "direct_url.json"
    url.write_text('{"url": "file:///somewhere", "dir_info": {"editable": true}}')
    assert (
        foreign_parts(
            Path("/somewhere/edc_retinopathy"),
            metadata.distributions(name="edc-retinopathy", path=[str(tmp_path)]),
        )
        == []
    )


def test_two_distributions_of_the_name(tmp_path: Path) -> None:
    _install(tmp_path, FILES)
    _install(tmp_path, {"edc_retinopathy/__init__.py": b""}, version="9.9.9")
    assert _found(tmp_path) == ["2 distributions of the name are installed (2.0.0, 9.9.9)"]


def test_a_file_that_another_distribution_overwrote(tmp_path: Path) -> None:
    _install(tmp_path, FILES)
    (tmp_path / "edc_retinopathy" / "__init__.py").write_text("other = 1")
    (tmp_path / "edc_retinopathy" / "templates" / "page.html").write_text("other")
    assert _found(tmp_path) == [
        "__init__.py is not as it was installed",
        "templates/page.html is not as it was installed",
    ]


def test_modules_that_another_distribution_left(tmp_path: Path) -> None:
    _install(tmp_path, FILES)
    (tmp_path / "edc_retinopathy" / "migrations" / "0001_initial.py").write_text("theirs")
    assert _found(tmp_path) == ["migrations/0001_initial.py is of no installed distribution"]


def test_code_from_elsewhere_than_the_distribution(tmp_path: Path) -> None:
    _install(tmp_path / "site", FILES, version="9.9.9")
    distributions = metadata.distributions(name="edc-retinopathy", path=[str(tmp_path / "site")])
    (part,) = foreign_parts(tmp_path / "tree" / "edc_retinopathy", distributions)
    assert "version 9.9.9 is installed" in part


def test_e014_says_what_and_how_to_mend_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert checks.check_installation() == []
    parts = [f"{number}.py is of no installed distribution" for number in range(5)]
    monkeypatch.setattr(checks, "foreign_parts", lambda: parts)
    (message,) = checks.check_installation()
    assert message.id == "edc_retinopathy.E014"
    assert "2.py" in str(message.msg)
    assert "(and 2 more)" in str(message.msg)
    assert "never by name alone" in str(message.hint)


def _connection(vendor: str, driver: str) -> SimpleNamespace:
    return SimpleNamespace(vendor=vendor, Database=SimpleNamespace(__name__=driver))


@pytest.mark.parametrize(
    ("vendor", "driver", "expected"),
    [
        ("postgresql", "psycopg2", True),
        ("postgresql", "psycopg", False),
        ("mysql", "MySQLdb", False),
        ("sqlite", "sqlite3.dbapi2", False),
    ],
)
def test_e015_where_postgresql_is_reached_through_psycopg2(
    monkeypatch: pytest.MonkeyPatch, vendor: str, driver: str, expected: object
) -> None:
    assert is_psycopg2(_connection(vendor, driver)) is expected
    monkeypatch.setattr(checks, "connections", {"default": _connection(vendor, driver)})
    messages = checks.check_postgresql_driver()
    assert [message.id for message in messages] == (["edc_retinopathy.E015"] if expected else [])
    assert all("psycopg[binary]" in str(message.hint) for message in messages)
