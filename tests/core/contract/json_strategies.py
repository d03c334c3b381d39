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
