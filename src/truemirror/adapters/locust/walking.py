"""One flow on its way: its requests one after the other, what answers give carried on to later ones.

Rules: nothing waits; each end of an answer begins the next step. The first request is timed from the moment the flow
was meant to begin, later ones from the moment they were meant to be sent: the end of the answer before, and the
thinking. A request that fails ends its flow: what would have followed rests on what it did not get.
"""

from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any

from truemirror.adapters.locust.connection import Connection
from truemirror.adapters.locust.counting import Counts
from truemirror.adapters.locust.plan import Step
from truemirror.adapters.locust.pool import Pool
from truemirror.adapters.locust.reading import Reader
from truemirror.adapters.locust.taking import NotThere

Sample = Callable[[Step, bytes, Reader, str], None]
"""Hears an answer: of which step, the request's bytes, the reader that has it, and the kind of its failure."""


class Road:
    """What all flows of a run share."""

    __slots__ = ("begun", "counts", "failed", "loop", "over", "pools", "requests", "sample", "turn")

    def __init__(self, loop: Any, pools: Mapping[str, Pool], counts: Counts, over: Callable[[], None]) -> None:
        """`over` is called when a flow ends; seconds count from `begun`."""
        self.loop = loop
        self.pools = pools
        self.counts = counts
        self.over = over
        self.begun = 0.0
        self.requests = 0
        self.failed = 0
        self.sample: Sample | None = None
        self.turn = 0


class Walk:
    """One flow on its way."""

    __slots__ = ("_at", "_intended", "_is_again", "_pool", "_road", "_sent", "_steps", "_timer", "_values")

    def __init__(self, road: Road, steps: tuple[Step, ...], row: Mapping[str, str]) -> None:
        """It stands before its first step."""
        self._road = road
        self._steps = steps
        self._at = 0
        self._values = row
        self._intended = 0.0
        self._sent = 0.0
        self._is_again = False
        self._pool: Any = None
        self._timer: Any = None

    def begin(self, intended: float) -> None:
        """Send the first request; it was meant to go at `intended` (by `perf_counter`)."""
        step = self._steps[0]
        self._intended = intended
        if step.think:
            self._think(step.think)
        else:
            self._send(step)

    def answered(self, connection: Connection) -> None:
        """The answer is whole: count it, go on."""
        now = perf_counter()
        self._pool.rest(connection)
        step = self._steps[self._at]
        status = connection.reader.status
        if step.expects:
            error = "" if status in step.expects else f"status {status}"
        else:
            error = "" if status < 400 else f"status {status}"
        road = self._road
        if road.sample is not None:
            road.sample(step, step.request.built(self._values), connection.reader, error)
        if step.takes is not None and not error:
            try:
                self._values = {
                    **self._values,
                    **step.takes.values(connection.reader.body(), _headers(step, connection)),
                }
            except NotThere as missing:
                error = f"no value {missing}"
        self._count(step, now, error)
        self._next(now, error)

    def failed(self, connection: Connection, kind: str) -> None:
        """There is no answer: count that, and end; a connection that was let go before us is another matter."""
        now = perf_counter()
        self._pool.rest(connection)
        step = self._steps[self._at]
        if (
            connection.is_reused
            and kind in ("closed", "reset")
            and not connection.reader.has_begun
            and step.may_repeat
            and not self._is_again
        ):
            self._is_again = True
            self._pool.ask(step.request.built(self._values), self, now, step.is_head, fresh=True)
            return
        self._count(step, now, kind)
        self._next(now, kind)

    def _send(self, step: Step) -> None:
        """Send the request of a step now."""
        self._is_again = False
        self._pool = pool = self._road.pools[step.service]
        request = step.request.built(self._values)
        self._sent = now = perf_counter()
        pool.ask(request, self, now, step.is_head)

    def _next(self, now: float, error: str) -> None:
        """The step is over; the flow goes on, or is."""
        self._at += 1
        if error or self._at == len(self._steps):
            self._road.over()
            return
        step = self._steps[self._at]
        self._intended = now
        if step.think:
            self._think(step.think)
        else:
            self._send(step)

    def _think(self, seconds: float) -> None:
        """Wait, then send; the waiting is nobody's time."""
        self._intended += seconds
        self._timer = self._road.loop.timer(max(0.0, self._intended - perf_counter()))
        self._timer.start(self._thought, update=True)

    def _thought(self) -> None:
        """The thinking is over."""
        self._timer.close()
        self._timer = None
        self._send(self._steps[self._at])

    def _count(self, step: Step, now: float, error: str) -> None:
        """Add the request to the counts."""
        road = self._road
        road.requests += 1
        if error:
            road.failed += 1
        intended = self._intended
        road.counts.request(
            int(intended - road.begun), step.kind, (now - intended) * 1000, (now - self._sent) * 1000, error
        )


def _headers(step: Step, connection: Connection) -> list[tuple[str, str]]:
    """The headers of an answer, where a value is taken from them."""
    return connection.reader.headers() if step.takes is not None and step.takes.needs_headers else []
