"""What a schema asks for, in a few words for people.

Rules: never more than a line; nothing here fails, whatever the schema.
"""

from collections.abc import Mapping
from typing import Any

from truemirror.core.contract.pointer import clipped, short


def described(schema: Any) -> str:
    """The shortest true thing to say about what a schema asks for."""
    if schema is False:
        return "nothing"
    if not isinstance(schema, Mapping):
        return "any value"
    if "const" in schema:
        return _literal(schema["const"])
    if isinstance(schema.get("enum"), list):
        return clipped("one of " + ", ".join(_literal(value) for value in schema["enum"]))
    if isinstance(schema.get("$ref"), str):
        return _document(schema["$ref"])
    for union in ("anyOf", "oneOf"):
        if isinstance(schema.get(union), list):
            return clipped(" or ".join(dict.fromkeys(described(branch) for branch in schema[union])))
    return _typed(schema)


def _typed(schema: Mapping[str, Any]) -> str:
    """The types, with the format where there is one."""
    types = schema.get("type")
    names = [str(name) for name in types] if isinstance(types, list) else [str(types)] if types else []
    if "format" in schema and "string" in names:
        names[names.index("string")] = f"string ({schema['format']})"
    return " or ".join(names) or "any value"


def _literal(value: Any) -> str:
    """A value as it is written."""
    text = short(value)
    return text.partition(" ")[2] or text


def _document(reference: str) -> str:
    """The name of what a reference names: `deal` for `./schemas/deal.schema.json`."""
    document, _, fragment = reference.partition("#")
    name = fragment.rstrip("/") or document
    return name.rpartition("/")[2].removesuffix(".schema.json") or "any value"
