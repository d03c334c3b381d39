"""Closed copies of a contract's schemas, so that one compiled pass says "conforms, and nothing is undeclared".

Rules: a closed schema accepts only what the open one accepts, so a value it accepts needs no second look; where closing
could widen a schema instead (below `not`, in an untagged `oneOf`), or could not see everything (`allOf`), the contract
is not closed at all and values are compared attribute by attribute.
"""

from collections.abc import Mapping
from typing import Any

from truemirror.core.contract.references import OPAQUE

_UNCLOSABLE = frozenset(
    {"allOf", "not", "if", "maxContains", "dependentSchemas", "unevaluatedProperties", "$dynamicRef", "$id"}
)
_GOVERNED = ("additionalProperties", "patternProperties", "$ref")
_NAMED_SCHEMAS = ("properties", "$defs", "patternProperties")


class Unclosable(Exception):
    """Closing this contract would not be sound."""


def closed_documents(documents: Mapping[str, Any], schema_suffix: str) -> dict[str, Any] | None:
    """All documents with every schema closed; None when that would not be sound."""
    try:
        return {
            path: _schema(content) if path.endswith(schema_suffix) else _openapi(content)
            for path, content in documents.items()
        }
    except Unclosable:
        return None


def _openapi(node: Any) -> Any:
    """An OpenAPI document with the schemas in it closed."""
    if isinstance(node, list):
        return [_openapi(one) for one in node]
    if not isinstance(node, Mapping):
        return node
    closed: dict[str, Any] = {}
    for key, value in node.items():
        if key == "schema":
            closed[key] = _schema(value)
        elif key == "schemas" and isinstance(value, Mapping):
            closed[key] = {name: _schema(one) for name, one in value.items()}
        else:
            closed[key] = value if key in OPAQUE else _openapi(value)
    return closed


def _schema(schema: Any) -> Any:
    """A schema that rules out what it does not declare."""
    if not isinstance(schema, Mapping):
        return schema
    unions = "anyOf" in schema or "oneOf" in schema
    if not _UNCLOSABLE.isdisjoint(schema) or not _tagged(schema.get("oneOf", ())):
        raise Unclosable
    if unions and "properties" in schema:
        raise Unclosable  # what the branches declare is allowed here, and only the slow way sees both
    closed = {key: _keyword(key, value, refined="$ref" in schema) for key, value in schema.items()}
    if "properties" in schema and not any(key in schema for key in _GOVERNED):
        closed["additionalProperties"] = False
    return closed


def _keyword(key: str, value: Any, *, refined: bool) -> Any:
    """One keyword's value, the schemas in it closed; what refines a reference declares nothing and stays open."""
    if key in OPAQUE or refined:
        return value
    if key in _NAMED_SCHEMAS and isinstance(value, Mapping):
        return {name: _schema(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_schema(one) for one in value]
    return _schema(value)


def _tagged(branches: Any) -> bool:
    """Whether no value can fit two branches: all say another constant for an attribute that all require."""
    tags = [
        {
            (name, repr(one["const"]))
            for name, one in branch.get("properties", {}).items()
            if isinstance(one, Mapping) and "const" in one and name in branch.get("required", ())
        }
        if isinstance(branch, Mapping)
        else set()
        for branch in branches
    ]
    names = set.intersection(*({name for name, _ in tag} for tag in tags)) if tags else {""}
    return not tags or any(
        len({text for tag in tags for name, text in tag if name == wanted}) == len(tags) for wanted in names
    )
