"""What values a key of a profile may have: small readers from what TOML gives to what the profile keeps.

Rules: a reader gives back the value or raises Wrong; it knows no key.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches

Reader = Callable[[object], object]
"""Raises Wrong."""

_TAKES = re.compile(r"body:(/.*)?|header:[A-Za-z0-9!#$%&'*+.^_`|~-]+|cookie:\S+")
_REQUEST = re.compile(r"[A-Z]+ /\S*")


class Wrong(Exception):  # it never leaves the reading of a profile
    """A value that a key may not have."""

    def __init__(self, what: str, *, nearest: str = "", fix: str = "") -> None:
        """What is wrong, what would have been right, what to do."""
        super().__init__(what)
        self.what, self.nearest, self.fix = what, nearest, fix


def shown(value: object) -> str:
    """A value as a message quotes it."""
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def near(name: str, known: Iterable[str]) -> str:
    """The known name that was probably meant; empty for none."""
    return next(iter(get_close_matches(name, list(known), n=1, cutoff=0.5)), "")


def text(value: object) -> str:
    """Any text."""
    if not isinstance(value, str):
        raise Wrong(f"{shown(value)} is not text", fix="write it in quotes")
    return value


def number(low: float, high: float, *, above: bool = False) -> Callable[[object], float]:
    """A number from `low` (or above it) to `high`."""

    def read(value: object) -> float:
        """The number, if it is in range."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Wrong(f"{shown(value)} is not a number")
        if not low <= value <= high or (above and value == low) or math.isnan(value):
            least = "more than" if above else "at least"
            raise Wrong(f"{shown(value)} is not possible", fix=f"write a number of {least} {low:g}, at most {high:g}")
        return float(value)

    return read


def yes_or_no(value: object) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise Wrong(f"{shown(value)} is neither true nor false")
    return value


def whole(low: int, high: int) -> Callable[[object], int]:
    """A whole number in a range."""

    def read(value: object) -> int:
        """The number, if it is whole and in range."""
        if isinstance(value, bool) or not isinstance(value, int):
            raise Wrong(f"{shown(value)} is not a whole number")
        return int(number(low, high)(value))

    return read


def one_of(*choices: str) -> Callable[[object], str]:
    """One of a few words."""

    def read(value: object) -> str:
        """The word, if it is one of them."""
        if text(value) not in choices:
            raise Wrong(f"{shown(value)} is none of {', '.join(choices)}", nearest=near(text(value), choices))
        return text(value)

    return read


def list_of(kind: Reader) -> Callable[[object], tuple[object, ...]]:
    """A list, each item of one kind."""

    def read(value: object) -> tuple[object, ...]:
        """All items."""
        if not isinstance(value, list | tuple):
            raise Wrong(f"{shown(value)} is not a list", fix=f"write [{shown(value)}]".replace("'", '"'))
        return tuple(kind(item) for item in value)

    return read


def texts_by_name(value: object) -> Mapping[str, str]:
    """A table of texts."""
    return {name: text(inner) for name, inner in table(value).items()}


def takes(value: object) -> Mapping[str, str]:
    """Where variables come from in an answer."""
    found = texts_by_name(value)
    for name, where in found.items():
        if not _TAKES.fullmatch(where):
            raise Wrong(
                f"{shown(where)} is no place in an answer",
                fix=f'{name} = "body:/pointer", "header:Name" or "cookie:name"',
            )
    return found


def request(value: object) -> str:
    """A method and a path."""
    if not _REQUEST.fullmatch(text(value)):
        raise Wrong(f"{shown(value)} is no request", nearest="GET /api/v1/deals", fix="write METHOD /path?query")
    return text(value)


def table(value: object) -> Mapping[str, object]:
    """A table."""
    if not isinstance(value, Mapping):
        raise Wrong(f"{shown(value)} is not a table")
    return value


def tables(value: object) -> tuple[Mapping[str, object], ...]:
    """A list of tables."""
    if not isinstance(value, list | tuple):
        raise Wrong(f"{shown(value)} is not a list of tables", fix="write it as [[name]], once for each")
    return tuple(table(item) for item in value)
