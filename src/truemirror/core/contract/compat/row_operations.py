"""One row of the rules about operations and events.

Rules: the level follows from what a change does to the set of messages and from who sends them; where a row departs
from that it says why; every rule has a mirror, or a reason to have none.
"""

from dataclasses import dataclass
from enum import StrEnum

from truemirror.core.contract.compat.operations_examples import BAD, GOOD, Example
from truemirror.core.contract.compat.policy import Direction
from truemirror.core.contract.finding import Level


class Effect(StrEnum):
    """What a change does to the messages of one direction."""

    WIDENS = "widens"
    """More of them are possible."""
    NARROWS = "narrows"
    """Fewer of them are possible."""
    MOVES = "moves"
    """Some become possible, others impossible."""
    KEEPS = "keeps"
    """The same are possible; something is said about them."""


@dataclass(frozen=True, slots=True)
class OperationRule:
    """One row."""

    id: str
    direction: Direction
    effect: Effect
    meaning: str
    """What it means when this is found, in one sentence."""
    mend: str
    """What to do about it, in one sentence."""
    mirror: str = ""
    """The rule about the change undone; empty where there is none."""
    level_said: Level | None = None
    """The level where it is not the one that follows."""
    because: str = ""
    """Why it departs from what follows, or why there is no mirror."""

    @property
    def level(self) -> Level:
        """How much it weighs."""
        return self.level_said or level_of(self.direction, self.effect)

    @property
    def bad(self) -> Example:
        """A change that the rule speaks of."""
        return BAD[self.id]

    @property
    def good(self) -> Example:
        """A change next to it that the rule does not speak of."""
        return GOOD[self.id]


def level_of(direction: Direction, effect: Effect) -> Level:
    """What follows from the effect: senders must not be refused, readers must not be surprised."""
    harmful = {Effect.NARROWS, Effect.MOVES} if direction is Direction.REQUEST else {Effect.WIDENS, Effect.MOVES}
    return Level.BREAK if effect in harmful else Level.INFO
