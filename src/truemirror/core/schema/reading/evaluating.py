"""What a schema evaluates of a value: the marks of its own keywords and of all that it applies to the same value.

Rules: only what holds evaluates, so the marks of an alternative hold under its condition; `not` evaluates nothing.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from truemirror.core.schema.reading.applying import REFERENCES, condition
from truemirror.core.schema.reading.dialect import Dialect
from truemirror.core.schema.reading.items import contained, covers_all, placed
from truemirror.core.schema.reading.marks import Mark, named
from truemirror.core.schema.reading.members import dependent_schemas, is_ignored
from truemirror.core.schema.reading.patterns import matching
from truemirror.core.schema.reading.spot import Reads, Spot
from truemirror.core.schema.reading.vocabulary import refers_alone
from truemirror.core.schema.terms import NOTHING, Has, Kind, Kinds, Term, both

_OBJECT: Final = Kinds(frozenset((Kind.OBJECT,)))


def marks_of(reads: Reads, spot: Spot, own: bool) -> tuple[Mark, ...]:
    """What the schema evaluates; without what its own unevaluated keywords do where not `own`."""
    reads.budget.spend()
    marks = (*_members(reads, spot, own), *_items(reads, spot, own), *_applied(reads, spot))
    return named(dict.fromkeys(mark for mark in marks if mark.condition != NOTHING))


def marks_beside(reads: Reads, spot: Spot) -> Iterable[Mark]:
    """What a schema's own keywords evaluate for those beside it."""
    return () if "$ref" in spot.node and refers_alone(spot.place.dialect) else _members(reads, spot, own=True)


def _members(reads: Reads, spot: Spot, own: bool) -> Iterator[Mark]:
    """What the schema's own keywords about members evaluate."""
    node = spot.node
    if "properties" in node or "patternProperties" in node:
        patterns = frozenset(matching(text) for text in node.get("patternProperties", ()))
        yield Mark(words=frozenset(node.get("properties", ())), patterns=patterns, names=True)
    if node.get("required") or node.get("dependentRequired"):
        depended = node.get("dependentRequired", {})
        words = {*node.get("required", ()), *depended, *(name for needed in depended.values() for name in needed)}
        yield Mark(words=frozenset(words), hint=True)
    for keyword in ("additionalProperties", *(("unevaluatedProperties",) if own else ())):
        if spot.has(keyword) and not is_ignored(reads, spot, keyword):
            yield Mark(all_members=True)


def _items(reads: Reads, spot: Spot, own: bool) -> Iterator[Mark]:
    """What the schema's own keywords about items evaluate."""
    if covers_all(spot) or (own and spot.has("unevaluatedItems")):
        yield Mark(all_items=True)
    elif placed(spot):
        yield Mark(items=placed(spot))
    if spot.has("contains"):
        yield Mark(contained=contained(reads, spot), disputed=spot.place.dialect is not Dialect.DRAFT202012)


def _applied(reads: Reads, spot: Spot) -> Iterator[Mark]:
    """What the schemas evaluate that this one applies to the same value."""
    for keyword in REFERENCES:
        if spot.has(keyword):
            yield from reads.marks(reads.target(spot, keyword))
    for number in range(len(spot.node.get("allOf", ()))):
        yield from reads.marks(reads.branch(spot, "allOf", str(number)))
    for keyword in ("anyOf", "oneOf"):
        for number in range(len(spot.node.get(keyword, ()))):
            yield from _alternative(reads, reads.branch(spot, keyword, str(number)))
    if spot.has("if"):
        yield from _conditional(reads, spot)
    for keyword, name in dependent_schemas(spot):
        yield from _under(both(_OBJECT, Has(name)), reads, reads.branch(spot, keyword, name))


def _under(asked: Term, reads: Reads, spot: Spot) -> Iterator[Mark]:
    """What a schema evaluates under a condition."""
    return (mark.when(asked) for mark in reads.marks(spot))


def _alternative(reads: Reads, spot: Spot) -> Iterator[Mark]:
    """What an alternative evaluates where it holds; one that takes objects and names nothing is marked as open."""
    holds = reads.here(spot)
    marks = tuple(_under(holds, reads, spot))
    yield from marks
    if not any(mark.names for mark in marks) and both(holds, _OBJECT) != NOTHING:
        yield Mark(holds, all_members=True, hint=True)


def _conditional(reads: Reads, spot: Spot) -> Iterator[Mark]:
    """What `if`, `then` and `else` evaluate."""
    asked = condition(reads, spot)
    yield from _under(asked, reads, reads.branch(spot.exactly(), "if"))
    if spot.has("then"):
        yield from _under(asked, reads, reads.branch(spot, "then"))
    if spot.has("else"):
        yield from _under(reads.negated(asked), reads, reads.branch(spot, "else"))
