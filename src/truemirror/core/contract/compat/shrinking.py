"""The smallest value that still shows what a value shows.

Rules: greedy and bounded; a step is taken only where the smaller value still does; the same value always shrinks to the
same one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

_MOST: Final = 300
"""Smaller values that are tried."""


def shrunk(value: Any, still: Callable[[Any], bool]) -> Any:
    """The value, as small as it gets while it still shows what it shows."""
    left = _MOST
    again = True
    while again and left > 0:
        again = False
        for smaller in _smaller(value):
            left -= 1
            if left < 0:
                break
            if still(smaller):
                value, again = smaller, True
                break
    return value


def _smaller(value: Any) -> Iterator[Any]:
    """Values that are a little smaller, the smallest first."""
    match value:
        case dict():
            yield from _smaller_object(value)
        case list():
            yield from _smaller_list(value)
        case str() if value:
            yield from _smaller_text(value)
        case bool() | None:
            return
        case int() | float():
            yield from _smaller_number(value)


def _smaller_object(value: Mapping[str, Any]) -> Iterator[Any]:
    """Without a member, then with one smaller."""
    for name in value:
        yield {key: one for key, one in value.items() if key != name}
    for name, inner in value.items():
        yield from ({**value, name: one} for one in _smaller(inner))


def _smaller_list(value: list[Any]) -> Iterator[Any]:
    """Half of it, without an item, then with one smaller."""
    if len(value) > 3:
        yield value[: len(value) // 2]
        yield value[len(value) // 2 :]
    for number in range(min(len(value), 40)):
        yield [*value[:number], *value[number + 1 :]]
    for number, inner in enumerate(value[:10]):
        yield from ([*value[:number], one, *value[number + 1 :]] for one in _smaller(inner))


def _smaller_text(value: str) -> Iterator[Any]:
    """Nothing, half of it, one less, or plainer letters."""
    yield ""
    if len(value) > 1:
        yield value[: len(value) // 2]
        yield value[:-1]
        yield value[1:]
    if any(not one.isprintable() or ord(one) > 126 for one in value):
        yield "".join(one if one.isprintable() and ord(one) < 127 else "a" for one in value)


def _smaller_number(value: float) -> Iterator[Any]:
    """Zero, whole, without a sign, half."""
    if value != value or abs(value) == float("inf"):
        return
    plainer = [0, 1, int(value), abs(value), int(value / 2) if isinstance(value, float) else value // 2]
    for one in dict.fromkeys(plainer):
        if _weight(one) < _weight(value):
            yield one


def _weight(value: float) -> tuple[float, bool, bool]:
    """How large a number is to a reader."""
    return (abs(value), value < 0, isinstance(value, float))
