"""What a session is by now, of the facts alone; no database is asked."""

from datetime import UTC, datetime, timedelta
from itertools import chain, combinations, product
from typing import Any

import pytest

from edc_retinopathy.choices import Eligibility, Eye, FileType, ReportType
from edc_retinopathy.sessions.state import SessionState, Standing, Tone, is_past

CLEARED = ("No",) * 5
EYES = (Eye.LEFT, Eye.RIGHT)
REPORTS = {
    ReportType.COMBINED: (FileType.REPORT,),
    ReportType.PER_EYE: (FileType.LEFT_REPORT, FileType.RIGHT_REPORT),
}
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def state(**facts: Any) -> SessionState:
    """A combined session that is cleared and has no files, but for what is given."""
    return SessionState(**{"report_type": ReportType.COMBINED, "answers": CLEARED, **facts})


def complete(**facts: Any) -> SessionState:
    """A combined session that has everything."""
    uploaded = (FileType.LEFT, FileType.RIGHT_DICOM, FileType.REPORT)
    return state(uploaded=uploaded, shown=EYES, **facts)


def subsets[T](items: tuple[T, ...]) -> list[tuple[T, ...]]:
    """Every choice of some of the items."""
    sizes = range(len(items) + 1)
    return list(chain.from_iterable(combinations(items, size) for size in sizes))


@pytest.mark.parametrize("report_type", list(ReportType))
def test_missing_is_what_is_expected_and_not_here(report_type: ReportType) -> None:
    for uploaded, shown in product(subsets(tuple(FileType)), subsets(EYES)):
        found = state(report_type=report_type, uploaded=uploaded, shown=shown)
        eyes = [eye.value for eye in EYES if eye not in shown]
        reports = [report.value for report in REPORTS[report_type] if report not in uploaded]
        assert [needed.file_type.value for needed in found.missing] == eyes + reports
        assert found.is_complete == (not eyes + reports)


def test_eligibility_is_that_of_the_answers() -> None:
    for answers in product(("Yes", "No", "N/A", "not_evaluated", ""), repeat=3):
        found = state(answers=(*answers, "No", "No"))
        if "Yes" in answers:
            expected: Any = (True, Eligibility.CONTRAINDICATED)
        elif {"not_evaluated", ""} & set(answers):
            expected = (None, Eligibility.UNANSWERED)
        else:
            expected = (False, Eligibility.ELIGIBLE)
        assert (found.contraindicated, found.eligibility) == expected


@pytest.mark.parametrize("is_complete", [True, False])
@pytest.mark.parametrize("answer", ["Yes", "No", ""])
@pytest.mark.parametrize("is_expired", [True, False])
@pytest.mark.parametrize("is_withdrawn", [True, False])
def test_every_combination(
    *, is_complete: bool, answer: str, is_expired: bool, is_withdrawn: bool
) -> None:
    make = complete if is_complete else state
    answers = (answer, *CLEARED[1:])
    found = make(answers=answers, is_expired=is_expired, is_withdrawn=is_withdrawn)
    is_blocked = is_withdrawn or answer == "Yes"
    assert found.accepts_uploads != is_blocked
    assert found.is_open == (not (is_blocked or is_complete or is_expired))
    assert found.can_be_reopened == (is_expired and not is_blocked)
    assert found.can_be_withdrawn == (not is_withdrawn and not is_complete)
    standing = (
        (is_withdrawn and Standing.WITHDRAWN)
        or (is_complete and Standing.COMPLETE)
        or (answer == "Yes" and Standing.CONTRAINDICATED)
        or (is_expired and Standing.EXPIRED)
        or Standing.OPEN
    )
    assert found.standing is standing
    assert found.label == standing.label
    assert (found.standing is Standing.OPEN) == found.is_open


@pytest.mark.parametrize("allowed", [timedelta(0), timedelta(minutes=1), timedelta(days=36500)])
def test_a_session_has_expired_at_the_moment_when_the_time_is_over(allowed: timedelta) -> None:
    latest, moment = NOW - allowed, timedelta(microseconds=1)
    assert is_past(latest, expires_after=allowed, now=NOW)
    assert is_past(latest - moment, expires_after=allowed, now=NOW)
    assert not is_past(latest + moment, expires_after=allowed, now=NOW)


def test_it_never_expires_where_no_time_is_set() -> None:
    assert not is_past(datetime(2000, 1, 1, tzinfo=UTC), expires_after=None, now=NOW)


def test_the_advice_for_an_open_one_names_what_is_missing() -> None:
    found = state(uploaded=(FileType.LEFT,), shown=(Eye.LEFT,))
    assert found.advice == "The camera can send. Still missing: Right eye, Report."
    assert found.tone is Tone.PLAIN


@pytest.mark.parametrize(
    ("facts", "word"),
    [
        ({"answers": ("Yes",)}, "screening"),
        ({"is_expired": True}, "Reopen"),
        ({"is_withdrawn": True}, "another session"),
    ],
)
def test_the_advice_says_what_to_do(facts: dict[str, Any], word: str) -> None:
    assert word in state(**facts).advice


@pytest.mark.parametrize(
    ("found", "label", "tone"),
    [
        (complete(), "Complete", Tone.GOOD),
        (complete(problems=1), "Complete, 1 problem", Tone.DOUBTFUL),
        (complete(problems=2), "Complete, 2 problems", Tone.DOUBTFUL),
        (state(problems=1), "Open, 1 problem", Tone.PLAIN),
        (state(problems=1, is_expired=True), "Expired, 1 problem", Tone.DOUBTFUL),
        (state(problems=1, is_withdrawn=True), "Withdrawn", Tone.BAD),
    ],
)
def test_problems_are_told_beside_the_word(found: SessionState, label: str, tone: Tone) -> None:
    assert (found.label, found.tone) == (label, tone)
    assert found.problems != 0 or "found" not in found.advice


def test_the_advice_for_a_complete_one_with_problems_is_to_look_at_them() -> None:
    assert "Look at what was found" in complete(problems=1).advice
