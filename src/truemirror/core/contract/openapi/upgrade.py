"""Schemas of OpenAPI 3.0 written as OpenAPI 3.1 has them, so that everything after meets one dialect.

Rules: a place keeps its pointer wherever that is possible, so that references and messages stay true; what stands
beside a `$ref` is not there (OpenAPI 3.0.3 §4.7.23); `nullable` lets null in whatever else the schema says, as those
who write it mean it; documents that name a dialect with `$schema` are left as they are.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from truemirror.core.contract.openapi.documents import Documents
from truemirror.core.contract.openapi.interface import Place
from truemirror.core.contract.pointer import pointer
from truemirror.errors import FormatError

_DATA = ("example", "examples")
_CHOSEN = frozenset({"headers", "responses", "parameters", "requestBodies", "pathItems", "callbacks", "links"})
"""Keywords below which people choose the names, so that `example` is one of theirs."""
_ONE = ("items", "additionalProperties", "not", "propertyNames", "contains", "if", "then", "else")
_MANY = ("allOf", "anyOf", "oneOf", "prefixItems")
_NAMED = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")
_BESIDE_NULL = ("allOf", "anyOf", "oneOf", "not", "const", "if")
"""Keywords that would keep null out although a `type` lets it in."""
_DEEPEST = 120


def upgraded(documents: Documents) -> dict[str, Any]:
    """All documents with their schemas in OpenAPI 3.1. Raises FormatError for what is nested too deeply."""
    schemas = _Schemas(documents)
    return {path: schemas.rewritten(content, Place(path), 0) for path, content in documents.contents.items()}


class _Schemas:
    """Which places are schemas: those that OpenAPI says, and all that they refer to."""

    def __init__(self, documents: Documents) -> None:
        """Find the schemas of all documents."""
        self._documents = documents
        self._known: set[Place] = set()
        todo = [place for path, one in documents.contents.items() for place in _declared(one, Place(path), 0)]
        while todo:
            place = todo.pop()
            if place in self._known:
                continue
            self._known.add(place)
            try:
                node = documents.at(place)
            except FormatError:
                continue  # whoever reads that schema says so, with the place that refers to it
            todo.extend(_below(node, place))
            todo.extend(self._referred(node, place))

    def _referred(self, node: Any, place: Place) -> Iterator[Place]:
        """The schema that a schema refers to."""
        if isinstance(node, Mapping) and isinstance(node.get("$ref"), str):
            try:
                target = self._documents.target(node["$ref"], place)
            except FormatError:
                return
            content = self._documents.contents[target.document]
            if not (isinstance(content, Mapping) and "$schema" in content):
                yield target

    def rewritten(self, node: Any, place: Place, depth: int) -> Any:
        """A node with all schemas in it rewritten."""
        if depth > _DEEPEST:
            raise FormatError("is nested too deeply", where=self._documents.say(place), fix="split the document")
        if isinstance(node, Mapping):
            if place in self._known and "$ref" in node:
                return {"$ref": node["$ref"]}
            found = {key: self.rewritten(value, place.below(str(key)), depth + 1) for key, value in node.items()}
            return _modern(found) if place in self._known else found
        if isinstance(node, list):
            return [self.rewritten(one, place.below(number), depth + 1) for number, one in enumerate(node)]
        return node


def _declared(node: Any, place: Place, depth: int) -> Iterator[Place]:
    """Places in an OpenAPI document that hold a schema."""
    if depth > _DEEPEST:
        return
    if isinstance(node, list):
        for number, one in enumerate(node):
            yield from _declared(one, place.below(number), depth + 1)
    if not isinstance(node, Mapping):
        return
    chosen = place.pointer.rpartition("/")[2] in _CHOSEN
    for key, value in node.items():
        if str(key).startswith("x-") or (key in _DATA and not chosen):
            continue
        if key == "schema":
            yield place.below(key)
        elif key == "schemas" and place.pointer == "/components" and isinstance(value, Mapping):
            yield from (place.below(key, str(name)) for name in value)
        else:
            yield from _declared(value, place.below(str(key)), depth + 1)


def _below(node: Any, place: Place) -> Iterator[Place]:
    """The places of the schemas directly in a schema."""
    if not isinstance(node, Mapping) or "$ref" in node:
        return
    for key in _ONE:
        if isinstance(node.get(key), Mapping):
            yield place.below(key)
    for key in _MANY:
        if isinstance(node.get(key), list):
            yield from (place.below(key, number) for number in range(len(node[key])))
    for key in _NAMED:
        if isinstance(node.get(key), Mapping):
            yield from (place.below(key, str(name)) for name in node[key])


def _modern(schema: dict[str, Any]) -> dict[str, Any]:
    """One schema's own keywords as OpenAPI 3.1 has them."""
    nullable = schema.pop("nullable", False) is True
    for exclusive, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(schema.get(exclusive), bool) and schema.pop(exclusive) and bound in schema:
            schema[exclusive] = schema.pop(bound)
    if "example" in schema:
        schema["examples"] = [schema.pop("example")]
    return _with_null(schema) if nullable else schema


def _with_null(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema that takes null, too."""
    if any(key in schema for key in _BESIDE_NULL):
        return {"anyOf": [schema, {"type": "null"}]}
    kind = schema.get("type")
    if isinstance(kind, str) and kind != "null":
        schema["type"] = [kind, "null"]
    values = schema.get("enum")
    if isinstance(values, list) and None not in values:
        schema["enum"] = [*values, None]
    return schema


def original(contents: Mapping[str, Any], place: Place) -> Place:
    """Where something stood before it was rewritten."""
    node: Any = contents.get(place.document)
    steps: list[str] = []
    skip = False
    for step in place.pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if skip:
            skip = False
        elif isinstance(node, Mapping) and name not in node and name == "anyOf":
            skip = True  # it was put around this schema to let null in
        else:
            steps.append(name)
            node = _step(node, name)
    return Place(place.document, pointer(steps))


def _step(node: Any, name: str) -> Any:
    """One step down, as far as there is one."""
    if isinstance(node, Mapping):
        return node.get(name)
    if isinstance(node, list) and name.isdecimal() and int(name) < len(node):
        return node[int(name)]
    return None
