"""An OpenAPI document of any kind as the folder of a contract version.

    api.yaml, models/pet.yaml ──▶ written as 3.1 ──▶ components become documents ──▶ openapi.yaml, schemas/*.schema.json

Rules: everything survives but what is listed; a component keeps its name beside its document, so that discriminators
and readers find it; a name that could lead out of the folder, or that differs from another's only in case, becomes one
that cannot. Documents that the source refers to keep their paths.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from truemirror.core.contract.carry.moving import Rewriting, names_itself
from truemirror.core.contract.contract import OPENAPI
from truemirror.core.contract.openapi.documents import Documents
from truemirror.core.contract.openapi.interface import Place
from truemirror.core.contract.openapi.naming import by_path
from truemirror.core.contract.openapi.upgrade import upgraded
from truemirror.core.contract.openapi.version import openapi_version, refuse_version
from truemirror.core.contract.reading import DIALECT, SCHEMA_FILE
from truemirror.errors import FormatError

WRITTEN_AS = "3.1.0"
"""The version of OpenAPI that contracts are written in."""

_COMPONENTS = "/components/schemas"
_DIALECTS = (DIALECT, "https://spec.openapis.org/oas/3.1/dialect/base")
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,80}\Z")
_ODD = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Lost:
    """Something of a source that is not in the folder as it was."""

    place: str
    """Where it stood: `api.yaml#/components/schemas/Pet`."""
    why: str


@dataclass(frozen=True, slots=True)
class Folder:
    """What an import comes to."""

    documents: Mapping[str, Any]
    """By path in the version's folder."""
    lost: tuple[Lost, ...] = ()


def folder_of(contents: Mapping[str, Any], first: str) -> Folder:
    """The folder of the document `first` and all that it refers to. Raises FormatError."""
    given = Documents(by_path(contents), "")
    root = given.contents[first]
    said = openapi_version(root)
    refuse_version(said, first)
    _see_dialect(root, first)
    lost: list[Lost] = []
    documents = given
    if said.startswith("3.0"):
        lost += _beside_references(given)
        documents = Documents(upgraded(given), "")
    plan = _Plan(documents, first)
    return Folder(plan.documents(), (*lost, *plan.lost))


def _see_dialect(root: Mapping[str, Any], where: str) -> None:
    """See that schemas are written in the one dialect that contracts are written in. Raises FormatError."""
    said = root.get("jsonSchemaDialect")
    if said is not None and str(said).rstrip("#") not in _DIALECTS and "spec.openapis.org" not in str(said):
        raise FormatError(
            f"its schemas are written in {said}", where=f"{where}#/jsonSchemaDialect", fix=f"write them in {DIALECT}"
        )


def _beside_references(documents: Documents) -> Iterator[Lost]:
    """What OpenAPI 3.0 says is not there, because it stands beside a reference to a schema."""
    after = upgraded(documents)
    todo = [(one, after[path], Place(path)) for path, one in documents.contents.items()]
    while todo:
        before, now, place = todo.pop()
        if isinstance(before, Mapping) and isinstance(now, Mapping):
            if isinstance(before.get("$ref"), str) and now.keys() < before.keys():
                names = ", ".join(sorted(set(map(str, before)) - set(now)))
                yield Lost(str(place), f"{names}: OpenAPI 3.0 ignores what stands beside a $ref")
            todo.extend((one, now[key], place.below(str(key))) for key, one in before.items() if key in now)
        elif isinstance(before, list) and isinstance(now, list):
            todo.extend((one, now[at], place.below(at)) for at, one in enumerate(before) if at < len(now))


