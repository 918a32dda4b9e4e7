"""The server and the browser of ``tests.security.browser``, and records that pages look at."""

from collections.abc import Iterator

import pytest

from edc_retinopathy.models import FileAccess
from tests.committed import CommittedRecords
from tests.security.browser.conftest import (
    camera_session,
    chromium,
    db,
    origin,
    server,
    store,
    tab,
)

__all__ = ["camera_session", "chromium", "db", "origin", "server", "store", "tab"]


@pytest.fixture(scope="module")
def records(db: None) -> Iterator[CommittedRecords]:
    """Removed with the looks at them: a page asks for pictures until its tab is closed."""
    records = CommittedRecords()
    yield records
    FileAccess.objects.all().delete()
    records.remove()
