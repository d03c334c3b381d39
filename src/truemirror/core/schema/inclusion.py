"""Whether all values of one schema are values of another: proven, refuted by a value, or undecided for a reason.

Rules: proven only where the values that are in one and not in the other are shown to be none; refuted only with a value
that has been checked against both. What costs too much, or hangs on something nobody can decide, is undecided.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from truemirror.core.schema.budget import Budget, OutOfSteps
from truemirror.core.schema.solve import values_of
from truemirror.core.schema.terms import Json, Meaning, Term


@dataclass(frozen=True, slots=True)
class Proven:
    """Every value of the one is a value of the other."""


@dataclass(frozen=True, slots=True)
class Refuted:
    """A value of the one that is no value of the other."""

    witness: Json


@dataclass(frozen=True, slots=True)
class Undecided:
    """Nobody here can say, and why."""

    reason: str


Answer: TypeAlias = Proven | Refuted | Undecided


def included(inner: Meaning, outer: Meaning, budget: Budget) -> Answer:
    """Whether the inner meaning lies inside the outer one."""
    steps = budget.left
    try:
        definitions = _merged(inner.definitions, outer.definitions)
        found = values_of((inner.term,), (outer.term,), definitions, budget)
    except OutOfSteps:
        return Undecided(f"the question costs more than {steps:,} steps")
    if found.found:
        return Refuted(found.found[0])
    return Proven() if found.complete else Undecided(found.unsure)


def _merged(one: Mapping[str, Term], two: Mapping[str, Term]) -> Mapping[str, Term]:
    """The definitions of both; equal names have equal content."""
    return one if two is one else {**two, **one}
