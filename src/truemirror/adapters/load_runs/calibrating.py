"""What the generator proves about itself: how fast it can go here, and that it reads a known delay rightly.

Rules: measured against servers of our own that do nothing but answer (`answering.py`). All rates are tried in one run,
step by step, and the first one that does not hold ends it: a rate above one that failed is never believed. The question
is what the generator can do; a moment in which somebody else had the processor does not tell, so what is needed is
tried up to three times. Whether the machine is quiet during the run is for the instrument and the canary to say.
"""

import contextlib
import hashlib
import math
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from truemirror.adapters.load_runs.runs import LoadRuns
from truemirror.core.load.adding import add_tallies, total
from truemirror.core.load.calibration import DELAY_ERROR_MS, Calibration, Step, highest_rate, holds, null_mean_at
from truemirror.core.load.document import Run
from truemirror.core.load.histogram import added, percentile
from truemirror.core.load.profile import Arrivals, Call, Flow, Profile, Stage
from truemirror.core.load.tally import Tally
from truemirror.errors import CouldNotRun

RATES = (250.0, 500.0, 1000.0, 2000.0, 4000.0, 6000.0, 8000.0, 12000.0, 16000.0)
"""Flows a second that are tried, in order."""
DELAY_MS = 23.0
"""What the server with a known delay waits: a service call's target."""
_DELAY_RATE = 100.0
_SETTLING = 1.0
"""Seconds at the beginning that are not looked at: connections are made."""
_CHANCE = 5.0
"""Standard deviations that the number of Poisson arrivals may lie below its mean by chance."""
_WORK = 200_000
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Proof:
    """What was measured of the generator."""

    steps: tuple[Step, ...]
    delay_ms: float
    delay_read_ms: float
    """The mean of the known delay as the generator reads it."""
    delay_null_ms: float
    """The mean of the null server at the rate that the delay was tried with."""

    def calibration(self, tightest_ms: float, rate: float) -> Calibration:
        """As the core judges it, for a run at a rate against its tightest limit."""
        return Calibration(
            r_max=highest_rate(self.steps, tightest_ms),
            null_mean_ms=null_mean_at(self.steps, rate),
            delay_ms=self.delay_ms,
            delay_read_ms=self.delay_read_ms,
            machine=fingerprint(),
        )


def calibrate(
    runs: LoadRuns,
    tightest_ms: float,
    *,
    rates: Sequence[float] = RATES,
    seconds: float = 2.0,
    workers: int = 1,
    calls: int = 1,
    enough: float = 0.0,
    told: Callable[[str], None] = lambda line: None,
) -> Proof:
    """Prove the generator: each rate for so many seconds with flows of so many calls, then the known delay.

    `tightest_ms` is the tightest limit of the run's targets, `enough` the rate that the run needs. Raises CouldNotRun.
    """
    steps: tuple[Step, ...] = ()
    for _ in range(_TRIES):
        told("how fast can the generator go here?")
        tried = null_steps(runs, tightest_ms, rates=rates, seconds=seconds, workers=workers, calls=calls)
        steps = max(steps, tried, key=lambda one: highest_rate(one, tightest_ms))
        if steps and highest_rate(steps, tightest_ms) >= enough:
            break
    steps = steps or tried
    null, read = null_mean_at(steps, _DELAY_RATE), math.inf
    for _ in range(_TRIES):
        told(f"does it read {DELAY_MS:g} ms as {DELAY_MS:g} ms?")
        heard = known_delay(runs, DELAY_MS, seconds=max(2.0, seconds))
        read = min(read, heard, key=lambda one: abs(one - null - DELAY_MS))
        if abs(read - null - DELAY_MS) <= DELAY_ERROR_MS:
            break
    return Proof(steps, DELAY_MS, read, null)


def null_steps(
    runs: LoadRuns,
    tightest_ms: float,
    *,
    rates: Sequence[float] = RATES,
    seconds: float = 2.0,
    workers: int = 1,
    calls: int = 1,
) -> tuple[Step, ...]:
    """Rates held against a server that answers at once, up to the first that does not hold. Raises CouldNotRun."""
    ordered = sorted(rates)
    stages = (
        Stage(_SETTLING, ordered[0]),
        *(stage for rate in ordered for stage in (Stage(0, rate), Stage(seconds, rate))),
    )
    heard = _Steps(ordered, seconds, tightest_ms)
    with answering() as url:
        profile = _profile(ordered[-1], stages, calls)
        made = runs.make(Run(profile, {"known": url}, _SETTLING + seconds * len(ordered), workers), heard.hear)
    return heard.steps(made.tally)


