"""The demo's application as test servers run it: a header says what is to go wrong.

Two headers of the answer say which process gave it, and what requests have made it import.
"""

import os
import sys
from collections.abc import Callable, Iterable
from typing import Any

from demo.wsgi import application as demo_application
from tests.faults.plan import Fault, Point, When, meet, planned, wrapped

# For as long as the process lives: the patches go when nothing refers to them.
patches = wrapped()
patches.__enter__()
# What the server has before its first request.
LOADED = frozenset(sys.modules)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer as the demo does, or meet the fault of ``X-Test-Fault``; name the process."""

    def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
        imported = " ".join(sorted(sys.modules.keys() - LOADED))
        ours = [("X-Test-Worker", str(os.getpid())), ("X-Test-Imported", imported)]
        return start_response(status, [*headers, *ours], *more)

    fault = environ.get("HTTP_X_TEST_FAULT")
    with planned(Fault.parse(fault) if fault else None):
        response = demo_application(environ, start)
        meet(Point.ANSWER, When.BEFORE)
        return response
