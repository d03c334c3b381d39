"""What we counted, put into Locust's own statistics, so that its web page, its tables and its CSV files show the run.

Rules: once a second and for all requests of it at once; no event is fired for single requests of a judged run. Locust's
percentiles come from our buckets, 1 % wide, and are for looking at.
"""

import math
import time
from typing import Any, cast

from locust.stats import RequestStats, StatsEntry, StatsError

from truemirror.core.load.histogram import middle_ms
from truemirror.core.load.tally import Cell, Kind, Tally


def fed(stats: RequestStats, part: Tally) -> None:
    """Add a part of the tally to Locust's statistics."""
    cells: dict[Kind, list[Cell]] = {}
    for (_, kind), cell in part.cells.items():
        cells.setdefault(kind, []).append(cell)
    times: dict[Kind, dict[int, int]] = {}
    for (kind, bucket), count in part.spectrum.items():
        times.setdefault(kind, {})[bucket] = count
    for kind, some in cells.items():
        method, _, path = kind.operation.partition(" ")
        name = f"{kind.service} {path}".strip()
        added = _entry(stats, name, method, some, times.get(kind, {}))
        stats.entries[(name, method)].extend(added)
        stats.total.extend(added)
        for cell in some:
            for error, count in cell.errors.items():
                _failed(stats, method, name, error, count)


def _entry(stats: RequestStats, name: str, method: str, cells: list[Cell], times: dict[int, int]) -> StatsEntry:
    """One kind's requests as Locust keeps them."""
    now = time.time()
    entry: Any = StatsEntry(stats, name, method)
    entry.start_time = now
    entry.last_request_timestamp = now
    entry.num_requests = sum(cell.count for cell in cells)
    entry.num_failures = sum(sum(cell.errors.values()) for cell in cells)
    entry.total_response_time = sum(cell.response_sum for cell in cells)
    response_times: dict[int, int] = {}
    for bucket, count in times.items():
        rounded = _rounded(middle_ms(bucket))
        response_times[rounded] = response_times.get(rounded, 0) + count
    entry.response_times = response_times
    entry.min_response_time = middle_ms(min(times)) if times else None
    entry.max_response_time = middle_ms(max(times)) if times else 0
    entry.num_reqs_per_sec = {int(now): entry.num_requests}
    entry.num_fail_per_sec = {int(now): entry.num_failures} if entry.num_failures else {}
    return cast(StatsEntry, entry)


def _failed(stats: RequestStats, method: str, name: str, error: str, count: int) -> None:
    """So many failures of one kind."""
    key = StatsError.create_key(method, name, error)
    known: Any = stats.errors.get(key)
    if known is None:
        known = stats.errors[key] = StatsError(method, name, error)
    known.occurrences += count


def _rounded(ms: float) -> int:
    """Two digits that count, as Locust has them."""
    if ms < 100:
        return round(ms)
    return int(round(ms, 1 - math.floor(math.log10(ms))))
