"""Reading a contract version from its documents.

Rules: documents are read as OpenAPI 3.1 and JSON Schema 2020-12 say, those of OpenAPI 3.0 after they were written so,
Reference Objects resolved locally; whatever does not have the shape those standards ask for is a FormatError that names
document and place, never a guess.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import jsonschema_rs

from truemirror.core.contract.contract import (
    EXTENSION,
    METHODS,
    OPENAPI,
    Answer,
    Content,
    Contract,
    Operation,
    Parameter,
)
from truemirror.core.contract.openapi.documents import Documents
from truemirror.core.contract.openapi.naming import by_path
from truemirror.core.contract.openapi.upgrade import upgraded
from truemirror.core.contract.openapi.version import openapi_version, refuse_version
from truemirror.core.contract.pointer import pointer
from truemirror.core.contract.references import References, below, uri_of
from truemirror.errors import FormatError

DIALECT = "https://json-schema.org/draft/2020-12/schema"
"""The one dialect of JSON Schema that contracts are written in."""

SCHEMA_FILE = ".schema.json"

_FIX = "write it as OpenAPI 3.1 says (https://spec.openapis.org/oas/v3.1.0)"


def parse_contract(service: str, version: str, documents: Mapping[str, Any]) -> Contract:
    """Read a contract version. Raises FormatError."""
    documents = by_path(documents)
    if openapi_version(documents.get(OPENAPI)).startswith("3.0"):
        documents = upgraded(Documents(documents, f"{service} {version}"))
    references = References(documents, f"{service} {version}")
    for path, content in documents.items():
        if path.endswith(SCHEMA_FILE):
            _check_schema(content, references.place(uri_of(path)))
    if OPENAPI not in documents:
        return Contract(service, version, references)
    return _Reader(references).contract(service, version)


def _check_schema(schema: Any, where: str) -> None:
    """See that a schema is one."""
    if isinstance(schema, Mapping) and schema.get("$schema", DIALECT).rstrip("#") != DIALECT:
        raise FormatError(f"is written in {schema['$schema']}", where=where, fix=f"write it in {DIALECT}")
    if not isinstance(schema, Mapping | bool):
        raise FormatError("is no schema", where=where, fix="a schema is an object, or true or false")
    try:
        jsonschema_rs.meta.validate(_with_dialect(schema))
    except jsonschema_rs.ValidationError as error:
        place = pointer(error.instance_path)
        raise FormatError(
            f"is no valid JSON Schema: {error.message}",
            where=f"{where}{'' if '#' in where else '#'}{place}" if place else where,
            fix="mend the keyword at that place",
        ) from None
    except (ValueError, RecursionError) as error:
        raise FormatError(f"is no valid JSON Schema: {error}", where=where, fix="split or mend the schema") from None


def _with_dialect(schema: Any) -> Any:
    """The schema, with its dialect said."""
    return {"$schema": DIALECT, **schema} if isinstance(schema, Mapping) else schema


class _Reader:
    """Reads one OpenAPI document."""

    def __init__(self, references: References) -> None:
        """Keep what references are resolved with."""
        self._references = references
        self._root = uri_of(OPENAPI) + "#"

    def contract(self, service: str, version: str) -> Contract:
        """The whole document."""
        root = self._mapping(self._references.documents[OPENAPI], self._root)
        refuse_version(openapi_version(root), self._where(self._root))
        return Contract(
            service=service,
            version=version,
            references=self._references,
            operations=tuple(self._operations(root)),
            prefixes=_prefixes(root.get("servers")),
            conventions=self._conventions(root),
        )

    def _conventions(self, root: Mapping[str, Any]) -> tuple[str, ...] | None:
        """The conventions that the document names under the extension; None when it names none."""
        named = self._mapping(root.get(EXTENSION, {}), below(self._root, EXTENSION)).get("conventions")
        if named is None:
            return None
        if not isinstance(named, list):
            raise FormatError(
                "conventions is no list", where=self._where(below(self._root, EXTENSION)), fix="list rule ids"
            )
        return tuple(str(name) for name in named)

    def _operations(self, root: Mapping[str, Any]) -> Iterator[Operation]:
        """All operations of all paths."""
        paths = below(self._root, "paths")
        for template, item in self._mapping(root.get("paths", {}), paths).items():
            if str(template).startswith("x-"):
                continue
            if not str(template).startswith("/"):
                raise FormatError(
                    f"the path {template!r} does not begin with a slash", where=self._where(paths), fix=_FIX
                )
            item, place = self._resolved(item, below(paths, str(template)))
            shared = tuple(self._parameters(item.get("parameters", []), below(place, "parameters")))
            for method in METHODS:
                if method in item:
                    yield self._operation(method, str(template), item[method], below(place, method), shared)

    def _operation(self, method: str, template: str, node: Any, place: str, shared: tuple[Parameter, ...]) -> Operation:
        """One operation; its own parameters win over those of its path."""
        node = self._mapping(node, place)
        own = {
            (one.where, one.name.lower()): one
            for one in (*shared, *self._parameters(node.get("parameters", []), below(place, "parameters")))
        }
        body = None
        if "requestBody" in node:
            body_node, body_place = self._resolved(node["requestBody"], below(place, "requestBody"))
            body = self._content(body_node, body_place, required=body_node.get("required") is True)
        answers = self._mapping(node.get("responses", {}), below(place, "responses"))
        return Operation(
            method=method.upper(),
            template=template,
            place=place,
            parameters=tuple(own.values()),
            body=body,
            answers={
                str(status): self._answer(str(status), answer, below(place, "responses", str(status)))
                for status, answer in answers.items()
                if not str(status).startswith("x-")
            },
        )

    def _answer(self, status: str, node: Any, place: str) -> Answer:
        """What is declared for one status."""
        node, place = self._resolved(node, place)
        headers = below(place, "headers")
        return Answer(
            status=status.upper() if status != "default" else status,
            place=place,
            content=self._content(node, place, required=not self._may_be_empty(node)),
            headers=tuple(
                self._parameter({**self._mapping(header, where), "name": name, "in": "header"}, where)
                for name, node in self._mapping(node.get("headers", {}), headers).items()
                for header, where in [self._resolved(node, below(headers, str(name)))]
            ),
        )

    def _may_be_empty(self, node: Mapping[str, Any]) -> bool:
        """Whether the body of an answer was sometimes left out, for which OpenAPI has no word."""
        extension = node.get(EXTENSION)
        return isinstance(extension, Mapping) and bool(extension.get("empty"))

    def _content(self, node: Mapping[str, Any], place: str, *, required: bool = False) -> Content:
        """The media types of a body."""
        places: dict[str, str] = {}
        base = below(place, "content")
        for media, item in self._mapping(node.get("content", {}), base).items():
            where = below(base, str(media))
            places[str(media).partition(";")[0].strip().lower()] = self._schema(self._mapping(item, where), where)
        return Content(places, required)

    def _parameters(self, nodes: Any, place: str) -> Iterator[Parameter]:
        """A list of parameters."""
        if not isinstance(nodes, list):
            raise FormatError("parameters is no list", where=self._where(place), fix=_FIX)
        for number, node in enumerate(nodes):
            node, where = self._resolved(node, below(place, number))
            if node.get("in") not in ("query", "path", "header", "cookie") or not isinstance(node.get("name"), str):
                raise FormatError("a parameter needs `name` and `in`", where=self._where(where), fix=_FIX)
            yield self._parameter(node, where)

    def _parameter(self, node: Mapping[str, Any], place: str) -> Parameter:
        """One parameter, or one header."""
        schema_place = self._schema(node, place)
        where = str(node["in"])
        return Parameter(
            name=str(node["name"]),
            where=where,
            required=node.get("required") is True,
            place=schema_place,
            schema=self._references.dereference(node.get("schema"), schema_place)[0] if schema_place else None,
            explode=bool(node.get("explode", node.get("style", "form" if where == "query" else "") == "form")),
        )

    def _schema(self, node: Mapping[str, Any], place: str) -> str:
        """The URI of the schema of a media type or parameter; empty when it has none."""
        if "schema" not in node:
            return ""
        place = below(place, "schema")
        _check_schema(node["schema"], self._where(place))
        return place

    def _resolved(self, node: Any, place: str) -> tuple[Mapping[str, Any], str]:
        """An object with its reference resolved, and where it is."""
        node, place = self._references.dereference(node, place)
        return self._mapping(node, place), place

    def _mapping(self, node: Any, place: str) -> Mapping[str, Any]:
        """An object, which OpenAPI wants here."""
        if not isinstance(node, Mapping):
            raise FormatError("an object is needed here", where=self._where(place), fix=_FIX)
        return node

    def _where(self, place: str) -> str:
        """A place as people read it."""
        return self._references.place(place)


def _prefixes(servers: Any) -> tuple[str, ...]:
    """The paths of the servers, longest first; none means that templates are whole paths."""
    found = {""}
    for server in servers if isinstance(servers, list) else ():
        url = server.get("url") if isinstance(server, Mapping) else None
        if isinstance(url, str) and "{" not in url:
            try:
                found.add(urlsplit(url).path.rstrip("/"))
            except ValueError:
                continue
    return tuple(sorted(found, key=lambda prefix: (-len(prefix), prefix)))
