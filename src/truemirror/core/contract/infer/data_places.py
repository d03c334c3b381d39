"""Where the schemas of a contract's documents apply: by operation, part of the message and path of the data.

Rules: references are followed, so that a shape is found through everything that uses it; a place is known by the data
it describes and not by its document, so that it is found again when shapes were renamed or put together otherwise.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from posixpath import dirname, join, normpath
from typing import Any

from truemirror.core.contract.contract import EXTENSION, METHODS, OPENAPI
from truemirror.core.contract.pointer import Step
from truemirror.core.mirror.operation import nameless

_DEEPEST = 12
ANY = "*"
"""The step to items of lists and to values of maps."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A schema in a document."""

    document: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class DataPlace:
    """What data a schema describes."""

    operation: str
    """Method and template, its parameters nameless."""
    part: str
    """`request application/json`, `response 200 application/json`, `query limit`."""
    path: tuple[str, ...]


def data_places(documents: Mapping[str, Any]) -> dict[DataPlace, Spot]:
    """The schema of every place of data that the operations of a contract have."""
    found: dict[DataPlace, Spot] = {}
    for operation, part, spot in _roots(documents):
        for path, inner in _walk(documents, spot, (), ()):
            found.setdefault(DataPlace(operation, part, path), inner)
    return found


def node_at(documents: Mapping[str, Any], spot: Spot) -> Any:
    """What stands in a spot; None when there is nothing."""
    node = documents.get(spot.document)
    for step in spot.steps:
        if isinstance(node, Mapping):
            node = node.get(step)
        elif isinstance(node, list) and isinstance(step, int) and step < len(node):
            node = node[step]
        else:
            return None
    return node


def referred(document: str, reference: str) -> Spot | None:
    """The spot that a reference in a document names; None for one that is not understood here."""
    path, _, fragment = reference.partition("#")
    target = normpath(join(dirname(document), path)) if path else document
    if fragment and not fragment.startswith("/"):
        return None
    steps = tuple(one.replace("~1", "/").replace("~0", "~") for one in fragment.split("/")[1:])
    return Spot(target, steps)


def _roots(documents: Mapping[str, Any]) -> Iterator[tuple[str, str, Spot]]:
    """The schemas that operations name: of bodies, parameters and headers."""
    paths = node_at(documents, Spot(OPENAPI, ("paths",)))
    for template, item in paths.items() if isinstance(paths, Mapping) else ():
        for method in METHODS:
            node = item.get(method) if isinstance(item, Mapping) else None
            if isinstance(node, Mapping):
                name, at = f"{method.upper()} {nameless(str(template))}", ("paths", template, method)
                for part, steps in _parts(node):
                    yield name, part, Spot(OPENAPI, (*at, *steps, "schema"))


def _parts(operation: Mapping[str, Any]) -> Iterator[tuple[str, tuple[Step, ...]]]:
    """The parts of one operation's messages, and where they are declared."""
    parameters = operation.get("parameters")
    for number, one in enumerate(parameters if isinstance(parameters, list) else ()):
        if isinstance(one, Mapping):
            yield f"{one.get('in')} {one.get('name')}", ("parameters", number)
    for media in _mapping(_mapping(operation.get("requestBody")).get("content")):
        yield f"request {media}", ("requestBody", "content", media)
    for status, answer in _mapping(operation.get("responses")).items():
        for media in _mapping(_mapping(answer).get("content")):
            yield f"response {status} {media}", ("responses", status, "content", media)
        for header in _mapping(_mapping(answer).get("headers")):
            yield f"response {status} header {header}", ("responses", status, "headers", header)


def _mapping(node: Any) -> Mapping[Any, Any]:
    """A node that is an object; else nothing."""
    return node if isinstance(node, Mapping) else {}


def _walk(
    documents: Mapping[str, Any], spot: Spot, path: tuple[str, ...], inside: tuple[Spot, ...]
) -> Iterator[tuple[tuple[str, ...], Spot]]:
    """The schemas in and below a spot, by the path of their data; what refers to itself is walked once."""
    node = node_at(documents, spot)
    if not isinstance(node, Mapping) or len(path) > _DEEPEST or spot in inside:
        return
    inside = (*inside, spot)
    reference = node.get("$ref")
    target = referred(spot.document, reference) if isinstance(reference, str) else None
    if target is not None:
        yield from _walk(documents, target, path, inside)
    else:
        yield path, spot
    for step, inner in below(node):
        yield from _walk(documents, Spot(spot.document, (*spot.steps, *inner)), (*path, *step), inside)


def below(node: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], tuple[Step, ...]]]:
    """The schemas right below one: the step of the data, which variants have none of, and the steps in the document."""
    for name in _mapping(node.get("properties")):
        yield (str(name),), ("properties", name)
    for keyword in ("items", "additionalProperties"):
        if isinstance(node.get(keyword), Mapping):
            yield (ANY,), (keyword,)
    rows = node.get("prefixItems")
    for number in range(len(rows) if isinstance(rows, list) else 0):
        yield (str(number),), ("prefixItems", number)
    tag = _mapping(node.get(EXTENSION)).get("tag")
    for keyword in ("oneOf", "anyOf", "allOf"):
        variants = node.get(keyword)
        for number, one in enumerate(variants if isinstance(variants, list) else ()):
            const = _mapping(_mapping(_mapping(one).get("properties")).get(tag)).get("const")
            yield ((f"?{tag}={const}",) if tag and const is not None else ()), (keyword, number)
