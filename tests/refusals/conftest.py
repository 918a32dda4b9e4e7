"""Fixtures of the commands, which refusals meet too."""

from tests.commands.conftest import run

__all__ = ["run"]
