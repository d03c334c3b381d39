"""Taking JSON documents apart that may hold anything.

Rules: every reader either gives a value of the promised type or raises FormatError whose `where` is the field's path;
callers put their own step in front on the way up, so that reading what is right costs nothing.
"""

import re
from difflib import get_close_matches
from math import isfinite
from typing import Any

from truemirror.errors import FormatError

Document = dict[str, Any]

_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})?\Z")


def kind_of(value: object) -> str:
    """What a JSON value is, for people."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"the text {value[:40]!r}"
    if isinstance(value, int | float):
        return f"the number {value}"
    return "an object" if isinstance(value, dict) else "a list"


def under(step: str, error: FormatError) -> FormatError:
    """The same error, one step further up: `response` and `headers[2]` make `response.headers[2]`."""
    where = error.where
    path = step if not where else step + where if where.startswith("[") else f"{step}.{where}"
    return FormatError(error.what, where=path, nearest=error.nearest, fix=error.fix)


def wrong(name: str, expected: str, found: object) -> FormatError:
    """A field with a value of another kind."""
    return FormatError(f"expected {expected}, found {kind_of(found)}", where=name)


def as_object(value: object, known: frozenset[str]) -> Document:
    """An object with no other keys than the known ones."""
    if type(value) is not dict:
        raise wrong("", "an object", value)
    if not value.keys() <= known:
        strange = min(value.keys() - known)
        near = get_close_matches(strange, known, n=1)
        listed = ", ".join(sorted(known))
        raise FormatError("is no field of a mirror", where=strange, nearest=near[0] if near else f"one of {listed}")
    return value


def text(document: Document, name: str, default: str | None = None) -> str:
    """A text; the default where there is none, an error when it must be there."""
    value = document.get(name, default)
    if type(value) is not str:
        raise _missing(name, "a text") if value is None and name not in document else wrong(name, "a text", value)
    return value


def whole(document: Document, name: str, low: int, high: int) -> int:
    """A whole number between two limits, both included."""
    value = document.get(name)
    if type(value) is not int or not low <= value <= high:
        expected = f"a whole number from {low} to {high}"
        raise _missing(name, expected) if name not in document else wrong(name, expected, value)
    return value


def number(document: Document, name: str) -> float:
    """A finite number, 0 where there is none."""
    value = document.get(name, 0.0)
    if type(value) is float and isfinite(value):
        return value
    if type(value) is int and abs(value) < 2**53:
        return float(value)
    raise wrong(name, "a number", value)


def day(document: Document, name: str) -> str:
    """A day, as 2026-01-31; empty where there is none."""
    value = text(document, name, "")
    if not _DAY.match(value):
        raise wrong(name, "a day, as 2026-01-31", value)
    return value


def listed(document: Document, name: str) -> list[Any]:
    """A list, empty where there is none."""
    value = document.get(name)
    if value is None and name not in document:
        return []
    if type(value) is not list:
        raise wrong(name, "a list", value)
    return value


def _missing(name: str, expected: str) -> FormatError:
    """A field that must be there."""
    return FormatError(f"is missing, expected {expected}", where=name)
