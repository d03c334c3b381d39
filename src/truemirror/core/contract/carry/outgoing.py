"""The folder of a contract version as one document: bundled OpenAPI, or a bundle of its schemas.

Rules: a bundle says what the folder says, with nothing to look up outside; a document that is a schema becomes one
component, everything else that is referred to becomes a component of the kind that its place asks for. A bundle of
schemas is a compound document (JSON Schema 2020-12 §9.3): each is embedded with its `$id`, no reference changes.
"""

import posixpath
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from truemirror.core.contract.carry.moving import NAMES, Rewriting, is_data
from truemirror.core.contract.contract import OPENAPI
from truemirror.core.contract.openapi.detect import offers
from truemirror.core.contract.openapi.documents import Documents
from truemirror.core.contract.openapi.interface import Place
from truemirror.core.contract.openapi.naming import by_path
from truemirror.core.contract.openapi.upgrade import upgraded
from truemirror.core.contract.openapi.version import openapi_version
from truemirror.core.contract.reading import DIALECT, SCHEMA_FILE
from truemirror.core.contract.references import BASE, References
from truemirror.errors import FormatError, UsageError

_ODD = re.compile(r"[^A-Za-z0-9._-]+")
_KINDS = {
    "responses": "responses",
    "parameters": "parameters",
    "examples": "examples",
    "requestBody": "requestBodies",
    "requestBodies": "requestBodies",
    "headers": "headers",
    "securitySchemes": "securitySchemes",
    "links": "links",
    "callbacks": "callbacks",
    "paths": "pathItems",
    "pathItems": "pathItems",
    "webhooks": "pathItems",
}
"""Which components may stand at a place, by the keyword around it."""
_NAMES = ("$anchor", "$dynamicAnchor")


def bundled(contents: Mapping[str, Any], title: str) -> dict[str, Any]:
    """One OpenAPI document. Raises FormatError, and UsageError where the folder has none."""
    if OPENAPI not in contents:
        raise UsageError(f"{title} has no {OPENAPI}", fix="export its schemas: truemirror export schemas SERVICE")
    contents = by_path(contents)
    if openapi_version(contents[OPENAPI]).startswith("3.0"):
        contents = upgraded(Documents(contents, title))
    References(contents, title)  # every reference leads somewhere, and ends
    _see_names(contents, title)
    return _Bundle(Documents(contents, title)).document()


def _see_names(contents: Mapping[str, Any], title: str) -> None:
    """See that what is found by a name will still be the only one of that name. Raises FormatError."""
    counts: Counter[str] = Counter()
    todo: list[Any] = list(contents.values())
    while todo:
        node = todo.pop()
        if isinstance(node, Mapping):
            counts.update(str(node[key]) for key in _NAMES if isinstance(node.get(key), str))
            todo.extend(node.values())
        elif isinstance(node, list):
            todo.extend(node)
    twice = next((name for name, count in counts.items() if count > 1), "")
    if twice:
        raise FormatError(
            f"two schemas call themselves {twice!r}, and in one document that is one name",
            where=title,
            fix="give them names of their own, or export the folder as it is",
        )


