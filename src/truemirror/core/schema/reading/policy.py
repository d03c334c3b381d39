"""How schemas are to be read beyond what they say: by whom, in which direction, with which formats.

Rules: a policy never works inside a negation (`not`, `if`, `contains`, and what a `oneOf` excludes); so CLOSED only
ever takes values away, OPEN and a side only ever add some.
"""

from dataclasses import dataclass
from enum import StrEnum


class Undeclared(StrEnum):
    """What members mean that a schema does not declare."""

    DECLARED = "declared"
    """What the schema says."""
    CLOSED = "closed"
    """A writer has none.

    A schema that, taken together with all that applies to the same value, names attributes and says nothing about
    others, is read with `unevaluatedProperties: false` at its outermost object. `required` names count as declared.
    Schemas that meet at one attribute, as the parts of an `allOf` may, declare what is in it together.
    An alternative that takes objects but names nothing, beside alternatives that do, stays open.
    """
    OPEN = "open"
    """A reader does not mind them: `additionalProperties: false` and `unevaluatedProperties: false` are not there."""


class Side(StrEnum):
    """Which way values go."""

    BOTH = "both"
    REQUEST = "request"
    """Attributes that are `readOnly` are neither required nor looked at."""
    RESPONSE = "response"
    """Attributes that are `writeOnly` are neither required nor looked at."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A policy of reading."""

    formats: frozenset[str] = frozenset()
    """The formats that are asserted; all others are annotations."""
    undeclared: Undeclared = Undeclared.DECLARED
    side: Side = Side.BOTH

    @property
    def hidden(self) -> str:
        """The keyword that marks attributes which are not there; empty when all are."""
        return {Side.BOTH: "", Side.REQUEST: "readOnly", Side.RESPONSE: "writeOnly"}[self.side]
