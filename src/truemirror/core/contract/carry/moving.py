"""Documents whose parts are moved, with every reference between them following.

Rules: a reference is read where it stood and written where it is now; what a reference does not reach by a JSON pointer
(an anchor) is left to its name; data is never touched; nothing is fetched, a reference that leads nowhere is a
FormatError that names its place.
"""

import posixpath
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from truemirror.core.contract.openapi.documents import Documents
from truemirror.core.contract.openapi.interface import Place
from truemirror.errors import FormatError

NAMES = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "schemas")
"""Keywords below which people choose the names, so that `example` is one of theirs."""

_DATA = frozenset({"example", "examples", "default", "const", "enum", "x-truemirror"})
_NAMING = frozenset({"$anchor", "$dynamicAnchor", "$dynamicRef", "$recursiveAnchor", "$recursiveRef"})
_CHOSEN = frozenset(
    (
        *("responses", "headers", "parameters", "requestBodies", "pathItems"),
        *("callbacks", "links", "securitySchemes", "paths"),
    )
)
_DEEPEST = 150

Moved = Callable[[Place], Place]
"""Where a place is now."""


def is_data(key: str, value: Any, around: str) -> bool:
    """Whether what stands under a keyword is data, `around` being the keyword around its object.

    Examples by name may be references; a status, a header or a component may be called as such a keyword is.
    """
    return key in _DATA and around not in _CHOSEN and not (key == "examples" and isinstance(value, Mapping))


def names_itself(node: Any) -> bool:
    """Whether there is something in a schema that is found by a name instead of by its place."""
    todo = [node]
    while todo:
        one = todo.pop()
        if isinstance(one, Mapping):
            if _NAMING & one.keys() or isinstance(one.get("$id"), str):
                return True
            todo.extend(one.values())
        elif isinstance(one, list):
            todo.extend(one)
    return False


class Rewriting:
    """Writes nodes as they are at another place."""

    def __init__(self, documents: Documents, moved: Moved) -> None:
        """Keep what references are resolved in, and where things go."""
        self._documents = documents
        self._moved = moved

    def node(self, node: Any, place: Place, home: str, depth: int = 0, named: bool = False) -> Any:
        """A node that stood at a place, written for the document `home`. Raises FormatError.

        `named` says that its keys are names that people chose.
        """
        if depth > _DEEPEST:
            raise FormatError("is nested too deeply", where=self._documents.say(place), fix="split the document")
        if isinstance(node, list):
            return [self.node(one, place.below(number), home, depth + 1) for number, one in enumerate(node)]
        if not isinstance(node, Mapping):
            return node
        if depth and not named and isinstance(node.get("$id"), str):
            return dict(node)  # references in there are relative to the name that it gives itself
        return {key: self._member(node, str(key), value, place, home, depth, named) for key, value in node.items()}

    def _member(
        self, node: Mapping[str, Any], key: str, value: Any, place: Place, home: str, depth: int, named: bool
    ) -> Any:
        """One member of an object."""
        inner = place.below(key)
        if named:
            return self.node(value, inner, home, depth + 1)
        if key == "$ref" and isinstance(value, str):
            return self.reference(value, place, home)
        if key == "mapping" and "propertyName" in node and isinstance(value, Mapping):
            return {name: self._mapped(one, inner, home) for name, one in value.items()}
        if key == "examples" and isinstance(value, Mapping):
            return {name: self._example(one, inner.below(str(name)), home) for name, one in value.items()}
        if is_data(key, value, place.pointer.rpartition("/")[2]):
            return value
        return self.node(value, inner, home, depth + 1, named=key in NAMES and isinstance(value, Mapping))

    def reference(self, text: str, place: Place, home: str) -> str:
        """A reference as it reads now. Raises FormatError."""
        path, mark, fragment = text.partition("#")
        if mark and fragment and not fragment.startswith("/"):
            target = self._moved(self._documents.target(path or place.document, Place(place.document)))
            return f"{_path(home, target.document)}#{fragment}"
        target = self._documents.target(text, place)
        self._documents.at(target)
        now = self._moved(target)
        where = _path(home, now.document)
        return f"{where}#{quote(now.pointer, safe=_IN_FRAGMENT)}" if now.pointer or not where else where

    def _mapped(self, text: Any, place: Place, home: str) -> Any:
        """A value of a discriminator's mapping: a reference, or the name of a component."""
        if isinstance(text, str) and ("#" in text or "/" in text or "." in text):
            try:
                return self.reference(text, place, home)
            except FormatError:
                return text  # a name with a dot in it
        return text

    def _example(self, node: Any, place: Place, home: str) -> Any:
        """An example by name, which may be a reference to one; anything else is data."""
        if isinstance(node, Mapping) and isinstance(node.get("$ref"), str):
            try:
                return {**node, "$ref": self.reference(node["$ref"], place, home)}
            except FormatError:
                return node
        return node


_IN_FRAGMENT = "/~!$&'()*+,;=:@-._?"


def _path(home: str, document: str) -> str:
    """How one document refers to another; empty for itself."""
    if home == document:
        return ""
    path = posixpath.relpath(document, posixpath.dirname(home) or ".")
    return quote(path if path.startswith("../") else f"./{path}")
