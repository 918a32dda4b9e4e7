"""What the demo reads from its environment and keeps in its data directory."""

import json
import os
from pathlib import Path

from django.core.management.utils import get_random_secret_key

DATA_VARIABLE = "DEMO_DATA"
DEFAULT_DATA_DIRECTORY = Path(__file__).with_name("data")
SETTING_PREFIX = "EDC_RETINOPATHY_"
# Variables of this prefix choose the database of a test run; they are no settings of the app.
TEST_PREFIX = "EDC_RETINOPATHY_TEST_"


def data_directory() -> Path:
    """Give the directory that the demo writes to, ``$DEMO_DATA`` or the default, once it exists."""
    directory = Path(os.environ.get(DATA_VARIABLE) or DEFAULT_DATA_DIRECTORY).resolve()
    directory.mkdir(parents=True, exist_ok=True)
    return directory


def shown(path: Path) -> str:
    """Give a path as one would type it here."""
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)


def made_directory(path: Path) -> Path:
    """Give ``path`` once it exists as a directory."""
    path.mkdir(parents=True, exist_ok=True)
    return path


def key_directory(path: Path) -> Path:
    """Give the directory of the encryption keys, once it exists.

    django-crypto-fields notes in it where it is, and refuses to start elsewhere. Here the keys
    move together with the database that they belong to, so a note from before a move is taken
    away.
    """
    note = made_directory(path) / "django_crypto_fields"
    if note.exists() and f"{path}," not in note.read_text(encoding="utf-8"):
        note.unlink()
    return path


def secret_key(path: Path) -> str:
    """Give the secret key kept in ``path``; make it if needed, readable by its owner only."""
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(get_random_secret_key(), encoding="ascii")
        draft.replace(path)
    return path.read_text(encoding="ascii")


def settings_from_environment() -> dict[str, object]:
    """Give the ``EDC_RETINOPATHY_*`` variables as settings.

    Numbers, ``true``, ``false`` and ``null`` become what they are in JSON, anything else stays
    text.
    """
    return {
        name: _setting(value)
        for name, value in os.environ.items()
        if name.startswith(SETTING_PREFIX) and not name.startswith(TEST_PREFIX)
    }


def _setting(value: str) -> object:
    if value in ("", "None"):
        return None
    try:
        return json.loads(value)
    except json.JSONDecodeError:
        return value
