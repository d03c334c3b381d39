"""The documents of a comparison as schema resources: what is at a URI, behind an anchor, at the end of a reference.

Rules: identifiers count only where a schema can be, never inside values; nothing is fetched; the official meta-schemas
are always there. A document that nothing refers to is never refused.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Final
from urllib.parse import unquote, urljoin

from truemirror.core.schema.reading.checking import check_depth, check_schema
from truemirror.core.schema.reading.dialect import Dialect, declared_dialect
from truemirror.core.schema.reading.error import SchemaError
from truemirror.core.schema.reading.official import official
from truemirror.core.schema.reading.source import Source, pointer_of, steps_of
from truemirror.core.schema.reading.vocabulary import inner_schemas, knows, refers_alone
from truemirror.core.schema.terms import Json


@dataclass(frozen=True, slots=True)
class Place:
    """A schema's place: the document by its URI, the way in it, and the resource it belongs to."""

    document: str
    steps: tuple[str, ...]
    base: str
    """The URI of the schema resource; references are relative to it."""
    dialect: Dialect
    node: Json = field(compare=False, repr=False)

    def __str__(self) -> str:
        """The document and the pointer in it."""
        return f"{self.document}#{pointer_of(self.steps)}"

    def down(self, *steps: str) -> "Place":
        """The schema at some steps below this one."""
        node, here = self.node, self
        for step in steps:
            node = node[int(step)] if isinstance(node, list) else node[step]
        return here._entered((*self.steps, *steps), node)

    def _entered(self, steps: tuple[str, ...], node: Json) -> "Place":
        """A schema below this one, which may begin a resource of its own."""
        return entered(Place(self.document, steps, self.base, self.dialect, node))


RECURSIVE: Final = ""
"""What stands for `$recursiveAnchor` among the names of dynamic anchors."""


def entered(place: Place) -> Place:
    """A place with the base and the draft that its own identifiers give it."""
    node = place.node
    if not isinstance(node, Mapping):
        return place
    if isinstance(node.get("$schema"), str) and (not place.steps or "$id" in node or "id" in node):
        dialect = declared_dialect(node, f"{place}/$schema") or place.dialect
        place = replace(place, dialect=dialect)
    uri = _identifier(node, place.dialect)[0]
    return replace(place, base=joined_uri(place.base, uri)) if uri else place


def _identifier(schema: Mapping[str, Json], dialect: Dialect) -> tuple[str, str]:
    """The URI and the fragment of a schema's own identifier; both may be empty."""
    own = schema.get("id" if dialect is Dialect.DRAFT4 else "$id")
    if not isinstance(own, str) or ("$ref" in schema and refers_alone(dialect)):
        return "", ""
    uri, _, fragment = own.partition("#")
    return uri, fragment


def joined_uri(base: str, reference: str) -> str:
    """A reference as seen from a base."""
    if reference.startswith("#") or not reference:
        return base.partition("#")[0] + reference
    return urljoin(base, reference)


