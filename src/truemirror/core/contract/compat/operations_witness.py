"""The smallest request of an operation, as a value that shows a change of it.

Rules: only what the contract requires is in it; values are the simplest of their type, an example or listed value where
the contract gives one; nothing here fails.
"""

import re
from collections.abc import Mapping
from typing import Any

from truemirror.core.contract.compat.operations_media import is_json
from truemirror.core.contract.openapi.documents import Documents
from truemirror.core.contract.openapi.interface import Interface, Operation, Parameter, Place
from truemirror.errors import FormatError

_SLOT = re.compile(r"\{([^{}/]*)\}")
_SIMPLEST: Mapping[str, Any] = {"string": "a", "integer": 1, "number": 1, "boolean": True, "null": None}
_DEEPEST = 8


class Samples:
    """Simple requests and values of one interface."""

    def __init__(self, interface: Interface) -> None:
        """Keep the documents."""
        self._documents = Documents(interface.documents)

    def request(self, operation: Operation, extra: tuple[Parameter, ...] = ()) -> dict[str, Any]:
        """The smallest request that the operation accepts, with some more parameters."""
        paths = {one.name: one for one in operation.parameters if one.where == "path"}
        request: dict[str, Any] = {
            "method": operation.method,
            "path": operation.bases[0] + _SLOT.sub(lambda slot: self.text(paths.get(slot[1])), operation.template),
        }
        for parameter in operation.parameters:
            if parameter.where != "path" and (parameter.required or parameter in extra):
                request.setdefault(parameter.where, {})[parameter.name] = self.value(parameter.schema)
        if operation.body and operation.body.required and operation.body.content:
            media, place = next(iter(operation.body.content.items()))
            request["body"] = self.value(place)
            if not is_json(media):
                request["media_type"] = media
        return request

    def text(self, parameter: Parameter | None) -> str:
        """A value as it stands in a path."""
        value = self.value(parameter.schema) if parameter else "a"
        return value if isinstance(value, str) and value else str(value) if isinstance(value, int) else "a"

    def value(self, place: Place | None, depth: int = 0) -> Any:
        """A simple value."""
        if place is None or depth > _DEEPEST:
            return "a"
        try:
            schema, place = self._documents.follow(self._documents.at(place), place)
        except FormatError:
            return "a"
        if not isinstance(schema, Mapping):
            return "a"
        for key in ("enum", "examples"):
            if isinstance(schema.get(key), list) and schema[key]:
                return schema[key][0]
        for key in ("const", "default"):
            if key in schema:
                return schema[key]
        for key in ("allOf", "anyOf", "oneOf"):
            if "type" not in schema and isinstance(schema.get(key), list) and schema[key]:
                return self.value(place.below(key, 0), depth + 1)
        return self._typed(schema, place, depth)

    def _typed(self, schema: Mapping[str, Any], place: Place, depth: int) -> Any:
        """A simple value of the type that a schema names."""
        kind = schema.get("type", "object" if "properties" in schema else "string")
        kind = kind[0] if isinstance(kind, list) and kind else kind
        if kind == "array":
            fewest = schema.get("minItems", 0)
            return [self.value(place.below("items"), depth + 1)] if isinstance(fewest, int) and fewest > 0 else []
        if kind == "object":
            known, names = schema.get("properties", {}), schema.get("required", [])
            return {
                str(name): self.value(place.below("properties", str(name)), depth + 1) if name in known else "a"
                for name in (names if isinstance(names, list) and isinstance(known, Mapping) else ())
            }
        if kind in ("integer", "number"):
            return schema.get("minimum", 1)
        shortest = schema.get("minLength", 1)
        if kind == "string" and isinstance(shortest, int):
            return "a" * max(1, min(shortest, 100))
        return _SIMPLEST.get(str(kind), "a")
