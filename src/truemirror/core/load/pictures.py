"""What pictures and tables of a run show: series over time, the spectrum, operations.

Rules: for people only; no verdict rests on anything here. Times are milliseconds, seconds those of the run.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from truemirror.core.load.adding import add_cells, total
from truemirror.core.load.histogram import middle_ms, percentile
from truemirror.core.load.profile import Selection
from truemirror.core.load.selected import selects
from truemirror.core.load.tally import Cell, Tally

SLICE = 5
"""Seconds that one point of a line stands for."""


@dataclass(frozen=True, slots=True)
class Line:
    """A series over time."""

    seconds: tuple[float, ...]
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """A row of the table of operations."""

    service: str
    operation: str
    count: int
    rate: float
    mean_ms: float
    service_ms: float
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None
    errors: int


def mean_lines(tally: Tally, select: Selection, width: int = SLICE) -> tuple[Line, Line]:
    """Mean response (from the intended start) and mean service time (from sending), per slice."""
    slices = _sliced(tally, select, width)
    at = tuple(number * width + width / 2 for number in slices)
    response = tuple(cell.response_sum / cell.count for cell in slices.values())
    return Line(at, response), Line(at, tuple(cell.service_sum / cell.count for cell in slices.values()))


def over_lines(tally: Tally, select: Selection, width: int = SLICE) -> Mapping[float, Line]:
    """By limit in ms: the share of requests over it, per slice."""
    slices = _sliced(tally, select, width)
    at = tuple(number * width + width / 2 for number in slices)
    limits = sorted({limit for cell in slices.values() for limit in cell.over})
    return {
        limit: Line(at, tuple(cell.over.get(limit, 0) / cell.count for cell in slices.values())) for limit in limits
    }


def _sliced(tally: Tally, select: Selection, width: int) -> dict[int, Cell]:
    """All requests of a target, a cell for each slice that has any, in order."""
    found: dict[int, Cell] = {}
    for (second, kind), cell in tally.cells.items():
        if second >= 0 and selects(select, kind) and cell.count:
            number = second // width
            found[number] = add_cells(found[number], cell) if number in found else cell
    return dict(sorted(found.items()))


def histogram_of(tally: Tally, select: Selection) -> dict[int, int]:
    """The response times of a target, by bucket."""
    found: dict[int, int] = {}
    for (kind, bucket), count in tally.spectrum.items():
        if selects(select, kind):
            found[bucket] = found.get(bucket, 0) + count
    return found


def spectrum(counts: Mapping[int, int]) -> Line:
    """Times against how rare it is that one is longer: x is 1 / (1 - share), so 10 is p90 and 1,000 is p99.9."""
    whole = sum(counts.values())
    rare: list[float] = []
    times: list[float] = []
    seen = 0
    for bucket in sorted(counts):
        seen += counts[bucket]
        left = max(whole - seen, 0.5)
        rare.append(whole / left)
        times.append(middle_ms(bucket))
    return Line(tuple(rare), tuple(times))


def lag_line(tally: Tally) -> Line:
    """How late the latest 1 in 100 flows of each second began."""
    found = [(second, percentile(one.lag, 0.99)) for second, one in sorted(tally.instrument.items()) if one.begun]
    return Line(tuple(float(second) for second, _ in found), tuple(late or 0.0 for _, late in found))


def errors_by_kind(tally: Tally) -> dict[str, int]:
    """How many requests failed in which way, most first."""
    found: dict[str, int] = {}
    for cell in tally.cells.values():
        for kind, count in cell.errors.items():
            found[kind] = found.get(kind, 0) + count
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def operations(tally: Tally, seconds: float) -> tuple[Operation, ...]:
    """Every operation that was asked, those with most time spent first."""
    cells: dict[tuple[str, str], list[Cell]] = {}
    for (_, kind), cell in tally.cells.items():
        cells.setdefault((kind.service, kind.operation), []).append(cell)
    rows = [_operation(tally, name, total(found), seconds) for name, found in cells.items()]
    return tuple(sorted(rows, key=lambda row: (-row.count * row.mean_ms, row.service, row.operation)))


def _operation(tally: Tally, name: tuple[str, str], cell: Cell, seconds: float) -> Operation:
    """One operation."""
    histogram = histogram_of(tally, Selection((name[0],), (name[1],)))
    p50, p95, p99 = (percentile(histogram, share) for share in (0.5, 0.95, 0.99))
    count = cell.count or 1
    errors = sum(cell.errors.values())
    rate = cell.count / seconds if seconds else 0.0
    return Operation(
        *name, cell.count, rate, cell.response_sum / count, cell.service_sum / count, p50, p95, p99, errors
    )


def nice_ms(value: float | None) -> str:
    """A time for people: 4.12 ms, 46.3 ms, 1.20 s."""
    if value is None or not math.isfinite(value):
        return "–"
    if value >= 1000:
        return f"{value / 1000:.2f} s"
    return f"{value:.0f} ms" if value >= 100 else f"{value:.1f} ms" if value >= 10 else f"{value:.2f} ms"
