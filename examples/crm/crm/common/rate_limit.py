"""A limit on requests per caller: a bucket that fills steadily and empties with use."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable

from crm.common.errors import too_many

_MOST_CALLERS = 10_000


class RateLimit:
    """Lets each caller make `per_minute` requests in a minute, in bursts of at most as many."""

    def __init__(self, per_minute: int, seconds: Callable[[], float] = time.monotonic) -> None:
        self._capacity = float(per_minute)
        self._per_second = per_minute / 60
        self._seconds = seconds
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def spend(self, caller: str) -> None:
        """Count one request of `caller`, or refuse it."""
        now = self._seconds()
        left, since = self._buckets.pop(caller, (self._capacity, now))
        left = min(self._capacity, left + (now - since) * self._per_second)
        allowed = left >= 1
        self._buckets[caller] = (left - 1 if allowed else left, now)
        if len(self._buckets) > _MOST_CALLERS:
            self._buckets.popitem(last=False)
        if not allowed:
            wait = math.ceil(1 / self._per_second)
            raise too_many("rate_limited", "Too many requests with this token.", wait)
