"""How often the verdict is right, at known true means of a simulated busy service.

Everything is seeded. A few runs here; the nightly profile computes the tables of docs/load-verdict.md anew.
"""

import math

import pytest
from tests.core.load.operating import LIMIT, SERVICE_MS, at_the_limit, bounds_alone, computed, kept, made, whole_rule
from tests.core.load.queue_runs import true_mean

_FOUND_BEFORE = {
    0.80: (1.00, 0.0, 0.0),
    0.90: (0.98, 0.0, 0.29),
    0.95: (0.46, 0.0, 0.78),
    1.00: (0.05, 0.0, 0.96),
    1.05: (0.003, 0.20, 0.98),
    1.10: (0.0, 0.80, 0.81),
    1.20: (0.0, 0.998, 0.28),
}
"""PASS, FAIL and second looks of the bounds, by part of the limit, from another simulation of the same queue."""


@pytest.mark.parametrize("part", [0.8, 1.0, 1.2])
def test_the_verdict_is_right_far_from_the_limit_and_silent_at_it(part: float) -> None:
    """40 runs of each, judged whole."""
    found = whole_rule(part, made(part, 40))
    if part < 1:
        assert found.passed >= 0.9
        assert found.failed == 0
    elif part > 1:
        assert found.failed >= 0.8
        assert found.passed == 0
    else:
        assert found.passed <= 0.1
        assert found.failed <= 0.05
        assert found.undecided >= 0.85


@pytest.mark.parametrize("part", SERVICE_MS)
def test_the_bounds_of_batches_decide_as_often_as_was_found_before(part: float) -> None:
    """Within the chance of two simulations, and 0.3 % of error in each true mean."""
    found = bounds_alone(part, made(part, 200))
    for share, before in zip((found.passed, found.failed, found.second_look), _FOUND_BEFORE[part], strict=True):
        assert share == pytest.approx(before, abs=0.03 + 3 * math.sqrt(before * (1 - before) * 2 / 200))


def test_simple_rules_are_wrong_far_more_often() -> None:
    """At a mean that is the limit, an estimate is always wrong and an ordinary interval in six of ten runs."""
    found = {(one.rule, one.seconds): one for one in at_the_limit(200)}
    for seconds in (60, 180):
        alone = found["the estimate alone", seconds]
        assert alone.false_pass + alone.false_fail == 1
        ordinary = found["interval for independent requests, 95 %", seconds]
        ours = found["20 batches, t, 99 %", seconds]
        assert ordinary.false_pass + ordinary.false_fail > 0.5
        assert ours.false_pass + ours.false_fail < 0.1


@pytest.mark.nightly
def test_the_tables_are_as_the_page_shows_them() -> None:
    """Computed anew, with room for another numpy's random numbers: `python -m tests.core.load.operating`."""
    now, shown = computed(400, 600), kept()
    for one, other in zip((*now.whole, *now.bounds), (*shown.whole, *shown.bounds), strict=True):
        assert (one.part, one.runs) == (other.part, other.runs)
        assert [one.passed, one.failed, one.undecided] == pytest.approx(
            [other.passed, other.failed, other.undecided], abs=0.12
        )
    for simple, before in zip(now.simple, shown.simple, strict=True):
        assert [simple.false_pass, simple.false_fail] == pytest.approx([before.false_pass, before.false_fail], abs=0.12)


@pytest.mark.nightly
@pytest.mark.parametrize("part", SERVICE_MS)
def test_the_service_has_the_mean_that_was_solved_for(part: float) -> None:
    """Within 1 % of the limit."""
    assert true_mean(SERVICE_MS[part], seed=2) == pytest.approx(part * LIMIT, abs=0.01 * LIMIT)


def test_the_page_shows_tables_in_which_no_word_is_missing() -> None:
    """The stored tables are whole."""
    shown = kept()
    assert [one.part for one in shown.whole] == list(SERVICE_MS)
    for one in (*shown.whole, *shown.bounds):
        assert one.passed + one.failed + one.undecided == pytest.approx(1)
