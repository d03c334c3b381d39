"""JSON values for laws: plain ones, and ones that look like what services answer."""

from hypothesis import strategies as st

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
    st.sampled_from(["2026-01-31T12:00:00Z", "2026-01-31", "12.50", "a@b.example", "lead", "won", "7e57ab1e0001"]),
)
"""null, truth values, numbers and texts, some of them in formats."""

names = st.one_of(st.sampled_from(["id", "type", "name", "items", "kind", "42", "77"]), st.text(max_size=4))
"""Names of attributes, often the same ones."""

values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(names, inner, max_size=5)),
    max_leaves=12,
)
"""Any JSON value."""

samples = st.lists(values, min_size=1, max_size=8)
"""What was seen in one place."""

_texts = st.sampled_from(["a", "b", "lead", "x-1", "2026-01-31", "12.50"])
_kinds = st.sampled_from(["text", "image", "list"])

blocks = st.recursive(
    st.one_of(
        st.fixed_dictionaries({"type": st.just("text"), "text": _texts}),
        st.fixed_dictionaries({"type": st.just("image"), "url": _texts}, optional={"alt": _texts}),
        st.fixed_dictionaries({"shape": st.sampled_from(["circle", "rect"]), "n": st.integers(0, 9)}),
    ),
    lambda inner: st.one_of(
        st.fixed_dictionaries({"type": st.just("list"), "blocks": st.lists(inner, max_size=3)}),
        st.fixed_dictionaries({"id": _texts, "text": _texts}, optional={"replies": st.lists(inner, max_size=3)}),
        st.fixed_dictionaries({"kind": _kinds, "data": inner}),
        st.dictionaries(st.sampled_from(["en", "de", "fr", "EUR", "USD", "a/b", "usr_1a2b", "usr_9z8y"]), inner),
        st.lists(inner, max_size=3),
        st.tuples(st.integers(0, 3), _texts).map(list),
    ),
    max_leaves=10,
)
"""Nested variants, trees, maps and rows, as services answer them."""

trees = st.recursive(
    st.fixed_dictionaries({"id": _texts, "text": _texts, "replies": st.just([])}, optional={"by": _texts}),
    lambda inner: st.fixed_dictionaries(
        {"id": _texts, "text": _texts | st.none(), "replies": st.lists(inner, max_size=3)},
        optional={"parent": inner, "n": st.integers(0, 3) | st.floats(0, 1)},
    ),
    max_leaves=8,
)
"""Comments that hold comments."""

rich_samples = st.one_of(st.lists(blocks, min_size=1, max_size=8), st.lists(trees, min_size=1, max_size=5), samples)
"""What was seen in one place, of all sorts."""
