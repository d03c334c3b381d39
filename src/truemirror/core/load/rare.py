"""Bounds for a share of which few were seen: Clopper and Pearson's, from as many requests as count as independent.

Rules: neighbours in a busy queue are slow together, so n requests tell no more than n/tau independent ones; both the
requests and what was seen among them are divided by tau. Bounds are one-sided, each with the chance `alpha` of being
wrong. Source: Clopper & Pearson, Biometrika 26 (1934), as quantiles of the beta distribution.
"""

import math

from truemirror.core.load.quantiles import beta_quantile

FEW = 30
"""Fewer than so many, seen or allowed, are rare."""


def bounds(seen: float, requests: float, tau: float, alpha: float) -> tuple[float, float]:
    """The lowest and the highest share that what was seen agrees with; without requests nothing is known: (0, 1)."""
    independent = requests / max(1.0, tau)
    hits = min(seen / max(1.0, tau), independent)
    if independent <= 0:
        return 0.0, 1.0
    misses = independent - hits
    low = beta_quantile(alpha, hits, misses + 1) if hits > 0 else 0.0
    high = beta_quantile(1 - alpha, hits + 1, misses) if misses > 0 else 1.0
    return low, high


def requests_for_none_seen(share: float, tau: float, alpha: float) -> float:
    """How many requests, none of them over, show that no more than `share` are: ln(alpha) / ln(1 - share), by tau."""
    if share <= 0:
        return math.inf
    return max(1.0, tau) * math.log(alpha) / math.log1p(-share) if share < 1 else 0.0
