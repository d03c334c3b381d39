"""What two schemas say differently, place by place; nothing is judged here.

Rules: both are walked side by side, references followed on either side and recursion cut; attributes meet by name,
branches by what they are most alike in. The order of the result is that of the walk, and the same every time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from truemirror.core.contract.compat.branches import aligned, label
from truemirror.core.contract.compat.change import Act, Change, Edit
from truemirror.core.contract.compat.changes_scalar import scalar_changes, type_changes, value_changes
from truemirror.core.contract.compat.members import member_changes
from truemirror.core.contract.compat.spots import Side, Spot, resolved
from truemirror.core.contract.compat.view import View, view

if TYPE_CHECKING:
    from truemirror.core.schema.reading.source import Source

_MOST_PAIRS = 4_000
"""Pairs of places that are looked at; what lies behind them is judged as a whole."""


def changes(old: Source, new: Source) -> list[Change]:
    """Everything that differs; empty when both say the same in whatever words."""
    walk = Walk(Side(old), Side(new))
    return list(walk.all())


class Walk:
    """The way through two schemas."""

    def __init__(self, old: Side, new: Side) -> None:
        """Begin at the top."""
        self.old = old
        self.new = new
        self._seen: set[tuple[Spot, Spot]] = set()
        self._waiting: list[tuple[Spot, Spot, str]] = []

    def all(self) -> Iterator[Change]:
        """All changes."""
        self.later(self.old.start(), self.new.start(), "$")
        while self._waiting and len(self._seen) < _MOST_PAIRS:
            one, other, path = self._waiting.pop(0)
            yield from self._pair(resolved(self.old, one), resolved(self.new, other), path)

    def later(self, one: Spot, other: Spot, path: str) -> None:
        """Look at a pair of schemas when its turn comes."""
        self._waiting.append((one, other, path))

    def _pair(self, one: Spot, other: Spot, path: str) -> Iterator[Change]:
        """The changes of one pair of schemas."""
        if (one, other) in self._seen:
            return
        self._seen.add((one, other))
        old, new = view(self.old, one), view(self.new, other)
        if old.plain is not None or new.plain is not None:
            yield from self._plain(old, new, path)
            return
        yield from type_changes(old, new, path)
        yield from value_changes(old, new, path)
        yield from scalar_changes(old, new, path)
        yield from member_changes(self, old, new, path)
        for name in old.refined:
            if name in new.refined:
                self.later(old.refined[name], new.refined[name], f"{path}.{name}")
        yield from self._items(old, new, path)
        yield from self._single(old, new, path)
        for keyword in ("anyOf", "oneOf"):
            yield from self._branches(keyword, old, new, path)
        yield from self._all_of(old, new, path)

    def _plain(self, old: View, new: View, path: str) -> Iterator[Change]:
        """One side is a boolean."""
        before, after = old.home.schema, new.home.schema
        if before == after or (_says_nothing(before) and _says_nothing(after)):
            return
        opened = after is True or after == {} or before is False
        kind = "schema-opened" if opened else "schema-closed"
        edit = Edit(Act.REPLACE, old.home, new.home)
        yield Change(kind, path, old.home, new.home, before, after, edits=(edit,))

    def _items(self, old: View, new: View, path: str) -> Iterator[Change]:
        """The schemas of an array's items, by place and of all others."""
        firsts = [_tuple(one) for one in (old, new)]
        for number in range(max(len(one) for one in firsts)):
            at = f"{path}[{number}]"
            if number < min(len(one) for one in firsts):
                self.later(firsts[0][number], firsts[1][number], at)
                continue
            kind = "tuple-place-added" if number >= len(firsts[0]) else "tuple-place-removed"
            edits = (copied(old, new, _tuple_key(old) or _tuple_key(new)),)
            spots = [
                one[number] if number < len(one) else side.home for one, side in zip(firsts, (old, new), strict=True)
            ]
            yield Change(kind, at, spots[0], spots[1], keyword="prefixItems", edits=edits)
        yield from self._maybe("items", _rest(old), _rest(new), old, new, f"{path}[]", "items")

    def _single(self, old: View, new: View, path: str) -> Iterator[Change]:
        """Keywords that hold one schema."""
        for keyword, family, below in (
            ("contains", "contains", "[?]"),
            ("propertyNames", "names", ".(name)"),
            ("not", "not", ""),
            ("unevaluatedItems", "unevaluated-items", "[]"),
            ("contentSchema", "content", ""),
        ):
            keys = (keyword if keyword in old.keywords else "", keyword if keyword in new.keywords else "")
            yield from self._maybe(family, keys[0], keys[1], old, new, path + below, keyword)
        if {"if", "then", "else"} & (old.keywords.keys() | new.keywords.keys()):
            yield from self._condition(old, new, path)

    def _maybe(
        self, family: str, before: str, after: str, old: View, new: View, path: str, keyword: str
    ) -> Iterator[Change]:
        """A keyword that is there on both sides, or on one of them."""
        if before and after:
            self.later(old.child(before), new.child(after), path)
        elif (before or after) and not _says_nothing((old if before else new).value(before or after)):
            kind = f"{family}-{'added' if after else 'removed'}"
            edits = tuple(copied(old, new, key) for key in dict.fromkeys((before, after)) if key)
            told = (old.value(before) if before else None, new.value(after) if after else None)
            yield Change(kind, path, old.home, new.home, *told, keyword=keyword, edits=edits)

    def _condition(self, old: View, new: View, path: str) -> Iterator[Change]:
        """`if`, `then` and `else` belong together."""
        has = ["if" in one.keywords and bool({"then", "else"} & one.keywords.keys()) for one in (old, new)]
        if has == [True, True] and old.value("if") == new.value("if"):
            for keyword in ("then", "else"):
                keys = (keyword if keyword in old.keywords else "", keyword if keyword in new.keywords else "")
                yield from self._maybe("condition", keys[0], keys[1], old, new, path, keyword)
            return
        if any(has) and any(old.value(key) != new.value(key) for key in ("if", "then", "else")):
            kind = "condition-changed" if all(has) else "condition-added" if has[1] else "condition-removed"
            edits = tuple(copied(old, new, key) for key in ("if", "then", "else"))
            yield Change(kind, path, old.home, new.home, keyword="if", edits=edits)

    def _branches(self, keyword: str, old: View, new: View, path: str) -> Iterator[Change]:
        """The branches of a union."""
        family = {"anyOf": "any", "oneOf": "one"}[keyword]
        before, after = _listed(old, keyword), _listed(new, keyword)
        if bool(before) != bool(after):
            kind = f"{family}-of-{'added' if after else 'removed'}"
            yield Change(kind, path, old.home, new.home, keyword=keyword, edits=(copied(old, new, keyword),))
            return
        for one, other in aligned(self.old, self.new, before, after):
            if one is not None and other is not None:
                self.later(before[one], after[other], path)
                continue
            spot = after[other] if other is not None else before[one or 0]
            side = self.new if other is not None else self.old
            edit = Edit(Act.BRANCH, old.keywords[keyword], new.keywords[keyword], (keyword,), (one, other))
            kind = f"{family}-branch-{'added' if one is None else 'removed'}"
            ends = (old.home, spot) if one is None else (spot, new.home)
            yield Change(kind, path, *ends, keyword=keyword, name=label(side, spot), edits=(edit,))

    def _all_of(self, old: View, new: View, path: str) -> Iterator[Change]:
        """The branches of `allOf` that could not be laid together with the rest."""
        for one, other in aligned(self.old, self.new, old.branches, new.branches):
            if one is not None and other is not None:
                self.later(old.branches[one], new.branches[other], path)
                continue
            spot = new.branches[other] if other is not None else old.branches[one or 0]
            side = self.new if other is not None else self.old
            kind = f"all-branch-{'added' if one is None else 'removed'}"
            ends = (old.home, spot) if one is None else (spot, new.home)
            yield Change(kind, path, *ends, keyword="allOf", name=label(side, spot), edits=(copied(old, new, "allOf"),))


