"""What the child is told, and what it answers: one line of JSON each."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from edc_retinopathy.previews.reasons import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """The file comes as standard input; ``outputs`` are open descriptors by size.

    ``frame`` counts from 1. Without outputs, frames are counted alone. ``is_to_be_measured`` tells
    a picture that was drawn here: it is measured, and nothing is drawn. Limits are in bytes and
    seconds; ``max_pixels`` is None for no limit.
    """

    content_type: str
    checksum: str
    frame: int = 1
    outputs: dict[str, int] = field(default_factory=dict)
    is_to_be_measured: bool = False
    max_pixels: int | None
    memory_bytes: int
    seconds: int

    def dumps(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def loads(cls, text: str) -> Self:
        """From JSON."""
        return cls(**json.loads(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Width and height of each size, and how many frames there are; or why there is nothing.

    ``measures`` are the fields of :class:`edc_retinopathy.previews.quality.Measures`.
    ``place`` names where in the code an unexpected end was met, for the log: no text of the file.
    """

    frames: int = 0
    sizes: dict[str, list[int]] = field(default_factory=dict)
    measures: dict[str, Any] | None = None
    reason: Reason | None = None
    place: str = ""

    def dumps(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def loads(cls, text: str | bytes) -> Self:
        """From JSON; raises ``ValueError`` and ``TypeError`` for anything else."""
        said: dict[str, Any] = json.loads(text)
        reason = said.pop("reason", None)
        return cls(**said, reason=Reason(reason) if reason else None)