def known_delay(runs: LoadRuns, delay_ms: float, *, seconds: float = 3.0) -> float:
    """The mean in ms, as the generator reads it, of a server that answers after exactly so long. Raises CouldNotRun."""
    with answering(delay_ms) as url:
        profile = _profile(_DELAY_RATE, (Stage(_SETTLING, _DELAY_RATE),), 1)
        made = runs.make(Run(profile, {"known": url}, _SETTLING + seconds))
    cell = total(cell for (second, _), cell in made.tally.cells.items() if second >= _SETTLING)
    if not cell.count or cell.errors:
        raise CouldNotRun(f"the server with a known delay was not measured: {dict(cell.errors) or 'no requests'}")
    return cell.response_sum / cell.count


def canary() -> float:
    """Milliseconds of a fixed piece of work, the best of five: before and after a run it should be the same."""
    return min(_worked() for _ in range(5))


def fingerprint() -> str:
    """What a calibration holds for: this processor, kernel and interpreter, without naming the machine."""
    model = ""
    with contextlib.suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    facts = (model, os.cpu_count(), platform.release(), platform.machine(), sys.version)
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


@contextlib.contextmanager
def answering(delay_ms: float = 0.0) -> Iterator[str]:
    """A server of known answers; gives its address. Raises CouldNotRun."""
    delay = [f"{delay_ms:g}"] if delay_ms else []
    process = subprocess.Popen(
        [sys.executable, "-m", "truemirror.adapters.load_runs.answering", *delay],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        if not port:
            raise CouldNotRun("the calibration server did not start")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            assert stream is not None
            stream.close()


class _Steps:
    """Seconds of one run as steps, and the word that it is enough."""

    def __init__(self, rates: Sequence[float], seconds: float, tightest_ms: float) -> None:
        """Nothing was heard yet."""
        self._rates = rates
        self._seconds = seconds
        self._tightest_ms = tightest_ms
        self.tally = Tally()

    def hear(self, part: Tally, under_way: int) -> bool:
        """Whether a step that is over did not hold."""
        self.tally = add_tallies(self.tally, part)
        newest = max(self.tally.instrument, default=0)
        over = int((newest - _SETTLING - 1) // self._seconds)
        return any(
            not holds(self._step(self.tally, at), self._tightest_ms) for at in range(min(over, len(self._rates)))
        )

    def steps(self, tally: Tally) -> tuple[Step, ...]:
        """All steps that were measured, up to the first that does not hold."""
        found = []
        for at in range(len(self._rates)):
            step = self._step(tally, at)
            if step.made <= 0:
                break
            found.append(step)
            if not holds(step, self._tightest_ms):
                break
        return tuple(found)

    def _step(self, tally: Tally, at: int) -> Step:
        """One of them: its seconds, without the first where there are more."""
        first = _SETTLING + at * self._seconds
        seconds = range(int(first) + (1 if self._seconds >= 2 else 0), int(first + self._seconds))
        lag: dict[int, int] = {}
        planned = begun = 0
        for second in seconds:
            if second in tally.instrument:
                one = tally.instrument[second]
                lag, planned, begun = added(lag, one.lag), planned + one.planned, begun + one.begun
        cell = total(cell for (second, _), cell in tally.cells.items() if second in seconds)
        mean = cell.response_sum / cell.count if cell.count and not cell.errors else float("inf")
        expected = self._rates[at] * len(seconds)
        is_behind = planned < expected - _CHANCE * math.sqrt(expected)
        made = begun / (expected if is_behind else max(planned, 1))
        return Step(self._rates[at], made, percentile(lag, 0.99) or 0.0, mean)


def _profile(rate: float, stages: tuple[Stage, ...], calls: int) -> Profile:
    """So many plain requests a flow."""
    call = Call("known", "GET /", "GET", "/")
    return Profile("calibration", Arrivals(rate), (), (Flow("known", (call,) * calls),), stages, timeout=5.0)


def _worked() -> float:
    """Milliseconds of arithmetic that nothing outside can change."""
    began, value = time.perf_counter(), 1
    for number in range(_WORK):
        value = (value * 1103515245 + number) & 0x7FFFFFFF
    assert value
    return (time.perf_counter() - began) * 1000
