"""Back-pressure: how often an account may call, and how many uploads run at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from rest_framework.throttling import UserRateThrottle

from edc_retinopathy import conf
from edc_retinopathy.errors import ServerBusy

_lock = Lock()
_running = 0


@contextmanager
def upload_slot() -> Iterator[None]:
    """Hold one of this process's places for uploads; raises ``ServerBusy`` if all are taken."""
    global _running  # noqa: PLW0603 - one count for all threads of the process
    limit = conf.max_concurrent_uploads()
    with _lock:
        if limit is not None and _running >= limit:
            raise ServerBusy("The server is receiving as many uploads as it can. Try again.")
        _running += 1
    try:
        yield
    finally:
        with _lock:
            _running -= 1


class AccountThrottle(UserRateThrottle):
    """Limits the calls of one account; off unless the setting gives a rate."""

    scope = "edc_retinopathy"

    def get_rate(self) -> str | None:
        """The setting's rate, None for no limit."""
        return conf.throttle_rate()
