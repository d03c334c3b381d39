"""What must hold for the items of an array, place by place.

Rules: a fact is an atom of arrays or the negation of one. "Not at least one" is said of every item, "not at this
place" of the item that must then be there; what is left are items to be placed and items to be kept few.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from truemirror.core.schema.terms import Contains, Distinct, EveryItem, ItemAt, Items, Not, Opaque, Term

if TYPE_CHECKING:
    from truemirror.core.schema.solve.solver import Solver


@dataclass(frozen=True, slots=True)
class Wanted:
    """So many items, at or after a place, that are in a term."""

    start: int
    values: Term
    fewest: int


class ArrayFacts:
    """Facts about one array."""

    __slots__ = ("_at", "_every", "at_most", "distinct", "high", "low", "opaque", "same", "solver", "wanted")

    def __init__(self, facts: Iterable[Term], solver: "Solver") -> None:
        """Sort the facts."""
        self.solver = solver
        self._at: dict[int, list[Term]] = {}
        self._every: list[tuple[int, Term]] = []
        self.wanted: list[Wanted] = []
        self.at_most: list[tuple[Term, int]] = []
        self.low = 0
        self.high: int | None = None
        self.distinct = False
        self.same = False
        self.opaque: list[str] = []
        for fact in facts:
            self._add_negation(fact.term) if isinstance(fact, Not) else self._add(fact)

    def _add(self, fact: Term) -> None:
        """Take in an atom."""
        shared = self.solver.views.shared
        match fact:
            case ItemAt(place=place, values=values):
                self._at.setdefault(place, []).append(shared(values))
            case EveryItem(start=start, values=values):
                self._every.append((start, shared(values)))
            case Items(fewest=low, most=high):
                self.low = max(self.low, low)
                if high is not None:
                    self.high = high if self.high is None else min(self.high, high)
            case Contains(fewest=fewest, values=values):
                self.wanted.append(Wanted(0, shared(values), fewest))
            case Distinct():
                self.distinct = True
            case Opaque(name=name):
                self.opaque.append(name)

    def _add_negation(self, atom: Term) -> None:
        """Take in the negation of an atom."""
        views = self.solver.views
        match atom:
            case ItemAt(place=place, values=values):
                self.low = max(self.low, place + 1)
                self._at.setdefault(place, []).append(views.negation(views.shared(values)))
            case EveryItem(start=start, values=values):
                self.low = max(self.low, start + 1)
                self.wanted.append(Wanted(start, views.negation(views.shared(values)), 1))
            case Contains(fewest=1, values=values):
                self._every.append((0, views.negation(views.shared(values))))
            case Contains(fewest=fewest, values=values):
                self.at_most.append((views.shared(values), fewest - 1))
            case Distinct():
                self.same = True
                self.low = max(self.low, 2)
            case Opaque(name=name):
                self.opaque.append(name)

    def uniform_from(self) -> int:
        """The place from which on every place is asked the same."""
        ends = [place + 1 for place in self._at]
        ends += [start for start, _ in self._every]
        ends += [one.start for one in self.wanted]
        return max(ends, default=0)

    def goal(self, place: int) -> frozenset[Term]:
        """What the item at a place is in."""
        terms = set(self._at.get(place, ()))
        terms.update(values for start, values in self._every if start <= place)
        return frozenset(terms)
