"""Whether the answers became slower or faster while they were measured: a trend that is both certain and large.

Rules: Mann and Kendall's test counts how many pairs of batches ascend and how many descend; it knows nothing of the
size, so the halves must differ by a share of the limit as well. Source: Kendall, Rank Correlation Methods; normal
approximation with the correction for ties.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

CERTAIN = 0.01
"""A trend that chance makes more rarely than this is one."""
LARGE = 0.05
"""Halves that differ by more than this share of the limit differ."""


@dataclass(frozen=True, slots=True)
class Drift:
    """A trend over the batches."""

    p: float
    """The chance of such a trend where there is none, both directions."""
    first: float
    """The mean of the first half."""
    last: float

    def is_one(self, limit: float) -> bool:
        """Whether it is certain and large, measured by a limit in the same unit."""
        return self.p < CERTAIN and self.is_large(limit)

    def is_large(self, limit: float) -> bool:
        """Whether the halves differ by enough to matter, whatever chance makes of it."""
        return abs(self.last - self.first) > LARGE * limit


def drift_of(means: Sequence[float]) -> Drift:
    """The trend in means of batches, in the order of time."""
    n = len(means)
    half = n // 2
    first, last = means[:half], means[n - half :]
    if not half:
        return Drift(1.0, 0.0, 0.0)
    return Drift(_p(means), math.fsum(first) / half, math.fsum(last) / half)


def _p(means: Sequence[float]) -> float:
    """The two-sided p of Mann and Kendall."""
    n = len(means)
    score = sum((later > one) - (later < one) for at, one in enumerate(means) for later in means[at + 1 :])
    ties = sum(t * (t - 1) * (2 * t + 5) for t in Counter(means).values())
    variance = (n * (n - 1) * (2 * n + 5) - ties) / 18
    if variance <= 0 or not score:
        return 1.0
    return math.erfc((abs(score) - 1) / math.sqrt(2 * variance))
