"""Reading what a service offers from an OpenAPI document, 3.0 or 3.1, and the AsyncAPI document beside it.

Rules: Reference Objects are resolved among the documents that were given; an operation's own parameters win over those
of its path; whatever does not have the shape that the standard asks for is a FormatError that names document and place.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import product
from math import prod
from typing import Any
from urllib.parse import urlsplit

from truemirror.core.contract.contract import EXTENSION, METHODS
from truemirror.core.contract.openapi.documents import Documents
from truemirror.core.contract.openapi.events import read_events
from truemirror.core.contract.openapi.interface import Answer, Body, Interface, Operation, Parameter, Place
from truemirror.core.contract.openapi.parts import Parts
from truemirror.core.contract.openapi.security import Security
from truemirror.core.contract.openapi.upgrade import upgraded
from truemirror.core.contract.openapi.version import openapi_version, refuse_version

_STYLES = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}
_UNJUDGED = ("webhooks",)
_OWN_DIALECT = "https://spec.openapis.org/oas/3.1/dialect/"
_STATUS = re.compile(r"[1-5](XX|[0-9]{2})|default")
_MOST_ADDRESSES = 200
"""Combinations of a server's variables that are looked at one by one."""
_IGNORED_HEADERS = frozenset({"accept", "content-type", "authorization"})
"""Headers that OpenAPI describes elsewhere; a parameter of that name is to be ignored (OpenAPI 3.1 §4.8.12.2.1)."""


def read_interface(contents: Mapping[str, Any], openapi: str = "", asyncapi: str = "", title: str = "") -> Interface:
    """Read what the documents offer.

    `openapi` and `asyncapi` are the paths of the documents that say so; empty where there is none. Raises FormatError.
    """
    given = Documents(contents, title)
    documents = given
    if openapi:
        said = openapi_version(contents[openapi])
        refuse_version(said, given.say(Place(openapi)))
        if said.startswith("3.0"):
            documents = Documents(upgraded(given), title)
    reader = _Reader(documents, openapi) if openapi else None
    return Interface(
        title=title,
        documents=documents.contents,
        originals=contents,
        operations=tuple(reader.operations()) if reader else (),
        events=tuple(read_events(documents, asyncapi)) if asyncapi else (),
        dialect=_dialect(contents.get(openapi)),
        unjudged=reader.unjudged if reader else {},
    )


