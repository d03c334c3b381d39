"""Schemas and pairs of them for laws: small ones of every family of keywords, and edits of them."""

from typing import Any

from hypothesis import strategies as st

from truemirror.core.schema.reading import Source, dialect_of

_NAMES = st.sampled_from(["a", "b", "c"])
_SMALL = st.integers(0, 4)
_WORDS = st.sampled_from(["a", "b", "ab", 1, 2, None, True])

_leaves: st.SearchStrategy[Any] = st.one_of(
    st.booleans(),
    st.just({}),
    st.fixed_dictionaries({"type": st.sampled_from(["string", "integer", "number", "boolean", "null", "object"])}),
    st.fixed_dictionaries({"type": st.just(["string", "null"])}),
    st.fixed_dictionaries(
        {"type": st.just("integer")}, optional={"minimum": _SMALL, "maximum": _SMALL, "multipleOf": st.integers(1, 3)}
    ),
    st.fixed_dictionaries({}, optional={"exclusiveMinimum": _SMALL, "maximum": _SMALL}),
    st.fixed_dictionaries(
        {"type": st.just("string")},
        optional={"minLength": _SMALL, "maxLength": _SMALL, "pattern": st.sampled_from(["^a", "b$", "^[ab]+$"])},
    ),
    st.builds(lambda found: {"enum": found}, st.lists(_WORDS, min_size=1, max_size=3, unique_by=repr)),
    st.builds(lambda found: {"const": found}, _WORDS),
)


def _combined(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Schemas that are made of others."""
    some = st.lists(inner, min_size=1, max_size=3)
    members = st.dictionaries(_NAMES, inner, max_size=3)
    return st.one_of(
        st.fixed_dictionaries(
            {"type": st.just("object"), "properties": members},
            optional={
                "required": st.lists(_NAMES, max_size=2, unique=True),
                "additionalProperties": inner,
                "patternProperties": st.dictionaries(st.sampled_from(["^a", "b"]), inner, max_size=1),
                "maxProperties": _SMALL,
                "dependentRequired": st.just({"a": ["b"]}),
            },
        ),
        st.fixed_dictionaries(
            {"type": st.just("array")},
            optional={
                "items": inner,
                "prefixItems": some,
                "minItems": _SMALL,
                "maxItems": _SMALL,
                "uniqueItems": st.booleans(),
                "contains": inner,
            },
        ),
        st.builds(lambda found: {"anyOf": found}, some),
        st.builds(lambda found: {"oneOf": found}, some),
        st.builds(lambda found: {"allOf": found}, some),
        st.builds(lambda found: {"not": found}, inner),
        st.builds(lambda one, two, three: {"if": one, "then": two, "else": three}, inner, inner, inner),
    )


schemas = st.recursive(_leaves, _combined, max_leaves=6)
"""Any schema."""

values: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.sampled_from([None, True, False, "", "a", "b", "ab", "aaaaa", 0, 1, 2, 3, -1, 0.5, 5]), st.integers(-3, 9)
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(_NAMES, inner, max_size=3)),
    max_leaves=6,
)
"""Any value that such schemas have something to say about."""


def sources(old: Any, new: Any) -> tuple[Source, Source]:
    """Two schemas in the draft that they are written in together."""
    dialect = dialect_of(old, new)
    return Source(old, dialect), Source(new, dialect)
