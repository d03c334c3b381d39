"""What schemas evaluate of a value, and what is then demanded of the rest.

Rules: a mark says "when this holds, these members or items count as evaluated"; it is read only together with the whole
schema, which holds. So no cases are counted out: for each class of names that are marked alike, either every member of
the class is fine, or one of the conditions that mark it holds.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Final

from truemirror.core.schema.budget import Budget
from truemirror.core.schema.reading.error import Unreadable
from truemirror.core.schema.terms import (
    EVERYTHING,
    NOTHING,
    EveryItem,
    EveryMember,
    ItemAt,
    Term,
    Words,
    both,
    either,
    negate,
)

_MOST_SIGNS: Final = 6
"""How many patterns, or `contains`, may be marked under conditions; each doubles the classes."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Members and items that are evaluated under a condition."""

    condition: Term = EVERYTHING
    words: frozenset[str] = frozenset()
    patterns: frozenset[Term] = frozenset()
    all_members: bool = False
    items: int = 0
    """So many items from the first."""
    contained: Term = NOTHING
    """Items that are in this term."""
    all_items: bool = False
    disputed: bool = False
    """Items that are evaluated by what validators do and not by what the specification says."""
    names: bool = False
    """Whether this comes from a schema naming attributes."""
    hint: bool = False
    """Only for closing what a schema leaves open; the specification does not count it as evaluated."""

    def when(self, condition: Term) -> "Mark":
        """The mark under one more condition."""
        return replace(self, condition=both(condition, self.condition))


def evaluated(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    """The marks that the specification knows."""
    return tuple(mark for mark in marks if not mark.hint)


def named(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    """The marks without alternatives that are silent, where attributes are named whatever alternative holds."""
    marks = tuple(marks)
    if any(mark.names and mark.condition == EVERYTHING for mark in marks):
        return tuple(mark for mark in marks if not (mark.hint and mark.all_members))
    return marks


def rest_of_members(marks: Sequence[Mark], values: Term, budget: Budget) -> Term:
    """Every member that is not evaluated is in `values`. Raises Unreadable."""
    sure = [mark for mark in marks if mark.condition == EVERYTHING]
    if values == EVERYTHING or any(mark.all_members for mark in sure):
        return EVERYTHING
    maybe = [mark for mark in marks if mark.condition != EVERYTHING]
    words = frozenset(word for mark in sure for word in mark.words)
    patterns = frozenset(pattern for mark in sure for pattern in mark.patterns)
    parts = []
    for group, signs in _classes(maybe, words, patterns):
        budget.spend(1 + len(maybe))
        listed = frozenset(word for mark in maybe for word in mark.words) | words if group is None else frozenset[str]()
        names = both(
            EVERYTHING if group is None else Words(group),
            negate(names_of(listed, patterns)),
            *(pattern if sign else negate(pattern) for pattern, sign in signs.items()),
        )
        matched = {pattern for pattern, sign in signs.items() if sign}
        ways = (mark.condition for mark in maybe if _covers(mark, group, matched))
        parts.append(either(every_member(names, values), *ways))
    return both(*parts)


def _covers(mark: Mark, group: frozenset[str] | None, matched: set[Term]) -> bool:
    """Whether a mark is about a class of names: some words, or all others, that match these patterns."""
    return mark.all_members or bool(mark.patterns & matched) or (group is not None and group <= mark.words)


def _classes(
    maybe: Sequence[Mark], words: frozenset[str], patterns: frozenset[Term]
) -> Iterator[tuple[frozenset[str] | None, dict[Term, bool]]]:
    """Names that are marked alike: some words, or None for all that no mark lists; by the patterns they match."""
    alike: dict[frozenset[int], set[str]] = {}
    for word in frozenset(word for mark in maybe for word in mark.words) - words:
        alike.setdefault(frozenset(n for n, mark in enumerate(maybe) if word in mark.words), set()).add(word)
    signs = tuple(frozenset(pattern for mark in maybe for pattern in mark.patterns) - patterns)
    if len(signs) > _MOST_SIGNS:
        raise Unreadable("unevaluatedProperties", f"more than {_MOST_SIGNS} patterns evaluate under conditions")
    for group in (*(frozenset(one) for one in alike.values()), None):
        for told in product((False, True), repeat=len(signs)):
            yield group, dict(zip(signs, told, strict=True))


def rest_of_items(marks: Sequence[Mark], values: Term, budget: Budget) -> Term:
    """Every item that is not evaluated is in `values`. Raises Unreadable."""
    sure = [mark for mark in marks if mark.condition == EVERYTHING]
    if values == EVERYTHING or any(mark.all_items for mark in sure):
        return EVERYTHING
    if any(mark.disputed for mark in marks):
        raise Unreadable("contains", "2019-09 and its validators disagree on whether it evaluates for unevaluatedItems")
    maybe = [mark for mark in marks if mark.condition != EVERYTHING]
    start = max((mark.items for mark in sure), default=0)
    fine = either(values, *(mark.contained for mark in sure))
    ends = sorted({mark.items for mark in maybe if mark.items > start})
    parts = []
    for begin, end in zip((start, *ends), (*ends, None), strict=True):
        budget.spend(1 + len(maybe) + (0 if end is None else end - begin))
        whole = [mark.condition for mark in maybe if mark.all_items or (end is not None and mark.items >= end)]
        some = [mark for mark in maybe if mark.contained != NOTHING and not mark.all_items]
        parts.append(either(*whole, *_with_contained(some, fine, begin, end)))
    return both(*parts)


def _with_contained(marks: Sequence[Mark], fine: Term, begin: int, end: int | None) -> Iterator[Term]:
    """The ways in which all items of a stretch are fine, or contained in what marks count. Raises Unreadable."""
    if len(marks) > _MOST_SIGNS:
        raise Unreadable("unevaluatedItems", f"more than {_MOST_SIGNS} `contains` evaluate under conditions")
    for told in product((False, True), repeat=len(marks)):
        counted = [mark for mark, sign in zip(marks, told, strict=True) if sign]
        values = either(fine, *(mark.contained for mark in counted))
        yield both(*(mark.condition for mark in counted), _stretch(begin, end, values))


def _stretch(begin: int, end: int | None, values: Term) -> Term:
    """Every item of a stretch is in `values`."""
    if values == EVERYTHING:
        return EVERYTHING
    return EveryItem(begin, values) if end is None else both(*(ItemAt(place, values) for place in range(begin, end)))


def names_of(words: frozenset[str], patterns: frozenset[Term]) -> Term:
    """Names that are one of the words, or in one of the patterns."""
    return either(*([Words(words)] if words else ()), *patterns)


def every_member(names: Term, values: Term) -> Term:
    """Every member of these names is in `values`."""
    return EVERYTHING if values == EVERYTHING or names == NOTHING else EveryMember(names, values)
