"""Counts of times by bucket, for pictures and for lag: every bucket is 1 % wider than the one before.

    bucket_of(23.4)  ->  780        upper_ms(780)  ->  23.6...        percentile({780: 3}, 0.5)  ->  23.6...

Rules: a bucket is a whole number from 0 to LAST; times up to FIRST_MS are in bucket 0, those over an hour in LAST, so a
histogram has a bounded number of buckets whatever happens. Histograms add bucket by bucket. No verdict about a
percentile rests on them (that counts exactly, see `tally.Cell.over`); only the lag of the generator is read from one.
"""

import math
from collections.abc import Mapping
from typing import TypeVar

FIRST_MS = 0.01
"""Up to here all times are alike, in milliseconds."""

WIDTH = 1.01
"""How much greater each bucket's upper edge is than the one before."""

_LOG = math.log(WIDTH)
_LONGEST_MS = 3_600_000.0
LAST = math.ceil(math.log(_LONGEST_MS / FIRST_MS) / _LOG)
"""The last bucket, for everything from an hour on."""

K = TypeVar("K")


def bucket_of(ms: float) -> int:
    """The bucket of a time; a time that is no number counts as endless, one below zero as zero."""
    if ms <= FIRST_MS:
        return 0
    if not ms < _LONGEST_MS:
        return LAST
    return min(LAST, math.ceil(math.log(ms / FIRST_MS) / _LOG - 1e-9))


def upper_ms(bucket: int) -> float:
    """The longest time in a bucket, in milliseconds."""
    return FIRST_MS * WIDTH**bucket


def middle_ms(bucket: int) -> float:
    """The geometric middle of a bucket, where a picture draws it."""
    return upper_ms(bucket) / math.sqrt(WIDTH)


def added(one: Mapping[K, int], other: Mapping[K, int]) -> dict[K, int]:
    """Two histograms (or any counts by key) as one."""
    sums = dict(one)
    for key, count in other.items():
        sums[key] = sums.get(key, 0) + count
    return sums


def percentile(counts: Mapping[int, int], share: float) -> float | None:
    """The upper edge of the bucket below which this share of all times lies, in ms; None without any."""
    wanted = share * sum(counts.values())
    seen = 0
    for bucket in sorted(counts):
        seen += counts[bucket]
        if counts[bucket] and seen >= wanted:
            return upper_ms(bucket)
    return None


def share_over(counts: Mapping[int, int], ms: float) -> float:
    """Which share is in buckets that reach beyond a time: at least the share of times over it; 0 without any."""
    total = sum(counts.values())
    return sum(count for bucket, count in counts.items() if upper_ms(bucket) > ms) / total if total else 0.0
