"""Evidence of texts: what they look like, and which they are while they are few.

Rules: evidence adds up in any order; what is kept is bounded, however many texts there were.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from truemirror.core.contract.infer.formats import format_of, is_money
from truemirror.core.mirror.standin import is_stand_in

MOST_VALUES = 24
"""Distinct texts in one place, beyond which they are no list of choices."""

_TOKEN = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[_.:/-][A-Za-z0-9]+)*\Z")
_LONGEST_TOKEN = 40
_LONGEST_REMEMBERED = 64
_PARENTS_KEPT = 3


class Look(NamedTuple):
    """What a text looks like."""

    stand_in: bool
    format: str
    money: bool
    token: bool
    """It could be a choice among few: a short word without blanks."""


def look_at(text: str) -> Look:
    """What a text looks like; short ones, which come again and again, are remembered."""
    return _remembered(text) if len(text) <= _LONGEST_REMEMBERED else _look_at(text)


def _look_at(text: str) -> Look:
    """What a text looks like."""
    token = is_token(text)
    if is_stand_in(text):
        return Look(True, "", False, token)
    return Look(False, format_of(text), is_money(text), token)


_remembered = lru_cache(maxsize=16_384)(_look_at)


def is_token(text: str) -> bool:
    """Whether a text could be a choice among few: a short word without blanks."""
    return len(text) <= _LONGEST_TOKEN and bool(_TOKEN.match(text))


@dataclass(slots=True)
class Seen:
    """How often one text was seen, and in how many different objects."""

    count: int = 0
    parents: tuple[int, ...] = ()
    """Hashes of different objects that held it, at most three: enough to know that there were three."""

    def note(self, count: int, parents: tuple[int, ...]) -> None:
        """Take in more."""
        self.count += count
        if len(self.parents) < _PARENTS_KEPT:
            self.parents = tuple({*self.parents, *parents})[:_PARENTS_KEPT]


@dataclass(slots=True)
class Texts:
    """The texts seen in one place."""

    count: int = 0
    stand_ins: int = 0
    money: int = 0
    formats: dict[str, int] = field(default_factory=dict)
    values: dict[str, Seen] | None = field(default_factory=dict)
    """Each distinct text; None once there are too many, or one that is no word."""

    def add(self, text: str, parent: int) -> None:
        """Take in one text, and the hash of the object that held it."""
        self.count += 1
        look = look_at(text)
        self.stand_ins += look.stand_in
        self.money += look.money
        if look.format:
            self.formats[look.format] = self.formats.get(look.format, 0) + 1
        if self.values is not None:
            if look.token:
                self._note(text, 1, (parent,))
            else:
                self.values = None

    def absorb(self, other: "Texts") -> None:
        """Take in what was gathered apart."""
        self.count += other.count
        self.stand_ins += other.stand_ins
        self.money += other.money
        for named, count in other.formats.items():
            self.formats[named] = self.formats.get(named, 0) + count
        if other.values is None:
            self.values = None
        for text, seen in (other.values or {}).items():
            self._note(text, seen.count, seen.parents)

    def _note(self, text: str, count: int, parents: tuple[int, ...]) -> None:
        """Count one text, unless there are too many."""
        if self.values is None:
            return
        if text not in self.values and len(self.values) >= MOST_VALUES:
            self.values = None
            return
        self.values.setdefault(text, Seen()).note(count, parents)
