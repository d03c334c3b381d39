"""Whether a value is in a term, exactly.

Rules: independent of how terms are compared, so that both can be held against each other; what a term cannot say of
itself (an opaque predicate) is asked of `check`.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final, TypeAlias

from truemirror.core.schema import opaque
from truemirror.core.schema.budget import Budget
from truemirror.core.schema.constant import fraction_of
from truemirror.core.schema.language_words import accepts
from truemirror.core.schema.terms import (
    AtLeast,
    AtMost,
    Both,
    Contains,
    Distinct,
    Either,
    EveryItem,
    EveryMember,
    Has,
    IsTrue,
    ItemAt,
    Items,
    Json,
    Kind,
    Kinds,
    Length,
    Matches,
    Members,
    MultipleOf,
    Not,
    Numbers,
    Opaque,
    Ref,
    Term,
    Words,
)

Definitions: TypeAlias = Mapping[str, Term]
Check: TypeAlias = Callable[[Opaque, Json], bool]
_LETTERS: Final = 64
"""Letters that a pattern reads in a step."""


class Untestable(Exception):
    """Nobody here can tell whether a value is in an opaque predicate."""


def check_opaque(predicate: Opaque, value: Json) -> bool:
    """Whether a value is in an opaque predicate. Raises Untestable."""
    answer = opaque.test(predicate, value)
    if answer is None:
        raise Untestable(predicate.name)
    return answer


def kind_of(value: Json) -> Kind:
    """The kind of a value. Raises TypeError for what is no JSON value."""
    match value:
        case None:
            return Kind.NULL
        case bool():
            return Kind.BOOLEAN
        case int() | float() | Decimal():
            return Kind.NUMBER
        case str():
            return Kind.STRING
        case list():
            return Kind.ARRAY
        case dict():
            return Kind.OBJECT
    raise TypeError(f"{type(value).__name__} is no JSON value")


def holds(
    term: Term, definitions: Definitions, value: Json, check: Check = check_opaque, budget: Budget | None = None
) -> bool:
    """Whether a value is in a term.

    Raises TypeError for what is no JSON value, Untestable where `check` cannot tell, OutOfSteps when a budget that is
    given does not do.
    """
    return _Judge(definitions, check, budget).holds(term, value)


def distinct_key(value: Json) -> object:
    """Something hashable that is equal for equal values, and only for those."""
    match kind_of(value):
        case Kind.NUMBER:
            return fraction_of(value)
        case Kind.ARRAY:
            return tuple(distinct_key(item) for item in value)
        case Kind.OBJECT:
            return frozenset((name, distinct_key(one)) for name, one in value.items())
        case kind:
            return kind, value


class _Judge:
    """Judges values by terms with some definitions."""

    def __init__(self, definitions: Definitions, check: Check, budget: Budget | None) -> None:
        """Take what references stand for, who knows opaque predicates, and what the work may cost."""
        self._definitions = definitions
        self._check = check
        self._budget = budget

    def holds(self, term: Term, value: Json) -> bool:
        """Whether a value is in a term."""
        match term:
            case Both(terms=parts):
                return all(self.holds(part, value) for part in parts)
            case Either(terms=parts):
                return any(self.holds(part, value) for part in parts)
            case Kinds(kinds=kinds):
                return kind_of(value) in kinds
            case Ref(name=name):
                return self.holds(self._definitions[name], value)
            case Not(term=Ref() as inner):
                return not self.holds(inner, value)
            case Not(term=inner):
                return self._kind(inner) == kind_of(value) and not self._atom(inner, value)
            case _:
                return self._kind(term) != kind_of(value) or self._atom(term, value)

    def _kind(self, atom: Term) -> Kind:
        """The kind of values that an atom speaks of."""
        match atom:
            case IsTrue():
                return Kind.BOOLEAN
            case AtLeast() | AtMost() | MultipleOf() | Numbers():
                return Kind.NUMBER
            case Matches() | Length() | Words():
                return Kind.STRING
            case Has() | EveryMember() | Members():
                return Kind.OBJECT
            case Opaque(kind=kind):
                return kind
            case _:
                return Kind.ARRAY

    def _atom(self, atom: Term, value: Json) -> bool:
        """Whether a value of an atom's kind is in it."""
        match self._kind(atom):
            case Kind.NUMBER:
                return _number(atom, value)
            case Kind.OBJECT:
                return self._members(atom, value)
            case Kind.ARRAY:
                return self._items(atom, value)
            case Kind.STRING:
                return self._string(atom, value)
            case _:
                return value is True if isinstance(atom, IsTrue) else self._opaque(atom, value)

    def _opaque(self, atom: Term, value: Json) -> bool:
        """What an opaque predicate says."""
        assert isinstance(atom, Opaque)
        return self._check(atom, value)

    def _string(self, atom: Term, value: str) -> bool:
        """Atoms about strings."""
        match atom:
            case Matches(language=language):
                if self._budget is not None:
                    self._budget.spend(len(value) // _LETTERS)
                return accepts(language, value)
            case Length(shortest=shortest, longest=longest):
                return shortest <= len(value) and (longest is None or len(value) <= longest)
            case Words(values=values):
                return value in values
            case _:
                return self._opaque(atom, value)

    def _members(self, atom: Term, value: Mapping[str, Json]) -> bool:
        """Atoms about objects."""
        if self._budget is not None:
            self._budget.spend()
        match atom:
            case Has(name=name):
                return name in value
            case Members(fewest=fewest, most=most):
                return fewest <= len(value) and (most is None or len(value) <= most)
            case EveryMember(names=Words(values=names), values=values) if len(names) <= len(value):
                return all(self.holds(values, value[name]) for name in names if name in value)
            case EveryMember(names=names, values=values):
                self._pay(value)
                return all(self.holds(values, one) for name, one in value.items() if self.holds(names, name))
            case _:
                return self._opaque(atom, value)

    def _pay(self, value: Mapping[str, Json] | list[Json]) -> None:
        """Pay for going through all members or items. Raises OutOfSteps."""
        if self._budget is not None:
            self._budget.spend(1 + len(value))

    def _items(self, atom: Term, value: list[Json]) -> bool:
        """Atoms about arrays."""
        if not isinstance(atom, Items | ItemAt):
            self._pay(value)
        match atom:
            case Items(fewest=fewest, most=most):
                return fewest <= len(value) and (most is None or len(value) <= most)
            case ItemAt(place=place, values=values):
                return place >= len(value) or self.holds(values, value[place])
            case EveryItem(start=start, values=values):
                return all(self.holds(values, item) for item in value[start:])
            case Contains(fewest=fewest, values=values):
                return sum(self.holds(values, item) for item in value) >= fewest
            case Distinct():
                return len({distinct_key(item) for item in value}) == len(value)
            case _:
                return self._opaque(atom, value)


def _number(atom: Term, value: Json) -> bool:
    """Atoms about numbers."""
    exact = fraction_of(value)
    match atom:
        case AtLeast(bound=bound, beyond=beyond):
            return exact > bound or (exact == bound and not beyond)
        case AtMost(bound=bound, beyond=beyond):
            return exact < bound or (exact == bound and not beyond)
        case MultipleOf(step=step):
            return (exact / step).denominator == 1
        case Numbers(values=values):
            return exact in values
        case _:
            raise TypeError(f"{atom} is no atom about numbers")
