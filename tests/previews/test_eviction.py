"""The cache stays below its bound: what was looked at longest ago goes."""

import os
import time
from pathlib import Path

import pytest
from pytest_django import Settings

from edc_retinopathy import conf
from edc_retinopathy.previews import Size
from edc_retinopathy.previews.eviction import make_room, note_written
from edc_retinopathy.previews.places import RENDERER_VERSION, lock
from edc_retinopathy.previews.shelf import Known, Shelf

MIB = 1024 * 1024


@pytest.fixture(autouse=True)
def bound(settings: Settings) -> int:
    """A small bound, in bytes."""
    settings.EDC_RETINOPATHY_PREVIEW_CACHE_MB = 1
    return MIB


def picture(name: str, *, hours_ago: float, size: int = 100_000, version: str = "") -> Path:
    """A picture in the cache that was looked at so long ago."""
    directory = conf.preview_dir() / (version or f"v{RENDERER_VERSION}") / name[:2] / name
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / "1-screen.jpg"
    path.write_bytes(bytes(size))
    moment = time.time() - hours_ago * 3600
    os.utime(path, (moment, moment))
    return path


def test_the_oldest_go(bound: int) -> None:
    paths = [picture(f"{number:064}", hours_ago=20 - number) for number in range(12)]
    make_room(bound)
    assert [path.exists() for path in paths] == [False] * 3 + [True] * 9
    assert not paths[0].parent.exists()


def test_below_the_bound_all_stay(bound: int) -> None:
    paths = [picture(f"{number:064}", hours_ago=1000) for number in range(9)]
    make_room(bound)
    assert all(path.exists() for path in paths)


def test_those_of_an_earlier_renderer_count_too(bound: int) -> None:
    old = picture("0" * 64, hours_ago=9, size=MIB, version="v0")
    new = picture("1" * 64, hours_ago=1)
    make_room(bound)
    assert (old.exists(), new.exists()) == (False, True)


def test_what_a_killed_process_left_goes(bound: int) -> None:
    path = picture("0" * 64, hours_ago=2)
    left = path.rename(path.with_name(".left.part"))
    fresh = picture("1" * 64, hours_ago=0)
    being_written = fresh.rename(fresh.with_name(".fresh.part"))
    make_room(bound)
    assert (left.exists(), being_written.exists()) == (False, True)


def test_it_is_measured_when_enough_was_written(bound: int) -> None:
    paths = [picture(f"{number:064}", hours_ago=20 - number) for number in range(12)]
    note_written(10_000)
    assert all(path.exists() for path in paths)
    note_written(bound // 20)
    assert not paths[0].exists()
    # And not again until as much is written.
    late = [picture(f"{number:064}", hours_ago=30 - number) for number in range(20, 24)]
    note_written(10_000)
    assert all(path.exists() for path in late)


def test_one_process_does_it(bound: int) -> None:
    paths = [picture(f"{number:064}", hours_ago=20 - number) for number in range(12)]
    with lock("evict", seconds=0):
        make_room(bound)
    assert all(path.exists() for path in paths)


def test_what_is_looked_at_stays(bound: int) -> None:
    paths = [picture(f"{number:064}", hours_ago=20 - number) for number in range(12)]
    Shelf(f"{0:064}", rules="").touch(Size.SCREEN, 1)
    make_room(bound)
    assert paths[0].exists()
    assert not paths[1].exists()


def test_nothing_is_known_where_another_wrote_nonsense() -> None:
    shelf = Shelf("0" * 64, rules="")
    shelf.keep_known(1, Known(sizes={"screen": [1, 1]}))
    assert shelf.known(1) is not None
    path = conf.preview_dir() / f"v{RENDERER_VERSION}" / "00" / ("0" * 64) / "1.json"
    for nonsense in (b"", b"[]", b"{", b'{"a": 1}', b'{"reason": "what"}'):
        path.write_bytes(nonsense)
        assert shelf.known(1) is None
