"""One thing that goes wrong at one step of the walk of an upload.

The app has no hooks for this: the system calls and database calls that it makes are wrapped. A
fault holds for one thread, so that of a server's requests only the chosen one meets it.
"""

import errno
import os
import signal
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NoReturn
from unittest.mock import patch

import django.db
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

RECORD_TABLE = "edc_retinopathy_sessionfile"


class Point(StrEnum):
    """Where: a step of the walk."""

    OPEN = "open"
    WRITE = "write"
    FLUSH_FILE = "flush_file"
    MAKE_DIRECTORY = "make_directory"
    LINK = "link"
    RENAME = "rename"
    UNLINK = "unlink"
    FLUSH_DIRECTORY = "flush_directory"
    QUERY = "query"
    INSERT = "insert"
    COMMIT = "commit"
    ANSWER = "answer"


class When(StrEnum):
    """On which side of the call."""

    BEFORE = "before"
    AFTER = "after"


class Action(StrEnum):
    """What: the process dies, the disk fails, or the database goes away."""

    KILL = "kill"
    # As if killed, without ending the process: nothing reaches the disk or the database any more.
    DIE = "die"
    NO_SPACE = "ENOSPC"
    INPUT_OUTPUT = "EIO"
    # This error, and everything on the disk fails from then on.
    DISK_GONE = "disk_gone"
    DATABASE_LOST = "database_lost"
    # For real, by the server's administrator.
    DISCONNECT = "disconnect"


class Dead(BaseException):
    """The process would not have lived to run what follows."""


@dataclass(frozen=True)
class Fault:
    """What happens at the n-th time that a point is met; written ``point:when:action:nth``."""

    point: Point
    when: When
    action: Action
    nth: int = 1

    @classmethod
    def parse(cls, text: str) -> "Fault":
        """The fault that ``str`` of one wrote."""
        point, when, action, nth = text.split(":")
        return cls(Point(point), When(when), Action(action), int(nth))

    def __str__(self) -> str:
        return f"{self.point}:{self.when}:{self.action}:{self.nth}"


@dataclass
class Plan:
    """A fault on its way: it counts the calls until its turn has come."""

    fault: Fault
    count: int = 0
    has_struck: bool = False
    is_dead: bool = field(default=False)

    def meet(self, point: Point, when: When) -> None:
        """Raise what a call at this point now raises, if anything."""
        if self.is_dead:
            raise Dead
        if self.has_struck:
            if self.fault.action is Action.DISK_GONE and point in DISK_POINTS:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            return
        if (point, when) == (self.fault.point, self.fault.when):
            self.count += 1
            if self.count == self.fault.nth:
                self.has_struck = True
                STRIKES[self.fault.action](self)


DISK_POINTS = frozenset(
    {
        Point.OPEN,
        Point.WRITE,
        Point.FLUSH_FILE,
        Point.MAKE_DIRECTORY,
        Point.LINK,
        Point.RENAME,
        Point.UNLINK,
        Point.FLUSH_DIRECTORY,
    }
)


def _kill(plan: Plan) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _die(plan: Plan) -> NoReturn:
    plan.is_dead = True
    # What the server does when a client's process ends: it rolls back.
    raw = django.db.connection.connection
    if raw is not None:
        # PyMySQL's own close would say goodbye, and refuse to be called again by Django.
        getattr(raw, "_force_close", raw.close)()
    raise Dead


def _no_space(plan: Plan) -> NoReturn:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _input_output(plan: Plan) -> NoReturn:
    raise OSError(errno.EIO, os.strerror(errno.EIO))


def _database_lost(plan: Plan) -> NoReturn:
    raise django.db.OperationalError("The connection to the database was lost.")


def _disconnect(plan: Plan) -> None:
    connection = django.db.connection
    # What the driver knows: a query would begin a transaction.
    if connection.vendor == "postgresql":
        end, number = "SELECT pg_terminate_backend(%s)", connection.connection.info.backend_pid
    else:
        end, number = "KILL %s", connection.connection.thread_id()
    administrator = connection.copy()
    try:
        with administrator.cursor() as cursor:
            cursor.execute(end, [number])
    finally:
        administrator.close()


STRIKES: dict[Action, Callable[[Plan], None]] = {
    Action.KILL: _kill,
    Action.DIE: _die,
    Action.NO_SPACE: _no_space,
    Action.INPUT_OUTPUT: _input_output,
    Action.DISK_GONE: _input_output,
    Action.DATABASE_LOST: _database_lost,
    Action.DISCONNECT: _disconnect,
}

_of_thread = threading.local()


@contextmanager
def planned(fault: Fault | None) -> Iterator[Plan | None]:
    """Let this thread meet the fault; the calls must be :func:`wrapped`."""
    _of_thread.plan = plan = Plan(fault) if fault else None
    try:
        yield plan
    finally:
        _of_thread.plan = None


@contextmanager
def injected(fault: Fault) -> Iterator[Plan]:
    """:func:`wrapped` and :func:`planned` at once, for a request in this process."""
    with wrapped(), planned(fault) as plan:
        assert plan is not None
        yield plan


def meet(point: Point, when: When) -> None:
    """Come to a point that no call marks."""
    if (plan := getattr(_of_thread, "plan", None)) is not None:
        plan.meet(point, when)


@contextmanager
def wrapped() -> Iterator[None]:
    """Watch the calls that an upload makes, while the block runs."""
    with ExitStack() as patches:
        for name, point_of in SYSTEM_CALLS.items():
            if original := getattr(os, name, None):
                patches.enter_context(patch.object(os, name, _watched(original, point_of)))
        for owner, name, point_of in (
            (CursorWrapper, "execute", _query),
            (BaseDatabaseWrapper, "commit", lambda *_: Point.COMMIT),
        ):
            watched = _watched(getattr(owner, name), point_of)
            patches.enter_context(patch.object(owner, name, watched))
        yield


def _watched(
    original: Callable[..., Any], point_of: Callable[..., Point | None]
) -> Callable[..., Any]:
    def call(*arguments: Any, **options: Any) -> Any:
        if getattr(_of_thread, "plan", None) is None or (point := point_of(*arguments)) is None:
            return original(*arguments, **options)
        meet(point, When.BEFORE)
        result = original(*arguments, **options)
        meet(point, When.AFTER)
        return result

    return call


def _open(path: Any, flags: int = 0, *_: Any) -> Point | None:
    return Point.OPEN if flags & os.O_CREAT else None


def _write(fd: int, *_: Any) -> Point | None:
    return Point.WRITE if stat.S_ISREG(os.fstat(fd).st_mode) else None


def _flush(fd: int) -> Point:
    return Point.FLUSH_DIRECTORY if stat.S_ISDIR(os.fstat(fd).st_mode) else Point.FLUSH_FILE


def _query(cursor: Any, sql: Any, *_: Any) -> Point:
    words = str(sql).replace('"', "").replace("`", "").split(maxsplit=3)
    return Point.INSERT if words[:3] == ["INSERT", "INTO", RECORD_TABLE] else Point.QUERY


SYSTEM_CALLS: dict[str, Callable[..., Point | None]] = {
    "open": _open,
    "write": _write,
    "fsync": _flush,
    "fdatasync": _flush,
    "mkdir": lambda *_: Point.MAKE_DIRECTORY,
    "link": lambda *_: Point.LINK,
    "rename": lambda *_: Point.RENAME,
    "unlink": lambda *_: Point.UNLINK,
}
