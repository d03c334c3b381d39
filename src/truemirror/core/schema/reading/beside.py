"""Which schemas speak of the same value from different places, as both parts of an `allOf` do of an attribute.

Rules: a writer keeps to what all of them declare together, so none is closed without the others; alternatives of which
never two hold at once are not beside each other. Where it is not plain whether two speak of the same member, they do:
that leaves more open, and so never makes anything compatible that is not.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Protocol

from truemirror.core.schema.reading.applying import REFERENCES
from truemirror.core.schema.reading.members import dependent_schemas
from truemirror.core.schema.reading.spot import Choices, Fellow, Spot
from truemirror.core.schema.reading.vocabulary import refers_alone

_MEMBERS: Final = ("properties", "patternProperties", "additionalProperties", "unevaluatedProperties")
_ITEMS: Final = ("items", "prefixItems", "additionalItems", "unevaluatedItems")


class Leads(Protocol):
    """What finding them needs of the reader."""

    def inner(self, spot: Spot, *steps: str) -> Spot:
        """The schema at some steps below a spot's, for another value."""

    def plain(self, spot: Spot, *steps: str) -> Spot:
        """The schema at some steps below a spot's, for the same value."""

    def target(self, spot: Spot, keyword: str) -> Spot:
        """Where a reference of a spot's schema leads."""

    def together(self, spot: Spot) -> frozenset[Fellow]:
        """A spot and all that it applies to the same value, remembered."""


def applied(reads: Leads, spot: Spot) -> frozenset[Fellow]:
    """A spot and all that it applies to the same value, each with the choices on which it does. Raises SchemaError."""
    found: set[Fellow] = set()
    waiting: list[Fellow] = [(spot.bare(), frozenset())]
    while waiting:
        here, choices = waiting.pop()
        if (here, choices) in found or not isinstance(here.node, Mapping):
            continue
        found.add((here, choices))
        waiting += ((one, choices | chosen) for one, chosen in _next(reads, here))
    return frozenset(found)


def _next(reads: Leads, spot: Spot) -> Iterator[Fellow]:
    """What a schema itself applies to the same value."""
    nothing: Choices = frozenset()
    if "$ref" in spot.node and refers_alone(spot.place.dialect):
        yield reads.target(spot, "$ref"), nothing
        return
    yield from ((reads.target(spot, keyword), nothing) for keyword in REFERENCES if spot.has(keyword))
    for keyword in ("allOf", "anyOf", "oneOf"):
        for number in range(len(spot.node.get(keyword, ()))):
            chosen = frozenset({(spot, str(number))}) if keyword == "oneOf" else nothing
            yield reads.plain(spot, keyword, str(number)), chosen
    if spot.has("if"):
        yield reads.plain(spot.exactly(), "if"), nothing
        yield from ((reads.plain(spot, one), frozenset({(spot, one)})) for one in ("then", "else") if spot.has(one))
    yield from ((reads.plain(spot, keyword, name), nothing) for keyword, name in dependent_schemas(spot))


def several(fellows: Iterable[Fellow]) -> bool:
    """Whether more than one schema may speak of the same member or item."""
    speaking = {one for one, _ in fellows if any(keyword in one.node for keyword in (*_MEMBERS, *_ITEMS))}
    return len(speaking) > 1 or any(len(_held(one)) > 1 and "patternProperties" in one.node for one in speaking)


def _held(spot: Spot) -> tuple[tuple[str, ...], ...]:
    """The steps to every schema about members of a spot."""
    return tuple(steps for keyword in _MEMBERS for steps in _steps(spot, keyword))


def beside_inner(reads: Leads, spot: Spot, steps: tuple[str, ...]) -> frozenset[Fellow]:
    """Who else speaks of the value that a spot's schema speaks of at some steps. Raises SchemaError."""
    own = reads.inner(spot.bare(), *steps)
    choices = [chosen for one, chosen in spot.beside if one == spot.bare()]
    found: set[Fellow] = set()
    for one, chosen in spot.beside:
        if choices and all(_exclude(chosen, mine) for mine in choices):
            continue
        for others in _same(one, steps):
            inner = reads.inner(one, *others)
            if inner != own:
                found |= reads.together(inner)
    return frozenset(found)


def _exclude(some: Choices, others: Choices) -> bool:
    """Whether two choices cannot both be made."""
    return any(spot == other and way != another for spot, way in some for other, another in others)


def _same(spot: Spot, steps: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The steps to all in a spot's schema that may speak of the same member or item as some steps do."""
    if "$ref" in spot.node and refers_alone(spot.place.dialect):
        return
    if steps[0] in _ITEMS:
        yield from (one for keyword in _ITEMS for one in _steps(spot, keyword))
    elif steps[0] != "properties":
        yield from _held(spot)
    elif steps[1] in spot.node.get("properties", {}):
        yield steps
        yield from _steps(spot, "patternProperties")
    else:
        yield from (one for keyword in _MEMBERS[1:] for one in _steps(spot, keyword))


def _steps(spot: Spot, keyword: str) -> Iterator[tuple[str, ...]]:
    """The steps to every schema that a keyword holds."""
    held = spot.node.get(keyword) if spot.has(keyword) else None
    if isinstance(held, list):
        yield from ((keyword, str(number)) for number in range(len(held)))
    elif keyword in ("properties", "patternProperties"):
        yield from ((keyword, name) for name in held or ())
    elif isinstance(held, Mapping):
        yield (keyword,)
