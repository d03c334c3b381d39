"""What a JSON Schema means, whatever its draft: a term that stands for a set of JSON values.

Rules: a term has no draft, no keyword and no place in a document, only values that are in it or not. An atom speaks of
one kind of value and holds for all others (as keywords do: `minimum` lets every text pass). Negation stands only
before atoms and references; `negate` pushes it inwards. Terms are made with `both`, `either` and `negate`, which
simplify what is plain, so that equal meanings are often equal terms. Equality and hashing are by structure and cheap:
the hash is computed once, at birth.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final, TypeAlias
from zlib import crc32

from truemirror.core.schema.language import Language


class Kind(StrEnum):
    """The six kinds of JSON values; an integer is a number that is a multiple of one."""

    NULL = "null"
    BOOLEAN = "boolean"
    NUMBER = "number"
    STRING = "string"
    ARRAY = "array"
    OBJECT = "object"


ALL_KINDS: Final = frozenset(Kind)


@dataclass(frozen=True, eq=False)
class Term:
    """A set of JSON values."""

    __slots__ = ("_hash",)

    def __post_init__(self) -> None:
        """Compute the hash from the parts, whose hashes are known; it is the same in every process."""
        parts = tuple([_number_of(getattr(self, name)) for name in self._names()])
        object.__setattr__(self, "_hash", hash((crc32(type(self).__name__.encode()), parts)))

    def __hash__(self) -> int:
        """The hash, computed at birth."""
        return self._hash  # type: ignore[attr-defined,no-any-return]

    def __eq__(self, other: object) -> bool:
        """Whether both are the same term."""
        if self is other:
            return True
        if type(self) is not type(other) or hash(self) != hash(other):
            return False
        return all(getattr(self, name) == getattr(other, name) for name in self._names())

    def _names(self) -> tuple[str, ...]:
        """The names of the parts; looked up once for each sort of term."""
        found = _NAMES.get(type(self))
        if found is None:
            found = _NAMES[type(self)] = tuple(one.name for one in fields(self))
        return found


_NAMES: Final[dict[type, tuple[str, ...]]] = {}


def _number_of(part: object) -> int:
    """A number for a part of a term; those that Python has for texts and for None differ from process to process."""
    if isinstance(part, str):
        return crc32(part.encode("utf-8", "surrogatepass"))
    if part is None:
        return -1
    if isinstance(part, frozenset) and part and isinstance(next(iter(part)), str):
        return hash(frozenset([_number_of(one) for one in part]))
    return hash(part)


@dataclass(frozen=True, eq=False, slots=True)
class Kinds(Term):
    """Values of some kinds; none of them is the empty set, all of them is everything."""

    kinds: frozenset[Kind]


@dataclass(frozen=True, eq=False, slots=True)
class IsTrue(Term):
    """Boolean: it is `true`."""


@dataclass(frozen=True, eq=False, slots=True)
class AtLeast(Term):
    """Number: at least the bound; more than it where `beyond`."""

    bound: Fraction
    beyond: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class AtMost(Term):
    """Number: at most the bound; less than it where `beyond`."""

    bound: Fraction
    beyond: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class MultipleOf(Term):
    """Number: a whole multiple of a step above zero."""

    step: Fraction


@dataclass(frozen=True, eq=False, slots=True)
class Numbers(Term):
    """Number: one of these."""

    values: frozenset[Fraction]


@dataclass(frozen=True, eq=False, slots=True)
class Matches(Term):
    """String: in a regular language."""

    language: Language


@dataclass(frozen=True, eq=False, slots=True)
class Length(Term):
    """String: of at least so many code points, and at most so many where `longest` is not None."""

    shortest: int = 0
    longest: int | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Words(Term):
    """String: one of these."""

    values: frozenset[str]


@dataclass(frozen=True, eq=False, slots=True)
class Opaque(Term):
    """A predicate about values of one kind that nobody here can decide: the same name is the same predicate.

    Such as an assertive `format`, or a `pattern` that is not regular. `check` in `opaque.py` may know how to test a
    single value.
    """

    kind: Kind
    name: str


@dataclass(frozen=True, eq=False, slots=True)
class Has(Term):
    """Object: has a member of this name."""

    name: str


@dataclass(frozen=True, eq=False, slots=True)
class EveryMember(Term):
    """Object: every member whose name is in `names` has a value in `values`.

    `names` is a term about strings (only strings are asked about). One attribute is `Words`, a pattern `Matches`,
    "additional" is everything that neither is; `values=NOTHING` forbids such members.
    """

    names: Term
    values: Term


@dataclass(frozen=True, eq=False, slots=True)
class Members(Term):
    """Object: at least so many members, and at most so many where `most` is not None."""

    fewest: int = 0
    most: int | None = None


@dataclass(frozen=True, eq=False, slots=True)
class ItemAt(Term):
    """Array: the item at this place, if there is one, is in `values`."""

    place: int
    values: Term


@dataclass(frozen=True, eq=False, slots=True)
class EveryItem(Term):
    """Array: every item from place `start` on is in `values`."""

    start: int
    values: Term


@dataclass(frozen=True, eq=False, slots=True)
class Items(Term):
    """Array: at least so many items, and at most so many where `most` is not None."""

    fewest: int = 0
    most: int | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Contains(Term):
    """Array: at least `fewest` items (one or more) are in `values`."""

    fewest: int
    values: Term


@dataclass(frozen=True, eq=False, slots=True)
class Distinct(Term):
    """Array: no two items are equal."""


@dataclass(frozen=True, eq=False, slots=True)
class Ref(Term):
    """What a name stands for in `Meaning.definitions`; the only way in which terms are recursive.

    The name is made from the content of all that it reaches, so that equal definitions have equal names everywhere.
    """

    name: str


@dataclass(frozen=True, eq=False, slots=True)
class Not(Term):
    """Everything that is not in an atom or a reference: values of its kind for which it does not hold."""

    term: Term


@dataclass(frozen=True, eq=False, slots=True)
class Both(Term):
    """What is in all of these (two or more, none of them `Both`)."""

    terms: frozenset[Term]


@dataclass(frozen=True, eq=False, slots=True)
class Either(Term):
    """What is in any of these (two or more, none of them `Either`)."""

    terms: frozenset[Term]


EVERYTHING: Final = Kinds(ALL_KINDS)
NOTHING: Final = Kinds(frozenset())
Json: TypeAlias = Any
"""A JSON value as the standard library reads it; numbers may be int, float or Decimal."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """A schema's term, and what its references stand for."""

    term: Term
    definitions: Mapping[str, Term] = field(default_factory=dict)


