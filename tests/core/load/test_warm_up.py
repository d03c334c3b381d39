"""When the run has settled."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.load.warm_up import mser


def _noise(n: int, seed: int = 5) -> list[float]:
    """Settled seconds."""
    draw = random.Random(seed)
    return [40 + draw.gauss(0, 1) for _ in range(n)]


@pytest.mark.parametrize("slow", [3, 10, 20])
def test_slow_seconds_at_the_beginning_are_left_out(slow: int) -> None:
    """All of those, and hardly more."""
    left_out = mser([400.0] * slow + _noise(60))
    assert left_out is not None
    assert slow <= left_out <= slow + 8


def test_settled_from_the_beginning_leaves_next_to_nothing_out() -> None:
    """Values that are all the same: nothing."""
    assert mser([40.1] * 70) == 0
    left_out = mser(_noise(70))
    assert left_out is not None
    assert left_out < 35


def test_what_grows_without_end_never_settles() -> None:
    """More than half would have to go."""
    assert mser([100 + 20.0 * second for second in range(70)]) is None


def test_of_nothing_nothing_is_left_out() -> None:
    """No seconds, one second."""
    assert mser([]) == 0
    assert mser([5.0]) == 0


@given(st.lists(st.floats(0, 1000), max_size=40))
def test_it_is_the_point_with_the_smallest_error_of_the_rest(means: list[float]) -> None:
    """As the formula says, term by term."""

    def score(d: int) -> float:
        """The formula."""
        rest = means[d:]
        middle = sum(rest) / len(rest)
        return sum((one - middle) ** 2 for one in rest) / len(rest) ** 2

    at = mser(means)
    if means:
        best = min(score(d) for d in range(max(1, len(means) - 4)))
        if at is not None:
            assert at <= len(means) / 2
            assert score(at) == pytest.approx(best, rel=1e-6, abs=1e-5)
        else:
            assert min(score(d) for d in range(len(means) // 2 + 1)) >= best
