"""``manage.py check --deploy`` has nothing to say of the settings that the documentation shows."""

import os
import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from pytest_django import Settings

EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "examples" / "deploy_settings.py"


@pytest.fixture(autouse=True)
def keys_are_read_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the page says of a deployment; to root, who may run the tests, nothing is read-only."""
    monkeypatch.setattr(
        "django_crypto_fields.system_checks.os",
        SimpleNamespace(access=lambda path, mode: False, W_OK=os.W_OK),
    )


def check_deploy() -> None:
    """Run the check; raises ``SystemCheckError`` for anything that it says."""
    call_command("check", deploy=True, fail_level="INFO")


def test_the_example_settings_are_clean(db: None, settings: Settings) -> None:
    example = {
        name: value for name, value in runpy.run_path(str(EXAMPLE)).items() if name.isupper()
    }
    assert len(example) > 10
    for name, value in example.items():
        setattr(settings, name, value)
    # MariaDB only, and said of row formats that are no longer the default: docs/operations.rst.
    settings.SILENCED_SYSTEM_CHECKS = [*settings.SILENCED_SYSTEM_CHECKS, "mysql.W003"]
    # clinicedc asks for it of every account, those of other tests included.
    User.objects.update(first_name="Ada", last_name="Admin", email="ada@example.org")
    check_deploy()


def test_the_check_would_tell(db: None) -> None:
    with pytest.raises(SystemCheckError, match=r"security\.W004"):
        check_deploy()
