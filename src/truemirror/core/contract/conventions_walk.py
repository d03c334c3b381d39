"""Walking a contract for its conventions: every JSON answer, every attribute, references followed.

Rules: each schema is seen once, however many operations share it; what is no schema object is nothing.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from truemirror.core.contract.contract import Answer, Contract, Operation
from truemirror.core.contract.pointer import clipped
from truemirror.core.contract.references import below
from truemirror.core.wire.media import parse_media_type

_DEEPEST = 12


def attributes(
    contract: Contract, place: str, seen: set[str], depth: int
) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Every attribute below a schema, each schema once: its name, its place and its schema."""
    schema, where = resolved(contract, place)
    if where in seen or depth > _DEEPEST:
        return
    seen.add(where)
    properties = schema.get("properties", {})
    for name in properties if isinstance(properties, Mapping) else ():
        at = below(where, "properties", name)
        inner, _ = resolved(contract, at)
        yield name, at, inner
        yield from attributes(contract, at, seen, depth + 1)
    for keyword in ("items", "additionalProperties"):
        if isinstance(schema.get(keyword), Mapping):
            yield from attributes(contract, below(where, keyword), seen, depth + 1)
    for keyword in ("allOf", "anyOf", "oneOf"):
        for number in range(len(schema.get(keyword, ()))):
            yield from attributes(contract, below(where, keyword, number), seen, depth + 1)


def json_answers(contract: Contract) -> Iterator[tuple[Operation, Answer, str]]:
    """Every answer that has a JSON schema, and the schema's place."""
    for operation in contract.operations:
        for answer in operation.answers.values():
            for media, place in answer.content.places.items():
                if place and parse_media_type(media).is_json:
                    yield operation, answer, place


def resolved(contract: Contract, place: str) -> tuple[Mapping[str, Any], str]:
    """A schema with its reference followed, and where it really is; nothing for `true` and `false`."""
    schema, where = contract.references.dereference(contract.references.lookup(place), place)
    return (schema, where) if isinstance(schema, Mapping) else ({}, where)


def outline(schema: Mapping[str, Any]) -> str:
    """The attributes of a schema, or its type."""
    properties = schema.get("properties")
    if isinstance(properties, Mapping):
        return clipped("{" + ", ".join(sorted(properties)) + "}")
    return str(schema.get("type", "any value"))
