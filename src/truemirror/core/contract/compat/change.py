"""One difference between two schemas, and how to make it alone.

Rules: a change says what is otherwise and where, never what it means; `edits` is what would have to be done to either
side to make it as the other is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from truemirror.core.contract.compat.spots import Spot


class Act(Enum):
    """What an edit does to one side so that it becomes as the other."""

    COPY = auto()
    """Take over what the other says at the steps, or that it says nothing."""
    MEMBER = auto()
    """Take over whether a value is in the list at the steps."""
    BRANCH = auto()
    """Take over that a branch is there, or that it is not."""
    REPLACE = auto()
    """Take over the whole schema."""
    NULL = auto()
    """Take over whether null is allowed."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One step of making a change alone."""

    act: Act
    old: Spot
    new: Spot
    steps: tuple[str, ...] = ()
    value: Any = None
    """MEMBER: the value. NULL: whether the new side allows null. BRANCH: its numbers on either side, None for none."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference."""

    kind: str
    """`attribute-removed`, `values-added`, ...: a word of the table in `rules`."""
    path: str
    """Where in the data: `$.items[].owner.email`."""
    old: Spot
    new: Spot
    """The schemas that it is a difference of."""
    before: Any = None
    after: Any = None
    keyword: str = ""
    name: str = ""
    """The attribute that it is about; empty where it is about none."""
    edits: tuple[Edit, ...] = ()
    default: bool = False
    """Whether an attribute that is now asked for has a default."""

    @property
    def pointer_old(self) -> str:
        """Where the old document says it."""
        return self.old.pointer

    @property
    def pointer_new(self) -> str:
        """Where the new document says it."""
        return self.new.pointer