def both(*terms: Term) -> Term:
    """What is in all of the terms."""
    return _join(terms, Both, EVERYTHING, NOTHING)


def either(*terms: Term) -> Term:
    """What is in any of the terms."""
    return _join(terms, Either, NOTHING, EVERYTHING)


def _join(terms: Iterable[Term], make: type[Both] | type[Either], neutral: Kinds, absorbing: Kinds) -> Term:
    """Flatten, merge the kinds, drop what is neutral, and see what is plainly everything or nothing."""
    parts: set[Term] = set()
    kinds = neutral.kinds
    for term in terms:
        for part in term.terms if isinstance(term, make) else (term,):
            if isinstance(part, Kinds):
                kinds = kinds & part.kinds if make is Both else kinds | part.kinds
            else:
                parts.add(part)
    if kinds == absorbing.kinds or any(part.term in parts for part in parts if isinstance(part, Not)):
        return absorbing
    if kinds != neutral.kinds:
        parts.add(Kinds(kinds))
    if not parts:
        return neutral
    return next(iter(parts)) if len(parts) == 1 else make(frozenset(parts))


def negate(term: Term) -> Term:
    """Everything that is not in a term."""
    match term:
        case Not(term=inner):
            return inner
        case Kinds(kinds=kinds):
            return Kinds(ALL_KINDS - kinds)
        case Both(terms=parts):
            return either(*(negate(part) for part in parts))
        case Either(terms=parts):
            return both(*(negate(part) for part in parts))
        case _:
            return Not(term)


def exactly_one(*terms: Term) -> Term:
    """What is in one of the terms and in no other."""
    return either(
        *(
            both(term, *(negate(other) for place, other in enumerate(terms) if place != number))
            for number, term in enumerate(terms)
        )
    )
