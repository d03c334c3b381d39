"""The promises of a term, and for each what breaks it while all others are kept.

Rules: what comes out is a term again, so it is drawn, counted and found empty like any other; a promise is an atom, at
the place of the value that it speaks of; what several alternatives promise together is broken together.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from truemirror.core.schema.reading.source import pointer_of
from truemirror.core.schema.shapes.known import Known
from truemirror.core.schema.terms import (
    ALL_KINDS,
    EVERYTHING,
    NOTHING,
    AtLeast,
    AtMost,
    Both,
    Distinct,
    Either,
    EveryItem,
    EveryMember,
    Has,
    ItemAt,
    Items,
    Kind,
    Kinds,
    Length,
    Matches,
    Members,
    MultipleOf,
    Not,
    Opaque,
    Ref,
    Term,
    Words,
    both,
    either,
)

_DEEPEST: Final = 6
_MOST: Final = 400
_OBJECTS: Final = Kinds(frozenset((Kind.OBJECT,)))
_ARRAYS: Final = Kinds(frozenset((Kind.ARRAY,)))


@dataclass(frozen=True, slots=True)
class Break:
    """One promise, broken."""

    place: str
    """A JSON pointer to the value that breaks it; `*` stands for any name."""
    what: str
    term: Term
    """The values that break it and no other."""


def breaks(known: Known, term: Term) -> tuple[Break, ...]:
    """Every promise of a term that a value can break by itself, at most `_MOST` of them."""
    return tuple(islice((one for one in _breaks(known, term, 0) if not known.is_empty(frozenset((one.term,)))), _MOST))


def _breaks(known: Known, term: Term, depth: int) -> Iterator[Break]:
    """The promises of a term so many values deep."""
    if depth > _DEEPEST:
        return
    parts = _parts(known, term)
    for part in parts:
        others = both(*(one for one in parts if one != part))
        yield from (replace(one, term=both(others, one.term)) for one in _broken(known, part, depth))


def _parts(known: Known, term: Term) -> tuple[Term, ...]:
    """What all has to hold for a value, references followed."""
    found: dict[Term, None] = {}
    todo, seen = [term], set()
    while todo:
        one = todo.pop()
        match one:
            case Both(terms=terms):
                todo += sorted(terms, key=hash)
            case Ref() | Not(term=Ref()):
                todo += () if one in seen else (known.views.unfolded(one),)
                seen.add(one)
            case _ if one != EVERYTHING:
                found[one] = None
    return tuple(found)


def _broken(known: Known, part: Term, depth: int) -> Iterator[Break]:
    """The ways to break one part."""
    wrong = known.views.negation(part)
    match part:
        case EveryMember(names=names, values=values) if values != NOTHING:
            for one in _breaks(known, values, depth + 1):
                yield Break(_step(names) + one.place, one.what, _with_member(known, names, values, one.term))
        case ItemAt(place=place, values=values):
            for one in _breaks(known, values, depth + 1):
                yield _beside(f"/{place}", one, _ARRAYS, Items(place + 1), ItemAt(place, one.term))
        case EveryItem(start=start, values=values) if values != NOTHING:
            for one in _breaks(known, values, depth + 1):
                kept = (Items(start + 1), ItemAt(start, one.term), EveryItem(start + 1, values))
                yield _beside(f"/{start}", one, _ARRAYS, *kept)
        case Either(terms=terms):
            yield from _no_alternative(known, terms, wrong, depth)
        case _:
            yield Break("", _said(part), wrong)


def _beside(step: str, one: Break, *terms: Term) -> Break:
    """A promise about an inner value, broken there, beside what has to hold of the outer one."""
    return Break(step + one.place, one.what, both(*terms))


def _with_member(known: Known, names: Term, values: Term, broken: Term) -> Term:
    """Objects with one member of these names that is broken, the others as they should be."""
    if isinstance(names, Words) and len(names.values) == 1:
        return both(_OBJECTS, Has(min(names.values)), EveryMember(names, broken))
    one = known.views.negation(EveryMember(names, known.views.negation(broken)))
    return both(_OBJECTS, one, EveryMember(names, either(values, broken)))


def _step(names: Term) -> str:
    """The step of a pointer to members of these names."""
    return pointer_of((min(names.values),)) if isinstance(names, Words) and len(names.values) == 1 else "/*"


def _no_alternative(known: Known, terms: Iterable[Term], wrong: Term, depth: int) -> Iterator[Break]:
    """None of some alternatives holds: of one all but a promise, or of each something."""
    kinds = _all_kinds(known, terms)
    if kinds != ALL_KINDS:
        yield Break("", f"is none of {', '.join(sorted(kinds))}", Kinds(ALL_KINDS - kinds))
    near = [one for term in sorted(terms, key=hash) for one in _breaks(known, term, depth + 1) if one.place or kinds]
    for one in near:
        yield Break(one.place, one.what, both(one.term, wrong, Kinds(kinds)))
    if not near:
        yield Break("", "is none of the alternatives", wrong)


def _all_kinds(known: Known, terms: Iterable[Term]) -> frozenset[Kind]:
    """The kinds that some alternatives allow."""
    return frozenset(
        kind for kind in ALL_KINDS for term in terms if not known.is_empty(frozenset((term, Kinds(frozenset((kind,))))))
    )


def _said(atom: Term) -> str:
    """How a promise is broken, in words."""
    match atom:
        case Kinds(kinds=kinds):
            return f"is no {' or '.join(sorted(kinds))}" if kinds else "is there"
        case Has(name=name):
            return f"has no {name}"
        case EveryMember():
            return "has a member that is not allowed"
        case EveryItem():
            return "has an item too many"
        case AtLeast():
            return "is too small"
        case AtMost():
            return "is too large"
        case MultipleOf(step=step):
            return "is no whole number" if step == 1 else f"is no multiple of {step}"
        case Length() | Items() | Members():
            return "is too long or too short"
        case Matches():
            return "does not match the pattern"
        case Opaque(name=name):
            return f"is not of {name.replace(':', ' ', 1)}"
        case Distinct():
            return "has two equal items"
        case _:
            return "is another value"
