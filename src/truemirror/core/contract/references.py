"""References between the documents of one contract, resolved locally.

Rules: a document is known by its path inside the version's folder; nothing is ever fetched, a reference that leaves the
folder is a FormatError that names the file and the place; a schema that refers to itself without end is one, too.
"""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any
from urllib.parse import quote, unquote, urldefrag, urljoin

from referencing import Registry
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012

from truemirror.core.contract.pointer import Step, pointer
from truemirror.errors import FormatError

BASE = "https://contract.invalid/"
"""What the paths of documents are appended to, to be URIs; a host that cannot exist (RFC 2606 §2), never asked."""

OPAQUE = frozenset({"example", "examples", "default", "const", "enum", "x-truemirror"})
"""Keywords whose values are data: a `$ref` in there is no reference."""

_IN_PLACE_LISTS = ("allOf", "anyOf", "oneOf")
_IN_PLACE = ("not", "if", "then", "else")
_DEEPEST = 200


class References:
    """The documents of one contract, and what they refer to."""

    def __init__(self, documents: Mapping[str, Any], where: str) -> None:
        """Register all documents and follow every reference once. Raises FormatError."""
        self.where = where
        self.documents = documents
        self.contents = {path: _anonymous(content) for path, content in documents.items()}
        resources = [(uri_of(path), DRAFT202012.create_resource(content)) for path, content in self.contents.items()]
        self.registry: Registry[Any] = Registry().with_resources(resources)
        self._grounded: set[str] = set()
        for path, content in self.contents.items():
            for steps, node in _nodes(content, (), path, where):
                self._follow(path, steps, node)

    def _follow(self, path: str, steps: tuple[Step, ...], node: Mapping[str, Any]) -> None:
        """Resolve one reference and see that it ends."""
        place = uri_of(path) + "#" + quote(pointer(steps))
        self.lookup(urljoin(uri_of(path), node["$ref"]), self.place(place))
        self._end(place, ())

    def place(self, uri: str) -> str:
        """A URI as people read it: `tags 1.0.0 openapi.yaml#/paths`."""
        return f"{self.where} {readable(uri)}"

    def lookup(self, uri: str, where: str = "") -> Any:
        """What a URI names. Raises FormatError with the nearest document or the missing place."""
        where = where or self.where
        document, fragment = urldefrag(uri)
        if not document.startswith(BASE):
            raise FormatError(
                f"refers to {uri}, which is not in this contract's folder",
                where=where,
                fix="copy the document into the folder and refer to it by its path; nothing is fetched",
            )
        if document not in self.registry:
            near = get_close_matches(readable(document), self.contents, n=1, cutoff=0.4)
            raise FormatError(
                f"refers to {readable(document)}, which does not exist",
                where=where,
                nearest=near[0] if near else "",
                fix="add the document, or mend the reference",
            )
        try:
            return self.registry.resolver(document).lookup("#" + fragment).contents
        except (Unresolvable, ValueError, LookupError, TypeError):
            raise FormatError(
                f"refers to {readable(uri)}, and there is no such place in that document",
                where=where,
                fix="mend the part after the #",
            ) from None

    def _end(self, uri: str, trail: tuple[str, ...]) -> None:
        """Follow what applies to the very same value; coming back to where one was would never end."""
        if uri in trail or len(trail) > _DEEPEST:
            raise FormatError(
                "refers to itself without end", where=self.place(trail[0] if trail else uri), fix="break the circle"
            )
        if uri in self._grounded:
            return
        for onward in _same_value(uri, self.lookup(uri, self.where)):
            self._end(onward, (*trail, uri))
        self._grounded.add(uri)

    def dereference(self, node: Any, uri: str) -> tuple[Any, str]:
        """An OpenAPI object with its Reference Object resolved, and the URI of where it really is."""
        for _ in range(_DEEPEST):
            if not (isinstance(node, Mapping) and isinstance(node.get("$ref"), str)):
                break
            uri = urljoin(uri, node["$ref"])
            node = self.lookup(uri, self.where)
        return node, uri


def _same_value(uri: str, schema: Any) -> Iterator[str]:
    """URIs of the schemas that apply to the same value as this one."""
    if not isinstance(schema, Mapping):
        return
    if isinstance(schema.get("$ref"), str):
        yield urljoin(uri, schema["$ref"])
    for name in _IN_PLACE_LISTS:
        branches = schema.get(name)
        if isinstance(branches, list):
            yield from (below(uri, name, number) for number in range(len(branches)))
    for name in _IN_PLACE:
        if isinstance(schema.get(name), Mapping):
            yield below(uri, name)


def _nodes(
    node: Any, steps: tuple[Step, ...], path: str, where: str
) -> Iterator[tuple[tuple[Step, ...], Mapping[str, Any]]]:
    """Every object of a document that carries a reference, with its place."""
    if len(steps) > _DEEPEST:
        raise FormatError("is nested too deeply", where=f"{where} {path}", fix="split the document")
    if isinstance(node, Mapping):
        if isinstance(node.get("$ref"), str):
            yield steps, node
        for key, value in node.items():
            if key not in OPAQUE or (steps and steps[-1] in ("properties", "patternProperties", "$defs", "schemas")):
                yield from _nodes(value, (*steps, str(key)), path, where)
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from _nodes(value, (*steps, number), path, where)


def _anonymous(content: Any) -> Any:
    """A document without its own name and dialect: here it is known by its path, and the dialect is always the same."""
    if isinstance(content, Mapping):
        return {key: value for key, value in content.items() if key not in ("$id", "$schema")}
    return content


def uri_of(path: str) -> str:
    """The URI of a document."""
    return BASE + quote(path)


def below(uri: str, *steps: Step) -> str:
    """The URI of a place further down."""
    document, _, fragment = uri.partition("#")
    return f"{document}#{fragment}{quote(pointer(steps))}"


def readable(uri: str) -> str:
    """A URI of this contract as a path with a pointer."""
    document, mark, fragment = uri.partition("#")
    path = unquote(document.removeprefix(BASE))
    return f"{path}#{unquote(fragment)}" if mark and fragment else path
