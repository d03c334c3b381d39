"""Which seconds of a run are judged, and whether it had settled by then.

Rules: looks are counted from the end of the declared warm-up (the longest of `warm_up` and the ramp), so a run takes
`seconds_needed` at most; between looks nothing is decided. What MSER leaves out comes off the beginning of the window.
"""

import math
from dataclasses import dataclass, replace

from truemirror.core.load.arrivals import ramp_seconds
from truemirror.core.load.batches import LEAST_BATCHES, Series, batches_for, cut, estimated
from truemirror.core.load.drift import Drift, drift_of
from truemirror.core.load.profile import Judging, Profile
from truemirror.core.load.selected import Seconds
from truemirror.core.load.verdict import Steadiness
from truemirror.core.load.warm_up import mser


@dataclass(frozen=True, slots=True)
class Window:
    """The seconds [begin, end) of a run."""

    declared: int
    """Where the declared warm-up ends."""
    begin: int
    """Where answers begin to count: later than declared when the run settled later."""
    end: int
    look: int
    """Which look it is, from 1; 0 before the first."""
    settled: bool = True
    """False when more than half would have to be left out, and the halves differ by enough to matter."""


def warm_up_of(profile: Profile) -> int:
    """The seconds that are left out in any case."""
    return math.ceil(max(profile.judging.warm_up, ramp_seconds(profile.stages)))


def look_ends(profile: Profile) -> tuple[int, ...]:
    """The seconds of the run at which it is decided, ascending."""
    return tuple(warm_up_of(profile) + math.ceil(look) for look in sorted(profile.judging.looks))


def seconds_needed(profile: Profile) -> int:
    """How long flows have to arrive until the last look is over."""
    return look_ends(profile)[-1]


def window_at(profile: Profile, seconds: float) -> Window:
    """The window of the last look that is over, or what there is before the first; MSER is not asked yet."""
    ends, declared = look_ends(profile), warm_up_of(profile)
    over = [end for end in ends if end <= seconds]
    end = over[-1] if over else max(0, math.floor(seconds))
    return Window(declared, min(declared, end), end, len(over))


def settled(window: Window, run: Seconds, judging: Judging, tightest_ms: float) -> Window:
    """The window without what MSER leaves out; `run` are all seconds [0, end).

    Where it would leave out more than half, the run had not settled, unless its halves hardly differ, measured by the
    tightest limit: then it is only restless, and there is nothing to wait for.
    """
    at = mser(run.means())
    if at is not None:
        return replace(window, begin=max(window.begin, at))
    drift = drift_in(run.since(window.begin).responses(), judging)
    return replace(window, settled=not drift.is_large(tightest_ms))


def batch_means(series: Series, judging: Judging) -> tuple[float, ...]:
    """The means of the batches, in the order of time; empty when there are too few. An empty batch counts as zero."""
    batches = batches_for(len(series.counts), math.fsum(series.counts), judging.batches)
    if batches < LEAST_BATCHES:
        return ()
    parts = cut(series, batches)
    return tuple(total / count if count else 0.0 for total, count in zip(parts.sums, parts.counts, strict=True))


def drift_in(series: Series, judging: Judging) -> Drift:
    """The trend of a series over its batches."""
    return drift_of(batch_means(series, judging))


def steadiness(window: Window, seconds: Seconds, judging: Judging) -> Steadiness:
    """How the answers of the window behaved over time."""
    series = seconds.responses()
    batches = batches_for(len(series.counts), math.fsum(series.counts), judging.batches)
    if batches < LEAST_BATCHES:
        return Steadiness(window.begin, window.settled)
    drift = drift_in(series, judging)
    found = estimated(series, batches)
    return Steadiness(window.begin, window.settled, found.lag1, found.batches, drift.p, drift.first, drift.last)
