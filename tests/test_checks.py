"""System checks: what a deployer gets wrong, with a hint for each."""

import importlib
import re
import shutil

import pytest
from django.core.checks import ERROR, WARNING, CheckMessage, run_checks
from django.db import connection
from pytest_django import Settings

from edc_retinopathy import conf
from tests.storage import StorageOnDisk

# Other apps' checks look into the database.
pytestmark = pytest.mark.django_db

PREFIX = "edc_retinopathy."


def reported() -> dict[str, CheckMessage]:
    """What the app's own checks say now, by id without the app's name."""
    messages = [m for m in run_checks() if str(m.id).startswith(PREFIX)]
    return {str(message.id).removeprefix(PREFIX): message for message in messages}


def assert_helpful(message: CheckMessage) -> None:
    """Assert that a message says what and names a way out."""
    assert re.fullmatch(r"edc_retinopathy\.[EW]\d{3}", str(message.id))
    assert len(str(message.msg).split()) > 3
    assert message.hint
    assert len(message.hint.split()) > 1
    assert message.level == (ERROR if ".E" in str(message.id) else WARNING)


def test_a_sound_deployment_has_nothing_to_report() -> None:
    assert reported() == {}


@pytest.mark.parametrize("value", ["", None])
def test_w001_when_the_storage_directory_is_empty(settings: Settings, value: str | None) -> None:
    settings.EDC_RETINOPATHY_STORAGE_DIR = value
    messages = reported()
    assert set(messages) == {"W001"}
    assert_helpful(messages["W001"])
    assert "EDC_RETINOPATHY_STORAGE_DIR" in str(messages["W001"].msg)


def test_w001_when_the_storage_directory_is_not_set(settings: Settings) -> None:
    del settings.EDC_RETINOPATHY_STORAGE_DIR
    assert set(reported()) == {"W001"}


def test_e001_when_the_storage_directory_does_not_exist(storage: StorageOnDisk) -> None:
    shutil.rmtree(storage.directory)
    messages = reported()
    assert set(messages) == {"E001"}
    assert_helpful(messages["E001"])
    assert str(storage.directory) in str(messages["E001"].msg)


def test_a_tilde_is_the_home_directory(
    settings: Settings, storage: StorageOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(storage.directory.parent))
    settings.EDC_RETINOPATHY_STORAGE_DIR = f"~/{storage.directory.name}"
    assert reported() == {}
    assert conf.storage_dir() == storage.directory


def test_e001_when_there_is_no_such_home(settings: Settings, storage: StorageOnDisk) -> None:
    settings.EDC_RETINOPATHY_STORAGE_DIR = "~nobody-of-this-name/retinopathy"
    assert set(reported()) == {"E001"}


def test_e001_when_the_storage_directory_is_a_file(
    settings: Settings, storage: StorageOnDisk
) -> None:
    path = storage.directory / "a file"
    path.write_bytes(b"")
    settings.EDC_RETINOPATHY_STORAGE_DIR = path
    assert set(reported()) == {"E001"}


def test_e002_when_the_images_directory_is_missing(storage: StorageOnDisk) -> None:
    storage.images.rmdir()
    messages = reported()
    assert set(messages) == {"E002"}
    assert_helpful(messages["E002"])
    assert str(storage.images) in str(messages["E002"].msg)


def test_the_storage_directory_may_be_a_text(settings: Settings, storage: StorageOnDisk) -> None:
    settings.EDC_RETINOPATHY_STORAGE_DIR = str(storage.directory)
    assert reported() == {}


def test_a_check_creates_nothing(storage: StorageOnDisk) -> None:
    storage.images.rmdir()
    reported()
    assert list(storage.directory.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EDC_RETINOPATHY_MAX_FILE_SIZE_MB", 0),
        ("EDC_RETINOPATHY_MAX_FILE_SIZE_MB", -1),
        ("EDC_RETINOPATHY_MAX_FILE_SIZE_MB", "10"),
        ("EDC_RETINOPATHY_MAX_FILE_SIZE_MB", float("nan")),
        ("EDC_RETINOPATHY_SESSION_EXPIRE_MINUTES", -1),
        ("EDC_RETINOPATHY_SESSION_EXPIRE_MINUTES", "120"),
        ("EDC_RETINOPATHY_MAX_PIXELS", 0),
        ("EDC_RETINOPATHY_MAX_PIXELS", 1e8),
        ("EDC_RETINOPATHY_PATIENT_ID_PATTERN", "("),
        ("EDC_RETINOPATHY_PATIENT_ID_PATTERN", r"\d+"),
        ("EDC_RETINOPATHY_PATIENT_ID_PATTERN", 7),
        ("EDC_RETINOPATHY_REJECT_FINDINGS", "no_image"),
        ("EDC_RETINOPATHY_REJECT_FINDINGS", ["no_such_code"]),
        ("EDC_RETINOPATHY_REJECT_FINDINGS", ["maybe_blurred"]),
        ("EDC_RETINOPATHY_QUALITY_THRESHOLDS", 2),
        ("EDC_RETINOPATHY_QUALITY_THRESHOLDS", {"sharp": 2}),
        ("EDC_RETINOPATHY_QUALITY_THRESHOLDS", {"sharpness": -1}),
        ("EDC_RETINOPATHY_QUALITY_THRESHOLDS", {"sharpness": True}),
        ("EDC_RETINOPATHY_QUALITY_THRESHOLDS", {"sharpness": float("nan")}),
    ],
)
def test_a_limit_that_is_no_usable_number_is_an_error(
    settings: Settings, name: str, value: object
) -> None:
    setattr(settings, name, value)
    messages = reported()
    assert len(messages) == 1
    (message,) = messages.values()
    assert message.level == ERROR
    assert_helpful(message)
    assert name in str(message.msg)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EDC_RETINOPATHY_MAX_FILE_SIZE_MB", 0.5),
        ("EDC_RETINOPATHY_SESSION_EXPIRE_MINUTES", 0),
        ("EDC_RETINOPATHY_SESSION_EXPIRE_MINUTES", None),
        ("EDC_RETINOPATHY_MAX_PIXELS", None),
        ("EDC_RETINOPATHY_PATIENT_ID_PATTERN", r"^X(?P<subject_identifier>.+)$"),
        ("EDC_RETINOPATHY_REJECT_FINDINGS", ["no_image", "patient_mismatch"]),
        ("EDC_RETINOPATHY_QUALITY_THRESHOLDS", {}),
        ("EDC_RETINOPATHY_QUALITY_THRESHOLDS", {"sharpness": 1.5, "dark_share": 2}),
    ],
)
def test_the_values_that_the_contract_allows_pass(
    settings: Settings, name: str, value: object
) -> None:
    setattr(settings, name, value)
    assert reported() == {}


