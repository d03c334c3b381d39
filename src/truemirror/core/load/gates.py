"""One number of a target held against its limit: the mean, a percentile, the share of errors.

Rules: PASS when the upper bound keeps the limit, FAIL when the lower one breaks it, else INCONCLUSIVE. A percentile is
a share (`p95 <= 120 ms` is `at most 0.05 take longer than 120 ms`), so every gate is a mean of exact counts. Shares of
which few were seen, or may be seen, have Clopper and Pearson's bounds. A FAIL stands only if neither lateness nor the
generator's own time explains it. No requests, no verdict.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from truemirror.core.load import rare
from truemirror.core.load.batches import LEAST_BATCHES, Estimate, Series, batches_for, estimated, inflation, stratified
from truemirror.core.load.profile import Judging
from truemirror.core.load.quantiles import normal_quantile
from truemirror.core.load.selected import Seconds
from truemirror.core.load.verdict import Gate, Verdict

POWER = 0.8
"""The chance of a verdict that `need_more_s` is computed for."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a series tells of its mean."""

    mean: float
    low: float
    high: float
    n: int
    tau: float
    variance: float
    """Of single requests."""
    seconds: float


@dataclass(frozen=True, slots=True)
class Excuse:
    """What of a failure may be the generator's."""

    ms: float = 0.0
    """Mean lateness and the generator's own time."""
    share_late: float = 0.0
    """The share of flows so late that they may be over a percentile's limit for that alone."""


def mean_gate(
    seconds: Seconds, limit_ms: float, judging: Judging, excuse: Excuse, mix: Sequence[tuple[Seconds, float]] = ()
) -> Gate:
    """The mean response time. With a `mix` it is that of its parts, each with the share that was declared."""
    found = _of_the_mix(mix, judging) if mix else _estimate(seconds.responses(), judging)
    if found is None:
        return _too_few(Gate("mean_ms", Verdict.INCONCLUSIVE, limit_ms), seconds, judging)
    whole = seconds.whole
    variance = max(0.0, whole.response_squares / whole.count - (whole.response_sum / whole.count) ** 2)
    bounds = _bounds(found, judging, variance, inflation(found, variance), len(seconds.cells))
    return _decided(Gate("mean_ms", Verdict.INCONCLUSIVE, limit_ms), bounds, judging, excuse.ms)


def share_gate(seconds: Seconds, over_ms: float, share: float, judging: Judging, excuse: Excuse, tau: float) -> Gate:
    """The share of requests over a limit. `tau` is that of the mean, for shares too rare to have one of their own."""
    gate = Gate(percentile_name(share), Verdict.INCONCLUSIVE, share, over_ms=over_ms)
    series = seconds.over(over_ms)
    if series is None:
        return replace(
            gate, verdict=Verdict.INVALID, reasons=(f"nobody counted how many took longer than {over_ms:g} ms",)
        )
    bounds = _share_bounds(series, share, judging, tau)
    if bounds is None:
        return _too_few(gate, seconds, judging)
    return _decided(gate, bounds, judging, excuse.share_late)


def error_gate(seconds: Seconds, share: float, judging: Judging) -> Gate:
    """The share of failed requests. They count as independent of each other until some were seen to come together."""
    gate = Gate("errors", Verdict.INCONCLUSIVE, share)
    bounds = _share_bounds(seconds.errors(), share, judging, 1.0)
    if bounds is None:
        return _too_few(gate, seconds, judging)
    decided = _decided(gate, bounds, judging, 0.0)
    kinds = sorted(seconds.whole.errors.items(), key=lambda pair: (-pair[1], pair[0]))[:5]
    told = ", ".join(f"{kind} ({count:,})" for kind, count in kinds)
    return replace(decided, reasons=(*decided.reasons, f"failed: {told}")) if told else decided


def percentile_name(share: float) -> str:
    """0.05 is p95_ms, 0.001 is p999_ms."""
    digits = f"{1 - share:.10f}"[2:].rstrip("0")
    return f"p{digits:0<2}_ms"


def _estimate(series: Series, judging: Judging) -> Estimate | None:
    """The mean from batches; None when there are too few requests or seconds for them."""
    count = math.fsum(series.counts)
    batches = batches_for(len(series.counts), count, judging.batches)
    return estimated(series, batches) if batches >= LEAST_BATCHES else None


def _of_the_mix(mix: Sequence[tuple[Seconds, float]], judging: Judging) -> Estimate | None:
    """The mean of the declared mix; None when some part has too few requests by itself."""
    parts = [(found, share) for one, share in mix if (found := _estimate(one.responses(), judging)) is not None]
    return stratified(parts) if len(parts) == len(mix) else None


