"""The demo's application as test servers run it: a header says what is to go wrong."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from demo.wsgi import application as demo_application
from tests.faults.plan import Fault, Point, When, meet, planned, wrapped

# For as long as the process lives: the patches go when nothing refers to them.
patches = wrapped()
patches.__enter__()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer as the demo does, or meet the fault of ``X-Test-Fault``; name the process."""

    def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
        return start_response(status, [*headers, ("X-Test-Worker", str(os.getpid()))], *more)

    fault = environ.get("HTTP_X_TEST_FAULT")
    with planned(Fault.parse(fault) if fault else None):
        response = demo_application(environ, start)
        meet(Point.ANSWER, When.BEFORE)
        return response
