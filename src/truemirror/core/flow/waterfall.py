"""Where the steps and calls of a try stand on one time axis, for a picture of it.

Rules: places are in percent of the whole axis, widths never under what an eye can see; nothing is drawn here. Files of
a page and preflights share one line, every other call has one of its own. A stretch in which nothing begins or ends, as
the ten seconds that a test waits in vain, is folded, so that there is room for what happened.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite

from truemirror.core.flow.thin import is_aside
from truemirror.core.flow.trace import Step, Try

_LEAST_WIDTH = 0.35
_MOST_TICKS = 8
_MOST_LINES = 1_000
_TICK_WIDTH = 5.0
"""Percent of the axis that a tick needs to be read."""
_FRAMES = 8
_IDLE = 0.1
"""A stretch without an event is idle when it is longer than this part of the whole,"""
_FOLDED = 0.15
"""and is shown as long as this part of all that is not idle."""
_NICE = (1.0, 2.0, 2.5, 5.0, 10.0, 20.0)


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of time."""

    left: float
    """Percent of the whole."""
    width: float
    number: int
    """Which step or call it is, from 1."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across, with the time that it stands for."""

    left: float
    text: str


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture in the strip above the axis: what the page looked like then."""

    left: float
    step: int
    """From 1; 0 before the first picture."""
    again: bool
    """Whether the frame before shows the same."""


@dataclass(frozen=True, slots=True)
class Fold:
    """A stretch of the axis that stands for more time than it seems to."""

    left: float
    width: float
    text: str
    """How long it is, for people."""


@dataclass(frozen=True, slots=True)
class Axis:
    """Which time stands where."""

    times: tuple[float, ...]
    """Where stretches begin and end, in milliseconds, ascending; the last is the end of all."""
    places: tuple[float, ...]
    """The same in percent."""
    folds: tuple[Fold, ...] = ()

    def place(self, time: float) -> float:
        """Where a time stands."""
        if not isfinite(time) or time <= 0:
            return 0.0
        if time >= self.times[-1]:
            return 100.0
        after = bisect_right(self.times, time)
        early, late = self.times[after - 1], self.times[after]
        share = (time - early) / (late - early)
        return round(self.places[after - 1] + share * (self.places[after] - self.places[after - 1]), 3)


@dataclass(frozen=True, slots=True)
class Waterfall:
    """All of it."""

    ends_ms: float
    ticks: tuple[Tick, ...]
    folds: tuple[Fold, ...]
    frames: tuple[Frame, ...]
    steps: tuple[Bar, ...]
    calls: tuple[Bar, ...]
    aside: tuple[Bar, ...]
    """Files of the page and preflights, which share a line."""


def waterfall_of(one: Try) -> Waterfall:
    """The waterfall of a try."""
    asked = [(call.at_ms, call.at_ms + call.exchange.elapsed_ms) for call in one.calls]
    done = [(step.at_ms, step.at_ms + step.took_ms) for step in one.steps]
    axis = axis_of([*asked, *done, *((line.at_ms, line.at_ms) for line in one.said)])
    calls = [_bar(axis, *times, number) for number, times in enumerate(asked, 1)]
    return Waterfall(
        axis.times[-1],
        _ticks(axis),
        axis.folds,
        _frames(one.steps, axis),
        tuple(_bar(axis, *times, number) for number, times in enumerate(done, 1)),
        tuple(bar for bar, call in zip(calls, one.calls, strict=True) if not is_aside(call)),
        tuple(bar for bar, call in zip(calls, one.calls, strict=True) if is_aside(call)),
    )


def told_ms(milliseconds: float) -> str:
    """A time for people."""
    if milliseconds >= 10_000:
        return f"{milliseconds / 1000:.1f} s"
    if milliseconds >= 1_000:
        return f"{milliseconds / 1000:.2f} s"
    return f"{milliseconds:.0f} ms" if milliseconds >= 10 else f"{milliseconds:.1f} ms"


def axis_of(stretches: Iterable[tuple[float, float]]) -> Axis:
    """The axis of some stretches of time, its idle parts folded."""
    events = {time for stretch in stretches for time in stretch if isfinite(time) and time > 0}
    times = (0.0, *sorted(events)) if events else (0.0, 1.0)
    gaps = [late - early for early, late in pairwise(times)]
    busy = sum(gap for gap in gaps if gap <= _IDLE * times[-1])
    longest = busy * _FOLDED if busy else times[-1]
    idle = [gap > _IDLE * times[-1] and gap > 2 * longest for gap in gaps]
    shown = [longest if folded else gap for gap, folded in zip(gaps, idle, strict=True)]
    whole = sum(shown)
    places = [0.0]
    for length in shown:
        places.append(places[-1] + 100 * length / whole)
    folds = tuple(
        Fold(round(places[place], 3), round(places[place + 1] - places[place], 3), told_ms(gaps[place]))
        for place, folded in enumerate(idle)
        if folded
    )
    return Axis(times, tuple(places), folds)


def _bar(axis: Axis, start: float, end: float, number: int) -> Bar:
    """A stretch of time on the axis, not so short that nobody sees it."""
    left = min(axis.place(start), 100 - _LEAST_WIDTH)
    return Bar(left, round(max(axis.place(end) - left, _LEAST_WIDTH), 3), number)


def _ticks(axis: Axis) -> tuple[Tick, ...]:
    """Lines at round times, not too many, and none within what is folded or so near that it could not be read."""
    shown = _busy(axis)
    power = 10.0 ** (len(str(int(shown))) - 2)
    apart = next((power * nice for nice in _NICE if shown / (power * nice) <= _MOST_TICKS), shown)
    times = [number * apart for number in range(int(axis.times[-1] / apart) + 1)] if shown > 0 else []
    ticks = [Tick(axis.place(time), _round_ms(time)) for time in times[:_MOST_LINES]]
    return tuple(tick for tick in ticks if not any(_hides(fold, tick.left) for fold in axis.folds))


def _busy(axis: Axis) -> float:
    """How many milliseconds are not folded."""
    stretches = zip(axis.times, axis.times[1:], axis.places, strict=False)
    folded = {fold.left for fold in axis.folds}
    return sum(late - early for early, late, place in stretches if round(place, 3) not in folded)


def _hides(fold: Fold, left: float) -> bool:
    """Whether a tick would stand in a fold, or right before it."""
    return fold.left - _TICK_WIDTH < left < fold.left + fold.width


def _round_ms(milliseconds: float) -> str:
    """A round time for people."""
    return f"{milliseconds / 1000:g} s" if milliseconds >= 1_000 else f"{milliseconds:g} ms"


def _frames(steps: tuple[Step, ...], axis: Axis) -> tuple[Frame, ...]:
    """What the page looked like at even distances: the last picture until then."""
    shown = [
        (axis.place(step.at_ms + step.took_ms), number) for number, step in enumerate(steps, start=1) if step.picture
    ]
    if not shown:
        return ()
    frames: list[Frame] = []
    last = 0
    for slot in range(_FRAMES):
        until = 100 * (slot + 1) / _FRAMES
        new = [number for at, number in shown if number > last and at <= until]
        now = new[-1] if new else last
        frames.append(Frame(round(100 * slot / _FRAMES, 3), now, again=now == last))
        last = now
    return tuple(frames)
