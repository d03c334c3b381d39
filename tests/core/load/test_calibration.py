"""What the generator proved about itself."""

from dataclasses import replace

import pytest
from tests.core.load.tallies import CALIBRATED

from truemirror.core.load.calibration import (
    Canary,
    Step,
    complaints,
    highest_rate,
    holds,
    null_mean_at,
    rate_allowed,
)

_STEPS = (
    Step(1000, 1.0, 1.2, 0.4),
    Step(250, 1.0, 0.8, 0.3),
    Step(2000, 0.995, 4.0, 1.0),
    Step(4000, 0.9, 40.0, 60.0),
)


def test_r_max_is_the_highest_rate_below_which_all_held() -> None:
    """A step that held above one that did not is luck."""
    assert highest_rate(_STEPS, 46) == 2000
    assert highest_rate((*_STEPS, Step(8000, 1.0, 1.0, 0.1)), 46) == 2000
    assert highest_rate((), 46) == 0


@pytest.mark.parametrize(
    "worse", [{"made": 0.98}, {"lag_p99_ms": 5.1}, {"null_mean_ms": 2.4}, {"lag_p99_ms": float("nan")}]
)
def test_a_step_holds_only_with_all_three(worse: dict[str, float]) -> None:
    """Made, on time, and next to nothing of the limit."""
    assert holds(_STEPS[0], 46)
    assert not holds(replace(_STEPS[0], **worse), 46)


def test_the_null_mean_is_that_of_the_next_step_above() -> None:
    """Never that of an easier one."""
    assert null_mean_at(_STEPS, 300) == 0.4
    assert null_mean_at(_STEPS, 250) == 0.3
    assert null_mean_at(_STEPS, 9000) == 60.0
    assert null_mean_at((), 10) == 0


def test_a_run_may_have_half_of_it() -> None:
    """Unless it is forced."""
    assert rate_allowed(CALIBRATED) == 500


def test_a_generator_that_did_well_has_no_complaints() -> None:
    """Whatever the canary did within a tenth."""
    assert complaints(CALIBRATED, Canary(100, 109), 500) == ()


def test_each_complaint_is_told() -> None:
    """A misread delay, too high a rate, another machine, no calibration."""
    assert "not calibrated" in complaints(None, None, 1)[0]
    slow = replace(CALIBRATED, delay_read_ms=65.0)
    assert complaints(slow, None, 10)[0].startswith("a known delay of 23 ms was read as 65.00 ms")
    assert "more than this generator can make" in complaints(CALIBRATED, None, 1001)[0]
    assert "+20% time" in complaints(CALIBRATED, Canary(100, 120), 10)[0]
    assert "-20% time" in complaints(CALIBRATED, Canary(100, 80), 10)[0]
    assert complaints(replace(CALIBRATED, delay_read_ms=float("nan")), None, 10)


def test_a_canary_that_took_no_time_did_not_change() -> None:
    """Nothing is divided by zero."""
    assert Canary(0, 5).change == 0
