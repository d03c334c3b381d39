"""What comparing two interfaces yields: changes that a rule judges, and questions about pairs of schemas.

Rules: a change is neutral and names its rule, its operation and its place; a question names who asks it, so that one
answer serves all who share a schema.
"""

from dataclasses import dataclass
from typing import Any, Final

from truemirror.core.contract.compat.policy import Direction
from truemirror.core.contract.openapi.interface import Place

NO_WITNESS: Final = object()
"""Stands for a change that no single message shows."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two interfaces."""

    rule: str
    operation: str
    """`GET /v1/tags`, or the name of an event."""
    place: str
    """What of it: `request`, `query limit`, `200`, `200 header X-Total`; empty for the whole."""
    message: str
    direction: Direction
    witness: Any = NO_WITNESS
    """The smallest request or answer that shows it."""
    cause: str = ""
    """Changes of the same rule with the same cause are one finding; empty where each is its own."""


@dataclass(frozen=True, slots=True)
class Question:
    """A pair of schemas that has to be judged."""

    old: Place | None
    new: Place | None
    direction: Direction
    operation: str
    place: str


Found = Change | Question
