"""Random terms over a small world of JSON values, and that world."""

from fractions import Fraction

from hypothesis import strategies as st

from truemirror.core.schema import language
from truemirror.core.schema.language_reading import read_pattern
from truemirror.core.schema.terms import (
    AtLeast,
    AtMost,
    Contains,
    Distinct,
    EveryItem,
    EveryMember,
    Has,
    IsTrue,
    ItemAt,
    Items,
    Json,
    Kind,
    Kinds,
    Length,
    Matches,
    Members,
    MultipleOf,
    Numbers,
    Term,
    Words,
    both,
    either,
    exactly_one,
    negate,
)

SCALARS: tuple[Json, ...] = (None, False, True, 0, 1, 2, 3, -1, 0.5, "", "a", "b", "ab")
WORLD: tuple[Json, ...] = (
    *SCALARS,
    *([one] for one in SCALARS),
    *([one, two] for one in SCALARS[::2] for two in SCALARS[::3]),
    [0, 0, 1],
    [1, 2, 3],
    ["a", "b", "a"],
    [[], {}],
    {},
    *({"a": one} for one in SCALARS),
    *({"b": one} for one in SCALARS[::2]),
    *({"a": one, "b": two} for one in SCALARS[::3] for two in SCALARS[::4]),
    {"a": {"a": 1}},
    {"a": [0, "a"]},
    {"a": 1, "b": "a", "ab": None},
    {"ab": 1},
)
"""Values small enough to try every term on all of them."""

_COUNTS = st.integers(0, 3)
_WINDOW = st.tuples(_COUNTS, st.none() | _COUNTS)
_NAMES = st.sampled_from(("a", "b", "ab"))
_FRACTIONS = st.sampled_from((Fraction(-1), Fraction(0), Fraction(1), Fraction(1, 2), Fraction(2), Fraction(3)))
_PATTERNS = st.sampled_from(tuple(read_pattern(text) for text in ("^a", "b$", "^.?$"))) | st.just(language.ANY)
_TEXTS = st.frozensets(_NAMES | st.just(""), max_size=3)

_NAME_TERMS = st.one_of(
    st.builds(Words, _TEXTS),
    st.builds(Matches, _PATTERNS),
    st.builds(Words, _TEXTS).map(negate),
    st.builds(both, st.builds(Words, _TEXTS).map(negate), st.builds(Matches, _PATTERNS).map(negate)),
)
_LEAVES = st.one_of(
    st.builds(Kinds, st.frozensets(st.sampled_from(Kind), min_size=1, max_size=4)),
    st.just(IsTrue()),
    st.builds(AtLeast, _FRACTIONS, st.booleans()),
    st.builds(AtMost, _FRACTIONS, st.booleans()),
    st.builds(MultipleOf, st.sampled_from((Fraction(1), Fraction(2), Fraction(3), Fraction(1, 2)))),
    st.builds(Numbers, st.frozensets(_FRACTIONS, max_size=3)),
    st.builds(Matches, _PATTERNS),
    _WINDOW.map(lambda window: Length(*window)),
    st.builds(Words, _TEXTS),
    st.builds(Has, _NAMES),
    _WINDOW.map(lambda window: Members(*window)),
    _WINDOW.map(lambda window: Items(*window)),
    st.just(Distinct()),
)


def _larger(terms: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    """Terms made of terms."""
    return st.one_of(
        st.builds(both, terms, terms),
        st.builds(either, terms, terms),
        st.builds(exactly_one, terms, terms),
        terms.map(negate),
        st.builds(EveryMember, _NAME_TERMS, terms),
        st.builds(ItemAt, st.integers(0, 2), terms),
        st.builds(EveryItem, st.integers(0, 2), terms),
        st.builds(Contains, st.integers(1, 2), terms),
    )


TERMS = st.recursive(_LEAVES, _larger, max_leaves=8)
"""Terms of all sorts but references and predicates."""
OF_ONE_KIND = st.builds(
    lambda kind, terms: both(Kinds(frozenset((kind,))), *terms),
    st.sampled_from(Kind),
    st.lists(TERMS, min_size=1, max_size=3),
)
"""Terms that speak of one kind of value, so that more of them meet."""
