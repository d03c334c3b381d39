"""Values worth trying against two schemas: what they mention themselves, and what lies just beside it.

Rules: aimed at the keywords of both documents; the same schemas give the same values in the same order, and no more
than were asked for. Whether a value conforms is for others to say.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from truemirror.core.contract.compat.spots import Side, Spot
from truemirror.core.contract.compat.view import View, view

_DEPTH: Final = 6
_PLAIN: Final[tuple[Any, ...]] = (None, True, False, 0, 1, -1, 1.5, "", "a", [], {})
_LONG: Final = 2_000
"""The longest text or list that is made to step over a bound."""
_BRANCHES: Final = 12
_PER_PLACE: Final = 40

Places = Sequence[tuple[Side, Spot]]


def candidates(one: Side, other: Side, bases: Sequence[Any], most: int) -> Iterator[Any]:
    """Values for a pair of schemas: the bases, what both schemas mention, and the bases with one place changed."""
    places: Places = ((one, one.start()), (other, other.start()))
    seen: set[str] = set()
    for value in islice(_all(places, bases), most * 3):
        text = json.dumps(value, sort_keys=True, default=str)
        if text not in seen and len(seen) < most:
            seen.add(text)
            yield value


def _all(places: Places, bases: Sequence[Any]) -> Iterator[Any]:
    """All values, the likeliest first."""
    yield from bases
    made = list(islice(aimed(places, 0), _PER_PLACE * 2))
    mutated = [_mutations(places, base, 0) for base in bases[:6]]
    rounds = [iter(made), *mutated]
    while rounds:
        for source in list(rounds):
            try:
                yield next(source)
            except StopIteration:
                rounds.remove(source)


def aimed(places: Places, depth: int) -> Iterator[Any]:
    """Values aimed at the keywords of some schemas that apply to the same place."""
    views = list(_flat(places))
    for _, seen in views:
        for keyword in ("const", "default", "example"):
            if keyword in seen.keywords:
                yield seen.value(keyword)
        for keyword in ("enum", "examples"):
            listed = seen.value(keyword)
            yield from islice(listed, 20) if isinstance(listed, list) else ()
    for _, seen in views:
        yield from _numbers(seen)
        yield from _texts(seen)
    if depth < _DEPTH:
        yield from _objects(views, depth)
        yield from _arrays(views, depth)
    yield from _PLAIN


def _flat(places: Places) -> Iterator[tuple[Side, View]]:
    """The schemas that apply to a place, with all branches that may."""
    todo = list(places)
    count = 0
    while todo and count < _BRANCHES * 2:
        side, spot = todo.pop(0)
        seen = view(side, spot)
        count += 1
        yield side, seen
        for keyword in ("anyOf", "oneOf"):
            listed = seen.value(keyword)
            size = len(listed) if isinstance(listed, list) else 0
            todo.extend((side, seen.child(keyword, number)) for number in range(min(size, _BRANCHES)))
        todo.extend(
            (side, seen.child(keyword)) for keyword in ("not", "if", "then", "else") if keyword in seen.keywords
        )
        todo.extend((side, branch) for branch in seen.branches[:_BRANCHES])


def _is_number(value: Any) -> bool:
    """Whether something is a finite number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value and abs(value) < 1e300


def _numbers(seen: View) -> Iterator[Any]:
    """Numbers on, and to either side of, every bound."""
    for keyword in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"):
        edge = seen.value(keyword)
        if _is_number(edge):
            yield from (edge, edge + 1, edge - 1, edge + 0.5, edge * 2)


def _texts(seen: View) -> Iterator[Any]:
    """Texts on, and to either side of, every length."""
    for keyword in ("minLength", "maxLength"):
        size = seen.value(keyword)
        if _is_number(size) and 0 <= size < _LONG:
            yield from ("a" * int(size), "a" * (int(size) + 1), "a" * max(0, int(size) - 1))


