"""How often the rule says which word, and how often simpler rules are wrong, at known true means.

    python -m tests.core.load.operating        writes operating.json anew (some minutes); docs/load-verdict.md shows it

Rules: the service is the simulated queue of `queue_runs`; judged is by the real `judge`, with everything it demands;
the first look is followed by the second only when it decided nothing, as a run does.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import NormalDist

import numpy
from tests.core.load.queue_runs import RATE, Floats, Runs, simulated
from tests.core.load.tallies import KIND, generator, profile

from truemirror.core.load.calibration import Calibration
from truemirror.core.load.judge import judge
from truemirror.core.load.profile import Profile
from truemirror.core.load.quantiles import t_quantile
from truemirror.core.load.tally import Cell, Tally
from truemirror.core.load.verdict import Verdict

LIMIT = 46.0
WARM_UP = 10
LOOKS = (60.0, 180.0)
SEED = 20_260
PERFECT = Calibration(r_max=1000.0, null_mean_ms=0.0)
"""A generator that takes no time of its own: what is simulated is the service alone."""
FILE = Path(__file__).with_name("operating.json")

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
        yield Tally(
            cells, {second: generator(count, lag_ms=0.0) for second, count in enumerate(counts)}, workers=("w0",)
        )


def asked(guard: float = 0.0) -> Profile:
    """The recommended rule: 20 batches, 0.5 % for each look and side, looks at 60 and 180 s."""
    return profile(rate=RATE, mean_ms=LIMIT, looks=LOOKS, guard=guard)


def word(run: Tally, rule: Profile) -> tuple[Verdict, int]:
    """What is said, and at which look."""
    for look, end in enumerate(rule.judging.looks, start=1):
        (found,) = judge(rule, run, WARM_UP + end, PERFECT)
        if found.verdict.is_conclusive or look == len(rule.judging.looks):
            return found.verdict, look
    raise AssertionError("a rule has looks")


@dataclass(frozen=True, slots=True)
class Row:
    """How often each word is said, at one true mean."""

    part: float
    """The true mean as a part of the limit."""
    runs: int
    passed: float
    failed: float
    undecided: float
    second_look: float


def made(part: float, runs: int, seed: int = SEED) -> Sums:
    """Runs long enough for both looks."""
    seconds = int(WARM_UP + LOOKS[-1])
    return by_second(simulated(runs, seconds, numpy.full(runs, SERVICE_MS[part]), seed), seconds)


def whole_rule(part: float, sums: Sums) -> Row:
    """What `judge` says."""
    said = [word(run, asked()) for run in tallies(sums)]

    def share(verdict: Verdict) -> float:
        """How often it was said."""
        return sum(one is verdict for one, _ in said) / len(said)

    second = sum(look == 2 for _, look in said) / len(said)
    return Row(part, len(said), share(Verdict.PASS), share(Verdict.FAIL), share(Verdict.INCONCLUSIVE), second)


def bounds_alone(part: float, sums: Sums) -> Row:
    """What the bounds of 20 batches say at the two looks, without warm-up, drift and correlation being asked."""
    said = numpy.zeros(len(sums.counts))
    second = 0.0
    for look in LOOKS:
        mean, error = batched(sums, int(look))
        half = t_quantile(1 - asked().judging.alpha, 19) * error
        now = numpy.where(mean + half <= LIMIT, 1.0, numpy.where(mean - half > LIMIT, -1.0, 0.0))
        second = float((said == 0).mean())
        said = numpy.where(said == 0, now, said)
    shares = (float((said == one).mean()) for one in (1, -1, 0))
    return Row(part, len(said), *shares, second)


def batched(sums: Sums, seconds: int) -> tuple[Floats, Floats]:
    """The mean of each run and its standard error from 20 batches."""
    counts, totals = (
        one[:, WARM_UP : WARM_UP + seconds].reshape(len(one), 20, -1).sum(axis=2) for one in (sums.counts, sums.sums)
    )
    n = counts.sum(axis=1)
    mean = totals.sum(axis=1) / n
    apart = totals - mean[:, None] * counts
    return mean, numpy.sqrt(20 / 19 * (apart * apart).sum(axis=1)) / n


@dataclass(frozen=True, slots=True)
class Simple:
    """How often a rule is wrong at a mean that is the limit."""

    rule: str
    runs: int
    seconds: int
    false_pass: float
    false_fail: float


def simple_rules(sums: Sums, seconds: int) -> Iterator[Simple]:
    """Rules that look once and at nothing but the mean: an estimate, an interval for independent requests, batches."""
    counts, totals, squares = (
        one[:, WARM_UP : WARM_UP + seconds].sum(axis=1) for one in (sums.counts, sums.sums, sums.squares)
    )
    mean, error = batched(sums, seconds)
    independent = numpy.sqrt((squares / counts - (totals / counts) ** 2) / counts)
    for rule, half in (
        ("the estimate alone", 0 * mean),
        ("interval for independent requests, 95 %", NormalDist().inv_cdf(0.95) * independent),
        ("20 batches, t, 95 %", t_quantile(0.95, 19) * error),
        ("20 batches, t, 99 %", t_quantile(0.99, 19) * error),
    ):
        wrong_pass, wrong_fail = (mean + half <= LIMIT).mean(), (mean - half > LIMIT).mean()
        yield Simple(rule, len(mean), seconds, float(wrong_pass), float(wrong_fail))


def at_the_limit(runs: int) -> list[Simple]:
    """The simple rules after 60 and 180 seconds, at a mean that is the limit."""
    sums = made(1.0, runs)
    return [one for seconds in (60, 180) for one in simple_rules(sums, seconds)]


@dataclass(frozen=True, slots=True)
class Tables:
    """What the page shows."""

    whole: tuple[Row, ...]
    bounds: tuple[Row, ...]
    simple: tuple[Simple, ...]


def kept() -> Tables:
    """The tables as they were last computed."""
    found = json.loads(FILE.read_text(encoding="utf-8"))
    whole, bounds = (tuple(Row(**one) for one in found[name]) for name in ("whole", "bounds"))
    return Tables(whole, bounds, tuple(Simple(**one) for one in found["simple"]))


def computed(runs: int, simple_runs: int) -> Tables:
    """The tables, computed."""
    sums = {part: made(part, runs) for part in SERVICE_MS}
    whole = tuple(whole_rule(part, one) for part, one in sums.items())
    bounds = tuple(bounds_alone(part, one) for part, one in sums.items())
    return Tables(whole, bounds, tuple(at_the_limit(simple_runs)))


if __name__ == "__main__":
    FILE.write_text(json.dumps(asdict(computed(400, 600)), indent=1) + "\n", encoding="utf-8")
