"""The shape of an answer: which attributes it has, of which types; its values do not matter.

Rules: a place is a JSON pointer in which `*` stands for every member of a list; what is known of a place is the set of
types that were seen there. Of the members of an empty list nothing is known, which is not the same as none. What is no
JSON has one place, the whole, with its media type for a type.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from truemirror.core.mirror.pointer import STAR, escaped
from truemirror.core.wire.exchange import Response
from truemirror.core.wire.media import parse_media_type

Shape = Mapping[str, frozenset[str]]
"""Places and the types that were seen there."""

_MOST_PLACES = 5_000
NOTHING = "nothing"
"""The type of a body that is not there."""


def shape_of(response: Response) -> dict[str, frozenset[str]]:
    """The shape of an answer's body."""
    if not response.body:
        return {"": frozenset({NOTHING})}
    try:
        value = orjson.loads(response.body)
    except ValueError:
        return {"": frozenset({parse_media_type(response.headers.get("content-type")).name or "no JSON"})}
    seen: dict[str, set[str]] = {}
    for place, kind in _walk(value):
        if place not in seen and len(seen) >= _MOST_PLACES:
            break
        seen.setdefault(place, set()).add(kind)
    return {place: frozenset(kinds) for place, kinds in seen.items()}


def joined(one: Shape, other: Shape) -> dict[str, frozenset[str]]:
    """What two answers tell together."""
    return {place: one.get(place, frozenset()) | other.get(place, frozenset()) for place in {**one, **other}}


def is_known(shape: Shape, place: str) -> bool:
    """Whether a shape tells if this place is there: not what is in an empty list, or in what is no object or list."""
    if place in shape or not place:
        return True
    above, _, step = place.rpartition("/")
    if above not in shape:
        return False
    return step != STAR and "object" in shape[above]


def _walk(document: Any) -> Iterator[tuple[str, str]]:
    """Every place of a document with the type of its value."""
    waiting: list[tuple[str, Any]] = [("", document)]
    while waiting:
        place, value = waiting.pop()
        yield place, type_of(value)
        if isinstance(value, dict):
            waiting.extend((f"{place}/{escaped(name)}", inner) for name, inner in reversed(value.items()))
        elif isinstance(value, list):
            waiting.extend((f"{place}/{STAR}", inner) for inner in reversed(value))


def type_of(value: Any) -> str:
    """The type of a JSON value, in JSON's words."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "text"
        case list():
            return "list"
        case _:
            return "object"
