"""Which attributes are not there on one side: those marked `readOnly` in requests, `writeOnly` in responses.

Rules: marked is a schema that says so itself, or through what it refers to or takes `allOf`.
"""

from collections.abc import Iterator, Mapping
from typing import Protocol

from truemirror.core.schema.reading.spot import Spot
from truemirror.core.schema.reading.vocabulary import refers_alone


class Walks(Protocol):
    """What finding them needs of the reader."""

    def inner(self, spot: Spot, *steps: str) -> Spot:
        """The schema at some steps below a spot's."""

    def plain(self, spot: Spot, *steps: str) -> Spot:
        """The schema at some steps below a spot's, for the same value."""

    def target(self, spot: Spot, keyword: str) -> Spot:
        """Where a reference of a spot's schema leads."""


def hidden_names(reads: Walks, spot: Spot, keyword: str) -> frozenset[str]:
    """The attributes that are marked in a schema, or in what always applies with it."""
    names: set[str] = set()
    for one in _together(reads, spot):
        declared = one.node.get("properties", {}) if not _is_blind(one) else {}
        for name in declared:
            if _is_marked(reads, reads.inner(one, "properties", name), keyword):
                names.add(name)
    return frozenset(names)


def _is_marked(reads: Walks, spot: Spot, keyword: str) -> bool:
    """Whether a schema carries a mark."""
    return any(one.node.get(keyword) is True and not _is_blind(one) for one in _together(reads, spot))


def _is_blind(spot: Spot) -> bool:
    """Whether a reference hides all other keywords of a schema."""
    return "$ref" in spot.node and refers_alone(spot.place.dialect)


def _together(reads: Walks, spot: Spot) -> Iterator[Spot]:
    """A schema, and what it refers to and takes `allOf`, each once."""
    waiting, seen = [spot], set()
    while waiting:
        here = waiting.pop()
        if here in seen or not isinstance(here.node, Mapping):
            continue
        seen.add(here)
        yield here
        waiting += (reads.target(here, name) for name in ("$ref", "$dynamicRef", "$recursiveRef") if here.has(name))
        if not _is_blind(here):
            waiting += (reads.plain(here, "allOf", str(number)) for number in range(len(here.node.get("allOf", ()))))
