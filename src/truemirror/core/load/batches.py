"""The mean of dependent samples with bounds that hold: equal parts of time, and how much they differ.

    k batches of time, batch j with count c_j and sum s_j
    m = sum s_j / sum c_j        d_j = s_j - m c_j        se = sqrt( k/(k-1) * sum d_j^2 ) / sum c_j
    bounds m -+ t(1-alpha, k-1) * se

Rules: requests that meet in a queue are slow together, so their own spread says far too little about the mean; batches
longer than the queue's memory are nearly independent. What is summed is the response time or an indicator (over a
limit, failed), so every gate is a mean. Sources: the ratio estimator and batch means of the textbooks on simulation
(Law & Kelton, chapter 9); the halving of k by the correlation of neighbours as in SBatch.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from truemirror.core.load.quantiles import t_quantile

LEAST_BATCHES = 10
LEAST_SECONDS = 3
"""A batch is no shorter."""
LEAST_REQUESTS = 100
"""A batch has no fewer requests on average."""
MOST_CORRELATION = 0.3
"""Neighbours that agree more than this are too short."""


@dataclass(frozen=True, slots=True)
class Series:
    """One number per second: how many requests were meant to begin in it, and the sum of what is judged."""

    counts: tuple[float, ...]
    sums: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean and how well it is known."""

    mean: float
    error: float
    """Its standard error."""
    count: float
    """Requests."""
    batches: int
    lag1: float
    """How alike neighbouring batches are: their correlation."""

    def bound(self, share: float) -> float:
        """Below this lies the true mean with such a chance. Raises UsageError without scipy."""
        return self.mean + t_quantile(share, self.batches - 1) * self.error if self.error else self.mean


def batches_for(seconds: int, requests: float, wanted: int) -> int:
    """Into how many batches a window may be cut: at most `wanted`; fewer than LEAST_BATCHES is too few to judge."""
    return int(min(wanted, seconds // LEAST_SECONDS, requests // LEAST_REQUESTS))


def cut(series: Series, batches: int) -> Series:
    """So many batches of equal time; what does not fit is left out at the beginning."""
    length = len(series.counts) // batches
    begin = len(series.counts) - length * batches
    parts = range(begin, len(series.counts), length)
    return Series(
        tuple(math.fsum(series.counts[at : at + length]) for at in parts),
        tuple(math.fsum(series.sums[at : at + length]) for at in parts),
    )


def estimated(series: Series, batches: int) -> Estimate:
    """The mean over a series of seconds, from so many batches; from half as many (at least LEAST_BATCHES) when
    neighbours are too much alike. Where even those are, the error is widened as for a first-order process.
    """
    found = _ratio(cut(series, batches))
    if found.lag1 > MOST_CORRELATION and batches > LEAST_BATCHES:
        found = _ratio(cut(series, max(LEAST_BATCHES, batches // 2)))
    return _widened(found)


def stratified(parts: Sequence[tuple[Estimate, float]]) -> Estimate:
    """The mean of a mix whose shares are declared, so that a mix which came out otherwise by chance moves nothing.

    Each part comes with its share. Errors add in squares; degrees of freedom are those of the fewest batches.
    """
    return Estimate(
        mean=math.fsum(share * one.mean for one, share in parts),
        error=math.sqrt(math.fsum((share * one.error) ** 2 for one, share in parts)),
        count=math.fsum(one.count for one, _ in parts),
        batches=min(one.batches for one, _ in parts),
        lag1=max(one.lag1 for one, _ in parts),
    )


def inflation(estimate: Estimate, variance: float) -> float:
    """Tau: how many dependent requests tell as much as one independent one; 1 where the spread is zero or unknown."""
    if variance <= 0 or not estimate.count:
        return 1.0
    return max(1.0, estimate.error * estimate.error * estimate.count / variance)


def _ratio(series: Series) -> Estimate:
    """The ratio estimator over batches."""
    k, count = len(series.counts), math.fsum(series.counts)
    mean = math.fsum(series.sums) / count
    apart = [total - mean * size for total, size in zip(series.sums, series.counts, strict=True)]
    spread = math.fsum(one * one for one in apart)
    return Estimate(mean, math.sqrt(k / (k - 1) * spread) / count, count, k, _lag1(apart, spread))


def _lag1(apart: Sequence[float], spread: float) -> float:
    """The correlation of neighbours."""
    if spread <= 0:
        return 0.0
    return math.fsum(one * following for one, following in pairwise(apart)) / spread


def _widened(found: Estimate) -> Estimate:
    """The error of a first-order process with that correlation is larger by sqrt((1+r)/(1-r))."""
    if found.lag1 <= MOST_CORRELATION:
        return found
    r = min(found.lag1, 0.95)
    error = found.error * math.sqrt((1 + r) / (1 - r))
    return Estimate(found.mean, error, found.count, found.batches, found.lag1)
