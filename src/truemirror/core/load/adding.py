"""Measured requests become cells, and cells, seconds and tallies add up, in any order, to the same bytes.

    measured(48.2, 47.9, "", (120.0,), 10_000.0)  ->  Cell(count=1, response_sum=48.2..., over={120.0: 0})

Rules: **an error never improves latency**: here, and nowhere else, a failed request is counted at no less than the
timeout and over every limit. Times are rounded to 1/1024 ms, which a float adds without loss; that is why the sums of
workers are exact. A limit that was not counted in a cell is missing in every sum with it, so that nothing can be taken
for a zero.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from typing import TypeVar

from truemirror.core.load.histogram import added
from truemirror.core.load.profile import Profile
from truemirror.core.load.tally import Cell, Instrument, Tally

TICKS = 1024
"""So many ticks are a millisecond."""

_LONGEST_MS = 86_400_000.0

K = TypeVar("K")
V = TypeVar("V")


def exact_ms(ms: float) -> float:
    """A time, to 1/1024 ms; below zero is zero, no number or over a day is a day."""
    return round(max(0.0, ms) * TICKS) / TICKS if ms < _LONGEST_MS else _LONGEST_MS


def counted_ms(response_ms: float, error: str, timeout_ms: float) -> float:
    """How long a request counts: as long as it took, and at least the timeout when it failed."""
    return exact_ms(max(response_ms, timeout_ms) if error else response_ms)


def measured(response_ms: float, service_ms: float, error: str, limits: Iterable[float], timeout_ms: float) -> Cell:
    """One request as a cell.

    `response_ms` is from its intended start to the end of its answer, `service_ms` from the start of sending; `error`
    is the kind of its failure, empty for none; `limits` are those of all targets, in ms.
    """
    response = counted_ms(response_ms, error, timeout_ms)
    return Cell(
        count=1,
        response_sum=response,
        response_squares=round(response * response * TICKS) / TICKS,
        service_sum=exact_ms(service_ms),
        over={limit: int(bool(error) or response > limit) for limit in limits},
        errors={error: 1} if error else {},
    )


def limits_of(profile: Profile) -> tuple[float, ...]:
    """Every time in ms that the requests of a run are counted against, ascending."""
    return tuple(sorted({limit.over_ms for target in profile.targets for limit in target.limits}))


def add_cells(one: Cell, other: Cell) -> Cell:
    """Both as one."""
    if not one.count or not other.count:
        return one if one.count else other
    return Cell(
        count=one.count + other.count,
        response_sum=one.response_sum + other.response_sum,
        response_squares=one.response_squares + other.response_squares,
        service_sum=one.service_sum + other.service_sum,
        over={limit: count + other.over[limit] for limit, count in one.over.items() if limit in other.over},
        errors=added(one.errors, other.errors),
    )


def total(cells: Iterable[Cell]) -> Cell:
    """All as one."""
    return reduce(add_cells, cells, Cell())


def add_instruments(one: Instrument, other: Instrument) -> Instrument:
    """Two workers' same second: counts add, of what cannot add the worse one is kept."""
    return Instrument(
        planned=one.planned + other.planned,
        begun=one.begun + other.begun,
        dropped=one.dropped + other.dropped,
        lag=added(one.lag, other.lag),
        lag_sum=one.lag_sum + other.lag_sum,
        probe_late_ms=max(one.probe_late_ms, other.probe_late_ms),
        cpu=max(one.cpu, other.cpu),
        steal=max(one.steal, other.steal),
    )


def add_tallies(one: Tally, other: Tally) -> Tally:
    """Two workers' tallies of one run, or two parts of one worker's."""
    return Tally(
        cells=_joined(one.cells, other.cells, add_cells),
        instrument=_joined(one.instrument, other.instrument, add_instruments),
        spectrum=added(one.spectrum, other.spectrum),
        workers=tuple(sorted({*one.workers, *other.workers})),
        lost=tuple(sorted({*one.lost, *other.lost})),
    )


def _joined(one: Mapping[K, V], other: Mapping[K, V], add: Callable[[V, V], V]) -> dict[K, V]:
    """Two mappings; what both have is added."""
    sums = dict(one)
    for key, value in other.items():
        sums[key] = add(sums[key], value) if key in sums else value
    return sums
