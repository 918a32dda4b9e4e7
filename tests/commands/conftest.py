"""Commands as an operator runs them: what they print and how they end."""

from dataclasses import dataclass
from io import StringIO
from typing import Any, Protocol

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError


@dataclass(frozen=True)
class Result:
    """What a command printed, and what it ended with if it failed."""

    output: str
    error: str
    # As the shell would see it.
    status: int = 0


class Run(Protocol):
    """Runs a command with the arguments of a command line."""

    def __call__(self, *arguments: str) -> Result:
        """What came of it."""


@pytest.fixture
def run(request: Any) -> Run:
    """Runs the command that the module names ``COMMAND``."""

    def run_command(*arguments: str) -> Result:
        out, err = StringIO(), StringIO()
        try:
            call_command(request.module.COMMAND, *arguments, stdout=out, stderr=err)
        except CommandError as e:
            return Result(out.getvalue(), str(e), e.returncode)
        return Result(out.getvalue(), err.getvalue())

    return run_command
