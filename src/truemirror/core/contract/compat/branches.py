"""Which branch of a union is which on the other side.

Rules: the first that fits wins, and each branch is used once: the same text, the same tag, the same name, the same
title, the same types; what is left over was added or removed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from truemirror.core.contract.compat.spots import Side, Spot
from truemirror.core.contract.compat.view import View, view
from truemirror.core.contract.pointer import clipped, printable

Pair = tuple[int | None, int | None]


def aligned(old: Side, new: Side, before: Sequence[Spot], after: Sequence[Spot]) -> Iterator[Pair]:
    """Pairs of numbers: of branches that belong together, then of those that are on one side only."""
    views = [view(old, one) for one in before], [view(new, one) for one in after]
    left = [list(range(len(before))), list(range(len(after)))]
    for key in _KEYS:
        known: dict[Any, list[int]] = {}
        for other in left[1]:
            known.setdefault(key(views[1][other]), []).append(other)
        for one in list(left[0]):
            name = key(views[0][one])
            if name and known.get(name):
                other = known[name].pop(0)
                left[0].remove(one)
                left[1].remove(other)
                yield one, other
    if len(left[0]) == len(left[1]) == 1:
        yield left[0][0], left[1][0]
        return
    yield from ((one, None) for one in left[0])
    yield from ((None, other) for other in left[1])


def label(side: Side, spot: Spot) -> str:
    """What people call a branch: its name, title, tag or types."""
    seen = view(side, spot)
    tag = tag_of(seen)
    name = seen.reference or seen.value("title") or (tag and f"{tag[0]} {tag[1]}")
    return clipped(
        printable(str(name or ", ".join(sorted(seen.types)) if "type" in seen.keywords or name else "a branch"))
    )


def tag_of(one: View) -> tuple[str, str] | None:
    """The attribute with one constant value by which a branch is told from the others, with that value."""
    for name, spot in sorted(one.properties.items()):
        values = (
            [spot.get("const")]
            if "const" in (spot.schema if isinstance(spot.schema, dict) else ())
            else spot.get("enum")
        )
        if isinstance(values, list) and len(values) == 1 and isinstance(values[0], str):
            return name, json.dumps(values[0], ensure_ascii=False)
    return None


def _text(one: View) -> Any:
    """The whole branch as it is written."""
    return json.dumps(one.home.schema, sort_keys=True, default=str)


def _types(one: View) -> Any:
    """The types, where it says them."""
    return tuple(sorted(one.types)) if "type" in one.keywords else None


_KEYS: Sequence[Callable[[View], Any]] = (
    _text,
    tag_of,
    lambda one: one.reference,
    lambda one: str(one.value("title") or ""),
    _types,
)
