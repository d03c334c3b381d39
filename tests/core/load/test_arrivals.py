"""When flows are meant to begin."""

import math
import random
from collections.abc import Iterator
from itertools import count, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.load.arrivals import expected, ramp_seconds, rate_at, starts
from truemirror.core.load.profile import Arrivals, Model, Stage


def _uniforms(seed: int = 7) -> Iterator[float]:
    """As good as chance."""
    draw = random.Random(seed).random
    return (draw() for _ in count())


_STAGES = st.lists(st.builds(Stage, seconds=st.floats(0, 5), rate=st.floats(0, 50)), max_size=3)
_MODELS = st.sampled_from([Model.POISSON, Model.CONSTANT])


def test_constant_arrivals_are_evenly_spaced_from_zero() -> None:
    """Two a second for two seconds."""
    assert list(starts(Arrivals(2.0, model=Model.CONSTANT), (), 2.0, _uniforms())) == [0.0, 0.5, 1.0, 1.5]


def test_a_trace_repeats_its_gaps_at_the_rate_of_the_run() -> None:
    """At its own rate they are the recorded ones; at twice the rate half of them."""
    gaps = (0.1, 0.3)
    own = list(starts(Arrivals(5.0, model=Model.TRACE, gaps=gaps), (), 1.0, _uniforms()))
    assert own == pytest.approx([0.0, 0.1, 0.4, 0.5, 0.8, 0.9])
    twice = list(starts(Arrivals(10.0, model=Model.TRACE, gaps=gaps), (), 0.5, _uniforms()))
    assert twice == pytest.approx([0.0, 0.05, 0.2, 0.25, 0.4, 0.45])


def test_poisson_arrivals_have_the_rate_and_the_spread_of_chance() -> None:
    """Counts of seconds have a variance like their mean, gaps a standard deviation like theirs."""
    found = list(starts(Arrivals(100.0), (), 200.0, _uniforms()))
    assert len(found) == pytest.approx(20_000, abs=5 * math.sqrt(20_000))
    counts = [0] * 200
    for at in found:
        counts[int(at)] += 1
    mean = sum(counts) / 200
    assert sum((one - mean) ** 2 for one in counts) / 199 == pytest.approx(mean, rel=0.4)
    gaps = [later - one for one, later in pairwise(found)]
    assert sum(gap > 0.02 for gap in gaps) / len(gaps) == pytest.approx(math.exp(-2), rel=0.1)


def test_a_ramp_makes_the_arrivals_that_its_area_says() -> None:
    """From 0 to 100 a second in 10 s are 500, most of them late."""
    arrivals, stages = Arrivals(100.0, model=Model.CONSTANT), (Stage(10.0, 100.0),)
    found = list(starts(arrivals, stages, 20.0, _uniforms()))
    assert sum(at < 10 for at in found) == 500
    assert sum(at < 5 for at in found) == 125
    assert len(found) == 1500
    assert expected(arrivals, stages, 0, 20) == 1500
    assert rate_at(arrivals, stages, 5) == 50
    assert ramp_seconds(stages) == 10


@given(_MODELS, st.floats(0.5, 50), _STAGES, st.integers(1, 5))
def test_starts_ascend_and_keep_inside_the_run(model: Model, rate: float, stages: list[Stage], workers: int) -> None:
    """For each worker, whatever the stages."""
    for worker in range(workers):
        found = list(starts(Arrivals(rate, model=model), stages, 12.0, _uniforms(), worker=worker, workers=workers))
        assert all(one <= later for one, later in pairwise(found))
        assert all(0 <= at < 12 for at in found)


@given(st.floats(0.5, 50), _STAGES, st.integers(1, 5), st.booleans())
def test_workers_share_one_schedule(rate: float, stages: list[Stage], workers: int, trace: bool) -> None:
    """What needs no chance is dealt out: together the workers make exactly what one would."""
    arrivals = Arrivals(rate, model=Model.TRACE if trace else Model.CONSTANT, gaps=(0.1, 0.7, 0.2) if trace else ())
    alone = list(starts(arrivals, stages, 8.0, _uniforms()))
    dealt = [
        at
        for worker in range(workers)
        for at in starts(arrivals, stages, 8.0, _uniforms(), worker=worker, workers=workers)
    ]
    assert sorted(dealt) == alone


@given(st.floats(0.5, 50), _STAGES)
def test_as_many_arrive_as_are_expected(rate: float, stages: list[Stage]) -> None:
    """Without chance the count is the summed rate, to the next whole number."""
    arrivals = Arrivals(rate, model=Model.CONSTANT)
    found = len(list(starts(arrivals, stages, 12.0, _uniforms())))
    assert found == pytest.approx(expected(arrivals, stages, 0, 12.0), abs=1.001)


def test_streams_of_workers_are_independent_and_add_up_to_the_rate() -> None:
    """Each with uniforms of its own."""
    dealt = [list(starts(Arrivals(90.0), (), 100.0, _uniforms(one), worker=one, workers=3)) for one in range(3)]
    assert all(len(one) == pytest.approx(3000, abs=300) for one in dealt)
    assert len({at for one in dealt for at in one}) == sum(len(one) for one in dealt)


@given(
    st.lists(st.floats(0.01, 5), min_size=1, max_size=6).map(tuple),
    st.floats(0.5, 50),
    st.floats(0, 6),
    st.floats(6, 12),
)
def test_of_a_trace_exactly_as_many_are_expected_as_arrive(
    gaps: tuple[float, ...], rate: float, begin: float, end: float
) -> None:
    """However its gaps are bunched; one may fall to either side of an edge by rounding."""
    arrivals = Arrivals(rate, model=Model.TRACE, gaps=gaps)
    found = sum(begin <= at for at in starts(arrivals, (), end, _uniforms()))
    assert expected(arrivals, (), begin, end) == pytest.approx(found, abs=2)
