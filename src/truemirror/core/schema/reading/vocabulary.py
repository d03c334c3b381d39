"""Which keywords hold schemas, in which shape, and which drafts know them.

Rules: tables only; a keyword that a draft does not know is not there.
"""

from collections.abc import Iterator, Mapping
from enum import Enum, auto
from typing import Final

from truemirror.core.schema.reading.dialect import Dialect
from truemirror.core.schema.terms import Json


class Shape(Enum):
    """How a keyword holds schemas."""

    ONE = auto()
    LIST = auto()
    NAMED = auto()
    ONE_OR_LIST = auto()
    NAMED_OR_NAMES = auto()
    """By name, a schema or a list of names."""


_FOUR, _SIX, _SEVEN = Dialect.DRAFT4.age, Dialect.DRAFT6.age, Dialect.DRAFT7.age
_NINETEEN, _TWENTY = Dialect.DRAFT201909.age, Dialect.DRAFT202012.age

_AGES: Final[Mapping[str, tuple[int, int]]] = {
    **dict.fromkeys(("const", "contains", "propertyNames"), (_SIX, _TWENTY)),
    **dict.fromkeys(("if", "then", "else"), (_SEVEN, _TWENTY)),
    **dict.fromkeys(("$defs", "dependentRequired", "dependentSchemas", "contentSchema"), (_NINETEEN, _TWENTY)),
    **dict.fromkeys(("unevaluatedItems", "unevaluatedProperties"), (_NINETEEN, _TWENTY)),
    **dict.fromkeys(("minContains", "maxContains", "$anchor"), (_NINETEEN, _TWENTY)),
    **dict.fromkeys(("$recursiveRef", "$recursiveAnchor"), (_NINETEEN, _NINETEEN)),
    **dict.fromkeys(("$dynamicRef", "$dynamicAnchor", "prefixItems"), (_TWENTY, _TWENTY)),
    "dependencies": (_FOUR, _SEVEN),
    "additionalItems": (_FOUR, _NINETEEN),
    "id": (_FOUR, _FOUR),
    "$id": (_SIX, _TWENTY),
}
"""The oldest and the newest draft that knows a keyword; one that is not here is in all of them."""

_SHAPES: Final[Mapping[str, Shape]] = {
    **dict.fromkeys(("additionalItems", "additionalProperties", "contains", "contentSchema"), Shape.ONE),
    **dict.fromkeys(("if", "then", "else", "not", "propertyNames"), Shape.ONE),
    **dict.fromkeys(("unevaluatedItems", "unevaluatedProperties"), Shape.ONE),
    **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), Shape.LIST),
    **dict.fromkeys(("$defs", "definitions", "dependentSchemas"), Shape.NAMED),
    **dict.fromkeys(("patternProperties", "properties"), Shape.NAMED),
    "items": Shape.ONE_OR_LIST,
    "dependencies": Shape.NAMED_OR_NAMES,
}


def knows(dialect: Dialect, keyword: str) -> bool:
    """Whether a draft knows a keyword."""
    oldest, newest = _AGES.get(keyword, (_FOUR, _TWENTY))
    return oldest <= dialect.age <= newest


def refers_alone(dialect: Dialect) -> bool:
    """Whether a `$ref` makes its draft blind for everything beside it."""
    return dialect.age <= _SEVEN


def inner_schemas(schema: Mapping[str, Json], dialect: Dialect) -> Iterator[tuple[tuple[str, ...], Json]]:
    """The schemas right inside a schema, with the steps that lead there."""
    for keyword, held in schema.items():
        shape = _SHAPES.get(keyword)
        if shape is None or not knows(dialect, keyword):
            continue
        if isinstance(held, list) and shape in (Shape.LIST, Shape.ONE_OR_LIST):
            yield from (((keyword, str(number)), one) for number, one in enumerate(held))
        elif isinstance(held, Mapping) and shape in (Shape.NAMED, Shape.NAMED_OR_NAMES):
            yield from (((keyword, name), one) for name, one in held.items() if not isinstance(one, list))
        elif shape in (Shape.ONE, Shape.ONE_OR_LIST):
            yield (keyword,), held
