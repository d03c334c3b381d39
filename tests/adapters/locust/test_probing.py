"""How the machine does."""

import pytest

from truemirror.adapters.locust.probing import _stolen

LINE = "cpu  100 0 50 800 10 0 5 35 0 0\ncpu0 1 2 3\n"


def test_steal_is_the_eighth_column_of_all() -> None:
    """Guest time is in user time already (proc(5)), so it is not added again."""
    assert _stolen(lambda: LINE) == (35, 1000)


@pytest.mark.parametrize("text", ["", "cpu", "cpu x y", "cpu 1 2"])
def test_a_system_that_says_nothing_has_no_steal(text: str) -> None:
    """A short line, or none that can be read."""
    assert _stolen(lambda: text)[0] == 0
