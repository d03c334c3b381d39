"""What is read where: a schema, the dynamic scope it is met in, and how strictly; and what the keywords need for it.

Rules: a spot is the key of everything remembered about a schema, so it holds all that its meaning depends on.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol, TypeAlias

from truemirror.core.schema.budget import Budget
from truemirror.core.schema.reading.error import SchemaError
from truemirror.core.schema.reading.marks import Mark
from truemirror.core.schema.reading.policy import Reading
from truemirror.core.schema.reading.resources import Place
from truemirror.core.schema.reading.source import pointer_of
from truemirror.core.schema.reading.vocabulary import knows
from truemirror.core.schema.terms import Json, Term

Choices: TypeAlias = frozenset[tuple["Spot", str]]
"""On what a schema is applied: the spot of each `oneOf` or `if`, and the way that is taken there."""
Fellow: TypeAlias = tuple["Spot", Choices]
"""A schema that is applied to the same value."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A schema in its surroundings."""

    place: Place
    scope: frozenset[tuple[str, str]]
    """For each dynamic anchor met on the way here, the outermost resource that has it."""
    strict: bool = False
    """Inside a negation, where no policy works."""
    hidden: frozenset[str] = frozenset()
    """Attributes that are not there on this side."""
    beside: frozenset[Fellow] = frozenset()
    """All that speaks of the same value, where a writer keeps to what several schemas declare together."""

    @property
    def node(self) -> Json:
        """The schema itself."""
        return self.place.node

    def has(self, keyword: str) -> bool:
        """Whether the schema has a keyword that its draft knows."""
        return keyword in self.node and knows(self.place.dialect, keyword)

    def exactly(self) -> "Spot":
        """The same schema, read as it stands."""
        return replace(self, strict=True, hidden=frozenset(), beside=frozenset())

    def bare(self) -> "Spot":
        """The same schema for itself, whatever else speaks of the value."""
        return replace(self, hidden=frozenset(), beside=frozenset()) if self.hidden or self.beside else self

    def fault(self, keyword: str, what: str, fix: str = "") -> SchemaError:
        """An error about a keyword of the schema."""
        steps = (*self.place.steps, keyword)
        where = f"{self.place.document}#{pointer_of(steps)}"
        return SchemaError(what, where=where, fix=fix, pointer=pointer_of(self.place.steps), keyword=keyword)


class Reads(Protocol):
    """What the keywords ask of the reader."""

    policy: Reading
    budget: Budget

    def inner(self, spot: Spot, *steps: str) -> Spot:
        """The schema at some steps below a spot's."""

    def value(self, spot: Spot) -> Term:
        """What another value has to be: an attribute's, an item's."""

    def here(self, spot: Spot) -> Term:
        """What a schema demands of the same value."""

    def branch(self, spot: Spot, *steps: str) -> Spot:
        """The schema of an alternative below a spot's, which may hide attributes of its own."""

    def target(self, spot: Spot, keyword: str) -> Spot:
        """Where a reference of a spot's schema leads."""

    def negated(self, term: Term) -> Term:
        """Everything that is not in a term."""

    def marks(self, spot: Spot, own: bool = True) -> tuple[Mark, ...]:
        """What a schema evaluates of the same value, and when; its own unevaluated keywords aside where not `own`."""


ReadKeyword: TypeAlias = Callable[[Reads, Spot, Json], Term]
"""What a keyword demands, by its argument."""
