"""Where the steps and calls of a try stand on one time axis, for a picture of it.

Rules: places are in percent of the whole time, widths never under what an eye can see; nothing is drawn here. Files of
a page share one line, every other call has one of its own.
"""

from dataclasses import dataclass
from math import isfinite

from truemirror.core.flow.thin import FILES
from truemirror.core.flow.trace import Call, Step, Try

_LEAST_WIDTH = 0.35
_MOST_TICKS = 8
_FRAMES = 8
_NICE = (1.0, 2.0, 2.5, 5.0, 10.0)


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
class Waterfall:
    """All of it."""

    ends_ms: float
    ticks: tuple[Tick, ...]
    frames: tuple[Frame, ...]
    frame_width: float
    steps: tuple[Bar, ...]
    calls: tuple[Bar, ...]
    files: tuple[Bar, ...]


def waterfall_of(one: Try) -> Waterfall:
    """The waterfall of a try."""
    ends = _end(one)
    bars = [_bar(call.at_ms, call.exchange.elapsed_ms, ends, number) for number, call in enumerate(one.calls, start=1)]
    frames = _frames(one.steps, ends)
    return Waterfall(
        ends,
        _ticks(ends),
        frames,
        100 / max(len(frames), 1),
        tuple(_bar(step.at_ms, step.took_ms, ends, number) for number, step in enumerate(one.steps, start=1)),
        tuple(bar for bar, call in zip(bars, one.calls, strict=True) if not is_file(call)),
        tuple(bar for bar, call in zip(bars, one.calls, strict=True) if is_file(call)),
    )


def is_file(call: Call) -> bool:
    """Whether a call got a part of the page."""
    return call.kind in FILES


def told_ms(milliseconds: float) -> str:
    """A time for people."""
    if milliseconds >= 10_000:
        return f"{milliseconds / 1000:.1f} s"
    if milliseconds >= 1_000:
        return f"{milliseconds / 1000:.2f} s"
    return f"{milliseconds:.0f} ms" if milliseconds >= 10 else f"{milliseconds:.1f} ms"


def _end(one: Try) -> float:
    """When the last of all was done, in milliseconds."""
    ends = [step.at_ms + step.took_ms for step in one.steps]
    ends += [call.at_ms + call.exchange.elapsed_ms for call in one.calls]
    ends += [line.at_ms for line in one.said]
    return max((end for end in ends if isfinite(end)), default=1.0) or 1.0


def _bar(start: float, took: float, ends: float, number: int) -> Bar:
    """A stretch of time, inside of the whole."""
    left = _percent(start, ends)
    width = max(_percent(start + took, ends) - left, _LEAST_WIDTH)
    return Bar(min(left, 100 - _LEAST_WIDTH), min(width, 100 - min(left, 100 - _LEAST_WIDTH)), number)


def _percent(time: float, ends: float) -> float:
    """A time as percent of the whole."""
    return round(min(max(time / ends * 100, 0.0), 100.0), 3) if isfinite(time) else 0.0


def _ticks(ends: float) -> tuple[Tick, ...]:
    """Lines at round times, not too many."""
    power = 10.0 ** (len(str(int(ends))) - 2)
    apart = next((power * nice for nice in _NICE if ends / (power * nice) <= _MOST_TICKS), ends)
    count = int(ends / apart)
    return tuple(Tick(_percent(number * apart, ends), _round_ms(number * apart)) for number in range(count + 1))


def _round_ms(milliseconds: float) -> str:
    """A round time for people."""
    return f"{milliseconds / 1000:g} s" if milliseconds >= 1_000 else f"{milliseconds:g} ms"


def _frames(steps: tuple[Step, ...], ends: float) -> tuple[Frame, ...]:
    """What the page looked like at even distances: the first picture of each stretch of time, else the one before."""
    shown = [(step.at_ms + step.took_ms, number) for number, step in enumerate(steps, start=1) if step.picture]
    if not shown:
        return ()
    frames: list[Frame] = []
    last = 0
    for slot in range(_FRAMES):
        until = ends * (slot + 1) / _FRAMES if slot + 1 < _FRAMES else float("inf")
        new = [number for at, number in shown if number > last and at <= until]
        now = (new[-1] if slot + 1 == _FRAMES else new[0]) if new else last
        frames.append(Frame(round(100 * slot / _FRAMES, 3), now, again=now == last))
        last = now
    return tuple(frames)
