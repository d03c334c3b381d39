"""Numbers: listed ones, multiples of a step, whole and broken ones within bounds.

Rules: numbers are what JSON libraries carry unharmed: whole ones of at most 64 bits, others as floats, unless a bound
lies beyond. Nearer to nought comes first.
"""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from truemirror.core.schema.constant import fraction_of, number_of
from truemirror.core.schema.shapes.scalars import NumberShape
from truemirror.testing.drawing.trying import Strategy

_LARGEST = 2**63 - 1
_FINEST = 10**6


def drawn_number(shape: NumberShape) -> Strategy:
    """Numbers of a shape, but for what has to be checked."""
    if shape.values is not None:
        return st.sampled_from([number_of(one) for one in shape.values]) if shape.values else st.nothing()
    if shape.step is not None:
        return _multiples(shape, shape.step)
    whole = _multiples(NumberShape(shape.low, shape.high, shape.is_above, shape.is_below, Fraction(1)), Fraction(1))
    return whole | _broken(shape)


def _multiples(shape: NumberShape, step: Fraction) -> Strategy:
    """Whole multiples of a step."""
    low, high = shape.steps
    if low is not None and high is not None and low > high:
        return st.nothing()
    largest = _LARGEST if step.denominator == 1 else _FINEST
    most = max(1, int(largest / step)) if step > 1 else largest
    if low is None:
        low = -most if high is None or high > -most else high - most
    if high is None:
        high = most if low < most else low + most
    counts = st.integers(low, high)
    return counts if step == 1 else counts.map(lambda count: _plain(count * step))


def _plain(exact: Fraction) -> Any:
    """A number as JSON libraries read it."""
    number = number_of(exact)
    return float(number) if isinstance(number, Decimal) else number


def _broken(shape: NumberShape) -> Strategy:
    """Numbers with a part after the point."""
    low = None if shape.low is None else _float(shape.low)
    high = None if shape.high is None else _float(shape.high)
    if low is not None and high is not None and low > high:
        return st.nothing()
    floats: Strategy = st.floats(low, high, allow_nan=False, allow_infinity=False)
    return floats.filter(lambda number: _is_within(shape, fraction_of(number)))


def _float(bound: Fraction) -> float:
    """A bound as a float; the largest one for what is beyond."""
    try:
        return bound.numerator / bound.denominator
    except OverflowError:
        return 1.7e308 if bound > 0 else -1.7e308


def _is_within(shape: NumberShape, number: Fraction) -> bool:
    """Whether a number is within the bounds."""
    if shape.low is not None and (number < shape.low or (shape.is_above and number == shape.low)):
        return False
    return shape.high is None or number < shape.high or (number == shape.high and not shape.is_below)
