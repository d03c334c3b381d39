"""What can be seen of a term without searching: its negation, its rough outline, what is left of it within a kind.

Rules: everything is computed once per question and remembered. An outline is never too small: what it leaves out is
surely not in the term; what it contains may be. The order of terms is the same in every process.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Final, TypeAlias

from truemirror.core.schema.budget import Budget
from truemirror.core.schema.terms import (
    EVERYTHING,
    NOTHING,
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
    both,
    either,
    negate,
)

ORDER: Final = (Kind.NULL, Kind.BOOLEAN, Kind.STRING, Kind.NUMBER, Kind.ARRAY, Kind.OBJECT)
"""The kinds from the simplest witness to the largest."""
SCALARS: Final = frozenset((Kind.NULL, Kind.BOOLEAN, Kind.STRING, Kind.NUMBER))
Scalar: TypeAlias = str | Fraction | bool | None
Share: TypeAlias = frozenset[Scalar] | None
"""Of one kind: these scalars at most, or None for anything of the kind."""
Outline: TypeAlias = tuple[Share, ...]
"""A share for each kind, in ORDER."""

_PLACE: Final = {kind: place for place, kind in enumerate(ORDER)}
_NO: Final[Share] = frozenset()
_ALL: Final[Outline] = (frozenset((None,)), frozenset((False, True)), None, None, None, None)
_NONE: Final[Outline] = (_NO,) * 6
_KIND_OF: Final[dict[type[Term], Kind]] = {
    IsTrue: Kind.BOOLEAN,
    AtLeast: Kind.NUMBER,
    AtMost: Kind.NUMBER,
    MultipleOf: Kind.NUMBER,
    Numbers: Kind.NUMBER,
    Matches: Kind.STRING,
    Length: Kind.STRING,
    Words: Kind.STRING,
    Has: Kind.OBJECT,
    EveryMember: Kind.OBJECT,
    Members: Kind.OBJECT,
    ItemAt: Kind.ARRAY,
    EveryItem: Kind.ARRAY,
    Items: Kind.ARRAY,
    Contains: Kind.ARRAY,
    Distinct: Kind.ARRAY,
}
_WEIGHTS: Final[dict[type[Term], int]] = {Words: 0, Numbers: 0, Kinds: 0, Not: 1, Has: 1, Ref: 2, Both: 4, Either: 5}


def kind_of(atom: Term) -> Kind:
    """The kind that an atom speaks of."""
    return atom.kind if isinstance(atom, Opaque) else _KIND_OF[type(atom)]


class Views:
    """What was seen of terms while one question is answered."""

    __slots__ = (
        "_kept",
        "_negations",
        "_outlines",
        "_parts",
        "_shared",
        "_terms",
        "_unfolding",
        "_within",
        "budget",
        "definitions",
    )

    def __init__(self, definitions: Mapping[str, Term], budget: Budget) -> None:
        """Views under these definitions; new ones cost steps."""
        self.definitions = definitions
        self.budget = budget
        self._kept: list[Term] = []
        self._shared: dict[int, Term] = {}
        self._terms: dict[Term, Term] = {}
        self._negations: dict[Term, Term] = {}
        self._outlines: dict[Term, Outline] = {}
        self._parts: dict[Term, tuple[Term, ...]] = {}
        self._unfolding: set[Term] = set()
        self._within: dict[tuple[Kind, Term], Term] = {}

    def shared(self, term: Term) -> Term:
        """The one object for all equal terms, so that comparing them is cheap; what an atom holds is left as it is."""
        found = self._shared.get(id(term))
        if found is None:
            self.budget.spend()
            self._kept.append(term)
            found = self._shared[id(term)] = self._one(self._rebuilt(term))
        return found

    def _one(self, term: Term) -> Term:
        """The one object for a term whose parts are shared."""
        return self._terms.setdefault(term, term)

    def _rebuilt(self, term: Term) -> Term:
        """A term with shared parts, where it is made of parts."""
        match term:
            case Both(terms=terms):
                return Both(frozenset([self.shared(part) for part in terms]))
            case Either(terms=terms):
                return Either(frozenset([self.shared(part) for part in terms]))
            case _:
                return term

    def negation(self, term: Term) -> Term:
        """Everything that is not in the term."""
        found = self._negations.get(term)
        if found is None:
            self.budget.spend()
            found = self._negations[term] = self._one(self._negated(term))
            self._negations.setdefault(found, term)
        return found

    def _negated(self, term: Term) -> Term:
        """Compute a negation from those of the parts."""
        match term:
            case Both(terms=terms):
                return either(*(self.negation(part) for part in terms))
            case Either(terms=terms):
                return both(*(self.negation(part) for part in terms))
            case _:
                return negate(term)

    def unfolded(self, term: Ref | Not) -> Term:
        """What a reference, or the negation of one, stands for."""
        if isinstance(term, Not):
            assert isinstance(term.term, Ref)
            return self.negation(self.shared(self.definitions[term.term.name]))
        return self.shared(self.definitions[term.name])

    # The order of terms.

    def parts(self, term: Both | Either) -> tuple[Term, ...]:
        """The parts of a term, simple ones first, in the same order in every process."""
        found = self._parts.get(term)
        if found is None:
            found = self._parts[term] = self.sorted(term.terms)
        return found

    def sorted(self, terms: Iterable[Term]) -> tuple[Term, ...]:
        """Terms, simple ones first, in the same order in every process."""
        return tuple(sorted(terms, key=_rank))

    # Outlines.

    def outline(self, term: Term) -> Outline:
        """A rough outline of the values that a term may have."""
        found = self._outlines.get(term)
        if found is None:
            self.budget.spend()
            found = self._outlines[term] = self._outline(term)
        return found

    def _outline(self, term: Term) -> Outline:
        """Compute an outline; a reference that is met inside itself may be anything."""
        match term:
            case Kinds(kinds=kinds):
                return tuple(share if kind in kinds else _NO for kind, share in zip(ORDER, _ALL, strict=True))
            case Both(terms=terms):
                return meet(*(self.outline(part) for part in terms))
            case Either(terms=terms):
                return _join(*(self.outline(part) for part in terms))
            case Words(values=words):
                return _with(_ALL, Kind.STRING, frozenset(words))
            case Numbers(values=numbers):
                return _with(_ALL, Kind.NUMBER, frozenset(numbers))
            case IsTrue():
                return _with(_ALL, Kind.BOOLEAN, frozenset((True,)))
            case Ref():
                return self._outline_of_reference(term)
            case Not(term=Ref()):
                return self._outline_of_reference(term)
            case Not(term=IsTrue()):
                return _with(_NONE, Kind.BOOLEAN, frozenset((False,)))
            case Not(term=atom):
                kind = kind_of(atom)
                return _with(_NONE, kind, _ALL[_PLACE[kind]])
            case _:
                return _ALL

    def _outline_of_reference(self, term: Ref | Not) -> Outline:
        """The outline of what a reference stands for."""
        if term in self._unfolding:
            return _ALL
        self._unfolding.add(term)
        try:
            return self.outline(self.unfolded(term))
        finally:
            self._unfolding.discard(term)

    def clash(self, *terms: Term) -> bool:
        """Whether it is plain that nothing is in all of the terms."""
        return is_empty(meet(*(self.outline(term) for term in terms)))

    # What is left of a term within a kind.

    def within(self, kind: Kind, term: Term) -> Term:
        """A term that has the same values of a kind, and in which only atoms of that kind (and references) are left."""
        key = (kind, term)
        found = self._within.get(key)
        if found is None:
            self.budget.spend()
            found = self._within[key] = self._one(self._narrowed(kind, term))
        return found

    def _narrowed(self, kind: Kind, term: Term) -> Term:
        """Compute what is left of a term; the negation of a window becomes the windows beside it."""
        match term:
            case Kinds(kinds=kinds):
                return EVERYTHING if kind in kinds else NOTHING
            case Both(terms=terms):
                return both(*(self.within(kind, part) for part in terms))
            case Either(terms=terms):
                return either(*(self.within(kind, part) for part in terms))
            case Ref() | Not(term=Ref()):
                return term
            case Not(term=atom):
                return _complement(atom) if kind_of(atom) is kind else NOTHING
            case _:
                return _plain(term) if kind_of(term) is kind else EVERYTHING


def _rank(term: Term) -> tuple[int, int]:
    """The simplicity of a term, and its hash, which is the same in every process."""
    return (_WEIGHTS.get(type(term), 3), hash(term))


def share(outline: Outline, kind: Kind) -> Share:
    """What an outline leaves of one kind."""
    return outline[_PLACE[kind]]


def meet(*outlines: Outline) -> Outline:
    """What may be in all of the outlines."""
    first, *rest = outlines
    for other in rest:
        if other is not _ALL and other is not first:
            first = tuple(_narrower(one, two) for one, two in zip(first, other, strict=True))
    return first


def _narrower(one: Share, two: Share) -> Share:
    """What is in both shares of a kind."""
    if one is None:
        return two
    return one if two is None else one & two


def _join(*outlines: Outline) -> Outline:
    """What may be in any of the outlines."""
    first, *rest = outlines
    for other in rest:
        first = tuple(None if one is None or two is None else one | two for one, two in zip(first, other, strict=True))
    return first


def _with(outline: Outline, kind: Kind, share: Share) -> Outline:
    """An outline with another share of one kind."""
    place = _PLACE[kind]
    return (*outline[:place], share, *outline[place + 1 :])


def is_empty(outline: Outline) -> bool:
    """Whether an outline leaves nothing."""
    return all(share is not None and not share for share in outline)


def _plain(atom: Term) -> Term:
    """An atom that every value, or none, of its kind satisfies, as that."""
    match atom:
        case Members(fewest=low, most=high) | Items(fewest=low, most=high) | Length(shortest=low, longest=high):
            if high is not None and (high < low or high < 0):
                return NOTHING
            return EVERYTHING if low <= 0 and high is None else atom
        case Words(values=values) | Numbers(values=values) if not values:
            return NOTHING
        case EveryMember(names=names, values=values) if values == EVERYTHING or names == NOTHING:
            return EVERYTHING
        case EveryItem(values=values) | ItemAt(values=values) if values == EVERYTHING:
            return EVERYTHING
        case Contains(fewest=fewest, values=values) if values == NOTHING or fewest <= 0:
            return NOTHING if fewest > 0 else EVERYTHING
        case _:
            return atom


def _complement(atom: Term) -> Term:
    """The values of an atom's kind for which it does not hold, without a negation where there is another way."""
    match atom:
        case Members(fewest=low, most=high):
            return either(_window(Members, 0, low - 1), _beyond(Members, high))
        case Items(fewest=low, most=high):
            return either(_window(Items, 0, low - 1), _beyond(Items, high))
        case Length(shortest=low, longest=high):
            return either(_window(Length, 0, low - 1), _beyond(Length, high))
        case AtLeast(bound=bound, beyond=beyond):
            return AtMost(bound, not beyond)
        case AtMost(bound=bound, beyond=beyond):
            return AtLeast(bound, not beyond)
        case _:
            plain = _plain(atom)
            return negate(plain) if isinstance(plain, Kinds) else Not(atom)


def _window(make: type[Members] | type[Items] | type[Length], low: int, high: int) -> Term:
    """The window from `low` to `high`, or nothing."""
    return make(low, high) if high >= low else NOTHING


def _beyond(make: type[Members] | type[Items] | type[Length], high: int | None) -> Term:
    """The window of what is more than `high`, or nothing."""
    return NOTHING if high is None else _plain(make(max(high + 1, 0), None))
