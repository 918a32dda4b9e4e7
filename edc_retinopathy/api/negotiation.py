"""Answers are JSON, whatever the client's ``Accept`` says."""

from collections.abc import Iterable
from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class AlwaysTheFirstRenderer(DefaultContentNegotiation):
    """An error about ``Accept`` would hide the answer that the caller waits for."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: Any = None
    ) -> tuple[BaseRenderer, str]:
        """The first renderer and its media type."""
        renderer = next(iter(renderers))
        return renderer, str(renderer.media_type)
