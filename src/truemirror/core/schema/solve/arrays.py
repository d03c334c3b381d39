"""An array for which facts hold: the shortest one, tried length by length up to one that is surely long enough.

Rules: an array with more items than are asked for place by place, and to be placed, has one that can be left out; so
longer ones need not be tried. Places that are asked the same are interchangeable and tried once. Different items are
chosen by matching places with as many values as there are places, which is exact.
"""

from typing import TYPE_CHECKING, Final, TypeAlias

from truemirror.core.schema.solve.array_facts import ArrayFacts, Wanted
from truemirror.core.schema.solve.harvest import Gathering, Harvest, key_of, unsure
from truemirror.core.schema.solve.matching import match_up
from truemirror.core.schema.terms import Json, Term

if TYPE_CHECKING:
    from collections.abc import Iterable

    from truemirror.core.schema.solve.solver import Solver

_MOST: Final = 2_000
"""Items up to which an array is built."""
_MOST_PLACED: Final = 40
"""Items up to which some are placed one by one."""
_MOST_KEPT_FEW: Final = 60
"""Items up to which some are kept few."""

Goal: TypeAlias = frozenset[Term]
Goals: TypeAlias = tuple[Goal, ...]


def find_array(facts: "Iterable[Term]", solver: "Solver") -> Harvest:
    """An array for which all facts hold."""
    sorted_facts = ArrayFacts(facts, solver)
    search = _Search(sorted_facts, solver)
    found = search.run()
    if found is None:
        return search.notes.failed()
    if sorted_facts.opaque:
        return unsure(f"nobody can say whether an array conforms to {', '.join(sorted(sorted_facts.opaque))}")
    return Harvest((found,))


