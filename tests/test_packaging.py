"""What the distribution holds."""

import subprocess
import sys
import tomllib
from pathlib import Path, PurePosixPath
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "edc_retinopathy"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built by the project's own build backend without network or isolation."""
    pytest.importorskip("hatchling", reason="the build backend is not installed here")
    directory = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(directory)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=120,
    )
    (built,) = directory.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def contents(wheel: Path) -> set[str]:
    """The paths inside the wheel."""
    with ZipFile(wheel) as archive:
        return set(archive.namelist())


def package_files(*parts: str) -> set[str]:
    """Paths of the package's files below a directory of the repository."""
    return {
        str(PurePosixPath(path.relative_to(ROOT)))
        for path in ROOT.joinpath(PACKAGE, *parts).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.mark.parametrize("directory", ["templates", "static", "migrations"])
def test_the_wheel_holds_every_file_of(contents: set[str], directory: str) -> None:
    expected = package_files(directory)
    if directory != "static":
        assert expected
    assert expected <= contents


def test_the_wheel_holds_all_of_the_package(contents: set[str]) -> None:
    assert package_files() <= contents
    assert f"{PACKAGE}/py.typed" in contents


def test_the_wheel_holds_nothing_else(contents: set[str]) -> None:
    top = {PurePosixPath(name).parts[0] for name in contents}
    (metadata,) = {name for name in top if name.endswith(".dist-info")}
    assert top == {PACKAGE, metadata}
    assert not [name for name in contents if "tests" in PurePosixPath(name).parts]


def test_the_licence_goes_along(contents: set[str]) -> None:
    assert [name for name in contents if name.endswith("LICENSE")]


def test_the_supported_versions_are_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["name"] == "edc-retinopathy"
    assert project["license"] == "GPL-3.0-or-later"
    assert project["requires-python"] == ">=3.12,<3.14"
    classifiers = set(project["classifiers"])
    for version in ("5.2", "6.0", "6.1"):
        assert f"Framework :: Django :: {version}" in classifiers
