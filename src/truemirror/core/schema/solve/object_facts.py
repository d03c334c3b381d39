"""What must hold for the members of an object, sorted by name, and what that says of further terms at first sight.

Rules: a fact is an atom of objects or the negation of one. Which names a term speaks of is decided exactly, or doubted
where it depends on a predicate that cannot be tested.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeAlias

from truemirror.core.schema.solve.views import Outline, is_empty, meet
from truemirror.core.schema.terms import (
    EVERYTHING,
    NOTHING,
    Both,
    Either,
    EveryMember,
    Has,
    Kind,
    Members,
    Not,
    Opaque,
    Term,
    Words,
    both,
    either,
)

if TYPE_CHECKING:
    from truemirror.core.schema.solve.solver import Solver

Rule: TypeAlias = tuple[Term, Term]
"""Names, and what the values of members with such names are in."""


class ObjectFacts:
    """Facts about one object."""

    __slots__ = ("_outlines", "demands", "has", "high", "lacks", "low", "named", "opaque", "rules", "solver")

    def __init__(self, facts: Iterable[Term], solver: "Solver") -> None:
        """Sort the facts."""
        self.solver = solver
        self.has: set[str] = set()
        self.lacks: set[str] = set()
        self.named: dict[str, list[Term]] = {}
        self.rules: list[Rule] = []
        self.demands: list[Rule] = []
        self.low = 0
        self.high: int | None = None
        self.opaque: list[str] = []
        self._outlines: dict[str, Outline] = {}
        for fact in facts:
            self._add(fact)

    def _add(self, fact: Term) -> None:
        """Take one fact in."""
        shared = self.solver.views.shared
        match fact:
            case Has(name=name):
                self.has.add(name)
            case Not(term=Has(name=name)):
                self.lacks.add(name)
            case EveryMember(names=Words(values=words), values=values):
                for word in words:
                    self.named.setdefault(word, []).append(shared(values))
            case EveryMember(names=names, values=values):
                self.rules.append((shared(names), shared(values)))
            case Not(term=EveryMember(names=names, values=values)):
                self.demands.append((shared(names), self.solver.views.negation(shared(values))))
            case Members(fewest=low, most=high):
                self.low = max(self.low, low)
                if high is not None:
                    self.high = high if self.high is None else min(self.high, high)
            case Opaque(name=name) | Not(term=Opaque(name=name)):
                self.opaque.append(name)

    def speaks_of(self, names: Term, name: str) -> bool | None:
        """Whether a term about names contains one; None when that cannot be said."""
        if isinstance(names, Words):
            return name in names.values
        return self.solver.scalars.holds(names, Kind.STRING, name)

    def goal(self, name: str) -> tuple[frozenset[Term], bool]:
        """What the value of a member is in; and whether that may be more than is asked, for doubt about its name."""
        terms = set(self.named.get(name, ()))
        doubtful = False
        for names, values in self.rules:
            answer = self.speaks_of(names, name)
            if answer is not False:
                terms.add(values)
                doubtful = doubtful or answer is None
        return frozenset(terms), doubtful

    def explicit(self) -> set[str]:
        """Every name that a fact mentions."""
        found = self.has | self.lacks | set(self.named)
        for names, _ in (*self.rules, *self.demands):
            found |= words_in(names)
        return found

    # First sight.

    def judge(self, term: Term) -> bool | None:
        """What the facts plainly say of another atom about objects."""
        shared = self.solver.views.shared
        match term:
            case EveryMember(names=names, values=values):
                return self._judge_every(names, shared(values))
            case Not(term=EveryMember(names=names, values=values)):
                return self._judge_demand(names, shared(values))
            case _:
                return None

    def _judge_every(self, names: Term, values: Term) -> bool | None:
        """Whether all members of some names plainly have, or one plainly has not, such a value."""
        if isinstance(names, Words) and names.values <= self.lacks:
            return True
        return False if self._breaks(names, values) else None

    def _judge_demand(self, names: Term, values: Term) -> bool | None:
        """Whether some member of some names plainly has a value outside, or plainly none can have."""
        if self._breaks(names, values):
            return True
        if not isinstance(names, Words):
            return None
        outside = self.solver.views.negation(values)
        return False if all(name in self.lacks or self._clashes(name, outside) for name in names.values) else None

    def _breaks(self, names: Term, values: Term) -> bool:
        """Whether a member that must be there plainly has a value that is not in `values`."""
        if values == EVERYTHING:
            return False
        owned = names.values & self.has if isinstance(names, Words) else self.has
        return any(self.speaks_of(names, name) and self._clashes(name, values) for name in owned)

    def _clashes(self, name: str, values: Term) -> bool:
        """Whether a member's value is plainly not in a term."""
        outline = self._outlines.get(name)
        views = self.solver.views
        if outline is None:
            terms = self.goal(name)[0]
            outline = self._outlines[name] = meet(views.outline(EVERYTHING), *(views.outline(term) for term in terms))
        return is_empty(meet(outline, views.outline(values)))


def words_in(names: Term) -> frozenset[str]:
    """Every word that a term about names mentions."""
    match names:
        case Words(values=words):
            return words
        case Not(term=inner):
            return words_in(inner)
        case Both(terms=terms) | Either(terms=terms):
            return frozenset().union(*(words_in(part) for part in terms))
        case _:
            return frozenset()


def beyond_words(names: Term) -> Term:
    """What a term about names says of names that are not among its words."""
    match names:
        case Words():
            return NOTHING
        case Not(term=Words()):
            return EVERYTHING
        case Both(terms=terms):
            return both(*(beyond_words(part) for part in terms))
        case Either(terms=terms):
            return either(*(beyond_words(part) for part in terms))
        case _:
            return names