class _Search:
    """The search for one array."""

    def __init__(self, facts: ArrayFacts, solver: "Solver") -> None:
        """Nothing tried yet."""
        self.facts = facts
        self.solver = solver
        self.notes = Gathering()

    def run(self) -> list[Json] | None:
        """The items, or None."""
        facts = self.facts
        if facts.distinct and facts.same:
            return None
        extra = sum(one.fewest for one in facts.wanted) + 2 * facts.same
        longest = max(facts.low, facts.uniform_from() + extra) if extra else facts.low
        if facts.high is not None:
            longest = min(longest, facts.high)
        if facts.low > _MOST:
            self.notes.doubt(f"only an array of {facts.low:,} items would do")
            return None
        goals: list[Goal] = []
        for length in range(longest + 1):
            if length >= facts.low:
                self.solver.budget.spend(1 + length)
                found = self._of_length(tuple(goals))
                if found is not None:
                    return found
            if length == longest or not self._has_any(goal := facts.goal(length)):
                return None
            if length >= _MOST:
                self.notes.doubt(f"only an array of more than {_MOST:,} items would do")
                return None
            goals.append(goal)
        return None

    def _has_any(self, goal: Goal) -> bool:
        """Whether a goal has a value; what failed is noted."""
        found = self.solver.harvest(goal)
        if not found.values:
            self.notes.note(found)
        return bool(found.values)

    def _of_length(self, goals: Goals) -> list[Json] | None:
        """An array with as many items as goals."""
        if not self.facts.same:
            return self._placed(goals, None)
        for first, second in _pairs(goals):
            joint = goals[first] | goals[second]
            if self._has_any(joint):
                both = _with(_with(goals, first, joint), second, joint)
                found = self._placed(both, (first, second))
                if found is not None:
                    return found
        return None

    # Items to be placed.

    def _placed(self, goals: Goals, twins: tuple[int, int] | None) -> list[Json] | None:
        """Place what is wanted, then go on."""
        units: list[tuple[Wanted, int]] = []
        for number, one in enumerate(self.facts.wanted):
            already = sum(one.values in goal for goal in goals[one.start :])
            if already < one.fewest and one.fewest > len(goals) - one.start:
                return None
            units += [(one, number)] * max(one.fewest - already, 0)
        if len(units) > _MOST_PLACED:
            self.notes.doubt(f"{len(units)} particular items are too many to place one by one")
            return None
        return self._place(0, units, goals, twins)

    def _place(
        self, number: int, units: list[tuple[Wanted, int]], goals: Goals, twins: tuple[int, int] | None
    ) -> list[Json] | None:
        """Place the units from `number` on, in every way that differs."""
        self.solver.budget.spend()
        if number == len(units):
            return self._kept_few(0, goals, [count for _, count in self.facts.at_most], twins)
        one = units[number][0]
        if sum(one.values in goal for goal in goals[one.start :]) >= one.fewest:
            return self._place(number + 1, units, goals, twins)
        tried: set[tuple[Goal, bool]] = set()
        for place in range(one.start, len(goals)):
            goal = goals[place]
            look = (goal, twins is not None and place in twins)
            if one.values in goal or look in tried:
                continue
            tried.add(look)
            if self._has_any(goal | {one.values}):
                found = self._place(number + 1, units, _put(goals, place, one.values, twins), twins)
                if found is not None:
                    return found
        return None

    # Items to be kept few.

    def _kept_few(self, place: int, goals: Goals, left: list[int], twins: tuple[int, int] | None) -> list[Json] | None:
        """Decide for each place which of the terms that few items may be in its item is in."""
        at_most = self.facts.at_most
        if not at_most or place == len(goals):
            return self._chosen(goals, twins)
        if len(goals) > _MOST_KEPT_FEW:
            self.notes.doubt(f"{len(goals)} items are too many to keep some of them few")
            return None
        self.solver.budget.spend()
        for outside in _subsets(len(at_most)):
            below = [count - (number not in outside) for number, count in enumerate(left)]
            if min(below) < 0:
                continue
            terms = [self.solver.views.negation(at_most[number][0]) for number in outside]
            changed = goals
            for term in terms:
                changed = _put(changed, place, term, twins)
            if terms and not self._has_any(changed[place]):
                continue
            found = self._kept_few(place + 1, changed, below, twins)
            if found is not None:
                return found
        return None

    # The items themselves.

    def _chosen(self, goals: Goals, twins: tuple[int, int] | None) -> list[Json] | None:
        """A value for each place; different ones where they must be."""
        if not self.facts.distinct:
            items: list[Json] = []
            for goal in goals:
                found = self.solver.harvest(goal)
                if not found.values:
                    self.notes.note(found)
                    return None
                items.append(found.values[0])
            return items
        return self._all_different(goals)

    def _all_different(self, goals: Goals) -> list[Json] | None:
        """Different values for all places."""
        candidates: list[tuple[Json, ...]] = []
        for goal in goals:
            found = self.solver.harvest(goal, len(goals))
            if len(found.values) < len(goals):
                self.notes.note(found)
            candidates.append(found.values)
        chosen = match_up([[key_of(value) for value in values] for values in candidates], self.solver.budget)
        if chosen is None:
            return None
        return [values[number] for values, number in zip(candidates, chosen, strict=True)]


def _pairs(goals: Goals) -> list[tuple[int, int]]:
    """Pairs of places that may hold equal items; of pairs that are asked the same only one."""
    seen: dict[tuple[Goal, Goal], tuple[int, int]] = {}
    for second in range(len(goals)):
        for first in range(second):
            seen.setdefault((goals[first], goals[second]), (first, second))
    return list(seen.values())


def _with(goals: Goals, place: int, goal: Goal) -> Goals:
    """The goals with another one at a place."""
    return (*goals[:place], goal, *goals[place + 1 :])


def _put(goals: Goals, place: int, term: Term, twins: tuple[int, int] | None) -> Goals:
    """The goals with a further term at a place, and at its twin."""
    for one in twins if twins and place in twins else (place,):
        goals = _with(goals, one, goals[one] | {term})
    return goals


def _subsets(size: int) -> list[tuple[int, ...]]:
    """The subsets of the first numbers, largest first."""
    found = [tuple(number for number in range(size) if bits >> number & 1) for bits in range(1 << size)]
    return sorted(found, key=lambda one: (-len(one), one))
