"""How often the rule says which word, and how often simpler rules are wrong, at known true means.

Rules: the service is the simulated queue of `queue_runs`; judged is by the real `judge`, with everything it demands;
the first look is followed by the second only when it decided nothing, as a run does.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy
from tests.core.load.queue_runs import RATE, Runs, simulated
from tests.core.load.tallies import CALIBRATED, KIND, generator, profile

from truemirror.core.load.judge import judge
from truemirror.core.load.profile import Profile
from truemirror.core.load.tally import Cell, Tally
from truemirror.core.load.verdict import Verdict

LIMIT = 46.0
WARM_UP = 10
LOOKS = (60.0, 180.0)
SEED = 20_260

SERVICE_MS: Mapping[float, float] = {
    0.80: 32.79,
    0.90: 35.11,
    0.95: 36.06,
    1.00: 36.92,
    1.05: 37.69,
    1.10: 38.46,
    1.20: 39.75,
}
"""The mean service time whose mean response is this part of the limit, solved for with `queue_runs.true_mean`."""


@dataclass(frozen=True, slots=True)
class Sums:
    """Many runs, second by second; a row each."""

    counts: numpy.ndarray
    sums: numpy.ndarray
    squares: numpy.ndarray


def by_second(runs: Runs, seconds: int) -> Sums:
    """Counts, sums and sums of squares of the requests that were meant to begin in each second."""
    rows = numpy.broadcast_to(numpy.arange(len(runs.starts))[:, None], runs.starts.shape)
    inside = (runs.starts >= 0) & (runs.starts < seconds)
    at = rows[inside] * seconds + runs.starts[inside].astype(int)
    times = runs.responses[inside]

    def summed(weights: numpy.ndarray | None) -> numpy.ndarray:
        """One number a second."""
        return numpy.bincount(at, weights, minlength=len(runs.starts) * seconds).reshape(-1, seconds)

    return Sums(summed(None), summed(times), summed(times * times))


def tallies(sums: Sums) -> Iterator[Tally]:
    """Each run as a generator would have counted it."""
    for counts, totals, squares in zip(sums.counts.tolist(), sums.sums.tolist(), sums.squares.tolist(), strict=True):
        cells = {
            (second, KIND): Cell(count, total, square, total)
            for second, (count, total, square) in enumerate(zip(counts, totals, squares, strict=True))
        }
        yield Tally(cells, {second: generator(count) for second, count in enumerate(counts)}, workers=("w0",))


def asked(guard: float = 0.0) -> Profile:
    """The recommended rule: 20 batches, 0.5 % for each look and side, looks at 60 and 180 s."""
    return profile(rate=RATE, mean_ms=LIMIT, looks=LOOKS, guard=guard)


def word(run: Tally, rule: Profile) -> tuple[Verdict, int]:
    """What is said, and at which look."""
    for look, end in enumerate(rule.judging.looks, start=1):
        (found,) = judge(rule, run, WARM_UP + end, CALIBRATED)
        if found.verdict.is_conclusive or look == len(rule.judging.looks):
            return found.verdict, look
    raise AssertionError("a rule has looks")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    part: float
    """The true mean as a part of the limit."""
    runs: int
    passed: float
    failed: float
    undecided: float
    second_look: float


def row(part: float, runs: int, seed: int = SEED) -> Row:
    """The recommended rule at one true mean."""
    made = simulated(runs, WARM_UP + LOOKS[-1], numpy.full(runs, SERVICE_MS[part]), seed)
    said = [word(run, asked()) for run in tallies(by_second(made, int(WARM_UP + LOOKS[-1])))]

    def share(verdict: Verdict) -> float:
        """How often it was said."""
        return sum(one is verdict for one, _ in said) / runs

    second = sum(look == 2 for _, look in said) / runs
    return Row(part, runs, share(Verdict.PASS), share(Verdict.FAIL), share(Verdict.INCONCLUSIVE), second)


@dataclass(frozen=True, slots=True)
class Simple:
    """How often a simple rule is wrong at a mean that is the limit: both sides have 5 % by their own account."""

    false_pass: float
    false_fail: float


def point_estimate(sums: Sums, seconds: int) -> Simple:
    """`mean <= limit`, and nothing more."""
    counts, totals = (one[:, WARM_UP : WARM_UP + seconds].sum(axis=1) for one in (sums.counts, sums.sums))
    low = totals / counts <= LIMIT
    return Simple(float(low.mean()), float((~low).mean()))


def independent_interval(sums: Sums, seconds: int, level: float = 0.95) -> Simple:
    """The interval of textbooks, for requests that know nothing of each other."""
    counts, totals, squares = (
        one[:, WARM_UP : WARM_UP + seconds].sum(axis=1) for one in (sums.counts, sums.sums, sums.squares)
    )
    mean = totals / counts
    error = numpy.sqrt((squares / counts - mean * mean) / counts) * NormalDist().inv_cdf(level)
    return Simple(float((mean + error <= LIMIT).mean()), float((mean - error > LIMIT).mean()))