class _Bundle:
    """One document in the making."""

    def __init__(self, documents: Documents) -> None:
        """Everything that is not in the OpenAPI document yet gets a name among its components."""
        self._documents = documents
        self._root: Mapping[str, Any] = documents.contents[OPENAPI]
        self._home: dict[Place, tuple[str, str]] = {}
        self._taken: set[tuple[str, str]] = set()
        components = self._root.get("components", {})
        self._components: Mapping[str, Any] = components if isinstance(components, Mapping) else {}
        self._take_names()
        self._walk(self._root, Place(OPENAPI), "")

    def _take_names(self) -> None:
        """The names that components have already; one that only points elsewhere is the home of what is there."""
        for kind, named in self._components.items():
            if str(kind).startswith("x-") or not isinstance(named, Mapping):
                continue
            for name, one in named.items():
                self._taken.add((kind, name))
                if isinstance(one, Mapping) and set(one) == {"$ref"}:
                    target = self._whole(self._target(one["$ref"], Place(OPENAPI).below("components", kind, name)))
                    if target and target.document != OPENAPI:
                        self._home.setdefault(target, (kind, name))

    def _target(self, reference: Any, place: Place) -> Place | None:
        """Where a reference leads; None for one that is no text or that names an anchor."""
        if not isinstance(reference, str):
            return None
        path, mark, fragment = reference.partition("#")
        if mark and fragment and not fragment.startswith("/"):
            return self._documents.target(path, place) if path else None
        return self._documents.target(reference, place)

    def _whole(self, target: Place | None) -> Place | None:
        """What becomes a component: a schema's document as a whole, else the very place."""
        return Place(target.document) if target and target.document.endswith(SCHEMA_FILE) else target

    def _walk(self, node: Any, place: Place, around: str) -> None:
        """Find what a node refers to, and what that refers to."""
        todo = [(node, place, around)]
        while todo:
            node, place, around = todo.pop()
            if isinstance(node, list):
                todo.extend((one, place.below(number), around) for number, one in enumerate(node))
            if not isinstance(node, Mapping):
                continue
            target = None if around == "names" else self._whole(self._target(node.get("$ref"), place))
            if target and target.document != OPENAPI and self._house(target, around):
                kind = self._home[target][0]
                if kind != "examples":  # which is data
                    todo.append((self._documents.at(target), target, "schema" if kind == "schemas" else ""))
            todo.extend(self._below(node, place, around))

    def _below(self, node: Mapping[str, Any], place: Place, around: str) -> Iterator[tuple[Any, Place, str]]:
        """What there is to walk in an object; of examples by name only the references that they are."""
        last = place.pointer.rpartition("/")[2]
        for key, one in node.items():
            inner = place.below(str(key))
            if around == "names":
                yield one, inner, "schema"
            elif key == "examples" and isinstance(one, Mapping):
                found = ((name, each) for name, each in one.items() if isinstance(each, Mapping) and "$ref" in each)
                yield from (({"$ref": each["$ref"]}, inner.below(str(name)), "examples") for name, each in found)
            elif not is_data(str(key), one, last):
                yield one, inner, self._around(str(key), around)

    def _around(self, key: str, around: str) -> str:
        """What stands below a key: `schema`, `names` of schemas, else the keyword that says what may stand there."""
        if around in ("schema", "names"):
            return "names" if around == "schema" and key in NAMES else "schema"
        if key in ("schema", "schemas"):
            return "names" if key == "schemas" else "schema"
        return key if key in _KINDS else f"/{around}" if around in _KINDS else ""

    def _house(self, target: Place, around: str) -> bool:
        """Give a place a name; False where it has had one that was walked already."""
        if target in self._home:
            kind, name = self._home[target]
            first = (f"!{kind}", name) not in self._taken
            self._taken.add((f"!{kind}", name))
            return first
        kind = "schemas" if target.document.endswith(SCHEMA_FILE) else _KINDS.get(around.lstrip("/"), "schemas")
        stem = target.pointer.rpartition("/")[2] or posixpath.basename(target.document).partition(".")[0]
        stem = _ODD.sub("-", stem).strip("-") or "part"
        name, number = stem, 2
        while (kind, name) in self._taken:
            name, number = f"{stem}-{number}", number + 1
        self._taken |= {(kind, name), (f"!{kind}", name)}
        self._home[target] = (kind, name)
        return True

    def moved(self, place: Place) -> Place:
        """Where a place is in the bundle."""
        if place.document == OPENAPI:
            return place
        best = max(
            (one for one in self._home if one.document == place.document and _below(place, one)),
            key=lambda one: len(one.pointer),
            default=None,
        )
        if best is None:
            raise FormatError(
                "cannot be put into one document", where=self._documents.say(place), fix="refer to it by #/"
            )
        kind, name = self._home[best]
        home = Place(OPENAPI).below("components", kind, name)
        return Place(OPENAPI, home.pointer + place.pointer.removeprefix(best.pointer))

    def document(self) -> dict[str, Any]:
        """The bundle. Raises FormatError."""
        rewriting = Rewriting(self._documents, self.moved)
        made: dict[str, Any] = rewriting.node(self._root, Place(OPENAPI), OPENAPI)
        if not self._home:
            return made
        components = {
            kind: dict(named) if isinstance(named, Mapping) else named
            for kind, named in made.get("components", {}).items()
        }
        for place, (kind, name) in sorted(self._home.items(), key=lambda one: one[1]):
            content = self._documents.at(place)
            content = content if kind == "examples" else rewriting.node(content, place, OPENAPI)
            components.setdefault(kind, {})[name] = _embedded(content)
        return {**made, "components": components}


def _below(place: Place, above: Place) -> bool:
    """Whether a place is another one or lies below it."""
    return place.pointer == above.pointer or place.pointer.startswith(f"{above.pointer}/")


def _embedded(content: Any) -> Any:
    """A document's content inside another one, whose name and dialect it shares."""
    if not isinstance(content, Mapping):
        return content
    return {key: one for key, one in content.items() if key not in ("$schema", "$id")}


def schema_bundle(contents: Mapping[str, Any], service: str, version: str) -> dict[str, Any]:
    """All documents of a version that are schemas, as one. Raises FormatError, and UsageError where there is none."""
    title = f"{service} {version}"
    contents = by_path(contents)
    paths = sorted(path for path in contents if path.endswith(SCHEMA_FILE))
    if not paths:
        raise UsageError(
            f"{title} has no schemas of their own",
            fix=f"export the whole contract: truemirror export openapi {service}",
        )
    References(contents, title)
    base = f"{BASE}{quote(service)}/{quote(version)}/"
    found = {
        path: _resource(contents[path], f"{base}{quote(path)}") for path in _reached(contents, paths, title, service)
    }
    return {"$schema": DIALECT, "$id": f"{base}bundle", "title": title, "$defs": found}


def _resource(schema: Any, uri: str) -> dict[str, Any]:
    """A schema that is embedded with its name; `true` and `false` have to be objects for that."""
    if not isinstance(schema, Mapping):
        schema = {} if schema else {"not": {}}
    rest = {key: one for key, one in schema.items() if key not in ("$id", "$schema")}
    return {"$id": uri, "$schema": DIALECT, **rest}


def _reached(contents: Mapping[str, Any], paths: list[str], title: str, service: str) -> list[str]:
    """The documents with all that they refer to, sorted. Raises FormatError where that is no document of schemas."""
    documents = Documents(contents)
    found = set(paths)
    todo: list[tuple[str, Any]] = [(path, contents[path]) for path in paths]
    while todo:
        path, node = todo.pop()
        if isinstance(node, list):
            todo.extend((path, one) for one in node)
        if not isinstance(node, Mapping):
            continue
        todo.extend((path, one) for key, one in node.items() if not is_data(str(key), one, ""))
        reference = node.get("$ref")
        if not isinstance(reference, str) or not reference.partition("#")[0]:
            continue
        target = documents.target(reference.partition("#")[0], Place(path)).document
        if target == OPENAPI or offers(contents[target]):
            fix = f"export the whole contract: truemirror export openapi {service}"
            raise FormatError(f"refers to {target}, which is no schema's document", where=f"{title} {path}", fix=fix)
        if target not in found:
            found.add(target)
            todo.append((target, contents[target]))
    return sorted(found)
