"""Which way a question about two schemas goes, and what its askers have agreed upon.

Rules: values only; what is not said is the strict reading of JSON Schema for bare schemas, and the tolerant one of
writers and readers for contracts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from truemirror.core.schema.budget import STEPS


class Direction(StrEnum):
    """Who sends the value, and so which of the two schemas has to take in the other."""

    BACKWARD = "backward"
    """Bare schemas: what the old one accepts, the new one accepts."""
    FORWARD = "forward"
    """Bare schemas: what the new one accepts, the old one accepts."""
    REQUEST = "request"
    """Callers that know the old contract send to a provider of the new one."""
    RESPONSE = "response"
    """A provider of the new contract answers readers that know the old one."""
    EVENT = "event"
    """A publisher of the new contract sends to readers that know the old one."""


class Mode(StrEnum):
    """Which directions two bare schemas are compared in."""

    BACKWARD = "backward"
    FORWARD = "forward"
    FULL = "full"

    @property
    def directions(self) -> tuple[Direction, ...]:
        """The directions that this mode asks for."""
        if self is Mode.FULL:
            return (Direction.BACKWARD, Direction.FORWARD)
        return (Direction(self.value),)


OLD_SENDS: Final = frozenset({Direction.BACKWARD, Direction.REQUEST})
"""Directions in which values of the old schema meet the new one."""
BARE: Final = frozenset({Direction.BACKWARD, Direction.FORWARD})
"""Directions of bare schemas, which are read as they are declared."""

ReadsPath = Callable[[str], bool | None]
"""Whether anybody reads a path of the data, such as `$.items[].owner.email`; None where nobody knows."""


def nobody_knows(_: str) -> bool | None:
    """Usage that was not measured."""
    return None


@dataclass(frozen=True, slots=True)
class Policy:
    """What holds beyond the schemas themselves."""

    formats: bool | None = None
    """Whether `format` is a promise. Where nobody says, it is one in contracts, to whose formats every answer is held,
    and an annotation between bare schemas, as JSON Schema has it."""
    tolerant: bool = True
    """In contracts: a writer sends only what it declares, a reader ignores what it does not know."""
    reads: ReadsPath = nobody_knows
    """Who reads a path of the data; a removed attribute that nobody reads is no more than a note."""
    steps: int = STEPS
    """What one question about two schemas may cost."""
    most_changes: int = 60
    """How many changes of one pair are explained one by one."""

    def asserts_formats(self, direction: Direction) -> bool:
        """Whether `format` is a promise in a direction."""
        return direction not in BARE if self.formats is None else self.formats
