"""Whether every value of one schema is a value of another, with a value that shows it where not.

Rules: refuted only with a witness that the independent validator accepts on the one side and refuses on the other, on
the documents as they are; proven only when a bounded attack found nothing either. All else is undecided and says why.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from truemirror.core.contract.compat.candidates import candidates
from truemirror.core.contract.compat.shrinking import shrunk
from truemirror.core.contract.compat.spots import Side
from truemirror.core.contract.compat.verifying import Official, plain
from truemirror.core.schema.budget import STEPS, Budget, OutOfSteps
from truemirror.core.schema.inclusion import Answer, Proven, Refuted, Undecided, included
from truemirror.core.schema.membership import Untestable, holds
from truemirror.core.schema.reading import Reading, Source, Unreadable, meaning
from truemirror.core.schema.solve import values, values_of
from truemirror.core.schema.terms import Meaning

SURE_TRIES: Final = 80
"""Values that are tried before a proof is believed."""
UNSURE_TRIES: Final = 600
"""Values that are tried where there is no answer."""
_MOST_PARTS: Final = 20_000
_OTHERS: Final = 6
"""Further values that are asked for when the first witness is not confirmed."""


@dataclass(frozen=True, slots=True)
class End:
    """One side of a comparison: a schema, and how it is read."""

    source: Source
    reading: Reading = Reading()


def compare(inner: End, outer: End, steps: int = STEPS, tries: int | None = None) -> Answer:
    """Whether the inner schema lies inside the outer one.

    `tries` bounds the attack; by default it is larger where there is no proof. Raises SchemaError where a document is
    no schema.
    """
    return Comparison(inner, outer, steps).answer(tries)


class Comparison:
    """One question, with what has been made to answer it."""

    def __init__(self, inner: End, outer: End, steps: int = STEPS) -> None:
        """Keep the question; nothing is done yet."""
        self.inner = inner
        self.outer = outer
        self._steps = steps
        self._meanings: list[Meaning | None] = [None, None]
        self.spent = _size(inner.source.root) + _size(outer.source.root)
        """The steps that it has cost so far; going through the documents counts."""
        self._checks = Budget(steps // 2)
        sides = (Official(end.source, end.reading, self._checks) for end in (inner, outer))
        self.officials = next(sides), next(sides)

    def beside(self, other: Comparison) -> Comparison:
        """This comparison, which need not read its inner side again where another one has."""
        if other.inner is self.inner:
            self._meanings[0] = other._meanings[0]
        return self

    def answer(self, tries: int | None = None) -> Answer:
        """The answer. Raises SchemaError."""
        solved = self._solved()
        if isinstance(solved, Refuted):
            return solved
        is_sure = isinstance(solved, Proven)
        found = self._attacked(tries if tries is not None else SURE_TRIES if is_sure else UNSURE_TRIES, is_sure)
        return found or solved

    def is_witness(self, value: Any) -> bool:
        """Whether a value is confirmed: in the inner schema and not in the outer one, by every word there is."""
        if not self._is_confirmed(value):
            return False
        return self._holds(0, value) is not False and self._holds(1, value) is not True

    def _is_confirmed(self, value: Any) -> bool:
        """Whether the independent validator accepts a value on the one side and refuses it on the other."""
        left = self._checks.left
        one, other = self.officials
        verdict = one.accepts(value) is True and other.accepts(value) is False
        self.spent += left - max(0, self._checks.left)
        return verdict

    def _read(self, place: int) -> Meaning:
        """What one side means. Raises SchemaError, Unreadable, OutOfSteps."""
        known = self._meanings[place]
        if known is None:
            end = (self.inner, self.outer)[place]
            budget = Budget(self._steps)
            try:
                known = self._meanings[place] = meaning(end.source, end.reading, budget)
            finally:
                self.spent += self._steps - max(0, budget.left)
        return known

    def _solved(self) -> Answer:
        """What the solver says, its witness confirmed."""
        try:
            inner, outer = self._read(0), self._read(1)
        except Unreadable as problem:
            self._try_other_side()
            return Undecided(str(problem))
        except OutOfSteps:
            return Undecided(f"the schemas are too large to be read in {self._steps:,} steps")
        budget = Budget(self._steps)
        answer = included(inner, outer, budget)
        self.spent += self._steps - max(0, budget.left)
        if not isinstance(answer, Refuted):
            return answer
        for value in self._values_of(answer, inner, outer, budget):
            if self.is_witness(found := plain(value)):
                return Refuted(shrunk(found, self.is_witness))
        return Undecided("a value that speaks against it is not confirmed by the independent validator")

    def _try_other_side(self) -> None:
        """Read the outer side, too, so that an error in it is told."""
        try:
            self._read(1)
        except (Unreadable, OutOfSteps):
            return

    def _values_of(self, answer: Refuted, inner: Meaning, outer: Meaning, budget: Budget) -> Iterator[Any]:
        """The solver's witness, then others of its kind, as far as the budget goes."""
        yield answer.witness
        definitions = {**outer.definitions, **inner.definitions}
        try:
            yield from values_of((inner.term,), (outer.term,), definitions, budget, _OTHERS).found
        except OutOfSteps:
            return

    def _holds(self, place: int, value: Any) -> bool | None:
        """Whether a value is in what one side means; None where that is not known."""
        known = self._meanings[place]
        if known is None:
            return None
        try:
            return holds(known.term, known.definitions, value, budget=self._checks)
        except (Untestable, OutOfSteps, RecursionError, TypeError):
            return None

    def _attacked(self, tries: int, is_sure: bool) -> Refuted | None:
        """A witness found by trying; None without one."""
        try:
            sides = Side(self.inner.source), Side(self.outer.source)
            for value in candidates(*sides, self._bases(8 if is_sure else 24), tries):
                if self.is_attack(value):
                    return Refuted(shrunk(value, self.is_attack))
        except (LookupError, TypeError, RecursionError):  # an odd document; the attack is only a net below the proof
            return None
        return None

    @property
    def _policy_free(self) -> bool:
        """Whether both sides are read as they are declared."""
        return self.inner.reading.undeclared == self.outer.reading.undeclared == "declared"

    def is_attack(self, value: Any) -> bool:
        """Whether a value speaks against the proof: by the validators alone where policy leaves them the word."""
        if not self._policy_free and not (self._holds(0, value) is True and self._holds(1, value) is False):
            return False
        return self._is_confirmed(value)

    def _bases(self, count: int) -> Sequence[Any]:
        """Some values of the inner schema."""
        known = self._meanings[0]
        if known is None:
            return []
        try:
            return [plain(one) for one in values(known.term, known.definitions, Budget(self._steps // 4), count).found]
        except OutOfSteps:
            return []


def _size(node: Any) -> int:
    """How many parts a document has, counted up to a bound."""
    count, waiting = 0, [node]
    while waiting and count < _MOST_PARTS:
        one = waiting.pop()
        count += 1
        waiting.extend(one.values() if isinstance(one, dict) else one if isinstance(one, list) else ())
    return count
