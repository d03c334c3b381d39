"""Places in the documents of a schema, and where their references lead.

Rules: this serves explanations only, so what cannot be followed is left as it stands; no verdict rests on it. Nothing
is ever fetched. A spot is a document, the steps into it, and what is there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urldefrag, urljoin

from truemirror.core.contract.pointer import Step, pointer
from truemirror.core.schema.reading.vocabulary import refers_alone

if TYPE_CHECKING:
    from truemirror.core.schema.reading.source import Source

LITERALS: Final = frozenset({"const", "enum", "default", "example", "examples"})
"""Keywords whose values are data, in which nothing is a schema."""
NAMED: Final = frozenset(
    {"properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies", "dependentRequired"}
)
"""Keywords whose values have names that are no keywords."""
_BESIDE: Final = frozenset({"$ref", "$schema", "$defs", "definitions", "title", "description", "summary", "$comment"})
"""What may stand beside a reference without saying more than it."""
_LONGEST: Final = 100
"""References that may follow one upon another."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in one of the documents, known by document and steps."""

    document: str
    steps: tuple[Step, ...]
    schema: Any = field(compare=False, hash=False, repr=False)
    base: str = field(default="", compare=False, hash=False, repr=False)
    """What relative references here are relative to."""

    def below(self, *steps: Step) -> Spot:
        """A place further down, which has to be there."""
        node, base = self.schema, self.base
        for step in steps:
            node = node[step]
            base = _base_at(node, base)
        return Spot(self.document, (*self.steps, *steps), node, base)

    @property
    def pointer(self) -> str:
        """`#/properties/owner`, after the document's name where it has one."""
        return f"{self.document}#{pointer(self.steps)}"

    def get(self, keyword: str, default: Any = None) -> Any:
        """What a keyword says here."""
        return self.schema.get(keyword, default) if isinstance(self.schema, Mapping) else default


def _base_at(node: Any, base: str) -> str:
    """The base of references at a schema, which may give itself another one."""
    own = node.get("$id") if isinstance(node, Mapping) else None
    return urljoin(base, own) if isinstance(own, str) and not own.startswith("#") else base


class Side:
    """One of the two schemas that are compared, with all its documents."""

    def __init__(self, source: Source) -> None:
        """Learn the names that the documents give to their parts."""
        self.source = source
        self.documents: dict[str, Any] = {**source.documents, source.uri: source.root}
        self._named: dict[str, Spot] = {}
        for uri, root in self.documents.items():
            start = Spot(uri, (), root, _base_at(root, uri))
            self._named.setdefault(uri, start)
            for spot in _mappings(start):
                self._learn(spot)

    def _learn(self, spot: Spot) -> None:
        """The names of one part."""
        own = spot.get("$id", spot.get("id"))
        if isinstance(own, str):
            self._named.setdefault(urljoin(spot.base, own).rstrip("#"), spot)
        for keyword in ("$anchor", "$dynamicAnchor"):
            if isinstance(name := spot.get(keyword), str):
                self._named.setdefault(f"{spot.base}#{name}", spot)

    def start(self) -> Spot:
        """Where the schema itself is. Raises LookupError where its pointer leads nowhere."""
        source = self.source
        found = self.follow(Spot(source.uri, (), source.root, source.uri), f"{source.uri}#{source.pointer}")
        if found is None:
            raise LookupError(source.pointer)
        return found

    def follow(self, spot: Spot, reference: str) -> Spot | None:
        """Where a reference leads; None where it cannot be told."""
        target, _, fragment = urljoin(spot.base, reference).partition("#")
        if reference.startswith("#"):
            target = spot.base
        fragment = unquote(fragment)
        if fragment and not fragment.startswith("/"):
            return self._named.get(f"{target}#{fragment}")
        start = self._named.get(target) or self._named.get(urldefrag(target)[0])
        if start is None:
            return None
        return _down(start, fragment)


def _down(start: Spot, fragment: str) -> Spot | None:
    """The place that a JSON pointer names; None where there is none."""
    spot = start
    for text in fragment.split("/")[1:]:
        step: Step = text.replace("~1", "/").replace("~0", "~")
        if isinstance(spot.schema, list) and str(step).isdecimal() and int(step) < len(spot.schema):
            step = int(step)
        elif not isinstance(spot.schema, Mapping) or step not in spot.schema:
            return None
        spot = spot.below(step)
    return spot


def resolved(side: Side, spot: Spot) -> Spot:
    """Where a schema that is nothing but a reference leads in the end."""
    for _ in range(_LONGEST):
        reference = spot.get("$ref")
        if not isinstance(reference, str) or not _only_refers(side, spot):
            return spot
        found = side.follow(spot, reference)
        if found is None or found == spot:
            return spot
        spot = found
    return spot


def _only_refers(side: Side, spot: Spot) -> bool:
    """Whether a schema with a reference says nothing else that counts."""
    beside = (name for name in spot.schema if name not in _BESIDE and not name.startswith("x-"))
    return refers_alone(side.source.dialect) or not any(beside)


def _mappings(start: Spot) -> Iterator[Spot]:
    """Every object in a document that may be a schema."""
    todo = [start]
    while todo:
        spot = todo.pop()
        if isinstance(spot.schema, Mapping):
            yield spot
            todo.extend(
                spot.below(key)
                for key, value in spot.schema.items()
                if isinstance(value, Mapping | list) and key not in LITERALS
            )
        elif isinstance(spot.schema, list):
            todo.extend(spot.below(number) for number, one in enumerate(spot.schema) if isinstance(one, Mapping | list))
