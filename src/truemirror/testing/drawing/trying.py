"""Values that are drawn, looked at, and replaced by known ones where luck does not suffice.

Rules: what is given has passed the look; known values are the last resort, so that rare ones never starve a test.
"""

import copy
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from hypothesis import reject
from hypothesis import strategies as st

Strategy: TypeAlias = st.SearchStrategy[Any]
Draw: TypeAlias = st.DrawFn
Look: TypeAlias = Callable[[Any], bool]

_TRIES = 4


@st.composite
def tried(draw: Draw, drawn: Strategy, is_good: Look, spare: Callable[[], Sequence[Any]]) -> Any:
    """A drawn value that is good; after some tries in vain, one of the spare ones."""
    for _ in range(_TRIES):
        value = draw(drawn)
        if is_good(value):
            return value
    known = spare()
    if not known:
        reject()
    return copy.deepcopy(draw(st.sampled_from(known)))


def any_of(strategies: Sequence[Strategy]) -> Strategy:
    """One of some strategies, the simplest first; a single one stays what it is."""
    return strategies[0] if len(strategies) == 1 else st.one_of(*strategies)
