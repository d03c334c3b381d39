"""A value in another tool's document, and where it stands there.

Rules: a value of another type than asked for is a FormatError that names its place; null is the same as absent.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from typing import Any

from truemirror.errors import FormatError

MOST = 10**12
"""No number of a recording is larger: a size, a time in milliseconds."""


@dataclass(frozen=True, slots=True)
class Node:
    """A value and its path."""

    value: Any
    path: str = ""

    def get(self, key: str) -> "Node":
        """A member of an object, null when it is absent. Raises FormatError when this is no object."""
        path = f"{self.path}.{key}" if self.path else key
        if self.value is None:
            return Node(None, path)
        if type(self.value) is not dict:
            raise self.wrong("an object")
        return Node(self.value.get(key), path)

    def __bool__(self) -> bool:
        """Whether something is there."""
        return self.value is not None

    def __iter__(self) -> Iterator["Node"]:
        """The elements of a list; none when it is absent. Raises FormatError when this is no list."""
        if self.value is None:
            return
        if type(self.value) is not list:
            raise self.wrong("a list")
        for place, one in enumerate(self.value):
            yield Node(one, f"{self.path}[{place}]")

    def members(self) -> Iterator[tuple[str, "Node"]]:
        """The members of an object; none when it is absent. Raises FormatError when this is no object."""
        if self.value is None:
            return
        if type(self.value) is not dict:
            raise self.wrong("an object")
        for key, one in self.value.items():
            yield str(key), Node(one, f"{self.path}.{key}" if self.path else str(key))

    def several(self) -> list["Node"]:
        """The elements of a list, or the one value that stands for a list of one; none when it is absent."""
        if self.value is None:
            return []
        return list(self) if self.is_list else [self]

    @property
    def is_list(self) -> bool:
        """Whether this is a list."""
        return type(self.value) is list

    @property
    def is_object(self) -> bool:
        """Whether this is an object."""
        return type(self.value) is dict

    @property
    def is_text(self) -> bool:
        """Whether this is a text."""
        return type(self.value) is str

    def text(self, default: str = "") -> str:
        """A text. Raises FormatError when this is something else."""
        if self.value is None:
            return default
        if type(self.value) is not str:
            raise self.wrong("a text")
        return self.value

    def scalar(self, default: str = "") -> str:
        """A text, a number or a truth value as text. Raises FormatError when this is something else."""
        match self.value:
            case bool():
                return "true" if self.value else "false"
            case int() | float():
                return str(self.value)
            case _:
                return self.text(default)

    def whole(self, default: int = 0, most: int = MOST) -> int:
        """A whole number, be it written as text; negative ones as -1. Raises FormatError for something else."""
        value = self.value
        if value is None:
            return default
        if type(value) is str and value.strip().isascii() and value.strip().isdigit() and len(value) < 20:
            value = int(value)
        if type(value) is float and isfinite(value) and value == int(value):
            value = int(value)
        if type(value) is not int or value > most:
            raise self.wrong(f"a whole number up to {most}")
        return max(value, -1)

    def number(self, default: float = 0.0) -> float:
        """A number, negative ones and those that are none as the default. Raises FormatError for another type."""
        if self.value is None:
            return default
        if type(self.value) not in (int, float):
            raise self.wrong("a number")
        return float(self.value) if 0 <= self.value <= MOST else default

    def truth(self) -> bool:
        """A truth value, false when absent. Raises FormatError when this is something else."""
        if self.value is None:
            return False
        if type(self.value) is not bool:
            raise self.wrong("true or false")
        return self.value

    def json(self, indent: int | None = None, *, compact: bool = False) -> bytes:
        """This value as JSON. Raises FormatError for what JSON has no form for."""
        try:
            separators = (",", ":") if compact else None
            told = json.dumps(self.value, ensure_ascii=False, indent=indent, separators=separators)
        except (TypeError, ValueError, RecursionError):
            raise self.wrong("a JSON value") from None
        return told.encode("utf-8", "surrogatepass")

    def wrong(self, expected: str) -> FormatError:
        """The error of a value of another type."""
        shown = repr(self.value)
        shown = shown if len(shown) <= 60 else f"{shown[:59]}…"
        return FormatError(f"has to be {expected}, not {shown}", where=self.path or "the document")
