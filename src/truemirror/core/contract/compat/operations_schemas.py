"""The schemas of one interface, cut out of its documents with all that they refer to.

Rules: what is cut out keeps its pointers, so that places stay true; a schema that names itself (`$id`, anchors, dynamic
references) is left in its whole documents; two schemas are the same only where their text and all that it refers to is.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from truemirror.core.contract.openapi.documents import Documents
from truemirror.core.contract.openapi.interface import Interface, Place
from truemirror.core.contract.references import uri_of
from truemirror.core.schema.reading.dialect import Dialect, declared_dialect
from truemirror.core.schema.reading.source import Source
from truemirror.errors import FormatError

_NAMING = ("$id", "$anchor", "$dynamicAnchor", "$dynamicRef", "$recursiveRef", "$recursiveAnchor")

Signature = tuple[str, tuple[Place | None, ...]] | Place | None


class Schemas:
    """The schemas of one interface."""

    def __init__(self, interface: Interface) -> None:
        """Keep the documents."""
        self.documents = Documents(interface.documents, interface.title)
        self._dialect = _dialect(interface)
        self._nodes: dict[Place, tuple[str, tuple[str, ...], bool]] = {}
        self._whole = ""

    def source(self, place: Place | None) -> Source:
        """A schema with all that it refers to; the one that takes everything where there is none."""
        if place is None:
            return Source(True, self._dialect)
        reached = self._reached(place)
        contents = dict(self.documents.contents) if reached is None else self._cut(reached)
        root = contents.pop(place.document)
        others = {uri_of(path): content for path, content in contents.items()}
        return Source(root, self._dialect, place.pointer, uri_of(place.document), others)

    def signature(self, place: Place | None) -> Signature:
        """What schemas share that say the same in the same words with the same references."""
        if place is None:
            return None
        text, references, plain = self.node(place)
        return (text, tuple(self.target(one, place) for one in references)) if plain else place

    def _reached(self, place: Place) -> set[Place] | None:
        """All places that a schema refers to, itself included; None where only the whole documents will do."""
        found: set[Place] = set()
        todo = [place]
        while todo:
            here = todo.pop()
            if here in found:
                continue
            found.add(here)
            _, references, plain = self.node(here)
            if not plain:
                return None
            todo.extend(target for one in references if (target := self.target(one, here)))
        return found

    def target(self, reference: str, place: Place) -> Place | None:
        """Where a reference leads; None where it leads nowhere, which whoever reads the schema says."""
        try:
            target = self.documents.target(reference, place)
            self.documents.at(target)
        except FormatError:
            return None
        return target

    def node(self, place: Place) -> tuple[str, tuple[str, ...], bool]:
        """The text of what is at a place, its references, sorted, and whether it names nothing."""
        if place not in self._nodes:
            node = self.documents.at(place)
            references: list[str] = []
            plain = _look(node, references)
            self._nodes[place] = (json.dumps(node, sort_keys=True), tuple(sorted(set(references))), plain)
        return self._nodes[place]

    def whole(self) -> str:
        """The text of all documents."""
        self._whole = self._whole or json.dumps(self.documents.contents, sort_keys=True)
        return self._whole

    def _cut(self, places: set[Place]) -> dict[str, Any]:
        """The documents with nothing in them but some places, and what they say of their draft."""
        contents: dict[str, Any] = {}
        for place in sorted(places, key=lambda one: len(one.pointer)):
            whole = self.documents.contents[place.document]
            if not place.pointer:
                contents[place.document] = whole
                continue
            said = whole.get("$schema") if isinstance(whole, Mapping) else None
            _put(
                contents.setdefault(place.document, {"$schema": said} if said else {}), place, self.documents.at(place)
            )
        return contents


def same(
    old: Schemas, before: Place | None, new: Schemas, after: Place | None, known: set[tuple[Place, Place]] | None = None
) -> bool:
    """Whether two schemas say the same in the same words, references included.

    `known` are pairs of places of these two sides of which that was found before; what is found is added.
    """
    if before is None or after is None:
        return before is after
    known = set() if known is None else known
    seen: set[tuple[Place, Place]] = set()
    todo = [(before, after)]
    while todo:
        pair = todo.pop()
        if pair in seen or pair in known:
            continue
        seen.add(pair)
        (text, references, plain), (other, _, _) = old.node(pair[0]), new.node(pair[1])
        if text != other:
            return False
        if not plain:
            return pair[0] == pair[1] and old.whole() == new.whole()
        for reference in references:
            targets = old.target(reference, pair[0]), new.target(reference, pair[1])
            if targets[0] is None or targets[1] is None:
                return False
            todo.append((targets[0], targets[1]))
    known |= seen
    return True


def _look(node: Any, references: list[str]) -> bool:
    """Gather the references of a schema; gives back whether it names nothing."""
    plain = True
    todo = [node]
    while todo:
        one = todo.pop()
        if isinstance(one, Mapping):
            reference = one.get("$ref")
            if isinstance(reference, str):
                references.append(reference)
                plain = plain and reference.partition("#")[2][:1] in ("", "/")
            plain = plain and not any(isinstance(one.get(name), str | bool) for name in _NAMING)
            todo.extend(one.values())
        elif isinstance(one, list):
            todo.extend(one)
    return plain


def _put(content: Any, place: Place, node: Any) -> None:
    """Lay what is at a place into a document that has only some of its parts; steps into lists are names there."""
    steps = list(_steps(place.pointer))
    for number, step in enumerate(steps):
        if not isinstance(content, dict):
            return
        if number == len(steps) - 1:
            content.setdefault(step, node)
        elif step in content and not isinstance(content[step], _Part):
            return  # a place above this one is there already
        else:
            content = content.setdefault(step, _Part())


class _Part(dict[str, Any]):
    """A piece of a document that is there only to lead to what is below it."""


def _steps(text: str) -> Iterator[str]:
    """The steps of a JSON pointer."""
    for step in text.split("/")[1:]:
        yield step.replace("~1", "/").replace("~0", "~")


def _dialect(interface: Interface) -> Dialect:
    """The draft of the schemas: what `jsonSchemaDialect` says where it is known, else 2020-12."""
    for content in interface.documents.values():
        said = content.get("jsonSchemaDialect") if isinstance(content, Mapping) else None
        if isinstance(said, str) and "spec.openapis.org" not in said:
            return declared_dialect({"$schema": said}) or Dialect.DRAFT202012
    return Dialect.DRAFT202012