def _objects(views: Sequence[tuple[Side, View]], depth: int) -> Iterator[Any]:
    """Objects with and without each attribute, and with one more."""
    names = list(dict.fromkeys(name for _, seen in views for name in (*seen.properties, *seen.required)))[:_PER_PLACE]
    if not names:
        return
    choices = {name: list(islice(aimed(_member(views, name), depth + 1), 8)) for name in names}
    whole = {name: found[0] for name, found in choices.items() if found}
    asked = {name for _, seen in views for name in seen.required}
    least = {name: one for name, one in whole.items() if name in asked}
    for base in (whole, least):
        yield base
        yield {**base, "other": 1}
        for name in names:
            yield {key: one for key, one in base.items() if key != name}
            yield from ({**base, name: one} for one in choices[name][1:])


def _member(views: Sequence[tuple[Side, View]], name: str) -> Places:
    """The schemas of one attribute."""
    return tuple((side, seen.properties[name]) for side, seen in views if name in seen.properties)


def _items(views: Sequence[tuple[Side, View]]) -> Places:
    """The schemas of items."""
    found: list[tuple[Side, Spot]] = []
    for side, seen in views:
        for keyword in ("items", "contains", "prefixItems", "additionalItems"):
            said = seen.value(keyword)
            if isinstance(said, list):
                found.extend((side, seen.child(keyword, number)) for number in range(min(len(said), _BRANCHES)))
            elif said is not None:
                found.append((side, seen.child(keyword)))
    return tuple(found)


def _arrays(views: Sequence[tuple[Side, View]], depth: int) -> Iterator[Any]:
    """Lists of every size that matters, of one kind of item and of several."""
    places = _items(views)
    sizes = {0, 1, 2}
    for _, seen in views:
        for keyword in ("minItems", "maxItems", "minContains", "maxContains"):
            size = seen.value(keyword)
            if _is_number(size) and 0 <= size < _LONG:
                sizes |= {int(size), int(size) + 1, max(0, int(size) - 1)}
    if not places and len(sizes) == 3 and not any("uniqueItems" in seen.keywords for _, seen in views):
        return
    items = list(islice(aimed(places, depth + 1), 8)) or [1, "a"]
    for size in sorted(sizes):
        yield [items[number % len(items)] for number in range(size)]
        yield from ([item] * size for item in items[:3])
    yield from ([item] for item in items)


def _mutations(places: Places, value: Any, depth: int) -> Iterator[Any]:
    """A value with one place changed."""
    if depth >= _DEPTH:
        return
    views = list(_flat(places))
    if isinstance(value, Mapping):
        for name in list(value)[:_PER_PLACE]:
            yield {key: one for key, one in value.items() if key != name}
        for name in dict.fromkeys((*value, *(name for _, seen in views for name in seen.properties))):
            below = _member(views, name) or _rest(views)
            for one in islice(_changed(below, value.get(name), depth), _PER_PLACE):
                yield {**value, name: one}
        yield {**value, "other": 1}
    elif isinstance(value, list):
        yield value[:-1]
        yield [*value, *(value[-1:] or [1])]
        for number, item in enumerate(value[:3]):
            for one in islice(_changed(_items(views), item, depth), _PER_PLACE):
                yield [*value[:number], one, *value[number + 1 :]]
    if depth == 0:
        yield from aimed(places, 0)


def _rest(views: Sequence[tuple[Side, View]]) -> Places:
    """The schemas of members that nothing declares."""
    found = []
    for side, seen in views:
        if isinstance(seen.value("additionalProperties"), Mapping):
            found.append((side, seen.child("additionalProperties")))
        found.extend((side, spot) for spot in seen.patterns.values())
    return tuple(found)


def _changed(places: Places, value: Any, depth: int) -> Iterator[Any]:
    """Other values for one place."""
    yield from islice(aimed(places, depth + 2), 12)
    yield from _mutations(places, value, depth + 1)
