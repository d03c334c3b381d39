"""Languages and words for laws: small ones over few letters, so that words often hit."""

from hypothesis import strategies as st

from truemirror.core.schema.codepoints import letters, others
from truemirror.core.schema.language import (
    ANY,
    NONE,
    Language,
    all_of,
    any_of,
    complement,
    exactly,
    in_order,
    one_of,
    times,
)

ALPHABET = "ab-"
WORDS = st.text(alphabet=ALPHABET, max_size=6)
LEAVES = st.one_of(
    st.sampled_from([ANY, NONE]),
    st.builds(exactly, st.text(alphabet=ALPHABET, max_size=3)),
    st.builds(lambda some: one_of(letters(some)), st.text(alphabet=ALPHABET, min_size=1)),
    st.builds(lambda some: one_of(others(letters(some))), st.text(alphabet=ALPHABET, min_size=1)),
)
BOUNDS = st.tuples(st.integers(0, 3), st.one_of(st.none(), st.integers(0, 3)))


def _times(body: Language, bounds: tuple[int, int | None]) -> Language:
    """A repetition; the upper bound is counted from the lower one."""
    fewest, more = bounds
    return times(body, fewest, None if more is None else fewest + more)


LANGUAGES = st.recursive(
    LEAVES,
    lambda some: st.one_of(
        st.builds(_times, some, BOUNDS),
        st.builds(in_order, some, some),
        st.builds(any_of, some, some, some),
        st.builds(all_of, some, some),
        st.builds(complement, some),
    ),
    max_leaves=8,
)
