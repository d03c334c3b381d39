"""Times by bucket."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.load.histogram import (
    FIRST_MS,
    LAST,
    WIDTH,
    added,
    bucket_of,
    middle_ms,
    percentile,
    share_over,
    upper_ms,
)

_TIMES = st.floats(FIRST_MS * 2, 3_000_000.0)


@given(_TIMES)
def test_a_time_lies_in_its_bucket(ms: float) -> None:
    """At most one per cent below its upper edge."""
    edge = upper_ms(bucket_of(ms))
    assert edge / WIDTH * (1 - 1e-8) <= ms <= edge * (1 + 1e-8)
    assert edge / WIDTH < middle_ms(bucket_of(ms)) < edge


@given(_TIMES, _TIMES)
def test_buckets_ascend_with_times(one: float, other: float) -> None:
    """A longer time is never in a lower bucket."""
    low, high = sorted((one, other))
    assert bucket_of(low) <= bucket_of(high)


@pytest.mark.parametrize(
    ("ms", "bucket"),
    [(-5.0, 0), (0.0, 0), (FIRST_MS, 0), (1e12, LAST), (math.inf, LAST), (math.nan, LAST), (-math.inf, 0)],
)
def test_impossible_times_have_a_bucket_too(ms: float, bucket: int) -> None:
    """So there is a bounded number of them."""
    assert bucket_of(ms) == bucket


_COUNTS = st.dictionaries(st.integers(0, LAST), st.integers(0, 50), max_size=20)


@given(_COUNTS, _COUNTS)
def test_the_percentile_of_a_sum_lies_between_those_of_its_parts(one: dict[int, int], other: dict[int, int]) -> None:
    """Histograms add bucket by bucket."""
    parts = [found for part in (one, other) if (found := percentile(part, 0.9)) is not None]
    whole = percentile(added(one, other), 0.9)
    assert added(one, other) == added(other, one)
    if not parts:
        assert whole is None
    else:
        assert whole is not None
        assert min(parts) <= whole <= max(parts)


@given(st.lists(_TIMES, min_size=1, max_size=50), st.sampled_from([0.5, 0.95, 0.99]))
def test_at_least_that_share_is_below_a_percentile(times: list[float], share: float) -> None:
    """Counted one by one."""
    counts: dict[int, int] = {}
    for ms in times:
        counts = added(counts, {bucket_of(ms): 1})
    edge = percentile(counts, share)
    assert edge is not None
    assert sum(ms <= edge * (1 + 1e-8) for ms in times) >= share * len(times)
    assert share_over(counts, 100.0) >= sum(ms > 100.0 * 1.0001 for ms in times) / len(times)
