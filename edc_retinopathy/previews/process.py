"""Starts the child that decodes a file, and ends it if it takes too long."""

import io
import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfileobj
from typing import IO

from edc_retinopathy import conf, storage

from .child.task import Answer, Task
from .places import NotHad, lock
from .reasons import Reason

logger = logging.getLogger(__name__)

# A photograph of 12 MP takes a second or two on a small server; a file that was not read by then
# is made to cost time.
SECONDS = 30
WAIT_SECONDS = 40.0
# Uploads and pages go on meanwhile.
MOST_AT_ONCE = 2
# Libraries need so much before they see a file; an image some bytes a pixel, each in a few forms.
MEMORY_BYTES = 768 * 1024 * 1024
MEMORY_PER_PIXEL = 8
MOST_PIXELS = 400_000_000

ENDED_BY_OTHERS = frozenset({-signal.SIGKILL, -signal.SIGTERM})

PROGRAM = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]);"
    "from edc_retinopathy.previews.child.main import main; main(sys.argv[2])"
)
# Where a platform's libraries are found; nothing else of the server's environment, which may hold
# secrets, and no threads: what they cost counts as memory.
PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LANG", "TZ")
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def ask_child(
    stream: storage.StoredStream | IO[bytes],
    *,
    content_type: str,
    checksum: str,
    frame: int = 1,
    outputs: dict[str, IO[bytes]] | None = None,
    is_to_be_measured: bool = False,
) -> Answer:
    """Let a child decode the file and write the outputs; the answer says what came of it.

    Or let it measure a picture that was drawn before; ``checksum`` is then that of its source.

    Blocks for at most some seconds. A child that crashes or is killed is the file's fault.
    """
    max_pixels = conf.max_pixels()
    fds = {size: file.fileno() for size, file in (outputs or {}).items()}
    task = Task(
        content_type=content_type,
        checksum=checksum,
        frame=frame,
        outputs=fds,
        is_to_be_measured=is_to_be_measured,
        max_pixels=max_pixels,
        memory_bytes=MEMORY_BYTES + MEMORY_PER_PIXEL * min(max_pixels or MOST_PIXELS, MOST_PIXELS),
        seconds=SECONDS,
    )
    try:
        slots = [f"slot-{number}" for number in range(MOST_AT_ONCE)]
        with lock(*slots, seconds=WAIT_SECONDS), _readable(stream) as file:
            return _answer(task, file, fds.values())
    except NotHad:
        return Answer(reason=Reason.BUSY)


def _answer(task: Task, file: IO[bytes], fds: Collection[int]) -> Answer:
    said, status = _run(task, file, fds)
    if status in ENDED_BY_OTHERS:
        # By whoever stops the server, or by the kernel, which is short of memory: once more.
        file.seek(0)
        for fd in fds:
            os.ftruncate(fd, 0)
            os.lseek(fd, 0, os.SEEK_SET)
        said, status = _run(task, file, fds)
    return _read(said, status, task)


def _run(task: Task, file: IO[bytes], fds: Collection[int]) -> tuple[bytes, int | None]:
    """What the child said, and its status: negative for a signal, None if it took too long."""
    command = [_interpreter(), "-I", "-c", PROGRAM, json.dumps(_search_path()), task.dumps()]
    with subprocess.Popen(  # noqa: S603 - our own program, by our own interpreter
        command,
        stdin=file,
        stdout=subprocess.PIPE,
        # Libraries write what they read, which may name a person.
        stderr=subprocess.DEVNULL,
        pass_fds=tuple(fds),
        env={name: os.environ[name] for name in PASSED_ON if name in os.environ} | ONE_THREAD,
        start_new_session=True,
    ) as child:
        try:
            said, _ = child.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            return b"", None
        finally:
            child.kill()
    return said, child.returncode


def _read(said: bytes, status: int | None, task: Task) -> Answer:
    if status == 0:
        try:
            answer = Answer.loads(said)
        except (ValueError, TypeError):
            answer = Answer(reason=Reason.UNAVAILABLE, place="what the child answered")
    else:
        # Too slow, or a signal: for its time or memory, or by what it read. Else it did not start.
        is_killed = status is None or status < 0
        reason = Reason.TOO_COSTLY if is_killed else Reason.UNAVAILABLE
        answer = Answer(reason=reason, place=f"status {status}")
    if answer.place:
        level = logging.ERROR if answer.reason == Reason.UNAVAILABLE else logging.WARNING
        logger.log(level, "The file %s cannot be decoded: %s.", task.checksum, answer.place)
    return answer


@contextmanager
def _readable(stream: storage.StoredStream | IO[bytes]) -> Iterator[IO[bytes]]:
    """The file as something that a child can be given."""
    try:
        stream.fileno()
    except io.UnsupportedOperation:
        # It comes over a network.
        with tempfile.TemporaryFile() as copy:
            copyfileobj(stream, copy)
            copy.seek(0)
            yield copy
    else:
        yield stream


def _interpreter() -> str:
    """Python itself, also where another program embeds it."""
    if Path(sys.executable or "").name.startswith("python"):
        return sys.executable
    return str(Path(sys.prefix) / "bin" / "python3")


def _search_path() -> list[str]:
    """So that the child finds what this process has, wherever that is installed."""
    root = Path(__file__).parents[2]
    return [str(root), *(path for path in sys.path if path)]
