"""Values of one kind that are in all terms of a goal: facts are taken in, then alternatives are tried one by one.

Rules: atoms that must hold are facts; a choice between terms is an alternative list. Before anything is tried, choices
lose what cannot hold, and vanish where something surely holds. A value of the facts alone that fits all choices ends
the search; that the facts alone have no value ends it, too. What was tried in vain is not tried again below its choice.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final, TypeAlias

from truemirror.core.schema.solve.arrays import find_array
from truemirror.core.schema.solve.harvest import EMPTY, Gathering, Harvest, unsure
from truemirror.core.schema.solve.numbers import find_numbers
from truemirror.core.schema.solve.object_facts import ObjectFacts
from truemirror.core.schema.solve.objects import find_object
from truemirror.core.schema.solve.strings import find_texts
from truemirror.core.schema.terms import (
    EVERYTHING,
    NOTHING,
    Both,
    Either,
    IsTrue,
    Kind,
    Not,
    Numbers,
    Ref,
    Term,
    Words,
    either,
)

if TYPE_CHECKING:
    from truemirror.core.schema.solve.solver import Solver

_CHECK: Final = 8
"""Steps that the check of a value against a choice counts for."""

Choice: TypeAlias = tuple[Term, ...]
Judge: TypeAlias = Callable[[Term], bool | None]


class Cell:
    """A search for values of one kind."""

    __slots__ = ("kind", "solver")

    def __init__(self, solver: "Solver", kind: Kind) -> None:
        """A search within a solver's question."""
        self.solver = solver
        self.kind = kind

    def search(self, goal: Iterable[Term], count: int) -> Harvest:
        """Up to `count` distinct values of the kind that are in all terms."""
        goal = self._cancelled(tuple(goal))
        self.solver.budget.spend(4 * len(goal))
        pending = [self.solver.views.within(self.kind, term) for term in self.solver.views.sorted(goal)]
        return self._try(State(set(), [], [], frozenset()), pending, count)

    def _cancelled(self, goal: tuple[Term, ...]) -> tuple[Term, ...]:
        """A goal whose choices have lost what the goal itself excludes, word for word."""
        views = self.solver.views
        flat = {part: None for term in goal for part in (views.parts(term) if isinstance(term, Both) else (term,))}
        if not any(isinstance(part, Either) for part in flat):
            return goal
        made: list[Term] = []
        for part in flat:
            if isinstance(part, Either):
                self.solver.budget.spend(len(part.terms) // _CHECK)
                left = [one for one in views.parts(part) if views.negation(one) not in flat]
                if len(left) < len(part.terms):
                    part = views.shared(either(*left))
            made.append(part)
        return tuple(made)

    def _try(self, state: "State", pending: list[Term], count: int) -> Harvest:
        """Search on from a state in which further terms must hold."""
        solver = self.solver
        solver.budget.spend(1 + len(state.choices))
        if not self._take_in(state, pending):
            return EMPTY
        leaf = self._of_facts(state.facts, count if not state.choices else 1)
        if not state.choices or leaf.empty:
            return leaf
        choice = self._next(state.choices, leaf)
        if choice is None:
            if count == 1:
                return leaf
            choice = min(state.choices, key=len)
        if solver.depth >= solver.deepest:
            return unsure("the schemas are nested too deep in one another")
        solver.depth += 1
        try:
            return self._branch(state, choice, count)
        finally:
            solver.depth -= 1

    def _next(self, choices: list[Choice], leaf: Harvest) -> Choice | None:
        """The choice to try next: the smallest that the value of the facts does not fit; None when it fits all."""
        if leaf.values:
            self.solver.budget.spend(_CHECK * len(choices))
            choices = [one for one in choices if not self.solver.holds_any(one, leaf.values[0])]
        return min(choices, key=len, default=None)

    def _branch(self, state: "State", choice: Choice, count: int) -> Harvest:
        """Try each alternative of a choice."""
        gathering = Gathering()
        others = [one for one in state.choices if one is not choice]
        failed = state.failed
        for term in choice:
            below = State(set(state.known), list(state.facts), list(others), failed)
            one = self._try(below, [term], count)
            gathering.add(one)
            if len(gathering.values) >= count:
                gathering.doubt("there may be further values")
                break
            if one.empty:
                failed = failed | {term}
        return gathering.harvest()

    # Taking terms in.

    def _take_in(self, state: "State", pending: list[Term]) -> bool:
        """Make facts and choices of terms, and follow what they force. False when they contradict each other."""
        while True:
            while pending:
                if not self._take(state, pending.pop(), pending):
                    return False
            self.solver.budget.spend(len(state.facts) + sum(map(len, state.choices)))
            judge = self._judge(state)
            choices: list[Choice] = []
            for choice in state.choices:
                left = _left_of(choice, judge)
                if left is None:
                    continue
                if not left:
                    return False
                if len(left) == 1:
                    pending.append(left[0])
                else:
                    choices.append(left)
            state.choices = choices
            if not pending:
                return True

    def _take(self, state: "State", term: Term, pending: list[Term]) -> bool:
        """Take one term in. False when it contradicts what is known."""
        if term in state.known or term == EVERYTHING:
            return True
        views = self.solver.views
        if term == NOTHING or term in state.failed or views.negation(term) in state.known:
            return False
        state.known.add(term)
        match term:
            case Both():
                pending.extend(reversed(views.parts(term)))
            case Either():
                state.choices.append(views.parts(term))
            case Ref() | Not(term=Ref()):
                pending.append(views.within(self.kind, views.unfolded(term)))
            case _:
                state.facts.append(term)
        return True

    def _judge(self, state: "State") -> Judge:
        """What can be said of a term while the state holds: it does, it does not, or neither is plain."""
        known, failed, views, budget = state.known, state.failed, self.solver.views, self.solver.budget
        plain = self._plain_judge(state.facts)

        def judge(term: Term) -> bool | None:
            if term in known:
                return True
            if term in failed or views.negation(term) in known:
                return False
            budget.spend()
            if isinstance(term, Both):
                return _of_both([judge(part) for part in term.terms])
            if isinstance(term, Either):
                return _of_either([judge(part) for part in term.terms])
            return plain(term)

        return judge

    def _plain_judge(self, facts: list[Term]) -> Judge:
        """What facts of the kind say of an atom at first sight."""
        if self.kind is Kind.OBJECT:
            return ObjectFacts(facts, self.solver).judge
        if self.kind is Kind.STRING or self.kind is Kind.NUMBER:
            words = [fact for fact in facts if isinstance(fact, Words | Numbers)]
            if words:
                return _finite_judge(words)
        return lambda term: None

    # Values of facts.

    def _of_facts(self, facts: list[Term], count: int) -> Harvest:
        """Up to `count` values for which all facts hold."""
        solver = self.solver
        solver.budget.spend(4 * len(facts))
        match self.kind:
            case Kind.OBJECT:
                return find_object(ObjectFacts(facts, solver), solver)
            case Kind.ARRAY:
                return find_array(facts, solver)
            case Kind.NULL:
                return solver.scalars.among(self.kind, (None,), facts, count)
            case Kind.BOOLEAN:
                truths = (True,) if IsTrue() in facts else (False, True)
                return solver.scalars.among(self.kind, truths, facts, count)
            case _:
                return self._of_scalar_facts(facts, count)

    def _of_scalar_facts(self, facts: list[Term], count: int) -> Harvest:
        """Up to `count` texts or numbers for which all facts hold."""
        for fact in facts:
            if isinstance(fact, Words | Numbers):
                return self.solver.scalars.among(self.kind, fact.values, facts, count)
        if self.kind is Kind.STRING:
            return find_texts(facts, self.solver.budget, count)
        return find_numbers(facts, count)


class State:
    """What is known on one way through the alternatives."""

    __slots__ = ("choices", "facts", "failed", "known")

    def __init__(self, known: set[Term], facts: list[Term], choices: list[Choice], failed: frozenset[Term]) -> None:
        """Terms that hold, the atoms among them, choices that are left, and terms that cannot hold here."""
        self.known = known
        self.facts = facts
        self.choices = choices
        self.failed = failed


def _left_of(choice: Choice, judge: Judge) -> Choice | None:
    """The alternatives that are still possible; None when one of them surely holds."""
    left = []
    for term in choice:
        answer = judge(term)
        if answer:
            return None
        if answer is None:
            left.append(term)
    return choice if len(left) == len(choice) else tuple(left)


def _of_both(answers: list[bool | None]) -> bool | None:
    """What is said of all together."""
    if False in answers:
        return False
    return None if None in answers else True


def _of_either(answers: list[bool | None]) -> bool | None:
    """What is said of any of them."""
    if True in answers:
        return True
    return None if None in answers else False


def _finite_judge(words: list[Words | Numbers]) -> Judge:
    """What a finite set says of another one."""
    allowed = frozenset.intersection(*(fact.values for fact in words))

    def judge(term: Term) -> bool | None:
        inner = term.term if isinstance(term, Not) else term
        if not isinstance(inner, Words | Numbers):
            return None
        if not allowed & inner.values:
            return inner is not term
        return inner is term if allowed <= inner.values else None

    return judge