class _Reader(Parts):
    """Reads one OpenAPI document."""

    def __init__(self, documents: Documents, path: str) -> None:
        """Keep the document."""
        super().__init__(documents)
        self._place = Place(path)
        self._root = self.mapping(documents.contents[path], self._place)
        self._security = Security(self, self._root, self._place)
        self.unjudged = {name: self._place.below(name) for name in _UNJUDGED if self._root.get(name)}

    def operations(self) -> Iterator[Operation]:
        """All operations of all paths."""
        paths = self._place.below("paths")
        for template, item in self.mapping(self._root.get("paths", {}), paths).items():
            if str(template).startswith("x-"):
                continue
            if not str(template).startswith("/"):
                raise self.wrong(f"the path {template!r} does not begin with a slash", paths)
            item, place = self.resolved(item, paths.below(str(template)))
            shared = tuple(self._parameters(item.get("parameters", []), place.below("parameters")))
            for method in METHODS:
                if method in item:
                    yield self._operation(method, str(template), item, place, shared)

    def _operation(
        self, method: str, template: str, item: Mapping[str, Any], around: Place, shared: tuple[Parameter, ...]
    ) -> Operation:
        """One operation."""
        place = around.below(method)
        node = self.mapping(item[method], place)
        own = tuple(self._parameters(node.get("parameters", []), place.below("parameters")))
        if node.get("callbacks"):
            self.unjudged[f"callbacks of {method.upper()} {template}"] = place.below("callbacks")
        return Operation(
            method=method.upper(),
            template=template,
            place=place,
            bases=_bases(node.get("servers") or item.get("servers") or self._root.get("servers")),
            parameters=tuple({(one.where, _key(one)): one for one in (*shared, *own)}.values()),
            body=self._body(node, place),
            answers=dict(self._answers(node, place)),
            security=self._security.of(node, place),
            deprecated=node.get("deprecated") is True,
            sunset=sunset_of(node),
        )

    def _body(self, node: Mapping[str, Any], place: Place) -> Body | None:
        """What an operation takes."""
        if "requestBody" not in node:
            return None
        body, where = self.resolved(node["requestBody"], place.below("requestBody"))
        required = body.get("required") is True
        return Body(where, self.content(body, where), required, self.encodings(body, where), self.markup(body, where))

    def _answers(self, node: Mapping[str, Any], place: Place) -> Iterator[tuple[str, Answer]]:
        """What an operation gives, by status."""
        around = place.below("responses")
        for status, answer in self.mapping(node.get("responses", {}), around).items():
            if str(status).startswith("x-"):
                continue
            name = "default" if status == "default" else str(status).upper()
            if not _STATUS.fullmatch(name):
                raise self.wrong(f"{status!r} is no status", around)
            answer, where = self.resolved(answer, around.below(str(status)))
            yield name, Answer(name, self._answer_body(answer, where), dict(self._headers(answer, where)))

    def _answer_body(self, node: Mapping[str, Any], place: Place) -> Body:
        """The bodies of one answer; required unless it was seen without one."""
        extension = node.get(EXTENSION)
        empty = isinstance(extension, Mapping) and bool(extension.get("empty"))
        content = self.content(node, place)
        return Body(place, content, bool(content) and not empty, {}, self.markup(node, place))

    def _headers(self, node: Mapping[str, Any], place: Place) -> Iterator[tuple[str, Parameter]]:
        """The headers of one answer; Content-Type is described by the content (OpenAPI 3.1 §4.8.17.1)."""
        around = place.below("headers")
        for name, header in self.mapping(node.get("headers", {}), around).items():
            if str(name).lower() != "content-type":
                header, where = self.resolved(header, around.below(str(name)))
                yield str(name).lower(), self._parameter(header, where, str(name), "header")

    def _parameters(self, nodes: Any, place: Place) -> Iterator[Parameter]:
        """A list of parameters."""
        if not isinstance(nodes, list):
            raise self.wrong("parameters is no list", place)
        for number, node in enumerate(nodes):
            node, where = self.resolved(node, place.below(number))
            if node.get("in") not in _STYLES or not isinstance(node.get("name"), str):
                raise self.wrong("a parameter needs `name` and `in`", where)
            if not (node["in"] == "header" and node["name"].lower() in _IGNORED_HEADERS):
                yield self._parameter(node, where, node["name"], node["in"])

    def _parameter(self, node: Mapping[str, Any], place: Place, name: str, where: str) -> Parameter:
        """One parameter, or one header."""
        content = self.content(node, place)
        style = str(node.get("style", _STYLES[where]))
        media = next(iter(content), "")
        return Parameter(
            name=name,
            where=where,
            place=place,
            required=node.get("required") is True or where == "path",
            style=style,
            explode=bool(node.get("explode", style == "form")),
            media=media,
            schema=content[media] if media else self.schema(node, place),
            deprecated=node.get("deprecated") is True,
            takes_reserved=where == "query" and node.get("allowReserved") is True,
            takes_empty=where == "query" and node.get("allowEmptyValue") is True,
        )


def _dialect(content: Any) -> str:
    """What a document says its schemas are written in; empty for the dialect of OpenAPI itself."""
    said = content.get("jsonSchemaDialect") if isinstance(content, Mapping) else None
    return said if isinstance(said, str) and not said.startswith(_OWN_DIALECT) else ""


def _key(parameter: Parameter) -> str:
    """What tells a parameter from others in the same place."""
    return parameter.name.lower() if parameter.where == "header" else parameter.name


def sunset_of(node: Mapping[str, Any]) -> str:
    """The day on which something may go: `x-sunset`, or `sunset` under the extension."""
    extension = node.get(EXTENSION)
    said = node.get("x-sunset") or (extension.get("sunset") if isinstance(extension, Mapping) else "")
    return str(said)[:10] if said else ""


def _bases(servers: Any) -> tuple[str, ...]:
    """The paths of servers, without a slash at the end; none said is the root (OpenAPI 3.1 §4.8.1.1)."""
    found: list[str] = []
    for server in servers if isinstance(servers, list) else ():
        url = server.get("url") if isinstance(server, Mapping) else None
        if isinstance(url, str):
            for filled in _filled(url, server.get("variables")):
                try:
                    found.append(urlsplit(filled).path.rstrip("/"))
                except ValueError:
                    continue
    return tuple(sorted(set(found))) or ("",)


def _filled(url: str, variables: Any) -> Iterator[str]:
    """A server's addresses: every listed value of a variable is one, else its default is the only one."""
    told = {
        f"{{{name}}}": _values(variable)
        for name, variable in (variables.items() if isinstance(variables, Mapping) else ())
        if isinstance(variable, Mapping) and f"{{{name}}}" in url
    }
    if prod(len(values) for values in told.values()) > _MOST_ADDRESSES:
        told = {name: ("|".join(values),) for name, values in told.items()}
    for chosen in product(*told.values()):
        address = url
        for name, value in zip(told, chosen, strict=True):
            address = address.replace(name, value)
        yield address


def _values(variable: Mapping[str, Any]) -> tuple[str, ...]:
    """The values that a variable may have: its default, and those that are listed."""
    listed = variable.get("enum")
    values = (variable.get("default", ""), *(listed if isinstance(listed, list) else ()))
    return tuple(sorted({str(one) for one in values}))
