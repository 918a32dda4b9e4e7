"""What storage's door gives, whatever keeps the files; and that nothing goes past it."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from pytest_django import Settings

import edc_retinopathy
from edc_retinopathy import storage as door
from edc_retinopathy.storage import Kind
from tests.api.client import sha256
from tests.storage import StorageOnDisk

SESSION_PK = UUID("9f1c2f7e-3d55-4a0e-8b6a-0c8f3a1f6c11")
KEY = door.key_of(SESSION_PK, "photo.jpg")
CONTENT = b"the bytes of a photograph"

PACKAGE = Path(edc_retinopathy.__file__).parent
# What gives paths, descriptors, inodes and locks.
OF_A_FILESYSTEM = {"fcntl", "glob", "mmap", "os", "pathlib", "shutil", "stat", "tempfile"}
# Pictures are kept in a cache of their own, and made of what the door gives.
WITH_A_CACHE = "previews/"
# No stored file among them.
ALLOWED = {
    ("checks.py", "os"): "asks whether the cache of pictures can be written to",
    ("conf.py", "pathlib"): "reads the setting that is a directory",
    ("files/extensions.py", "pathlib"): "takes a name apart",
    ("files/versions.py", "pathlib"): "takes a name apart",
    ("management/commands/audit_session_files.py", "pathlib"): "writes the report where asked",
    ("project/installation.py", "pathlib"): "looks at the package's own code",
}


def imported_modules(path: Path) -> Iterator[str]:
    """The top-level names of all that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def test_only_the_local_storage_knows_of_a_filesystem() -> None:
    found = {
        (name, module)
        for path in PACKAGE.rglob("*.py")
        for module in imported_modules(path)
        if module in OF_A_FILESYSTEM
        and not (name := path.relative_to(PACKAGE).as_posix()).startswith(
            ("storage/local/", WITH_A_CACHE)
        )
    }
    assert found == set(ALLOWED)


@pytest.fixture
def stored(storage: StorageOnDisk) -> str:
    """A published file's key."""
    with door.receive() as incoming:
        incoming.write(CONTENT)
        incoming.flush()
        assert door.publish(incoming, KEY)
    return KEY


def test_a_key_is_where_the_contract_keeps_the_file(storage: StorageOnDisk, stored: str) -> None:
    assert storage.files() == {f"images/{SESSION_PK}/photo.jpg": CONTENT}


def test_a_stored_file_is_known_without_being_read(stored: str) -> None:
    found = door.stat(stored)
    assert (found.key, found.size, found.kind) == (KEY, len(CONTENT), Kind.REGULAR)
    assert list(door.inventory()) == [found]


def test_a_part_of_a_stored_file_is_read_by_seeking(stored: str) -> None:
    with door.open_stored(stored) as stream:
        assert stream.size == len(CONTENT)
        stream.seek(4)
        assert stream.read(5) == b"bytes"


def test_the_checksum_is_that_of_the_bytes_received(stored: str) -> None:
    with door.open_stored(stored) as stream:
        assert door.sha256_of(stream) == sha256(CONTENT)


def test_another_file_of_the_same_bytes_has_another_token(
    storage: StorageOnDisk, stored: str
) -> None:
    before, path = door.stat(stored), storage.images / stored
    other = path.with_name("other")
    other.write_bytes(CONTENT)
    other.replace(path)
    assert door.stat(stored).token != before.token
    with pytest.raises(FileNotFoundError):
        door.adopt(stored, token=before.token, checksum=sha256(CONTENT))


def test_a_file_is_on_its_way_until_its_upload_is_over(storage: StorageOnDisk) -> None:
    with door.receive() as incoming:
        incoming.write(CONTENT)
        door.publish(incoming, KEY)
        assert door.is_on_its_way(KEY)
    assert not door.is_on_its_way(KEY)
    assert not door.is_on_its_way(door.key_of(SESSION_PK, "none.jpg"))


@pytest.mark.parametrize("call", [door.stat, door.open_stored, door.set_aside])
def test_no_error_names_what_is_missing(
    call: Callable[[str], object], storage: StorageOnDisk
) -> None:
    with pytest.raises(FileNotFoundError) as raised:
        call(door.key_of(SESSION_PK, "105-10-0001-2_OS.jpg"))
    assert raised.value.filename is None
    assert "105-10-0001-2" not in str(raised.value)


@pytest.mark.parametrize(
    "key",
    [
        f"{SESSION_PK}/",
        f"{SESSION_PK}",
        f"{SESSION_PK}/deeper/photo.jpg",
        f"{str(SESSION_PK).upper()}/photo.jpg",
        f"{SESSION_PK.hex}/photo.jpg",
        f"{SESSION_PK}/\udcff.jpg",
        "elsewhere/photo.jpg",
        "photo.jpg",
        "",
    ],
)
def test_what_no_upload_makes_is_of_no_session(key: str) -> None:
    assert door.session_and_name(key) is None


def test_a_key_says_session_and_name() -> None:
    assert door.session_and_name(KEY) == (SESSION_PK, "photo.jpg")
    assert door.session_part(KEY) == str(SESSION_PK)
    assert door.session_part("105-10-0001-2/photo.jpg") == ""


def test_nginx_is_told_an_escaped_address(settings: Settings) -> None:
    assert door.x_accel_path(KEY) is None
    settings.EDC_RETINOPATHY_X_ACCEL_LOCATION = "kept"
    assert door.x_accel_path(f"{SESSION_PK}/ä b.jpg") == f"/kept/{SESSION_PK}/%C3%A4%20b.jpg"
