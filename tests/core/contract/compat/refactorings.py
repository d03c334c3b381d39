"""Ways to say the same schema in other words."""

import json
from collections.abc import Iterator
from typing import Any

_ALL = ["null", "boolean", "number", "string", "array", "object"]


def wrapped(schema: Any) -> Iterator[Any]:
    """The schema behind a reference, as a branch, as an implication, twice negated, or with its keywords apart."""
    yield {"$ref": "#/$defs/it", "$defs": {"it": schema}}
    yield {"allOf": [schema]}
    yield {"anyOf": [schema, schema]}
    yield {"oneOf": [schema]}
    yield {"allOf": [{"type": _ALL}, schema]}
    yield {"not": {"not": schema}}
    yield {"if": schema, "else": False}
    yield json.loads(json.dumps(schema, sort_keys=True))
    if isinstance(schema, dict):
        yield from _respelt(schema)


def _respelt(schema: dict[str, Any]) -> Iterator[Any]:
    """The schema with one of its keywords said by others."""
    if isinstance(kinds := schema.get("type"), list):
        rest = {name: one for name, one in schema.items() if name != "type"}
        yield {**rest, "allOf": [{"anyOf": [{"type": one} for one in kinds]}, *schema.get("allOf", ())]}
    if "enum" in schema:
        distinct = {json.dumps(one): one for one in schema["enum"]}
        yield {"oneOf": [{"const": one} for one in distinct.values()]}
    if "const" in schema:
        yield {"enum": [schema["const"]]}
    if "if" in schema:
        cond, then, other = (schema.get(name, True) for name in ("if", "then", "else"))
        yield {"allOf": [{"anyOf": [{"not": cond}, then]}, {"anyOf": [cond, other]}]}
        yield {"oneOf": [{"allOf": [cond, then]}, {"allOf": [{"not": cond}, other]}]}
    if "dependentRequired" in schema:
        rest = {name: one for name, one in schema.items() if name != "dependentRequired"}
        asked = schema["dependentRequired"].items()
        yield {"allOf": [rest, *({"if": {"required": [one]}, "then": {"required": more}} for one, more in asked)]}
    if "allOf" in schema:
        yield {"not": {"anyOf": [{"not": one} for one in schema["allOf"]]}}
    if "additionalProperties" not in schema and "properties" in schema:
        apart = ({"properties": {name: one}} for name, one in schema["properties"].items())
        yield {"allOf": [{name: one for name, one in schema.items() if name != "properties"}, *apart]}


def draft4_bounds(schema: Any) -> Any:
    """The same in draft 4, whose exclusive bounds are marks on the others."""
    made = {name: one for name, one in schema.items() if not name.startswith("exclusive")}
    for edge, name in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if name in schema:
            made |= {edge: schema[name], name: True}
    return {**made, "$schema": "http://json-schema.org/draft-04/schema#"}
