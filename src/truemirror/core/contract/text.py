"""Parameters and headers: text that stands for a value of the type its schema names.

Rules: a text is read as every type its schema allows, narrowest first, and is right when one reading conforms; reading
never fails, a text that is no number stays a text and the schema says so.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_INTEGER = re.compile(r"-?(0|[1-9]\d*)\Z")
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?\Z")
_LONGEST_NUMBER = 400


def readings(texts: Sequence[str], schema: Any, *, explode: bool) -> Iterator[Any]:
    """What the values of one parameter may stand for; at least one reading."""
    types = _types(schema)
    if "array" in types:
        items = schema.get("items") if isinstance(schema, Mapping) else None
        pieces = list(texts) if explode else [piece for text in texts for piece in text.split(",")]
        yield [next(_scalars(piece, _types(items))) for piece in pieces]
    if types != {"array"}:
        yield from _scalars(texts[-1], types)


def _types(schema: Any) -> set[str]:
    """The types that a schema names; any when it names none."""
    if not isinstance(schema, Mapping) or "type" not in schema:
        return {"string", "integer", "number", "boolean"}
    named = schema["type"]
    return set(named) if isinstance(named, list) else {str(named)}


def _scalars(text: str, types: set[str]) -> Iterator[Any]:
    """The readings of one text."""
    if "integer" in types and _INTEGER.match(text) and len(text) < _LONGEST_NUMBER:
        yield int(text)
    if "number" in types and _NUMBER.match(text) and len(text) < _LONGEST_NUMBER:
        yield float(text)
    if "boolean" in types and text in ("true", "false"):
        yield text == "true"
    if "null" in types and text in ("", "null"):
        yield None
    yield text
