"""Searches for values of a conjunction of terms, kind by kind, and remembers what each search came to.

Rules: a goal is a set of terms that must all hold. A goal that is met again while it is searched has "nothing yet": a
value may not be made of itself. What was found is final; that nothing was found is final once it leans on nothing that
is still being searched (the least fixpoint: all that leaned on each other and found nothing is empty). Nothing outlives
the question.
"""

from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

from truemirror.core.schema.budget import Budget
from truemirror.core.schema.constant import exactly_value
from truemirror.core.schema.membership import Untestable, holds
from truemirror.core.schema.solve.cell import Cell
from truemirror.core.schema.solve.harvest import EMPTY, Gathering, Harvest, unsure, writable
from truemirror.core.schema.solve.scalars import Scalars
from truemirror.core.schema.solve.views import ORDER, SCALARS, Outline, Views, is_empty, meet, share
from truemirror.core.schema.terms import EVERYTHING, Json, Kind, Term

DEEPEST: Final = 320
"""How deep goals and branches may be nested in one another; Python's own stack ends not far beyond."""
_GOAL_DEPTH: Final = 6
"""What one goal inside another counts for; a branch counts for one."""
_FURTHER: Final = "there may be further values"

Goal: TypeAlias = frozenset[Term]


class Solver:
    """The searches of one question."""

    __slots__ = ("_active", "_guesses", "_log", "_results", "budget", "deepest", "depth", "scalars", "views")

    def __init__(self, definitions: Mapping[str, Term], budget: Budget) -> None:
        """A solver under these definitions that may spend a budget."""
        self.budget = budget
        self.views = Views(definitions, budget)
        self.scalars = Scalars(self.views)
        self.depth = 0
        self.deepest = DEEPEST
        self._active: dict[tuple[Goal, int], int] = {}
        self._results: dict[tuple[Goal, int], Harvest] = {}
        self._guesses: dict[tuple[Goal, int], Harvest] = {}
        self._log: list[tuple[Goal, int]] = []

    def harvest(self, goal: Goal, count: int = 1) -> Harvest:
        """Up to `count` distinct values of a goal. Raises OutOfSteps."""
        if EVERYTHING in goal:
            goal = goal - {EVERYTHING}
        key = (goal, count)
        known = self._results.get(key) or self._guesses.get(key)
        if known is not None:
            return known
        place = self._active.get(key)
        if place is not None:
            return Harvest((), True, "", 1 << place)
        self.budget.spend()
        outline = meet(self.views.outline(EVERYTHING), *(self.views.outline(term) for term in goal))
        if is_empty(outline) or any(self.views.negation(term) in goal for term in goal):
            self._results[key] = EMPTY
            return EMPTY
        if self.depth >= self.deepest:
            return unsure("the schemas are nested too deep in one another")
        return self._search(key, outline)

    def holds_any(self, terms: Iterable[Term], value: Json) -> bool:
        """Whether a value is surely in any of the terms. Raises OutOfSteps."""
        try:
            return any(holds(term, self.views.definitions, value, budget=self.budget) for term in terms)
        except Untestable:
            return False

    def _search(self, key: tuple[Goal, int], outline: Outline) -> Harvest:
        """Search a goal that is not known yet, and remember what came of it."""
        place = self._active[key] = len(self._active)
        before = len(self._log)
        self.depth += _GOAL_DEPTH
        try:
            result = writable(self._kind_by_kind(*key, outline), self.budget)
        finally:
            self.depth -= _GOAL_DEPTH
            del self._active[key]
        return self._settle(key, place, result, before)

    def _settle(self, key: tuple[Goal, int], place: int, result: Harvest, before: int) -> Harvest:
        """Decide what of a result, and of what was guessed on the way to it, is final."""
        own = 1 << place
        found = len(result.values) >= key[1]
        if not found and result.values and result.leans & own:
            result = Harvest(
                result.values, False, "a schema that contains itself may have further values", result.leans
            )
        sure = result.complete and not result.values
        rest = 0 if found else result.leans & ~own
        result = Harvest(result.values, result.complete, result.unsure, rest)
        guesses, self._log[before:] = self._log[before:], []
        for guess in guesses:
            harvest = self._guesses.pop(guess)
            if not harvest.leans & own:
                self._remember(guess, harvest)
            elif sure:
                self._remember(guess, _leaning(harvest, harvest.leans & ~own | rest))
        self._remember(key, result)
        return result

    def _remember(self, key: tuple[Goal, int], result: Harvest) -> None:
        """Keep a result, as a guess while it leans on a search in progress."""
        if result.leans:
            self._guesses[key] = result
            self._log.append(key)
        else:
            self._results[key] = result

    def _kind_by_kind(self, goal: Goal, count: int, outline: Outline) -> Harvest:
        """Search each kind of value that a goal may have."""
        gathering = Gathering()
        for kind in ORDER:
            left = share(outline, kind)
            if left is not None and not left:
                continue
            missing = count - len(gathering.values)
            if kind in SCALARS and left is not None:
                gathering.add(self.scalars.among(kind, left, goal, missing))
            elif kind in SCALARS or missing == 1:
                gathering.add(Cell(self, kind).search(goal, missing))
            else:
                self._several(kind, goal, missing, gathering)
            if len(gathering.values) >= count:
                gathering.doubt(_FURTHER)
                break
        return gathering.harvest()

    def _several(self, kind: Kind, goal: Goal, count: int, gathering: Gathering) -> None:
        """Distinct arrays or objects: each further one with those before it excluded."""
        for _ in range(count):
            one = Cell(self, kind).search(goal, 1)
            if not one.values:
                gathering.note(one)
                return
            gathering.add(Harvest(one.values, True))
            goal = goal | {self.views.negation(exactly_value(one.values[0]))}
        gathering.doubt(_FURTHER)


def _leaning(harvest: Harvest, leans: int) -> Harvest:
    """A harvest that leans on other searches."""
    return Harvest(harvest.values, harvest.complete, harvest.unsure, leans)