class _Plan:
    """Where everything goes."""

    def __init__(self, documents: Documents, first: str) -> None:
        """Give every document and every component its place."""
        self._documents = documents
        self._first = first
        self._root: Mapping[str, Any] = documents.contents[first]
        self.lost: list[Lost] = []
        self._taken: set[str] = {OPENAPI.lower(), "asyncapi.yaml"}
        schemas = self._components()
        self._names = {name: self._named(name) for name in schemas}
        self._files = {
            name: f"schemas/{self._names[name]}{SCHEMA_FILE}" for name, one in schemas.items() if self._moves(name, one)
        }
        self._taken |= {path.lower() for path in self._files.values()}
        self._paths = {path: self._free(path) for path in documents.contents if path != first}
        self._paths[first] = OPENAPI

    def _components(self) -> Mapping[str, Any]:
        """The schemas that are components. Raises FormatError."""
        components = self._root.get("components", {})
        schemas = components.get("schemas", {}) if isinstance(components, Mapping) else None
        if not isinstance(schemas, Mapping):
            raise FormatError(
                "an object is needed here",
                where=f"{self._first}#/components",
                fix="write it as the standard says (https://spec.openapis.org/oas/v3.1.0)",
            )
        return schemas

    def _named(self, name: str) -> str:
        """The name of a component, one that can be a file's."""
        plain = name if _PLAIN.match(name) else _ODD.sub("-", name).strip("-.")[:40]
        if plain != name or f"{plain.lower()}{SCHEMA_FILE}" in self._taken:
            plain = f"{plain or 'schema'}-{hashlib.blake2b(name.encode('utf-8', 'replace'), digest_size=3).hexdigest()}"
            place = Place(self._first, _COMPONENTS).below(name)
            self.lost.append(Lost(str(place), f"its name cannot be a file's beside the others; it is {plain!r} now"))
        self._taken.add(f"{plain.lower()}{SCHEMA_FILE}")
        return plain

    def _moves(self, name: str, schema: Any) -> bool:
        """Whether a component becomes a document of its own: not a bare reference, nor what is found by its name."""
        if isinstance(schema, Mapping) and set(schema) == {"$ref"}:
            return False
        return not names_itself(schema)

    def _free(self, path: str) -> str:
        """The path of another document, one that is read again and not taken."""
        path = "/".join(step.lstrip(".") or "_" for step in path.split("/"))
        while path.lower() in self._taken:
            path = f"documents/{path}"
        self._taken.add(path.lower())
        return path

    def moved(self, place: Place) -> Place:
        """Where a place is now."""
        if place.document == self._first and place.pointer.startswith(_COMPONENTS + "/"):
            step, _, rest = place.pointer.removeprefix(_COMPONENTS + "/").partition("/")
            name = step.replace("~1", "/").replace("~0", "~")
            rest = f"/{rest}" if rest else ""
            if name in self._files:
                return Place(self._files[name], rest)
            if name in self._names:
                return Place(OPENAPI, Place("", _COMPONENTS).below(self._names[name]).pointer + rest)
        return Place(self._paths[place.document], place.pointer)

    def documents(self) -> dict[str, Any]:
        """All documents. Raises FormatError."""
        rewriting = Rewriting(self._documents, self.moved)
        made: dict[str, Any] = {}
        for path, content in self._documents.contents.items():
            if path != self._first:
                made[self._paths[path]] = rewriting.node(content, Place(path), self._paths[path])
        at = Place(self._first, _COMPONENTS)
        schemas = self._components()
        for name, path in self._files.items():
            made[path] = _document(rewriting.node(schemas[name], at.below(name), path))
        return {OPENAPI: self._rest(rewriting), **dict(sorted(made.items()))}

    def _rest(self, rewriting: Rewriting) -> dict[str, Any]:
        """The document without the components that have documents of their own."""
        schemas = self._components()
        root = {key: one for key, one in self._root.items() if key != "jsonSchemaDialect"}
        kept = {name: one for name, one in schemas.items() if name not in self._files}
        if schemas:
            root["components"] = {**root["components"], "schemas": kept}
        made: dict[str, Any] = {**rewriting.node(root, Place(self._first), OPENAPI), "openapi": WRITTEN_AS}
        if schemas:
            written = made["components"]["schemas"]
            made["components"] = {**made["components"], "schemas": dict(self._aliases(written))}
        return made

    def _aliases(self, written: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
        """Every component by its name: what it is, or the document that says it."""
        for name, plain in self._names.items():
            yield plain, {"$ref": f"./{self._files[name]}"} if name in self._files else written[name]


def _document(schema: Any) -> Any:
    """A schema as a document that says its dialect."""
    if not isinstance(schema, Mapping):
        return schema
    return {"$schema": DIALECT, **{key: one for key, one in schema.items() if key != "$schema" or one not in _DIALECTS}}