def _bounds(found: Estimate, judging: Judging, variance: float, tau: float, seconds: float) -> Bounds:
    """By Student's t over the batches."""
    return Bounds(
        found.mean,
        found.bound(judging.alpha),
        found.bound(1 - judging.alpha),
        round(found.count),
        tau,
        variance,
        seconds,
    )


def _share_bounds(series: Series, share: float, judging: Judging, tau: float) -> Bounds | None:
    """Of an indicator: from batches, or exact where few were seen or may be seen."""
    n, seen = math.fsum(series.counts), math.fsum(series.sums)
    found = _estimate(series, judging)
    if found is None:
        return None
    variance = found.mean * (1 - found.mean)
    own = inflation(found, variance)
    if min(seen, n - seen, n * share) >= rare.FEW:
        return _bounds(found, judging, variance, own, len(series.counts))
    tau = max(own, tau)
    low, high = rare.bounds(seen, n, tau, judging.alpha)
    return Bounds(found.mean, low, high, round(n), tau, variance, len(series.counts))


def _decided(gate: Gate, bounds: Bounds, judging: Judging, excuse: float) -> Gate:
    """The gate with its verdict."""
    gate = replace(
        gate, estimate=bounds.mean, lcl=max(0.0, bounds.low), ucl=bounds.high, n=bounds.n, tau=round(bounds.tau, 2)
    )
    if bounds.high <= gate.limit * (1 - judging.guard):
        return replace(gate, verdict=Verdict.PASS)
    if bounds.low - excuse > gate.limit * (1 + judging.guard):
        return replace(gate, verdict=Verdict.FAIL, reasons=(_broken(gate),))
    if bounds.low > gate.limit * (1 + judging.guard):
        return replace(gate, reasons=(f"{_broken(gate)}, but lateness of the generator may explain it",))
    more = _need_more(gate, bounds, judging)
    return replace(gate, need_more_s=more, reasons=(_between(gate, more),))


def _need_more(gate: Gate, bounds: Bounds, judging: Judging) -> float | None:
    """Seconds beyond these until a verdict with a chance of POWER, if the true mean is the estimate.

    n = tau * ((z(1-alpha) + z(POWER)) * sigma / (limit - mean))^2, and no less than a share of which none was seen
    takes. None when the estimate is the limit itself, or for over a day.
    """
    apart = gate.limit - bounds.mean
    if not apart:
        return None
    z = normal_quantile(1 - judging.alpha) + normal_quantile(POWER)
    wanted = bounds.tau * (z * z * bounds.variance / (apart * apart))
    if gate.metric != "mean_ms" and apart > 0:
        wanted = max(wanted, rare.requests_for_none_seen(gate.limit, bounds.tau, judging.alpha))
    more = wanted * bounds.seconds / bounds.n - bounds.seconds
    return None if more > 86_400 else float(max(1, math.ceil(more)))


def _broken(gate: Gate) -> str:
    """What a failure says."""
    if gate.metric == "mean_ms":
        return f"the mean is {gate.estimate:.1f} ms, at least {gate.lcl:.1f} ms; the limit is {gate.limit:g} ms"
    return f"{_of(gate)}: {gate.estimate:.2%}, at least {gate.lcl:.2%}; at most {gate.limit:.3g} is allowed"


def _between(gate: Gate, more: float | None) -> str:
    """What bounds on both sides of a limit say."""
    if gate.metric == "mean_ms":
        said = (
            f"the mean lies between {gate.lcl:.1f} and {gate.ucl:.1f} ms, the limit of {gate.limit:g} ms between them"
        )
    else:
        said = f"{_of(gate)}: between {gate.lcl:.2%} and {gate.ucl:.2%}, allowed are {gate.limit:.2%}"
    return f"{said}; " + (f"about {more:.0f} s more would tell" if more else "it is too near the limit for any run")


def _of(gate: Gate) -> str:
    """What is counted."""
    return f"requests over {gate.over_ms:g} ms" if gate.over_ms is not None else "requests that failed"


def _too_few(gate: Gate, seconds: Seconds, judging: Judging) -> Gate:
    """Without enough to judge by."""
    whole = seconds.whole
    n, length = whole.count, len(seconds.cells)
    if not n:
        return replace(gate, reasons=("no request was measured",))
    said = f"{n:,} requests in {length} s are too few to judge by; it takes 10 parts of 100 requests and 3 s each"
    if judging.stratified:
        said += ", of every operation"
    more = max(30 - length, math.ceil(1000 * length / n) - length)
    return replace(gate, n=n, need_more_s=float(more) if more > 0 else None, reasons=(said,))
