"""The mean of dependent samples and its bounds."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from truemirror.core.load.batches import (
    Estimate,
    Series,
    batches_for,
    cut,
    estimated,
    inflation,
    stratified,
)


def _series(batch_means: list[float], length: int = 3, count: float = 100.0) -> Series:
    """Batches of equal seconds."""
    means = [mean for mean in batch_means for _ in range(length)]
    return Series(tuple(count for _ in means), tuple(count * mean for mean in means))


def _chance(n: int, seed: int = 3) -> list[float]:
    """Means without any memory."""
    draw = random.Random(seed)
    return [draw.gauss(40, 5) for _ in range(n)]


def test_with_equal_counts_it_is_the_t_interval_of_the_batch_means() -> None:
    """As scipy computes it."""
    means = _chance(20)
    found = estimated(_series(means), 20)
    told = stats.t.interval(0.99, 19, loc=sum(means) / 20, scale=stats.sem(means))
    assert (found.bound(0.005), found.bound(0.995)) == pytest.approx(told)
    assert found.batches == 20


def test_busy_batches_weigh_more() -> None:
    """The mean is over requests, not over batches."""
    series = Series((100.0, 300.0) * 10, (100 * 10.0, 300 * 20.0) * 10)
    assert estimated(series, 20).mean == 17.5


def test_neighbours_that_are_alike_are_put_together() -> None:
    """Twenty batches that wander slowly become ten; if those are alike as well, the error is widened."""
    wave = [40 + 10 * math.sin(at * math.pi / 2) for at in range(10)]
    pairs = [mean for mean in wave for _ in range(2)]
    assert estimated(_series(pairs), 20).batches == 10
    slow = [float(at) for at in range(20)]
    found = estimated(_series(slow), 20)
    plain = stats.sem([at * 2 + 0.5 for at in range(10)])
    assert found.batches == 10
    assert found.error > 1.5 * plain


def test_what_does_not_fit_is_left_out_at_the_beginning() -> None:
    """62 seconds make 20 batches of three."""
    series = Series(tuple(float(at) for at in range(62)), (0.0,) * 62)
    parts = cut(series, 20)
    assert len(parts.counts) == 20
    assert sum(parts.counts) == sum(range(2, 62))


@pytest.mark.parametrize(
    ("seconds", "requests", "wanted", "made"),
    [(60, 7200, 20, 20), (45, 7200, 20, 15), (60, 1500, 20, 15), (29, 7200, 20, 9), (60, 999, 20, 9)],
)
def test_a_batch_has_three_seconds_and_a_hundred_requests(
    seconds: int, requests: float, wanted: int, made: int
) -> None:
    """So there may be fewer than wanted."""
    assert batches_for(seconds, requests, wanted) == made


def test_answers_that_are_all_the_same_have_no_error() -> None:
    """And one request tells as much as any other."""
    found = estimated(_series([40.0] * 20), 20)
    assert (found.mean, found.error, found.lag1, found.bound(0.995)) == (40.0, 0.0, 0.0, 40.0)
    assert inflation(found, 0.0) == 1.0


def test_inflation_is_how_many_dependent_requests_make_an_independent_one() -> None:
    """Variance of the mean over that of independent ones: (0.5 ms)^2 * 6000 / (20 ms)^2."""
    assert inflation(Estimate(40.0, 0.5, 6000, 20, 0.0), 400.0) == 3.75
    assert inflation(Estimate(40.0, 0.01, 6000, 20, 0.0), 400.0) == 1.0


@given(st.lists(st.floats(1, 100), min_size=20, max_size=20), st.floats(-50, 50))
def test_a_constant_moves_the_mean_and_leaves_the_error(means: list[float], more: float) -> None:
    """Bounds move with it."""
    one, other = estimated(_series(means), 20), estimated(_series([mean + more for mean in means]), 20)
    assert other.mean == pytest.approx(one.mean + more, abs=1e-9)
    if one.error > 1e-6 and abs(one.lag1 - 0.3) > 1e-6:
        assert other.error == pytest.approx(one.error, rel=1e-6)


def test_a_stratified_mean_has_the_declared_shares() -> None:
    """And the error of independent parts."""
    found = stratified([(Estimate(10, 3.0, 100, 20, 0.1), 0.25), (Estimate(50, 1.0, 900, 10, 0.2), 0.75)])
    assert (found.mean, found.count, found.batches, found.lag1) == (40.0, 1000, 10, 0.2)
    assert found.error == pytest.approx(math.hypot(0.75, 0.75))
