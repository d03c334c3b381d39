"""The term of exactly one JSON value, and numbers as the fractions they are written as.

Rules: a float is the decimal number that its shortest spelling says, not the binary fraction nearest to it; `1` and
`1.0` are one value, `true` and `1` are two.
"""

from decimal import Decimal
from fractions import Fraction

from truemirror.core.schema.terms import (
    EveryMember,
    Has,
    IsTrue,
    ItemAt,
    Items,
    Json,
    Kind,
    Kinds,
    Members,
    Numbers,
    Term,
    Words,
    both,
    negate,
)


def exactly_value(value: Json) -> Term:
    """What equals a JSON value."""
    match value:
        case None:
            return _of(Kind.NULL)
        case bool():
            return _of(Kind.BOOLEAN, IsTrue() if value else negate(IsTrue()))
        case str():
            return _of(Kind.STRING, Words(frozenset((value,))))
        case list():
            items = (ItemAt(place, exactly_value(item)) for place, item in enumerate(value))
            return _of(Kind.ARRAY, Items(len(value), len(value)), *items)
        case dict():
            names = (Has(name) for name in value)
            members = (EveryMember(Words(frozenset((name,))), exactly_value(one)) for name, one in value.items())
            return _of(Kind.OBJECT, Members(len(value), len(value)), *names, *members)
        case _:
            return _of(Kind.NUMBER, Numbers(frozenset((fraction_of(value),))))


def _of(kind: Kind, *terms: Term) -> Term:
    """What is of a kind and in all of the terms."""
    return both(Kinds(frozenset((kind,))), *terms)


def fraction_of(number: int | float | Decimal) -> Fraction:
    """A JSON number as the fraction that its spelling says."""
    return Fraction(Decimal(repr(number)) if isinstance(number, float) else number)


def number_of(fraction: Fraction) -> int | float | Decimal:
    """A fraction as a JSON number: whole ones as int, others as float where that is exact, else as Decimal.

    Raises ValueError when no decimal number equals it.
    """
    if fraction.denominator == 1:
        return fraction.numerator
    try:
        short = fraction.numerator / fraction.denominator
    except OverflowError:
        short = 0.0
    return short if fraction_of(short) == fraction else _decimal_of(fraction)


def _decimal_of(fraction: Fraction) -> Decimal:
    """A fraction as a Decimal. Raises ValueError when no decimal number equals it."""
    rest, places = fraction.denominator, 0
    while rest % 10 == 0:
        rest, places = rest // 10, places + 1
    for prime in (2, 5):
        while rest % prime == 0:
            rest, places = rest // prime, places + 1
    if rest != 1:
        raise ValueError(f"{fraction} has no end as a decimal number")
    scaled = fraction * 10**places
    digits = tuple(int(digit) for digit in str(abs(scaled.numerator)))
    return Decimal((int(scaled < 0), digits, -places))
