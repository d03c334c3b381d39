"""Bounds for shares of which few were seen."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from truemirror.core.load.rare import bounds, requests_for_none_seen


@pytest.mark.parametrize(("seen", "n"), [(0, 100), (3, 500), (29, 3000), (500, 500)])
def test_independent_requests_have_the_exact_interval(seen: int, n: int) -> None:
    """As scipy computes it, two-sided at twice alpha."""
    told = stats.binomtest(seen, n).proportion_ci(0.99, method="exact")
    assert bounds(seen, n, 1.0, 0.005) == pytest.approx((told.low, told.high))


@given(st.integers(0, 200), st.integers(0, 2000), st.floats(1, 50))
def test_dependence_never_narrows_the_bounds(seen: int, more: int, tau: float) -> None:
    """And the share that was seen lies between them."""
    n = seen + more
    low, high = bounds(seen, n, tau, 0.005)
    narrow_low, narrow_high = bounds(seen, n, 1.0, 0.005)
    assert low <= narrow_low + 1e-12
    assert high >= narrow_high - 1e-12
    if n:
        assert low - 1e-9 <= seen / n <= high + 1e-9


@given(st.integers(1, 500), st.floats(1, 20))
def test_more_seen_raises_both_bounds(seen: int, tau: float) -> None:
    """Of as many requests."""
    less, more = bounds(seen - 1, 1000, tau, 0.005), bounds(seen, 1000, tau, 0.005)
    assert less[0] <= more[0]
    assert less[1] <= more[1]


def test_without_requests_nothing_is_known() -> None:
    """Any share is possible."""
    assert bounds(0, 0, 1.0, 0.005) == (0.0, 1.0)


def test_none_seen_needs_so_many_requests() -> None:
    """299 for p99 and 2,995 for p99.9 at 95 %, as the bound itself says."""
    assert math.ceil(requests_for_none_seen(0.01, 1.0, 0.05)) == 299
    assert math.ceil(requests_for_none_seen(0.001, 1.0, 0.05)) == 2995
    assert bounds(0, 299, 1.0, 0.05)[1] <= 0.01 < bounds(0, 298, 1.0, 0.05)[1]
    assert requests_for_none_seen(0.01, 4.0, 0.05) == 4 * requests_for_none_seen(0.01, 1.0, 0.05)
    assert requests_for_none_seen(0.0, 1.0, 0.05) == math.inf
    assert requests_for_none_seen(1.0, 1.0, 0.05) == 0
