"""Arrivals: flows begin when the schedule says, whatever became of those before.

Rules: the schedule is absolute, so being late once delays nothing that follows. A flow that finds no free place is
dropped and counted, never queued. A run ends when its last flow has, at the latest one timeout after its last arrival
(and the thinking of a flow); a run that mostly fails ends early.
"""

import bisect
import itertools
import random
from collections.abc import Callable, Iterator, Mapping
from time import perf_counter
from typing import Any

from truemirror.adapters.locust.counting import Counts
from truemirror.adapters.locust.plan import Plan, Route
from truemirror.adapters.locust.pool import Pool
from truemirror.adapters.locust.probing import Probe
from truemirror.adapters.locust.sampling import Samples
from truemirror.adapters.locust.waking import alarm
from truemirror.adapters.locust.walking import Road, Walk
from truemirror.core.load.adding import limits_of
from truemirror.core.load.arrivals import starts
from truemirror.core.load.document import Run
from truemirror.core.load.tally import Tally

_SWEEP = 0.05
"""Seconds between looks for requests that have taken too long."""
_AT_ONCE = 64
"""So many flows begin before answers are looked at, when arrivals are late."""
_JUDGED = 5
"""Seconds over which the share of failures is looked at."""
_LEAST_JUDGED = 50
_GRACE = 2.0

Heard = Callable[[Tally, list[Mapping[str, Any]]], None]
"""Hears a part of the tally, and answers that were kept."""


class Dispatcher:
    """One worker's arrivals."""

    def __init__(self, loop: Any, run: Run, plan: Plan, heard: Heard, worker: int = 0, name: str = "1") -> None:
        """`heard` is given a part of the tally every second, and the rest at the end."""
        self._loop = loop
        self._run = run
        self._plan = plan
        self._heard = heard
        profile = run.profile
        self._counts = Counts(plan.kinds, limits_of(profile), profile.timeout * 1000, name)
        self._pools = {name: Pool(loop, address, profile.timeout) for name, address in plan.addresses.items()}
        self._road = Road(loop, self._pools, self._counts, self._left)
        self._samples: Samples | None = None
        if run.sampled_share:
            self._samples = Samples(run.sampled_share, random.Random(worker))  # noqa: S311
            self._road.sample = self._samples.hear
        self._drawn = random.Random(f"{profile.arrivals.seed}/{worker}/flows")  # noqa: S311 - repeatable chance is the point
        uniforms = iter(random.Random(f"{profile.arrivals.seed}/{worker}/starts").random, None)  # noqa: S311
        self._starts: Iterator[float] = starts(
            profile.arrivals, profile.stages, run.seconds, uniforms, worker=worker, workers=run.workers
        )
        self._rows = [itertools.islice(itertools.cycle(route.rows), worker, None, run.workers) for route in plan.routes]
        self._under_way = 0
        self._next: float | None = None
        self._is_over = False
        self._second = 0
        self._last: list[tuple[int, int]] = [(0, 0)]
        self.ended = ""
        """How it ended: `whole`, `failing`, `stopped`; empty while it runs."""

    @property
    def under_way(self) -> int:
        """How many flows have begun and not ended."""
        return self._under_way

    def begin(self, at: float, over: Callable[[], None]) -> None:
        """Begin the run at that moment (by `perf_counter`); `over` is called when it has ended."""
        self._over = over
        self._road.begun = self._begun = at
        self._next = next(self._starts, None)
        self._alarm = alarm(self._loop, self._due)
        self._probe = Probe(self._loop)
        self._sweeper = self._loop.timer(_SWEEP, _SWEEP)
        self._sweeper.start(self._sweep)
        self._arm()

    def stop(self, why: str = "stopped") -> None:
        """End now; requests under way are nobody's any more."""
        if self.ended:
            return
        self.ended = why
        self._alarm.close()
        self._sweeper.stop()
        self._sweeper.close()
        self._tick(perf_counter() - self._begun)
        self._probe.close()
        for pool in self._pools.values():
            pool.close()
        self._over()

    def _arm(self) -> None:
        """Wake at the next arrival."""
        if self._next is not None:
            self._alarm.arm(self._begun + self._next - perf_counter())

    def _due(self) -> None:
        """Begin all flows whose time has come."""
        begun, at, left = self._begun, self._next, _AT_ONCE
        now = perf_counter()
        while at is not None and begun + at <= now and left:
            left -= 1
            if self._under_way >= self._plan.places:
                self._counts.begun(int(at), (now - begun - at) * 1000, is_dropped=True)
            else:
                self._counts.begun(int(at), (now - begun - at) * 1000)
                self._begin(begun + at)
            at = next(self._starts, None)
            now = perf_counter()
        self._next = at
        if not self.ended:
            self._arm()

    def _begin(self, intended: float) -> None:
        """Begin a flow."""
        self._under_way += 1
        which = self._which()
        Walk(self._road, self._plan.routes[which].steps, next(self._rows[which])).begin(intended)

    def _which(self) -> int:
        """Which flow it is, by weight."""
        if len(self._plan.bounds) == 1:
            return 0
        return min(bisect.bisect_right(self._plan.bounds, self._drawn.random()), len(self._plan.bounds) - 1)

    def _left(self) -> None:
        """A flow has ended."""
        self._under_way -= 1

    def _sweep(self) -> None:
        """Look after deadlines, seconds and the end."""
        now = perf_counter()
        for pool in self._pools.values():
            pool.sweep(now)
        since = now - self._begun
        if since >= self._second + 1:
            self._tick(since)
        if self.ended:
            return
        if self._next is None and (not self._under_way or since > self._latest()):
            self.stop("whole")

    def _latest(self) -> float:
        """When even the last flow must have ended."""
        slowest = max(_longest(route, self._run.profile.timeout) for route in self._plan.routes)
        return self._run.seconds + slowest + _GRACE

    def _tick(self, since: float) -> None:
        """A second is over: tell what was counted; end a run that mostly fails."""
        self._counts.instrument(self._second, *self._probe.read())
        self._second = int(since)
        self._heard(self._counts.taken(), self._samples.taken() if self._samples else [])
        self._last = [*self._last[-_JUDGED:], (self._road.requests, self._road.failed)]
        requests = self._road.requests - self._last[0][0]
        failed = self._road.failed - self._last[0][1]
        share = self._run.failing_share
        if share and requests >= _LEAST_JUDGED and failed > share * requests:
            self.stop("failing")


def _longest(route: Route, timeout: float) -> float:
    """How long a flow may take at most, in seconds."""
    return sum(timeout + step.think for step in route.steps)