def copied(old: View, new: View, keyword: str, *steps: str) -> Edit:
    """The edit that takes over a keyword, or something below it."""
    ends = [one.keywords.get(keyword, one.home) for one in (old, new)]
    return Edit(Act.COPY, ends[0], ends[1], (keyword, *steps))


def _says_nothing(schema: Any) -> bool:
    """Whether a schema lets everything pass."""
    return schema is True or schema == {}


def _tuple_key(one: View) -> str:
    """The keyword that holds the schemas of the first items; empty without one."""
    if isinstance(one.value("prefixItems"), list):
        return "prefixItems"
    return "items" if isinstance(one.value("items"), list) else ""


def _tuple(one: View) -> list[Spot]:
    """The schemas of the first items."""
    key = _tuple_key(one)
    return [one.child(key, number) for number in range(len(one.value(key)))] if key else []


def _rest(one: View) -> str:
    """The keyword that holds the schema of all other items; empty without one."""
    if isinstance(one.value("items"), list):
        return "additionalItems" if "additionalItems" in one.keywords else ""
    return "items" if "items" in one.keywords else ""


def _listed(one: View, keyword: str) -> list[Spot]:
    """The branches of a keyword."""
    branches = one.value(keyword)
    return [one.child(keyword, number) for number in range(len(branches))] if isinstance(branches, list) else []
