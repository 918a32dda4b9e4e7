"""Calls that begin at the same moment."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier


def together[T](calls: Iterable[Callable[[], T]]) -> list[T]:
    """What the calls give, in their order; each in its thread, which waits for all others."""
    calls = list(calls)
    barrier = Barrier(len(calls), timeout=30)

    def begin(call: Callable[[], T]) -> T:
        barrier.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(begin, calls))