@pytest.mark.parametrize("period", ["month", "mon", "hours", "dogs", "sss", "minutes", "M"])
def test_e012_when_the_period_is_none_that_drf_has(settings: Settings, period: str) -> None:
    # DRF would take a month for a minute.
    settings.EDC_RETINOPATHY_THROTTLE_RATE = f"600/{period}"
    assert set(reported()) == {"E012"}


@pytest.mark.parametrize(
    "period", ["s", "sec", "second", "m", "min", "minute", "h", "hour", "d", "day"]
)
def test_each_period_that_drf_has_passes(settings: Settings, period: str) -> None:
    settings.EDC_RETINOPATHY_THROTTLE_RATE = f"600/{period}"
    assert reported() == {}


def test_e016_when_the_schema_is_served_without_its_extra(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.EDC_RETINOPATHY_SERVE_SCHEMA = True
    assert reported() == {}
    monkeypatch.setattr("edc_retinopathy.checks.find_spec", lambda name: None)
    messages = reported()
    assert set(messages) == {"E016"}
    assert_helpful(messages["E016"])


def test_the_server_starts_without_the_extra_and_says_what_is_missing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from edc_retinopathy.api import urls

    settings.EDC_RETINOPATHY_SERVE_SCHEMA = True
    with monkeypatch.context() as patch:
        patch.setattr("importlib.util.find_spec", lambda name: None)
        importlib.reload(urls)
    (schema,) = [pattern for pattern in urls.urlpatterns if pattern.name == "schema"]
    settings.EDC_RETINOPATHY_SERVE_SCHEMA = False
    importlib.reload(urls)
    assert schema.callback.view_class.__name__ == "NoSchemaView"


def test_e017_when_a_transaction_would_end_without_a_commit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(connection.settings_dict, "AUTOCOMMIT", False)  # noqa: FBT003
    messages = reported()
    assert set(messages) == {"E017"}
    assert messages["E017"].level == ERROR
    assert_helpful(messages["E017"])


@pytest.mark.parametrize("where", ["absent", "behind"])
def test_w002_when_the_error_middleware_does_not_stand_first(
    settings: Settings, where: str
) -> None:
    ours, *others = settings.MIDDLEWARE
    settings.MIDDLEWARE = others if where == "absent" else [others[0], ours, *others[1:]]
    messages = reported()
    assert set(messages) == {"W002"}
    assert_helpful(messages["W002"])


def test_w003_when_only_the_pages_are_mounted(settings: Settings) -> None:
    settings.ROOT_URLCONF = "edc_retinopathy.urls"
    messages = [m for m in run_checks() if m.id == "edc_retinopathy.W003"]
    assert len(messages) == 2
    for message in messages:
        assert_helpful(message)


@pytest.mark.parametrize("below", ["images", "images/previews", ".", ".."])
def test_e022_when_pictures_would_lie_among_what_is_stored(
    settings: Settings, storage: StorageOnDisk, below: str
) -> None:
    settings.EDC_RETINOPATHY_PREVIEW_DIR = (storage.directory / below).resolve()
    assert set(reported()) == {"E022"}


def test_e022_when_pictures_cannot_be_kept(settings: Settings, storage: StorageOnDisk) -> None:
    path = storage.directory / "a file"
    path.write_bytes(b"")
    settings.EDC_RETINOPATHY_PREVIEW_DIR = path / "previews"
    assert set(reported()) == {"E022"}


def test_a_directory_of_pictures_is_made_when_it_is_needed(
    settings: Settings, storage: StorageOnDisk
) -> None:
    settings.EDC_RETINOPATHY_PREVIEW_DIR = str(storage.directory / "not" / "yet")
    assert set(reported()) == set()


@pytest.mark.parametrize("value", [0, -1, "2000", None])
def test_e021_when_the_bound_of_pictures_is_no_number(settings: Settings, value: object) -> None:
    settings.EDC_RETINOPATHY_PREVIEW_CACHE_MB = value
    assert set(reported()) == {"E021"}
