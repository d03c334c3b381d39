"""Strategies of schemas and of values that have a chance to conform to them."""

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from truemirror.core.schema.reading import Dialect

NAMES = st.sampled_from(["a", "b", "ab", "c"])
COUNTS = st.integers(0, 3)
TYPES = st.sampled_from(["null", "boolean", "integer", "number", "string", "array", "object"])
NUMBERS = st.sampled_from([-1, 0, 0.5, 1, 1.0, 2, 3, 0.1, 1.5])
PATTERNS = st.sampled_from(["^a", "b$", "^a?b", "[bc]", "^(?:ab)*$"])
SCALARS = st.one_of(st.none(), st.booleans(), NUMBERS, st.sampled_from(["", "a", "b", "ab", "abc"]))
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=6,
)
"""Small values of few words, so that schemas take some of them."""


def schemas(dialect: Dialect) -> st.SearchStrategy[Any]:
    """Valid schemas of a draft, which may refer to three definitions and to themselves."""
    inner = st.deferred(lambda: _schema(dialect, inner))
    home = "definitions" if dialect.age <= Dialect.DRAFT7.age else "$defs"
    held = st.fixed_dictionaries({name: _schema(dialect, inner) for name in ("x", "y")})
    return st.builds(lambda top, more: {**top, home: more}, _object(dialect, inner), held)


def _schema(dialect: Dialect, inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A schema, a boolean one where the draft has them."""
    one = _object(dialect, inner)
    return one if dialect is Dialect.DRAFT4 else st.one_of(one, one, one, st.booleans())


def _object(dialect: Dialect, inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A schema of a few keywords."""
    keywords = st.sampled_from(sorted(_keywords(dialect, inner)))
    names = st.lists(keywords, max_size=3, unique=True)
    return names.flatmap(lambda chosen: _with(dialect, inner, chosen))


def _with(dialect: Dialect, inner: st.SearchStrategy[Any], chosen: list[str]) -> st.SearchStrategy[Any]:
    """A schema of these keywords."""
    known = _keywords(dialect, inner)
    return st.fixed_dictionaries({name: known[name] for name in chosen}).map(_allowed)


def _allowed(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema without what its draft refuses."""
    for name, other in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(schema.get(name), bool) and other not in schema:
            del schema[name]
    return schema


def _keywords(dialect: Dialect, inner: st.SearchStrategy[Any]) -> Mapping[str, st.SearchStrategy[Any]]:
    """The keywords of a draft, with their arguments."""
    some, named = st.lists(inner, min_size=1, max_size=3), st.dictionaries(NAMES, inner, max_size=3)
    names = st.lists(NAMES, min_size=1, max_size=2, unique=True)
    home = "definitions" if dialect.age <= Dialect.DRAFT7.age else "$defs"
    maybe = st.one_of(st.booleans(), inner)
    words: dict[str, st.SearchStrategy[Any]] = {
        "type": st.one_of(TYPES, st.lists(TYPES, min_size=1, max_size=3, unique=True)),
        "enum": st.lists(VALUES, min_size=1, max_size=3, unique_by=repr).filter(_no_twins),
        "minimum": NUMBERS,
        "maximum": NUMBERS,
        "multipleOf": st.sampled_from([1, 2, 0.5, 0.1, 0.3]),
        "minLength": COUNTS,
        "maxLength": COUNTS,
        "pattern": PATTERNS,
        "properties": named,
        "patternProperties": st.dictionaries(PATTERNS, inner, max_size=2),
        "additionalProperties": maybe,
        "required": names,
        "minProperties": COUNTS,
        "maxProperties": COUNTS,
        "minItems": COUNTS,
        "maxItems": COUNTS,
        "uniqueItems": st.booleans(),
        "allOf": some,
        "anyOf": some,
        "oneOf": some,
        "not": inner,
        "$ref": st.sampled_from([f"#/{home}/x", f"#/{home}/y", "#"]),
    }
    return {**words, **_of_draft(dialect, inner, some, names, maybe)}


def _no_twins(values: list[Any]) -> bool:
    """Whether no two values are equal, not even `1` and `1.0`."""
    return all(one != two for place, one in enumerate(values) for two in values[:place])


def _of_draft(
    dialect: Dialect,
    inner: st.SearchStrategy[Any],
    some: st.SearchStrategy[Any],
    names: st.SearchStrategy[Any],
    maybe: st.SearchStrategy[Any],
) -> Mapping[str, st.SearchStrategy[Any]]:
    """The keywords that not all drafts have, or not in this form."""
    words: dict[str, st.SearchStrategy[Any]] = {}
    if dialect is Dialect.DRAFT202012:
        words |= {"prefixItems": some, "items": inner}
    else:
        words |= {"items": st.one_of(inner, some), "additionalItems": maybe}
    if dialect.age <= Dialect.DRAFT7.age:
        words |= {"dependencies": st.dictionaries(NAMES, st.one_of(names, inner), max_size=2)}
    else:
        words |= {"dependentRequired": st.dictionaries(NAMES, names, max_size=2)}
        words |= {"dependentSchemas": st.dictionaries(NAMES, inner, max_size=2)}
        words |= {"minContains": COUNTS, "maxContains": COUNTS}
        words |= {"unevaluatedItems": inner, "unevaluatedProperties": inner}
    if dialect.age >= Dialect.DRAFT7.age:
        words |= {"if": inner, "then": inner, "else": inner}
    if dialect is Dialect.DRAFT4:
        return {**words, "exclusiveMinimum": st.booleans(), "exclusiveMaximum": st.booleans()}
    bounds = {"exclusiveMinimum": NUMBERS, "exclusiveMaximum": NUMBERS}
    return {**words, **bounds, "const": VALUES, "contains": inner, "propertyNames": inner}
