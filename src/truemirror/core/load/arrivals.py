"""When flows are meant to begin: an absolute schedule, known before the first request is sent.

    starts(arrivals, stages, seconds, uniforms)                     one generator
    starts(arrivals, stages, seconds, uniforms, worker=1, workers=4)    the second of four

Rules: the schedule never waits for answers. Every model is a row of points on a clock that ticks once for each expected
arrival (exponential gaps for Poisson, ones for constant, the recorded gaps divided by their mean for a trace); the
inverse of the summed rate turns them into seconds. So a rate that changes is met exactly (a change of time, no
thinning). Workers of a Poisson run draw independent streams whose sum is Poisson again; of the others each takes every
so-many-th point, so that together they are the one schedule.
"""

import itertools
import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from truemirror.core.load.profile import Arrivals, Model, Stage

_A_JUMP = 0.001
"""A shorter stage takes no time: the rate jumps."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of the run in which the rate changes evenly."""

    begins: float
    """In seconds."""
    seconds: float
    first: float
    """The rate at its beginning, in arrivals a second."""
    last: float
    before: float
    """Arrivals expected before it."""

    @property
    def arrivals(self) -> float:
        """How many are expected in it."""
        return self.seconds * (self.first + self.last) / 2


def starts(
    arrivals: Arrivals,
    stages: Sequence[Stage],
    seconds: float,
    uniforms: Iterator[float],
    *,
    worker: int = 0,
    workers: int = 1,
) -> Iterator[float]:
    """The intended starts of flows, in seconds since the run began, ascending, all below `seconds`.

    `uniforms` gives numbers in [0, 1); each worker brings a stream of its own. Stages come first, from a rate of 0, and
    lead up to the rate of the run, which then stays.
    """
    points = _poisson(uniforms, workers) if arrivals.model is Model.POISSON else _shared(arrivals, worker, workers)
    return itertools.takewhile(lambda start: start < seconds, _on_the_clock(points, _pieces(arrivals.rate, stages)))


def rate_at(arrivals: Arrivals, stages: Sequence[Stage], second: float) -> float:
    """The planned rate at one moment, in flows a second."""
    for piece in _pieces(arrivals.rate, stages):
        if second < piece.begins + piece.seconds:
            return piece.first + (piece.last - piece.first) * (second - piece.begins) / piece.seconds
    return arrivals.rate


def expected(arrivals: Arrivals, stages: Sequence[Stage], begin: float, end: float) -> float:
    """How many flows are expected to begin in [begin, end): the rate summed over time; of a trace exactly as many."""
    pieces = _pieces(arrivals.rate, stages)
    first, last = _summed(pieces, begin), _summed(pieces, end)
    if arrivals.model is not Model.TRACE:
        return last - first
    return float(_recorded_before(arrivals.gaps, last) - _recorded_before(arrivals.gaps, first))


def _recorded_before(gaps: Sequence[float], point: float) -> int:
    """How many points of a trace lie before one on the clock of arrivals; each round of its gaps takes len(gaps)."""
    mean = math.fsum(gaps) / len(gaps)
    within = list(itertools.accumulate((gap / mean for gap in gaps[:-1]), initial=0.0))
    rounds, rest = divmod(point, len(gaps))
    return int(rounds) * len(gaps) + bisect_left(within, rest)


def ramp_seconds(stages: Iterable[Stage]) -> float:
    """How long it takes until the rate of the run is reached for good."""
    return math.fsum(stage.seconds for stage in stages)


def _poisson(uniforms: Iterator[float], workers: int) -> Iterator[float]:
    """Points with exponential gaps of mean `workers`: one of so many streams whose sum has a mean gap of one."""
    return itertools.accumulate(-math.log1p(-drawn) * workers for drawn in uniforms)


def _shared(arrivals: Arrivals, worker: int, workers: int) -> Iterator[float]:
    """Every `workers`-th point of a schedule that needs no chance; it begins with a point at zero."""
    if arrivals.model is Model.CONSTANT:
        return (float(number) for number in itertools.count(worker, workers))
    mean = math.fsum(arrivals.gaps) / len(arrivals.gaps)
    gaps = (gap / mean for gap in itertools.cycle(arrivals.gaps))
    return itertools.islice(itertools.accumulate(gaps, initial=0.0), worker, None, workers)


def _pieces(rate: float, stages: Sequence[Stage]) -> tuple[_Piece, ...]:
    """The stages, and after them the rate of the run without end."""
    pieces = []
    begins = before = last = 0.0
    for stage in stages:
        if stage.seconds >= _A_JUMP:
            pieces.append(_Piece(begins, stage.seconds, last, stage.rate, before))
            begins, before = begins + stage.seconds, before + pieces[-1].arrivals
        last = stage.rate
    return (*pieces, _Piece(begins, math.inf, rate, rate, before))


def _summed(pieces: Sequence[_Piece], second: float) -> float:
    """Arrivals expected before a moment."""
    piece = next(one for one in reversed(pieces) if one.begins <= second)
    since = second - piece.begins
    return piece.before + since * piece.first + (_slope(piece) * since * since / 2)


def _slope(piece: _Piece) -> float:
    """How fast the rate changes, in arrivals a second, each second."""
    return 0.0 if math.isinf(piece.seconds) else (piece.last - piece.first) / piece.seconds


def _on_the_clock(points: Iterable[float], pieces: Sequence[_Piece]) -> Iterator[float]:
    """The seconds at which so many arrivals were expected: points ascend, so the pieces are walked once."""
    at = 0
    for point in points:
        while at + 1 < len(pieces) and point >= pieces[at + 1].before:
            at += 1
        yield pieces[at].begins + _into(pieces[at], point - pieces[at].before)


def _into(piece: _Piece, arrivals: float) -> float:
    """Seconds into a piece until so many arrivals are expected.

    The root of first*t + slope*t*t/2 = arrivals, in the form that loses no digits when the slope is small.
    """
    inside = max(0.0, piece.first * piece.first + 2 * _slope(piece) * arrivals)
    below = piece.first + math.sqrt(inside)
    return 2 * arrivals / below if below > 0 else 0.0
