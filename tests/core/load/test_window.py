"""Which seconds are judged."""

from dataclasses import replace

import pytest
from tests.core.load.tallies import profile, steady, tally

from truemirror.core.load.profile import Judging, Selection, Stage
from truemirror.core.load.selected import seconds_of
from truemirror.core.load.window import Window, look_ends, seconds_needed, settled, steadiness, warm_up_of, window_at


def test_looks_are_counted_from_the_end_of_the_warm_up() -> None:
    """Ten seconds, or the ramp where that is longer."""
    assert look_ends(profile()) == (70, 190)
    assert warm_up_of(profile(stages=(Stage(25, 50),))) == 25
    assert seconds_needed(profile(stages=(Stage(25, 50),))) == 205
    assert seconds_needed(replace(profile(), judging=Judging(warm_up=2.5, looks=(30,)))) == 33


@pytest.mark.parametrize(
    ("seconds", "window"),
    [
        (0, Window(10, 0, 0, 0)),
        (4.9, Window(10, 4, 4, 0)),
        (69.9, Window(10, 10, 69, 0)),
        (70, Window(10, 10, 70, 1)),
        (189.9, Window(10, 10, 70, 1)),
        (500, Window(10, 10, 190, 2)),
    ],
)
def test_the_window_ends_with_the_last_look_that_is_over(seconds: float, window: Window) -> None:
    """Before the first it is what there is."""
    assert window_at(profile(), seconds) == window


def _settled(means: list[float], tightest_ms: float = 46.0) -> Window:
    """The first look of a run whose seconds have these means."""
    run = seconds_of(tally([[mean] * 50 for mean in means]), Selection(), 0, len(means))
    return settled(Window(10, 10, 70, 1), run, Judging(), tightest_ms)


def test_seconds_that_had_not_settled_come_off_the_window() -> None:
    """Or all of it when more than half had not."""
    found = _settled([400.0] * 20 + [40.0] * 50)
    assert (found.begin, found.settled) == (20, True)
    assert not _settled([20.0 * at for at in range(70)]).settled


def test_what_is_restless_far_below_its_limit_is_settled() -> None:
    """From 0.1 to 0.8 ms is nothing to a limit of 46, and much to one of 1."""
    restless = [0.1 + 0.01 * at for at in range(70)]
    assert _settled(restless).settled
    assert not _settled(restless, tightest_ms=1.0).settled


def test_how_steady_a_window_was_is_told() -> None:
    """As far as it has batches."""
    run = seconds_of(tally(steady(70, 30.0)), Selection(), 10, 70)
    found = steadiness(Window(10, 10, 70, 1), run, Judging())
    assert (found.warmup_s, found.batches) == (10, 20)
    assert found.first_half_ms == pytest.approx(30, abs=1)
    few = steadiness(Window(10, 10, 20, 0), run.since(50), Judging())
    assert (few.drift_p, few.lag1) == (None, None)
