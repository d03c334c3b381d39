"""What all recordings of one operation and status show: attributes, types, header fields.

Rules: what one recording lacks and another has is optional; what is sometimes a text and sometimes null may be both. So
a live answer is held against everything that was ever recorded of its kind, and not against one answer alone. Indexes,
and keys that are values themselves, count as one.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from truemirror.core.mirror.links import may_flow
from truemirror.core.wire.exchange import Response
from truemirror.core.wire.media import media_type

Steps = tuple[str, ...]

_TYPES: Final = {dict: "object", list: "array", str: "string", bool: "boolean", int: "number", float: "number"}
_DEEPEST: Final = 200


def type_of(value: Any) -> str:
    """The JSON type of a value; integers are numbers."""
    return "null" if value is None else _TYPES[type(value)]


def general(steps: Steps, key: str | int) -> Steps:
    """The steps to a member, `*` for an index and for a key that is a value."""
    wide = isinstance(key, int) or key.isdigit() or may_flow(key)
    return (*steps, "*" if wide else str(key))


def json_of(response: Response) -> Any:
    """The JSON document of an answer. Raises ValueError when it holds none."""
    if not response.body or not media_type(response.headers).is_json:
        raise ValueError
    return orjson.loads(response.body)


@dataclass(slots=True)
class Shapes:
    """What recordings of one operation and status show."""

    types: dict[Steps, set[str]] = field(default_factory=dict)
    always: dict[Steps, set[str]] = field(default_factory=dict)
    """For each object the keys that it always has."""
    ever: dict[Steps, set[str]] = field(default_factory=dict)
    """For each object all keys that it was seen with."""
    fields: set[str] | None = None
    """Header fields that every answer had, in lower case."""
    media: set[str] = field(default_factory=set)

    def add(self, response: Response) -> None:
        """Take one recording in."""
        names = {name.lower() for name, _ in response.headers.pairs}
        self.fields = names if self.fields is None else self.fields & names
        if response.body:
            self.media.add(media_type(response.headers).name)
        try:
            document = json_of(response)
        except ValueError:
            return
        for steps, value in walked(document):
            wide = wide_steps(steps)
            self.types.setdefault(wide, set()).add(type_of(value))
            if isinstance(value, dict):
                known = self.always.get(wide)
                self.always[wide] = set(value) if known is None else known & set(value)
                self.ever.setdefault(wide, set()).update(value)


def walked(document: Any) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Every value of a document with the steps to it, down to a depth that no sound answer has."""
    left: list[tuple[tuple[str | int, ...], Any]] = [((), document)]
    while left:
        steps, value = left.pop()
        yield steps, value
        if len(steps) >= _DEEPEST:
            continue
        if isinstance(value, dict):
            left.extend([((*steps, key), value[key]) for key in reversed(value)])
        elif isinstance(value, list):
            left.extend([((*steps, place), value[place]) for place in range(len(value) - 1, -1, -1)])


def wide_steps(steps: tuple[str | int, ...]) -> Steps:
    """Exact steps, made general."""
    wide: Steps = ()
    for step in steps:
        wide = general(wide, step)
    return wide


def shapes_of(responses: Iterable[Response]) -> Shapes:
    """What some recordings show together."""
    shapes = Shapes()
    for one in responses:
        shapes.add(one)
    return shapes
