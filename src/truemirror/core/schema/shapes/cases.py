"""The cases of a goal within one kind of value: which atoms hold together.

Rules: a value of the goal is in one of the cases; beyond `MOST` of them alternatives stay open. An alternative that
cannot hold beside what is settled already is left out, one that holds anyway settles its question.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from truemirror.core.schema.shapes.known import Goal, Known
from truemirror.core.schema.terms import (
    EVERYTHING,
    NOTHING,
    Both,
    Either,
    EveryMember,
    Has,
    Kind,
    Kinds,
    Not,
    Ref,
    Term,
    Words,
)

MOST: Final = 64
"""Cases of one goal that are told apart."""


@dataclass(frozen=True, slots=True)
class Case:
    """Atoms of one kind that all hold, and what else was left open."""

    kind: Kind
    atoms: tuple[Term, ...]
    rest: tuple[Term, ...] = ()

    @property
    def goal(self) -> Goal:
        """All of it as a goal."""
        return frozenset((Kinds(frozenset((self.kind,))), *self.atoms, *self.rest))


def cases(known: Known, kind: Kind, goal: Goal) -> tuple[Case, ...]:
    """The cases of a goal within a kind, without those that surely have no value."""
    found = _Expansion(known, kind).expand(list(known.views.sorted(goal)), frozenset(), frozenset())
    return tuple(case for case in found if not known.is_empty(case.goal))


class _Expansion:
    """Alternatives multiplied out, one goal's."""

    def __init__(self, known: Known, kind: Kind) -> None:
        """So many more cases may come of it."""
        self._known = known
        self._views = known.views
        self._kind = kind
        self._left = MOST - 1

    def expand(self, todo: list[Term], atoms: frozenset[Term], seen: frozenset[Term]) -> Iterator[Case]:
        """The cases in which these terms and atoms hold; `seen` are the references on the way."""
        undecided: list[Either] = []
        while True:
            settled = self._settled(todo, atoms, seen, undecided)
            if settled is None:
                return
            atoms, seen = settled
            choices = self._choices(undecided, atoms)
            if not all(choices):
                return
            todo = [choice[0] for choice in choices if len(choice) == 1]
            undecided = [Either(frozenset(choice)) for choice in choices if len(choice) > 1]
            if not todo:
                break
        ordered = sorted(undecided, key=lambda one: len(one.terms))
        if not ordered or self._left < len(ordered[0].terms) - 1:
            yield Case(self._kind, self._views.sorted(atoms), tuple(undecided))
            return
        first, *others = ordered
        self._left -= len(first.terms) - 1
        for part in self._views.parts(first):
            yield from self.expand([*others, part], atoms, seen)

    def _settled(
        self, todo: list[Term], atoms: frozenset[Term], seen: frozenset[Term], undecided: list[Either]
    ) -> tuple[frozenset[Term], frozenset[Term]] | None:
        """The atoms with those of more terms, whose alternatives become undecided; None when they clash."""
        views = self._views
        while todo:
            term = views.within(self._kind, views.shared(todo.pop()))
            match term:
                case Ref() | Not(term=Ref()):
                    todo += () if term in seen else (views.unfolded(term),)
                    seen |= {term}
                case Both():
                    todo += views.parts(term)
                case Either():
                    undecided.append(term)
                case _ if term == NOTHING or views.negation(term) in atoms:
                    return None
                case _ if term != EVERYTHING:
                    atoms |= {term}
        return atoms, seen

    def _choices(self, undecided: list[Either], atoms: frozenset[Term]) -> list[list[Term]]:
        """What may still be chosen of each alternative that the atoms do not settle."""
        found = []
        for one in undecided:
            parts = self._views.parts(one)
            if not any(self._follows(part, atoms) for part in parts):
                found.append([part for part in parts if not self._clashes(part, atoms)])
        return found

    def _follows(self, part: Term, atoms: frozenset[Term]) -> bool:
        """Whether a part surely holds where the atoms do."""
        match part:
            case Both(terms=terms):
                return all(self._follows(one, atoms) for one in terms)
            case Either(terms=terms):
                return any(self._follows(one, atoms) for one in terms)
            case EveryMember(names=Words(values=names)) if len(names) == 1:
                return self._has_no(min(names), self._views.negation(part.values), atoms, known=part in atoms)
            case Not(term=EveryMember(names=Words(values=names)) as inner) if len(names) == 1:
                name = min(names)
                return part in atoms or (Has(name) in atoms and self._has_no(name, inner.values, atoms))
            case _:
                return part in atoms

    def _clashes(self, part: Term, atoms: frozenset[Term]) -> bool:
        """Whether a part surely does not hold where the atoms do."""
        match part:
            case Both(terms=terms):
                return any(self._clashes(one, atoms) for one in terms)
            case Either(terms=terms):
                return all(self._clashes(one, atoms) for one in terms)
            case Ref() | Not(term=Ref()):
                return False
            case EveryMember(names=Words(values=names)) if len(names) == 1:
                name = min(names)
                return Has(name) in atoms and self._has_no(name, part.values, atoms)
            case Not(term=EveryMember(names=Words(values=names)) as inner) if len(names) == 1:
                return self._has_no(min(names), self._views.negation(inner.values), atoms)
            case _:
                return self._views.negation(part) in atoms

    def _has_no(self, name: str, values: Term, atoms: frozenset[Term], *, known: bool = False) -> bool:
        """Whether a member of this name surely is not in `values`, as the atoms are."""
        if known or Not(Has(name)) in atoms:
            return True
        goal = frozenset((values, *(one for one in _of_member(name, atoms))))
        return len(goal) > 1 and self._known.is_empty(goal)


def _of_member(name: str, atoms: frozenset[Term]) -> Iterator[Term]:
    """What the atoms say of the member of a name alone."""
    for atom in atoms:
        if isinstance(atom, EveryMember) and isinstance(atom.names, Words) and name in atom.names.values:
            yield atom.values
