"""What commands that go through stored files share: which ones, in which order, how far."""

import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from tqdm import tqdm

from edc_retinopathy.models import SessionFile

BATCH = 200


def add_options_of_files(parser: ArgumentParser) -> None:
    """``--since`` and ``--session``."""
    parser.add_argument("--since", type=moment, help="only files received since then")
    parser.add_argument("--session", type=UUID, help="only the files of this camera session")


def chosen_files(options: dict[str, Any]) -> QuerySet[SessionFile]:
    """The files that the options name, in the order of their keys."""
    files = SessionFile.objects.order_by("pk")
    if options["since"]:
        files = files.filter(received_datetime__gte=options["since"])
    if options["session"]:
        files = files.filter(camera_session_id=options["session"])
    return files


def keys_of(files: QuerySet[SessionFile]) -> Iterator[UUID]:
    """The keys of the files, batch by batch behind the last one."""
    keys = files.values_list("pk", flat=True)
    batch = list(keys[:BATCH])
    while batch:
        yield from batch
        batch = list(keys.filter(pk__gt=batch[-1])[:BATCH])


def progress_bar(what: str, total: int) -> "tqdm[Any]":
    """A bar for people only, not in a log."""
    return tqdm(total=total, desc=what, unit="file", file=sys.stderr, disable=None)


def moment(text: str) -> datetime:
    """The moment that an argument names, in the current time zone where it has none."""
    try:
        named = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(
            "expected a date (2026-11-23) or a date and time (ISO 8601)"
        ) from None
    return named if timezone.is_aware(named) else timezone.make_aware(named)
