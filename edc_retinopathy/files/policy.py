"""A Content-Security-Policy that holds beside the project's own.

A browser enforces every policy that it is sent, and a comma in the header separates them. But a
middleware that writes the project's policy either leaves alone a response that has one already
(``django.middleware.csp``, django-csp), so that the project's is lost, or writes over it.
"""

from typing import Any

from django.http.response import HttpResponseBase, ResponseHeaders

HEADER = "Content-Security-Policy"


class _HeadersWithPolicy(ResponseHeaders):
    """Headers to which one policy always belongs, whatever else is written as one.

    Whoever asks whether there is a policy is told of others alone.
    """

    def __init__(self, headers: Any, policy: str) -> None:
        super().__init__(headers)
        self._policy = policy

    def items(self) -> Any:
        """All headers, with both policies in one."""
        others = self._store.get(HEADER.lower(), (HEADER, ""))[1]
        rest = [pair for key, pair in self._store.items() if key != HEADER.lower()]
        both = f"{others}, {self._policy}" if others else self._policy
        return [*rest, (HEADER, both)]


def add_policy(response: HttpResponseBase, policy: str) -> None:
    """Let the policy hold for the response, and leave others to whoever writes them."""
    response.headers = _HeadersWithPolicy(response.headers, policy)
