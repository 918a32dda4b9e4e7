"""One world for each module; what a test changes of it is rolled back."""

from collections.abc import Iterator

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from pytest_django import DjangoDbBlocker

from tests.security.world import World, make_world
from tests.storage import StorageOnDisk


@pytest.fixture(scope="module")
def module_transaction(
    django_db_setup: None, committed_records: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """The database, in a transaction that is rolled back when the module is done."""
    with django_db_blocker.unblock(), RolledBack():
        yield


@pytest.fixture(scope="module")
def shared_world(
    module_transaction: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """Two sites and all accounts, made once."""
    with pytest.MonkeyPatch.context() as patch:
        from django.conf import settings

        patch.setattr(
            settings, "EDC_RETINOPATHY_STORAGE_DIR", tmp_path_factory.mktemp("world"), raising=False
        )
        world = make_world()
    yield world
    ContentType.objects.clear_cache()


@pytest.fixture
def world(shared_world: World, db: None, storage: StorageOnDisk) -> World:
    """The two sites, their bytes in this test's storage; the test's changes are rolled back."""
    shared_world.write_files()
    return shared_world


class RolledBack:
    """A transaction that never commits, with those of the tests inside of it."""

    def __enter__(self) -> None:
        self._atomic = transaction.atomic()
        # As in a TestCase: the app's durable transactions may be inside of it.
        self._atomic._from_testcase = True  # type: ignore[attr-defined]
        self._atomic.__enter__()

    def __exit__(self, *exc_info: object) -> None:
        transaction.set_rollback(True)
        self._atomic.__exit__(None, None, None)
