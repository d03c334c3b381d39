"""When the run has settled: the second before which answers do not count.

Rules: what is left out is the longest of what the profile says, the ramp, and the point that MSER finds. MSER leaves
out as many seconds as make the standard error of the rest smallest; when that is over half of the run, nothing has
settled. It is MSER-5 (White, Cobb & Spratt 2000) with the means of single seconds, each already the mean of many
requests, in the place of the means of five values.
"""

import math
from collections.abc import Sequence


def mser(means: Sequence[float]) -> int | None:
    """How many of the first values to leave out; None when it is more than half: not settled.

    argmin over d of sum (Y_i - mean_d)^2 / (n-d)^2, sums taken from the end so that it costs one pass. The last five
    values alone are never the rest: a few equal ones at the end would always win. Among points that differ by no more
    than the rounding of floats the earliest wins.
    """
    n = len(means)
    best, at = math.inf, 0
    total = squares = 0.0
    middle = math.fsum(means) / n if n else 0.0  # values are taken from it, so that squares lose no digits
    rounding = 1e-12 * (1 + middle * middle) if n else 0.0
    for d in range(n - 1, -1, -1):
        total += means[d] - middle
        squares += (means[d] - middle) ** 2
        left = n - d
        score = (squares - total * total / left) / (left * left)
        if left >= min(n, 5) and score <= best + rounding:
            best, at = min(best, score), d
    return at if at <= n / 2 else None
