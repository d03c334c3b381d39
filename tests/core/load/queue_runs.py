"""A busy service of six workers, simulated: the response times of many runs at once, and the true mean to solve for.

Rules: arrivals are Poisson, service times lognormal with a coefficient of variation of 1, first come first served
(M/G/6). numpy comes with scipy. Everything is a function of the seed. Means that were solved for are kept here as
numbers, and a nightly test solves for them again.
"""

import math
from dataclasses import dataclass

import numpy
from numpy.typing import NDArray

SERVERS = 6
RATE = 120.0
"""Requests a second."""
SETTLE = 30.0
"""Seconds that the queue runs before anything is measured, beginning empty."""

Floats = NDArray[numpy.float64]


@dataclass(frozen=True, slots=True)
class Runs:
    """Many runs of one service; a row each."""

    starts: Floats
    """Intended starts in seconds, the first of them after SETTLE is at about 0."""
    responses: Floats
    """Milliseconds."""


def simulated(runs: int, seconds: float, service_ms: Floats, seed: int) -> Runs:
    """So many runs of so many seconds; `service_ms` is the mean service time of each run.

    Kiefer and Wolfowitz: each request takes the server that is free first. All runs step together, a request a step.
    """
    random = numpy.random.default_rng(seed)
    requests = int((seconds + SETTLE) * RATE * 1.03 + 300)
    starts = numpy.cumsum(random.exponential(1 / RATE, (requests, runs)), axis=0)
    spread = math.sqrt(math.log(2.0))
    service = random.lognormal(-spread * spread / 2, spread, (requests, runs)) * (service_ms / 1000.0)
    free = numpy.zeros((runs, SERVERS))
    rows = numpy.arange(runs)
    ends = numpy.empty((requests, runs))
    for at in range(requests):
        server = free.argmin(axis=1)
        ends[at] = numpy.maximum(starts[at], free[rows, server]) + service[at]
        free[rows, server] = ends[at]
    return Runs((starts - SETTLE).T, ((ends - starts) * 1000.0).T)


def true_mean(service_ms: float, seed: int = 1, runs: int = 400, seconds: float = 600.0) -> float:
    """The mean response of a very long run, in ms."""
    found = simulated(runs, seconds, numpy.full(runs, service_ms), seed)
    inside = (found.starts >= 0) & (found.starts < seconds)
    return float(found.responses[inside].mean())
