"""Measure what judging hostile bytes takes, beside an honest file of the same size and kind.

.venv/bin/python -m benchmarks.hostile [--size MIB] [--repeat N] [--only TEXT]
"""

import argparse
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

from edc_retinopathy.content import detect, examine
from tests.samples import small_jpeg, small_png

from .hostile_files import honest, hostile

MIB = 1024 * 1024
# Over twice what an honest file of the size takes; and of memory.
EXTRA_SECONDS = 0.05
MEMORY_BYTES = 16 * MIB


@dataclass(frozen=True)
class Taken:
    """What judging took: seconds of CPU, the least of several times, and the peak of memory."""

    seconds: float
    memory: int


def judge(content: bytes, repeat: int) -> Taken:
    """Judge the bytes as an upload does, whatever they are."""

    def once() -> None:
        stream = BytesIO(content)
        if (found := detect(stream, len(content))) is not None:
            examine(stream, len(content), found)

    seconds = min(_cpu(once) for _ in range(repeat))
    tracemalloc.start()
    try:
        once()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    return Taken(seconds, peak)


def _cpu(call: Callable[[], None]) -> float:
    begun = time.process_time()
    call()
    return time.process_time() - begun


def main() -> None:
    """Print a table of the honest and the hostile; what is over its limit is marked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=10, help="MiB of each input (10)")
    parser.add_argument("--repeat", type=int, default=3, help="how often each is judged (3)")
    parser.add_argument("--only", default="", help="inputs whose name has this text")
    options = parser.parse_args()
    size = options.size * MIB
    jpeg, png = small_jpeg(), small_png()
    measured = {
        media: judge(content, options.repeat) for media, content in honest(size, jpeg, png).items()
    }
    print("     ms  limit    MiB  input")  # noqa: T201
    for media, taken in measured.items():
        _print(taken, taken, f"{media}: honest")
    for given in hostile(size, jpeg, png):
        if options.only in f"{given.media}: {given.label}":
            _print(
                judge(given.content, options.repeat),
                measured[given.media],
                f"{given.media}: {given.label}",
            )


def _print(taken: Taken, honest: Taken, label: str) -> None:
    limit = 2 * honest.seconds + EXTRA_SECONDS
    mark = " *" if taken.seconds > limit or taken.memory > MEMORY_BYTES else ""
    numbers = f"{taken.seconds * 1000:7.1f} {limit * 1000:6.0f} {taken.memory / MIB:6.1f}"
    print(f"{numbers}  {label}{mark}", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
