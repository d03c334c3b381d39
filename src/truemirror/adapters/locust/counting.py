"""What a worker counts while it runs: cheap sums in place, given away as a Tally whenever somebody asks.

Rules: counting a request is a few additions, in whole ticks (1/1024 ms) as `core.load.adding` rounds them, so parts add
up to the same bytes wherever they were counted. What was taken is forgotten here: parts never overlap.
"""

from collections.abc import Sequence

from truemirror.core.load.adding import TICKS
from truemirror.core.load.histogram import bucket_of
from truemirror.core.load.tally import Cell, Instrument, Kind, Tally

_LONGEST_MS = 86_400_000.0


class _Sums:
    """One kind in one second."""

    __slots__ = ("count", "errors", "over", "response", "service", "squares")

    def __init__(self, limits: int) -> None:
        """Nothing yet."""
        self.count = self.response = self.squares = self.service = 0
        self.over = [0] * limits
        self.errors: dict[str, int] = {}


class _Seconds:
    """How one second went for the generator."""

    __slots__ = ("begun", "cpu", "dropped", "lag", "lag_sum", "late_ms", "planned", "steal")

    def __init__(self) -> None:
        """Nothing yet."""
        self.planned = self.begun = self.dropped = self.lag_sum = 0
        self.lag: dict[int, int] = {}
        self.late_ms = self.cpu = self.steal = 0.0


class Counts:
    """Everything that one worker has counted and not given away."""

    def __init__(self, kinds: Sequence[Kind], limits: Sequence[float], timeout_ms: float, worker: str) -> None:
        """`limits` are those of all targets in ms; a failed request counts at least `timeout_ms`."""
        self._kinds = list(kinds)
        self._limits = tuple(limits)
        self._timeout_ms = timeout_ms
        self._worker = worker
        self._cells: dict[tuple[int, int], _Sums] = {}
        self._seconds: dict[int, _Seconds] = {}
        self._spectrum: list[dict[int, int]] = [{} for _ in kinds]

    def also(self, kind: Kind) -> int:
        """One more kind; gives its number."""
        self._kinds.append(kind)
        self._spectrum.append({})
        return len(self._kinds) - 1

    def request(self, second: int, kind: int, response_ms: float, service_ms: float, error: str = "") -> None:
        """One request that was meant to begin in that second; `error` is the kind of its failure."""
        if error and response_ms < self._timeout_ms:
            response_ms = self._timeout_ms
        if not response_ms < _LONGEST_MS:
            response_ms = _LONGEST_MS
        key = (second, kind)
        sums = self._cells.get(key)
        if sums is None:
            sums = self._cells[key] = _Sums(len(self._limits))
        ticks = round(response_ms * TICKS)
        response_ms = ticks / TICKS
        sums.count += 1
        sums.response += ticks
        sums.squares += round(response_ms * response_ms * TICKS)
        sums.service += round(service_ms * TICKS)
        for at, limit in enumerate(self._limits):
            if error or response_ms > limit:
                sums.over[at] += 1
        if error:
            sums.errors[error] = sums.errors.get(error, 0) + 1
        spectrum = self._spectrum[kind]
        bucket = bucket_of(response_ms)
        spectrum[bucket] = spectrum.get(bucket, 0) + 1

    def begun(self, second: int, lag_ms: float, is_dropped: bool = False) -> None:
        """A flow was planned for that second, and began so late, or found no place."""
        one = self._seconds.get(second) or self._second(second)
        one.planned += 1
        if is_dropped:
            one.dropped += 1
        else:
            one.begun += 1
        one.lag_sum += round(lag_ms * TICKS)
        bucket = bucket_of(lag_ms)
        one.lag[bucket] = one.lag.get(bucket, 0) + 1

    def instrument(self, second: int, late_ms: float, cpu: float, steal: float) -> None:
        """How the process did in that second."""
        one = self._second(second)
        one.late_ms, one.cpu, one.steal = max(one.late_ms, late_ms), cpu, steal

    def taken(self) -> Tally:
        """All of it, once."""
        cells = {(second, self._kinds[kind]): self._cell(sums) for (second, kind), sums in self._cells.items()}
        seconds = {second: _instrument(one) for second, one in self._seconds.items()}
        spectrum = {
            (self._kinds[kind], bucket): count
            for kind, counts in enumerate(self._spectrum)
            for bucket, count in counts.items()
        }
        self._cells, self._seconds = {}, {}
        self._spectrum = [{} for _ in self._kinds]
        return Tally(cells=cells, instrument=seconds, spectrum=spectrum, workers=(self._worker,))

    def _second(self, second: int) -> _Seconds:
        """That second, made when it is new."""
        return self._seconds.setdefault(second, _Seconds())

    def _cell(self, sums: _Sums) -> Cell:
        """Sums as the value that others read."""
        return Cell(
            count=sums.count,
            response_sum=sums.response / TICKS,
            response_squares=sums.squares / TICKS,
            service_sum=sums.service / TICKS,
            over=dict(zip(self._limits, sums.over, strict=True)),
            errors=sums.errors,
        )


def _instrument(one: _Seconds) -> Instrument:
    """A second as the value that others read."""
    return Instrument(
        planned=one.planned,
        begun=one.begun,
        dropped=one.dropped,
        lag=one.lag,
        lag_sum=one.lag_sum / TICKS,
        probe_late_ms=one.late_ms,
        cpu=one.cpu,
        steal=one.steal,
    )
