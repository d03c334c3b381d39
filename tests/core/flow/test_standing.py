"""Tries make a standing, runs make a history; nothing of the system under test is ever tried away."""

from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.flow.standing import Past, Standing, may_try_again, past_of, records, shortened, standing_of
from truemirror.core.flow.trace import Outcome, Try

PASSED, FAILED, BROKE = Outcome.PASSED, Outcome.FAILED, Outcome.INFRASTRUCTURE


def tries(*outcomes: Outcome) -> tuple[Try, ...]:
    """Tries that ended so."""
    return tuple(Try(number, outcome) for number, outcome in enumerate(outcomes, start=1))


def test_a_failure_is_never_tried_again() -> None:
    """It told something about the system."""
    assert not may_try_again(tries(FAILED), 5)
    assert not may_try_again(tries(BROKE, FAILED), 5)
    assert not may_try_again(tries(PASSED), 5)


def test_broken_infrastructure_is_tried_again_so_often() -> None:
    """Two retries are three tries."""
    assert may_try_again(tries(BROKE), 2)
    assert may_try_again(tries(BROKE, BROKE), 2)
    assert not may_try_again(tries(BROKE, BROKE, BROKE), 2)
    assert not may_try_again(tries(BROKE), 0)


def test_the_last_try_says_how_a_test_stands() -> None:
    """Passed at another try is flaky; all broken is unknown, never passed."""
    assert standing_of(tries(PASSED)) is Standing.PASSED
    assert standing_of(tries(BROKE, PASSED)) is Standing.FLAKY
    assert standing_of(tries(BROKE, FAILED)) is Standing.FAILED
    assert standing_of(tries(BROKE, BROKE)) is Standing.UNKNOWN
    assert standing_of(()) is Standing.UNKNOWN


@given(st.lists(st.sampled_from(Outcome), max_size=6))
def test_only_a_test_that_passed_at_its_only_try_has_passed(outcomes: list[Outcome]) -> None:
    """Whatever happened."""
    assert (standing_of(tries(*outcomes)) is Standing.PASSED) is (outcomes == [PASSED])


def past(test: str, standing: Standing = Standing.PASSED, target: str = "mirror", **more: object) -> Past:
    """One line of a history."""
    return Past(test, target, standing, "2026-11-24T12:00:00+00:00", **more)  # type: ignore[arg-type]


def test_a_line_of_the_history_comes_back_as_it_was() -> None:
    """And what says nothing is left out."""
    one = past("a", Standing.FLAKY, tries=2, seconds=1.5, violations=3, quarantined=True, message="m", page="p")
    assert past_of(one.document()) == one
    assert past("a").document() == {"test": "a", "target": "mirror", "standing": "passed", "at": one.at, "tries": 1}


def test_a_line_that_makes_no_sense_is_none() -> None:
    """Somebody edited the file."""
    assert past_of({"test": "a"}) is None
    assert past_of({**past("a").document(), "standing": "great"}) is None
    assert past_of({**past("a").document(), "tries": "many"}) is None


def test_the_history_keeps_the_last_runs_of_each_test_and_target() -> None:
    """Oldest go first, and the order stays."""
    history = [past("a", message=str(number)) for number in range(4)] + [past("a", target="live"), past("b")]
    kept = shortened(history, 2)
    assert [(one.test, one.target, one.message) for one in kept] == [
        ("a", "mirror", "2"),
        ("a", "mirror", "3"),
        ("a", "live", ""),
        ("b", "mirror", ""),
    ]


def test_a_record_counts_runs_flakes_and_failures() -> None:
    """Of each test."""
    history = [past("a", Standing.FLAKY), past("a", Standing.FAILED), past("a"), past("b")]
    found = records(history)["a"]
    assert (found.runs, found.flaky, found.failed, found.last.standing) == (3, 1, 1, Standing.PASSED)
    assert round(found.flaky_share, 2) == 0.33
