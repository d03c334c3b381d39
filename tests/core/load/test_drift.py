"""Whether answers became slower or faster."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from truemirror.core.load.drift import drift_of


def test_a_trend_is_one_when_it_is_certain_and_large() -> None:
    """From 40 to 60 ms against a limit of 46."""
    found = drift_of([40.0 + at for at in range(20)])
    assert found.p < 0.001
    assert (found.first, found.last) == (44.5, 54.5)
    assert found.is_one(46)


def test_a_certain_trend_that_is_small_is_none() -> None:
    """A tenth of a millisecond in all."""
    found = drift_of([40 + at / 200 for at in range(20)])
    assert found.p < 0.001
    assert not found.is_one(46)


def test_large_chance_is_no_trend() -> None:
    """Twenty values in disorder."""
    values = [40.0 + at for at in range(20)]
    random.Random(4).shuffle(values)
    assert not drift_of(values).is_one(46)


def test_of_too_few_values_there_is_no_trend() -> None:
    """None, one, all the same."""
    assert drift_of([]).p == 1
    assert drift_of([4.0]).p == 1
    assert drift_of([4.0] * 20).p == 1


@given(st.lists(st.integers(0, 30), min_size=12, max_size=30))
def test_p_is_near_that_of_kendalls_tau(values: list[int]) -> None:
    """Scipy's asymptotic one, which has no correction for steps; ties included."""
    found = drift_of([float(value) for value in values]).p
    if len(set(values)) > 6:
        told = stats.kendalltau(range(len(values)), values, method="asymptotic").pvalue
        assert found == pytest.approx(told, abs=0.06)


@given(st.lists(st.floats(0, 100), min_size=2, max_size=30))
def test_backwards_it_is_as_certain(values: list[float]) -> None:
    """And the halves change places."""
    there, back = drift_of(values), drift_of(values[::-1])
    assert there.p == pytest.approx(back.p)
    assert there.first == pytest.approx(back.last)
