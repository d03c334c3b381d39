"""What a search for values came back with.

Rules: a value that was found counts whatever else is unsure; "there are no others" is claimed only when nothing was
unsure. A search that met itself again took that for "nothing yet": `leans` says on which searches in progress it did,
as bits of their depths, and what it says holds only while those find nothing.
"""

from dataclasses import dataclass
from typing import Final

from truemirror.core.schema.budget import Budget
from truemirror.core.schema.constant import fraction_of
from truemirror.core.schema.terms import Json

LARGEST: Final = 60_000
"""Parts of a value that is given; members and items count."""
_PARTS_PER_STEP: Final = 16


@dataclass(frozen=True, slots=True)
class Harvest:
    """Values found; whether there are no others; why that is unsure, or an empty text."""

    values: tuple[Json, ...] = ()
    complete: bool = False
    unsure: str = ""
    leans: int = 0

    @property
    def empty(self) -> bool:
        """Whether there is no value (as far as what it leans on finds none)."""
        return self.complete and not self.values


EMPTY: Final = Harvest((), True)


def unsure(reason: str) -> Harvest:
    """No value was found, and whether there is one is not known."""
    return Harvest((), False, reason)


def writable(one: Harvest, budget: Budget) -> Harvest:
    """A harvest without values that are too large to write down: parts may be shared, so that they fan out."""
    kept = tuple(value for value in one.values if not isinstance(value, dict | list) or _is_small(value, budget))
    if len(kept) == len(one.values):
        return one
    return Harvest(kept, False, one.unsure or "a value that would show it is too large to be written down", one.leans)


def _is_small(value: Json, budget: Budget) -> bool:
    """Whether a value has no more parts than are written down."""
    count, waiting = 0, [value]
    while waiting and count <= LARGEST:
        count += 1
        part = waiting.pop()
        if isinstance(part, dict | list):
            count += len(part)
            if count <= LARGEST:
                waiting.extend(part.values() if isinstance(part, dict) else part)
    budget.spend(count // _PARTS_PER_STEP)
    return count <= LARGEST


class Gathering:
    """Joins the harvests of alternatives: values of any of them are values of the whole."""

    __slots__ = ("complete", "leans", "reason", "seen", "values")

    def __init__(self) -> None:
        """Nothing yet, and nothing left out."""
        self.values: list[Json] = []
        self.seen: set[object] = set()
        self.complete = True
        self.reason = ""
        self.leans = 0

    def add(self, one: Harvest) -> None:
        """Take in what one alternative gave."""
        for value in one.values:
            key = key_of(value)
            if key not in self.seen:
                self.seen.add(key)
                self.values.append(value)
        self.note(one)

    def note(self, one: Harvest) -> None:
        """Take in how sure an alternative was, and not its values."""
        self.leans |= one.leans
        if not one.complete:
            self.complete = False
            self.reason = self.reason or one.unsure

    def doubt(self, reason: str) -> None:
        """Something was left out, for a reason."""
        self.note(unsure(reason))

    def harvest(self) -> Harvest:
        """All of it as one harvest."""
        return Harvest(tuple(self.values), self.complete, self.reason, self.leans)

    def failed(self) -> Harvest:
        """No value, for what has been noted."""
        return Harvest((), self.complete, self.reason, self.leans)


def key_of(value: Json) -> object:
    """A hashable stand-in that is equal for equal JSON values only."""
    match value:
        case bool():
            return ("b", value)
        case list():
            return ("a", tuple(key_of(item) for item in value))
        case dict():
            return ("o", frozenset((name, key_of(member)) for name, member in value.items()))
        case float():
            return fraction_of(value)
        case _:
            return value
