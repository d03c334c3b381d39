"""Paths in the bodies of a service: `$.items[].owner.name`.

Rules: `[]` is every item of a list, `.*` every member of a map; a name that is no plain word stands in quotes. What is
written is read back as the same steps.
"""

import json
import re
from collections.abc import Iterable, Iterator
from enum import Enum

from truemirror.errors import FormatError


class Every(Enum):
    """A step to all of them."""

    ITEM = "[]"
    MEMBER = ".*"


Step = str | Every
Path = tuple[Step, ...]

_PLAIN = re.compile(r"[^\W\d][\w-]*\Z")
_STEP = re.compile(r"\.(?P<name>[^\W\d][\w-]*)|\[(?P<quoted>\"(?:[^\"\\]|\\.)*\")\]|(?P<item>\[\])|(?P<member>\.\*)")


def spelled(steps: Iterable[Step]) -> str:
    """A path as text."""
    return "$" + "".join(_spelled(one) for one in steps)


def _spelled(step: Step) -> str:
    """One step as text."""
    if isinstance(step, Every):
        return step.value
    return f".{step}" if _PLAIN.match(step) else f"[{json.dumps(step)}]"


def steps_of(text: str) -> Path:
    """The steps of a path. Raises FormatError for what is none."""
    return tuple(_steps(text))


def _steps(text: str) -> Iterator[Step]:
    """The steps one by one."""
    at = 1
    if not text.startswith("$"):
        at = -1
    while 0 <= at < len(text):
        found = _STEP.match(text, at)
        if found is None:
            at = -1
            break
        if found["item"]:
            yield Every.ITEM
        elif found["member"]:
            yield Every.MEMBER
        else:
            yield found["name"] if found["name"] is not None else _unquoted(found["quoted"])
        at = found.end()
    if at < 0:
        raise FormatError(f"{text[:80]!r} is no path", nearest="$.items[].owner.name", fix="write a path like that")


def _unquoted(text: str) -> str:
    """A name in quotes."""
    try:
        return str(json.loads(text))
    except ValueError:
        raise FormatError(f"{text[:80]} is no name in quotes", fix="write it as JSON writes a text") from None
