"""What the solver knows of goals: values to fall back on, and the proof that there are none.

Rules: each question has a small budget of its own and is remembered; what costs too much is not known, and then nothing
is claimed.
"""

import sys
from collections.abc import Mapping
from typing import Final, TypeAlias

from truemirror.core.schema.budget import Budget, OutOfSteps
from truemirror.core.schema.membership import Untestable, holds
from truemirror.core.schema.solve import Values, values_of
from truemirror.core.schema.solve.views import Views
from truemirror.core.schema.terms import Json, Term

_STEPS: Final = 20_000
_UNKNOWN: Final = Values((), False, "it costs too much")

Goal: TypeAlias = frozenset[Term]
"""Terms that a value is in all of."""


class Known:
    """What is known of goals under some definitions."""

    def __init__(self, definitions: Mapping[str, Term], steps: int = _STEPS) -> None:
        """Nothing asked yet; each question may cost so many steps."""
        self.definitions = definitions
        self.views = Views(definitions, Budget(sys.maxsize))
        self._steps = steps
        self._answers: dict[tuple[Goal, int], Values] = {}

    def values(self, goal: Goal, count: int = 1) -> Values:
        """Up to so many values of a goal."""
        key = (goal, count)
        answer = self._answers.get(key)
        if answer is None:
            try:
                answer = values_of(tuple(goal), (), self.definitions, Budget(self._steps), count)
            except OutOfSteps:
                answer = _UNKNOWN
            self._answers[key] = answer
        return answer

    def is_empty(self, goal: Goal) -> bool:
        """Whether a goal surely has no value."""
        answer = self.values(goal)
        return answer.complete and not answer.found

    def holds(self, goal: Goal, value: Json) -> bool:
        """Whether a value is surely in all terms of a goal."""
        try:
            return all(holds(term, self.definitions, value) for term in goal)
        except (Untestable, RecursionError):
            return False
