"""Steps and calls stand on one axis, in their order, and idle time takes little room."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from tests.core.flow.values import TRIES
from tests.flow_traces import failed_try

from truemirror.core.flow.trace import Outcome, Step, Try
from truemirror.core.flow.waterfall import axis_of, told_ms, waterfall_of

STRETCHES = st.lists(
    st.tuples(st.floats(0, 60_000), st.floats(0, 60_000)).map(lambda two: (two[0], two[0] + two[1])), max_size=12
)


@given(STRETCHES, st.lists(st.floats(0, 120_000), min_size=2, max_size=5).map(sorted))
def test_what_is_later_never_stands_before(stretches: list[tuple[float, float]], times: list[float]) -> None:
    """Folding keeps the order, from 0 to 100."""
    places = [axis_of(stretches).place(time) for time in times]
    assert all(early <= late for early, late in pairwise(places))
    assert all(0 <= place <= 100 for place in places)


@given(TRIES)
def test_everything_is_inside_and_visible(one: Try) -> None:
    """Every step and call has one bar, within the axis and wide enough to be seen."""
    fall = waterfall_of(one)
    bars = (*fall.steps, *fall.calls, *fall.aside)
    assert len(bars) == len(one.steps) + len(one.calls)
    assert all(bar.left >= 0 and bar.left + bar.width <= 100.001 and bar.width > 0.3 for bar in bars)
    assert len(fall.ticks) < 30


def test_waiting_in_vain_is_folded() -> None:
    """Ten seconds of nothing are shorter on the axis than the second in which all happened."""
    fall = waterfall_of(failed_try())
    assert [fold.text for fold in fall.folds] == ["8.00 s", "1.79 s"]
    assert fall.folds[0].left > 60
    assert not [tick for tick in fall.ticks if tick.left > fall.folds[0].left]


@given(st.floats(10, 3_600_000))
def test_an_axis_of_any_length_has_a_few_ticks(length: float) -> None:
    """Enough to read times from, not so many that they touch."""
    one = Try(1, Outcome.PASSED, steps=(Step("wait", 0.0, length),))
    assert 4 <= len(waterfall_of(one).ticks) <= 9


def test_a_busy_try_is_not_folded() -> None:
    """Even calls have an even axis with round times."""
    one = failed_try()
    even = tuple(replace(call, at_ms=100.0 * number) for number, call in enumerate(one.calls))
    fall = waterfall_of(replace(one, steps=(), calls=even[:-1], said=()))
    assert fall.folds == ()
    assert [tick.text for tick in fall.ticks][:3] == ["0 ms", "200 ms", "400 ms"]


def test_the_strip_shows_the_page_as_it_was_then() -> None:
    """In the order of the steps, the last at the end, and what was shown before is marked."""
    frames = waterfall_of(failed_try()).frames
    assert [frame.step for frame in frames] == sorted(frame.step for frame in frames)
    assert frames[-1].step == 9
    assert all(late.again == (late.step == early.step) for early, late in pairwise(frames))


def test_nothing_at_all_has_an_axis_too() -> None:
    """A try that never began."""
    fall = waterfall_of(Try(1, Outcome.INFRASTRUCTURE))
    assert (fall.steps, fall.calls, fall.frames, fall.folds) == ((), (), (), ())


def test_times_are_told_as_people_say_them() -> None:
    """Short ones with a fraction, long ones in seconds."""
    assert [told_ms(time) for time in (0.5, 12.3, 1234, 12345)] == ["0.5 ms", "12 ms", "1.23 s", "12.3 s"]
