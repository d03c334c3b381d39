"""JSON pointers, and how a JSON value is shown to people in a few words.

Rules: nothing here fails; what is shown is short, and says the kind of a value before its content.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

Step = str | int

_LONGEST = 60


def pointer(steps: Iterable[Step]) -> str:
    """A JSON pointer (RFC 6901); empty for the whole value."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def spoken(steps: Sequence[Step]) -> str:
    """The place as people say it: `items[0].owner.name`; `the value` for the whole."""
    said = ""
    for step in steps:
        if isinstance(step, int):
            said += f"[{step}]"
        else:
            said += f".{step}" if said else str(step)
    return printable(said) or "the value"


def starred(steps: Iterable[Step]) -> tuple[Step, ...]:
    """The place with every index as `*`, so that items of one list share it."""
    return tuple("*" if isinstance(step, int) else step for step in steps)


def kind(value: Any) -> str:
    """The JSON type of a value."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case list() | tuple():
            return "array"
        case _:
            return "object"


def short(value: Any) -> str:
    """A value in a few words."""
    match value:
        case None:
            return "null"
        case dict():
            return f"object with {_some(list(value))}" if value else "an empty object"
        case list():
            return f"array of {len(value)}" if value else "an empty array"
        case _:
            return f"{kind(value)} {clipped(printable(json.dumps(value, ensure_ascii=False)))}"


def _some(names: list[Any]) -> str:
    """The first names of an object."""
    return clipped(printable(", ".join(str(name) for name in names)))


def printable(text: str) -> str:
    """A text in which what a terminal would act upon is written as an escape."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


def clipped(text: str, length: int = _LONGEST) -> str:
    """A text that is not longer than what a line can show."""
    return text if len(text) <= length else text[: length - 1] + "…"
