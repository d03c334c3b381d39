"""Numbers within bounds that are, and are not, multiples of steps.

Rules: exact, in fractions. A number in JSON is a decimal one, so a step that no decimal number is a multiple of but
for whole ones is left unsure rather than guessed at. Numbers near zero with few digits come first.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor, lcm
from typing import Final

from truemirror.core.schema.constant import number_of
from truemirror.core.schema.solve.harvest import EMPTY, Harvest, unsure
from truemirror.core.schema.terms import AtLeast, AtMost, MultipleOf, Not, Numbers, Term

_TRIES: Final = 20_000
"""Multiples that are tried before it is left unsure whether one of them will do."""
_EXACT: Final = 2**53
"""Up to here every whole number is a float."""
_PLACES: Final = 400
"""Decimal places that are tried; more than the smallest number that a float can be."""


@dataclass(slots=True)
class Range:
    """Numbers between bounds on a grid, without some."""

    low: Fraction | None = None
    low_open: bool = False
    high: Fraction | None = None
    high_open: bool = False
    step: Fraction | None = None
    not_steps: list[Fraction] = field(default_factory=list)
    without: set[Fraction] = field(default_factory=set)

    def raise_low(self, bound: Fraction, beyond: bool) -> None:
        """At least the bound, or more than it."""
        if self.low is None or (bound, beyond) > (self.low, self.low_open):
            self.low, self.low_open = bound, beyond

    def cut_high(self, bound: Fraction, beyond: bool) -> None:
        """At most the bound, or less than it."""
        if self.high is None or (bound, not beyond) < (self.high, not self.high_open):
            self.high, self.high_open = bound, beyond

    def within(self, number: Fraction) -> bool:
        """Whether a number lies between the bounds."""
        if self.low is not None and (number < self.low or (self.low_open and number == self.low)):
            return False
        return self.high is None or not (number > self.high or (self.high_open and number == self.high))

    def amid(self) -> Iterator[Fraction]:
        """A number amid a range so far from zero that floats cannot tell apart what is next to its bounds."""
        bounds = [one for one in (self.low, self.high) if one is not None]
        if (self.low is not None and self.low > _EXACT) or (self.high is not None and self.high < -_EXACT):
            number = Fraction(round(sum(bounds) / 2 if len(bounds) == 2 else 2 * bounds[0]))
            number = number if self.step is None else number // self.step * self.step
            if self.within(number) and self.allows(number):
                yield number

    def allows(self, number: Fraction) -> bool:
        """Whether a number between the bounds is not excluded."""
        return number not in self.without and all((number / step).denominator != 1 for step in self.not_steps)


def find_numbers(atoms: Iterable[Term], count: int) -> Harvest:
    """Up to `count` numbers for which all of the atoms hold; none of them is `Numbers` without a negation."""
    range_ = _range_of(atoms)
    if range_.step is not None:
        return _on_grid(range_, range_.step, count)
    if range_.low is not None and range_.high is not None and range_.low >= range_.high:
        low = range_.low
        return _harvest([low], complete=True) if range_.within(low) and range_.allows(low) else EMPTY
    return _anywhere(range_, count)


def _range_of(atoms: Iterable[Term]) -> Range:
    """The atoms as one range."""
    range_ = Range()
    for atom in atoms:
        match atom:
            case AtLeast(bound=bound, beyond=beyond):
                range_.raise_low(bound, beyond)
            case AtMost(bound=bound, beyond=beyond):
                range_.cut_high(bound, beyond)
            case MultipleOf(step=step):
                range_.step = step if range_.step is None else _common(range_.step, step)
            case Not(term=MultipleOf(step=step)):
                range_.not_steps.append(step)
            case Not(term=Numbers(values=values)):
                range_.without |= values
    return range_


def _common(one: Fraction, two: Fraction) -> Fraction:
    """The smallest number above zero that is a multiple of both."""
    scale = lcm(one.denominator, two.denominator)
    return Fraction(lcm(int(one * scale), int(two * scale)), scale)


def _on_grid(range_: Range, step: Fraction, count: int) -> Harvest:
    """Multiples of a step; those that are no multiples of other steps repeat with a period."""
    if any((step / other).denominator == 1 for other in range_.not_steps):
        return EMPTY
    first = None if range_.low is None else _first(range_.low / step, range_.low_open)
    last = None if range_.high is None else -_first(-range_.high / step, range_.high_open)
    found = list(range_.amid())
    if len(found) == count:
        return _harvest(found)
    for tried, place in enumerate(_outwards(first, last)):
        number = place * step
        if range_.allows(number) and number not in found[:1]:
            found.append(number)
            if len(found) == count:
                return _harvest(found)
        if tried > _TRIES + len(range_.without):
            reason = f"none of {_TRIES:,} multiples of {step} is free of the multiples that are excluded"
            return Harvest(tuple(number_of(number) for number in found), False, reason)
    return _harvest(found, complete=True)


def _first(bound: Fraction, beyond: bool) -> int:
    """The first whole number at or after a bound."""
    return floor(bound) + 1 if beyond else ceil(bound)


def _outwards(first: int | None, last: int | None) -> Iterator[int]:
    """The whole numbers from `first` to `last`, the nearest to zero first; without end where a bound is None."""
    if first is not None and last is not None and first > last:
        return
    start = 0
    if first is not None and first > 0:
        start = first
    elif last is not None and last < 0:
        start = last
    yield start
    up, down = start + 1, start - 1
    while True:
        up_done = last is not None and up > last
        down_done = first is not None and down < first
        if up_done and down_done:
            return
        if not up_done:
            yield up
            up += 1
        if not down_done:
            yield down
            down -= 1


def _anywhere(range_: Range, count: int) -> Harvest:
    """Numbers in a range with room for any number of them: those with few decimal places first."""
    found = list(range_.amid())
    if len(found) == count:
        return _harvest(found)
    for places in range(_PLACES):
        step = Fraction(1, 10**places)
        first = None if range_.low is None else _first(range_.low / step, range_.low_open)
        last = None if range_.high is None else -_first(-range_.high / step, range_.high_open)
        for tried, place in enumerate(_outwards(first, last)):
            number = place * step
            if range_.allows(number) and number not in found:
                found.append(number)
                if len(found) == count:
                    return _harvest(found)
            if tried > 40 + 2 * count + len(range_.without):
                break
    return unsure("no short decimal number is free of the multiples that are excluded")


def _harvest(found: list[Fraction], *, complete: bool = False) -> Harvest:
    """The numbers as JSON values."""
    try:
        return Harvest(tuple(number_of(number) for number in found), complete)
    except ValueError as problem:
        return unsure(str(problem))
