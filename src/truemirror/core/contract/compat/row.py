"""What one rule of compatibility says, and the example that shows it.

Rules: an id is stable, because approvals hang on it. `levels` is what the example has to be judged as; a test runs it
in every direction, so that the table is the oracle of what is computed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from truemirror.core.contract.compat.policy import Direction
from truemirror.core.contract.finding import Level

_ORDER: Final = (Direction.BACKWARD, Direction.FORWARD, Direction.REQUEST, Direction.RESPONSE)
_LEVELS: Final[Mapping[str, Level | None]] = {"b": Level.BREAK, "w": Level.WARN, "i": Level.INFO, "-": None}


@dataclass(frozen=True, slots=True)
class Row:
    """One rule about schemas."""

    id: str
    """Also the kind of change that it is about."""
    area: str
    """objects, values, arrays, combining or words."""
    marks: str
    """Level of the example: backward, forward, request, response; b, w, i, or - where it is not told."""
    says: str
    """What changed, in words; {name}, {before} and {after} are filled in."""
    meaning: str
    """What it means, in one sentence."""
    mend: str
    """What to do about it, in one sentence."""
    old: Any
    new: Any
    """The example."""
    mirror: str = ""
    """The rule about the change undone; empty where `alone` says why there is none."""
    alone: str = ""
    warns: tuple[Direction, ...] = ()
    """Directions in which it may harm somebody although no value shows it."""

    @property
    def levels(self) -> Mapping[Direction, Level | None]:
        """What the example weighs, by direction; an event is as a response."""
        found = {one: _LEVELS[mark] for one, mark in zip(_ORDER, self.marks, strict=True)}
        return {**found, Direction.EVENT: found[Direction.RESPONSE]}

    @property
    def bad(self) -> Direction | None:
        """A direction in which the example breaks somebody; None for a rule that never does."""
        return next((one for one in _ORDER if self.levels[one] is Level.BREAK), None)

    @property
    def good(self) -> Direction | None:
        """A direction in which the same change harms nobody; None where there is none."""
        return next((one for one in _ORDER if self.levels[one] in (Level.INFO, Level.WARN)), None)


def an_object(**properties: Any) -> dict[str, Any]:
    """An object schema for an example; `required` and other keywords may be given with a leading underscore."""
    keywords = {name[1:]: value for name, value in properties.items() if name.startswith("_")}
    declared = {name: value for name, value in properties.items() if not name.startswith("_")}
    return {"type": "object", **({"properties": declared} if declared else {}), **keywords}
