"""``python -m benchmarks.quality``: how often hints from pixels are right.

On the one photograph and what is made of it (``tests/previews/made_pictures.py``), and on other
pictures given as arguments: files, or directories of them.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from demo.startup import set_up

set_up()

from edc_retinopathy import conf  # noqa: E402 - Django is set up first
from edc_retinopathy.previews.judging import judge  # noqa: E402
from edc_retinopathy.previews.quality import Measures, measure  # noqa: E402
from tests.previews.made_pictures import BAD, GOOD, NOTHING, Case  # noqa: E402

SHORT = {
    "sharpness": "sharp",
    "contrast": "contr",
    "noise": "noise",
    "unseen_share": "unseen",
    "dark_share": "dark",
    "bright_share": "bright",
    "white_share": "white",
    "retina_share": "retina",
    "inside_share": "inside",
}
TIMED = 15


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pictures", nargs="*", type=Path, help="files, or directories of them")
    arguments = parser.parse_args()
    thresholds = conf.quality_thresholds()
    say(f"Thresholds: {thresholds}")
    groups = (("Good", GOOD), ("Bad", BAD), ("Nothing", NOTHING))
    results = [result for title, cases in groups for result in _table(title, cases)]
    _say_rates(results)
    if arguments.pictures:
        list(_table("Others", _others(arguments.pictures)))
    _say_costs()


def say(text: str) -> None:
    """To standard output."""
    sys.stdout.write(f"{text}\n")


def _table(title: str, cases: Iterable[Case]) -> Iterator[tuple[Case, set[str]]]:
    say(f"\n{title:38}" + "".join(f"{short:>8}" for short in SHORT.values()) + "  found")
    for case in cases:
        measures = measure(case.pixels)
        found = {str(f.code) for f in judge(measures, conf.quality_thresholds())}
        wrong = "" if case.expected is None or found == set(case.expected) else "   WRONG"
        numbers = "".join(_number(measures, name) for name in SHORT)
        say(f"{case.name[:37]:38}{numbers}  {' '.join(sorted(found)) or '-'}{wrong}")
        yield case, found


def _number(measures: Measures, name: str) -> str:
    number = getattr(measures, name)
    return f"{'-':>8}" if number is None else f"{number:8.3f}"


def _say_rates(results: list[tuple[Case, set[str]]]) -> None:
    say(f"\n{'Code':20}{'right':>8}{'missed':>8}{'false':>8}{'of good':>9}")
    judged = [(set(case.expected), found) for case, found in results if case.expected is not None]
    for code in ("maybe_blurred", "maybe_dark", "maybe_overexposed", "no_retina_seen"):
        right = sum(code in expected and code in found for expected, found in judged)
        missed = sum(code in expected and code not in found for expected, found in judged)
        false = sum(code not in expected and code in found for expected, found in judged)
        without = sum(code not in expected for expected, _ in judged)
        say(f"{code:20}{right:8}{missed:8}{false:8}{without:9}")


def _others(paths: Iterable[Path]) -> Iterator[Case]:
    for path in sorted(
        p for given in paths for p in (given.rglob("*") if given.is_dir() else [given])
    ):
        try:
            with Image.open(path) as image:
                picture = image.convert("RGB")
        except (UnidentifiedImageError, OSError):
            continue
        yield Case(path.name, lambda picture=picture: picture, None)


def _say_costs() -> None:
    say("\nCPU time of one picture, the median:")
    case = GOOD[0]
    for side in (640, 1600, 3464):
        picture = np.asarray(case.make().resize((side, side)))
        spent = []
        for _ in range(TIMED):
            begun = time.process_time()
            measure(picture)
            spent.append(time.process_time() - begun)
        say(f"{side:6} x {side}: {statistics.median(spent) * 1000:6.0f} ms")


if __name__ == "__main__":
    main()
