"""Keywords about single values: their type, which they are, numbers and strings.

Rules: one function per keyword; a whole number is an integer in every draft, `1.0` also in draft 4, as validators of
today have it.
"""

from decimal import Decimal
from fractions import Fraction
from typing import Final

from truemirror.core.schema.constant import exactly_value, fraction_of
from truemirror.core.schema.reading.error import Unreadable
from truemirror.core.schema.reading.patterns import matching
from truemirror.core.schema.reading.spot import ReadKeyword, Reads, Spot
from truemirror.core.schema.terms import (
    EVERYTHING,
    AtLeast,
    AtMost,
    IsTrue,
    Json,
    Kind,
    Kinds,
    Length,
    MultipleOf,
    Numbers,
    Opaque,
    Term,
    Words,
    both,
    either,
    negate,
)

_LARGEST: Final = 1_000
"""Numbers of more digits than this, before or after the point, are not worked with."""


def number(keyword: str, argument: Json) -> Fraction:
    """A number of a schema, exact. Raises Unreadable for one that is too long to be worked with."""
    exact = Decimal(repr(argument)) if isinstance(argument, float) else Decimal(argument)
    if not exact.is_finite() or abs(exact.adjusted()) > _LARGEST or len(exact.as_tuple().digits) > _LARGEST:
        raise Unreadable(keyword, "the number has too many digits")
    return fraction_of(argument)


def whole(argument: Json) -> int:
    """A count: `3.0` is one, too."""
    return int(argument)


def read_type(reads: Reads, spot: Spot, argument: Json) -> Term:
    """`type`: one of these."""
    names = argument if isinstance(argument, list) else [argument]
    kinds = Kinds(frozenset(Kind.NUMBER if name == "integer" else Kind(name) for name in names))
    return both(kinds, MultipleOf(Fraction(1))) if "integer" in names and "number" not in names else kinds


def read_enum(reads: Reads, spot: Spot, argument: Json) -> Term:
    """`enum`: equal to one of these."""
    reads.budget.spend(len(argument))
    words = frozenset(one for one in argument if isinstance(one, str))
    numbers = frozenset(number("enum", one) for one in argument if is_number(one))
    truths = {one for one in argument if isinstance(one, bool)}
    truth = EVERYTHING if len(truths) == 2 else IsTrue() if True in truths else negate(IsTrue())
    kinds = (
        *((Kind.STRING, Words(words)) for _ in (1,) if words),
        *((Kind.NUMBER, Numbers(numbers)) for _ in (1,) if numbers),
        *((Kind.BOOLEAN, truth) for _ in (1,) if truths),
        *((Kind.NULL, EVERYTHING) for _ in (1,) if None in argument),
    )
    scalars = (both(Kinds(frozenset((kind,))), term) for kind, term in kinds)
    return either(*scalars, *(_constant(reads, one) for one in argument if isinstance(one, list | dict)))


def is_number(value: Json) -> bool:
    """Whether a value is a number."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _constant(reads: Reads, value: Json) -> Term:
    """The term of one value, its numbers looked at before. Raises Unreadable."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        reads.budget.spend()
        if isinstance(one, dict):
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
        elif is_number(one):
            number("const", one)
    return exactly_value(value)


def read_const(reads: Reads, spot: Spot, argument: Json) -> Term:
    """`const`: equal to this."""
    return _constant(reads, argument)


def read_minimum(reads: Reads, spot: Spot, argument: Json) -> Term:
    """`minimum`, which a boolean `exclusiveMinimum` makes a bound that is not reached."""
    return AtLeast(number("minimum", argument), spot.node.get("exclusiveMinimum") is True)


def read_maximum(reads: Reads, spot: Spot, argument: Json) -> Term:
    """`maximum`, which a boolean `exclusiveMaximum` makes a bound that is not reached."""
    return AtMost(number("maximum", argument), spot.node.get("exclusiveMaximum") is True)


def read_exclusive_minimum(reads: Reads, spot: Spot, argument: Json) -> Term:
    """`exclusiveMinimum`: more than this."""
    return EVERYTHING if isinstance(argument, bool) else AtLeast(number("exclusiveMinimum", argument), True)


def read_exclusive_maximum(reads: Reads, spot: Spot, argument: Json) -> Term:
    """`exclusiveMaximum`: less than this."""
    return EVERYTHING if isinstance(argument, bool) else AtMost(number("exclusiveMaximum", argument), True)


def read_multiple_of(reads: Reads, spot: Spot, argument: Json) -> Term:
    """`multipleOf`: a whole multiple of this."""
    return MultipleOf(number("multipleOf", argument))


def read_min_length(reads: Reads, spot: Spot, argument: Json) -> Term:
    """`minLength`: at least so many code points."""
    return Length(whole(argument)) if argument > 0 else EVERYTHING


def read_max_length(reads: Reads, spot: Spot, argument: Json) -> Term:
    """`maxLength`: at most so many code points."""
    return Length(0, whole(argument))


def read_pattern_keyword(reads: Reads, spot: Spot, argument: Json) -> Term:
    """`pattern`: found in the string."""
    return matching(argument)


def read_format(reads: Reads, spot: Spot, argument: Json) -> Term:
    """`format`, where the policy asserts it."""
    return Opaque(Kind.STRING, f"format:{argument}") if argument in reads.policy.formats else EVERYTHING


KEYWORDS: Final[dict[str, ReadKeyword]] = {
    "type": read_type,
    "enum": read_enum,
    "const": read_const,
    "minimum": read_minimum,
    "maximum": read_maximum,
    "exclusiveMinimum": read_exclusive_minimum,
    "exclusiveMaximum": read_exclusive_maximum,
    "multipleOf": read_multiple_of,
    "minLength": read_min_length,
    "maxLength": read_max_length,
    "pattern": read_pattern_keyword,
    "format": read_format,
}