class Resources:
    """All that the references of a source may reach."""

    def __init__(self, source: Source) -> None:
        """Find the identifiers of the source's document. Raises SchemaError where it is at fault."""
        self._default = source.dialect
        self._documents = {_bare(uri): document for uri, document in source.documents.items()}
        self._documents[_bare(source.uri)] = source.root
        self._roots: dict[str, Place] = {}
        self._anchors: dict[tuple[str, str], Place] = {}
        self._dynamic: dict[str, set[str]] = {}
        self._known: set[int] = set()
        self._refused: dict[str, SchemaError] = {}
        self._waiting = [uri for uri in self._documents if uri != _bare(source.uri)]
        self._add(_bare(source.uri))
        self._raise_refused(_bare(source.uri))
        self.start = self.reached(self._at_pointer(self._roots[_bare(source.uri)], source.pointer, source.pointer))

    def dynamic_anchors(self, base: str) -> frozenset[str]:
        """The names of a resource's dynamic anchors."""
        return frozenset(self._dynamic.get(base, ()))

    def anchor(self, base: str, name: str) -> Place:
        """The schema at a dynamic anchor that the resource is known to have."""
        return self._roots[base] if name == RECURSIVE else self._anchors[base, name]

    def resolve(self, place: Place, keyword: str, reference: Json) -> tuple[Place, str]:
        """Where a reference leads, and its fragment. Raises SchemaError."""
        if not isinstance(reference, str):
            raise _at(place, keyword, f"`{keyword}` is no text")
        uri, _, fragment = joined_uri(place.base, reference).partition("#")
        root = self._root(uri, place, keyword, reference)
        fragment = unquote(fragment)
        if fragment and not fragment.startswith("/"):
            return self._anchored(root, fragment, place, keyword, reference), fragment
        try:
            target = self._at_pointer(root, fragment, reference)
        except SchemaError as error:
            raise _at(place, keyword, error.what, error.nearest, error.fix) from None
        return self.reached(target), fragment

    def reached(self, place: Place) -> Place:
        """A place that is about to be read, checked. Raises SchemaError when it is no schema."""
        node = place.node
        if isinstance(node, Mapping) and id(node) not in self._known:
            check_schema(node, place.dialect, place.document, place.steps)
            self._index(place)
        elif not isinstance(node, Mapping | bool):
            check_schema(node, place.dialect, place.document, place.steps)
        return place

    def _root(self, uri: str, place: Place, keyword: str, reference: str) -> Place:
        """The schema resource at a URI. Raises SchemaError."""
        if uri not in self._roots:
            self._look_for(uri)
        self._raise_refused(uri)
        if uri in self._roots:
            return self._roots[uri]
        nearest = get_close_matches(uri, (*self._roots, *self._documents), 1, 0.6)
        raise _at(
            place,
            keyword,
            f"`{keyword}` {reference!r} leads to {uri!r}, which is not given, and nothing is fetched",
            nearest[0] if nearest else "",
            "give that document, too, or mend the reference",
        )

    def _look_for(self, uri: str) -> None:
        """Find the identifiers of the document at a URI; where there is none, of all documents."""
        known = None if uri in self._documents else official(uri)
        if known is not None:
            self._documents[uri] = known
            self._waiting.append(uri)
        for one in [uri] if uri in self._waiting else list(self._waiting):
            self._waiting.remove(one)
            self._add(one)

    def _raise_refused(self, uri: str) -> None:
        """Raise what is wrong with a document as a whole."""
        if uri in self._refused:
            raise self._refused[uri]

    def _anchored(self, root: Place, name: str, place: Place, keyword: str, reference: str) -> Place:
        """The schema at an anchor of a resource. Raises SchemaError."""
        found = self._anchors.get((root.base, name))
        if found is not None:
            return self.reached(found)
        there = [anchor for base, anchor in self._anchors if base == root.base]
        nearest = get_close_matches(name, there, 1, 0.5)
        what = f"`{keyword}` {reference!r} leads nowhere: there is no anchor {name!r}"
        raise _at(place, keyword, what, f"#{nearest[0]}" if nearest else "", "mend the reference, or add the anchor")

    def _at_pointer(self, root: Place, pointer: str, reference: str) -> Place:
        """The place at a pointer below a root. Raises SchemaError when there is none."""
        place = root
        for step in steps_of(pointer):
            node = place.node
            in_list = isinstance(node, list) and step.isdecimal() and int(step) < len(node)
            if not in_list and not (isinstance(node, Mapping) and step in node):
                raise _astray(place, step, reference)
            place = place.down(step)
        return place

    def _add(self, uri: str) -> None:
        """Find the identifiers of a document; what is wrong with it is kept for the one who asks for it."""
        document = self._documents[uri]
        try:
            check_depth(document, uri)
            place = entered(Place(uri, (), uri, self._default, document))
            self._roots.setdefault(uri, place)
            self._index(place, known=False)
        except SchemaError as error:
            self._refused[uri] = error

    def _index(self, place: Place, *, known: bool = True) -> None:
        """Note the identifiers of a schema and of all schemas in it, and that they are known to be schemas."""
        for one in _schemas(place):
            if known:
                self._known.add(id(one.node))
            self._note(one)

    def _note(self, place: Place) -> None:
        """Note the identifiers of one schema."""
        schema, dialect = place.node, place.dialect
        if "$ref" in schema and refers_alone(dialect):
            return
        uri, fragment = _identifier(schema, dialect)
        if uri or not place.steps:
            self._roots.setdefault(place.base, place)
        plain = [fragment] if fragment and refers_alone(dialect) else []
        anchors = ((keyword, schema.get(keyword)) for keyword in ("$anchor", "$dynamicAnchor"))
        plain += (name for keyword, name in anchors if isinstance(name, str) and knows(dialect, keyword))
        for name in plain:
            self._anchors.setdefault((place.base, name), place)
        if isinstance(schema.get("$dynamicAnchor"), str) and knows(dialect, "$dynamicAnchor"):
            self._dynamic.setdefault(place.base, set()).add(schema["$dynamicAnchor"])
        if schema.get("$recursiveAnchor") is True and knows(dialect, "$recursiveAnchor"):
            self._dynamic.setdefault(place.base, set()).add(RECURSIVE)


def _bare(uri: str) -> str:
    """A URI without an empty fragment."""
    return uri.removesuffix("#")


def _schemas(place: Place) -> Iterator[Place]:
    """A schema and all schemas in it, without those that are plainly true or false."""
    waiting = [place]
    while waiting:
        here = waiting.pop()
        if not isinstance(here.node, Mapping):
            continue
        yield here
        waiting += (here.down(*steps) for steps, _ in inner_schemas(here.node, here.dialect))


def _at(place: Place, keyword: str, what: str, nearest: str = "", fix: str = "") -> SchemaError:
    """An error about a keyword of a schema."""
    where = f"{place}/{pointer_of((keyword,)).removeprefix('/')}"
    return SchemaError(what, where=where, nearest=nearest, fix=fix, pointer=pointer_of(place.steps), keyword=keyword)


def _astray(place: Place, step: str, reference: str) -> SchemaError:
    """The error for a pointer that leads nowhere."""
    there = list(place.node) if isinstance(place.node, Mapping) else []
    nearest = get_close_matches(step, there, 1, 0.5)
    return SchemaError(
        f"the reference {reference!r} leads nowhere: there is no {step!r} at {str(place)!r}",
        where=str(place),
        nearest=f"{place}{pointer_of(nearest)}" if nearest else "",
        fix="mend the reference, or add what it names",
        pointer=pointer_of(place.steps),
    )
