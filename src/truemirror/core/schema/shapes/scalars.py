"""What a number and a string look like.

Rules: what bounds, steps and languages cannot say stays in `rest`, to be checked.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, gcd, lcm

from truemirror.core.schema.language import LETTER, Language, all_of, times
from truemirror.core.schema.terms import (
    AtLeast,
    AtMost,
    Length,
    Matches,
    MultipleOf,
    Numbers,
    Opaque,
    Term,
    Words,
)

_COUNTED = 40
"""Lengths up to here are made part of the language."""


@dataclass(frozen=True, slots=True)
class NumberShape:
    """What a number looks like."""

    low: Fraction | None = None
    high: Fraction | None = None
    is_above: bool = False
    """Whether `low` itself is left out."""
    is_below: bool = False
    step: Fraction | None = None
    values: tuple[Fraction, ...] | None = None
    """The only ones, where they are listed."""
    rest: tuple[Term, ...] = ()

    @property
    def steps(self) -> tuple[int | None, int | None]:
        """The least and the greatest count of steps within the bounds."""
        assert self.step is not None
        low = None if self.low is None else ceil(self.low / self.step)
        high = None if self.high is None else floor(self.high / self.step)
        low = low + 1 if low is not None and self.is_above and low * self.step == self.low else low
        high = high - 1 if high is not None and self.is_below and high * self.step == self.high else high
        return low, high


def number_shape(atoms: tuple[Term, ...]) -> NumberShape:
    """What a number in all of these atoms looks like."""
    lows = [(atom.bound, atom.beyond) for atom in atoms if isinstance(atom, AtLeast)]
    highs = [(atom.bound, not atom.beyond) for atom in atoms if isinstance(atom, AtMost)]
    low, above = max(lows, default=(None, False))
    high, reaches = min(highs, default=(None, True))
    listed = [atom.values for atom in atoms if isinstance(atom, Numbers)]
    values = tuple(sorted(frozenset.intersection(*listed), key=lambda one: (abs(one), one < 0))) if listed else None
    plain = (AtLeast, AtMost, MultipleOf) if values is None else (Numbers,)
    rest = tuple(atom for atom in atoms if not isinstance(atom, plain))
    steps = [atom.step for atom in atoms if isinstance(atom, MultipleOf)]
    return NumberShape(low, high, above, not reaches, _common(steps), values, rest)


def _common(steps: list[Fraction]) -> Fraction | None:
    """The least number above zero that is a multiple of all steps; None without any."""
    if not steps:
        return None
    return Fraction(lcm(*(one.numerator for one in steps)), gcd(*(one.denominator for one in steps)))


@dataclass(frozen=True, slots=True)
class StringShape:
    """What a string looks like."""

    shortest: int = 0
    longest: int | None = None
    language: Language | None = None
    """None where every text will do."""
    words: tuple[str, ...] | None = None
    """The only ones, where they are listed."""
    predicates: tuple[Opaque, ...] = ()
    rest: tuple[Term, ...] = ()


def string_shape(atoms: tuple[Term, ...]) -> StringShape:
    """What a string in all of these atoms looks like."""
    lengths = [atom for atom in atoms if isinstance(atom, Length)]
    shortest = max((one.shortest for one in lengths), default=0)
    longest = min((one.longest for one in lengths if one.longest is not None), default=None)
    listed = [atom.values for atom in atoms if isinstance(atom, Words)]
    words = tuple(sorted(frozenset.intersection(*listed), key=lambda one: (len(one), one))) if listed else None
    languages = [atom.language for atom in atoms if isinstance(atom, Matches)]
    if languages and (shortest or longest is not None) and max(shortest, longest or 0) <= _COUNTED:
        languages.append(times(LETTER, shortest, longest))
    predicates = tuple(atom for atom in atoms if isinstance(atom, Opaque))
    plain = (Length, Matches) if words is None else (Words,)
    rest = tuple(atom for atom in atoms if not isinstance(atom, plain))
    return StringShape(shortest, longest, all_of(*languages) if languages else None, words, predicates, rest)
