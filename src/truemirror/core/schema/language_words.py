"""Asking a regular language for words: is one in it, is it empty, does it lie inside another, and which are in it.

Rules: an answer is exact or there is none: when the budget ends, `OutOfSteps` is raised. Words come shortest first, of
the friendliest letters. Nothing is kept from one question to the next.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Final, TypeAlias

from truemirror.core.schema.budget import Budget, OutOfSteps
from truemirror.core.schema.language import AllOf, Language, all_of, any_of, complement, exactly
from truemirror.core.schema.language_states import ANY, NONE, States

CHEAP: Final = 16
"""How many steps along states that are known cost as much as a new one."""
FEW: Final = 20_000
"""What it may cost to see whether one part of an intersection alone answers a question."""
Path: TypeAlias = list[int]
"""For each place of a word the letters that may stand there, as sets of blocks."""
Layer: TypeAlias = dict[int, list[tuple[int, int]]]
"""The states after so many letters; for each the states before the last letter, and by which letters it follows."""


@dataclass(frozen=True, slots=True)
class Found:
    """Words that are in a language; where `complete`, there are no others (else there may be)."""

    words: tuple[str, ...]
    complete: bool


def accepts(language: Language, word: str, budget: Budget | None = None) -> bool:
    """Whether a word is in a language. Raises OutOfSteps, with a budget."""
    states = States(language, Budget(sys.maxsize) if budget is None else budget)
    at = states.compiled(language)
    known: dict[tuple[int, str], int] = {}
    for place, letter in enumerate(word):
        if at == ANY:
            return all(states.alphabet.bit(ord(one)) for one in set(word[place:]))
        to = known.get((at, letter))
        if to is None:
            to = known[at, letter] = _after(states, at, letter)
        if to == NONE:
            return False
        at = to
    return states.nullable[at]


def _after(states: States, at: int, letter: str) -> int:
    """The state after a letter; NONE where no word goes on with it."""
    bit = states.alphabet.bit(ord(letter))
    if at == NONE or not bit:
        return NONE
    return next((to for mask, to in states.moves(at) if mask & bit), NONE)


def is_empty(language: Language, budget: Budget) -> bool:
    """Whether no word is in a language. Raises OutOfSteps."""
    states = States(language, budget)
    start = states.compiled(language)
    seen, waiting = {start}, [start]
    while waiting:
        at = waiting.pop()
        if states.sure[at]:
            return False
        for _, to in states.moves(at):
            if to not in seen:
                seen.add(to)
                waiting.append(to)
    return True


def included(inner: Language, outer: Language, budget: Budget) -> bool:
    """Whether every word of a language is in another. Raises OutOfSteps."""
    if isinstance(outer, AllOf):
        return all(included(inner, part, budget) for part in sorted(outer.parts, key=hash))
    if inner == outer or (isinstance(inner, AllOf) and outer in inner.parts):
        return True
    beyond = complement(outer)
    if isinstance(inner, AllOf):
        for part in sorted(inner.parts, key=hash):
            if _plainly_empty(all_of(part, beyond), budget):
                return True
    return is_empty(all_of(inner, beyond), budget)


def _plainly_empty(language: Language, budget: Budget) -> bool:
    """Whether few steps show that no word is in a language; they are paid for from the budget."""
    few = Budget(min(FEW, budget.left))
    allowed = few.left
    try:
        return is_empty(language, few)
    except OutOfSteps:
        return False
    finally:
        budget.spend(allowed - max(few.left, 0))


def find(
    language: Language,
    budget: Budget,
    *,
    shortest: int = 0,
    longest: int | None = None,
    without: frozenset[str] = frozenset(),
    count: int = 1,
) -> Found:
    """Up to `count` words of a length between `shortest` and `longest` code points, none of them in `without`.

    Raises OutOfSteps when the budget ends before the words are found, or before there are proven to be none.
    """
    barred = [exactly(word) for word in without if shortest <= len(word) and (longest is None or len(word) <= longest)]
    asked = all_of(language, complement(any_of(*barred)))
    words: list[str] = []
    try:
        for word in Search(asked, budget).words(shortest, longest, count + 1):
            if len(words) == count:
                return Found(tuple(words), complete=False)
            words.append(word)
    except OutOfSteps:
        if len(words) < max(count, 1):
            raise
        return Found(tuple(words), complete=False)
    return Found(tuple(words), complete=True)


class Search:
    """A walk over the words of a language, layer by layer: after no letter, after one, after two."""

    __slots__ = ("_following", "_layers", "_states")

    def __init__(self, language: Language, budget: Budget) -> None:
        """A search that has not yet read a letter."""
        self._states = States(language, budget)
        start = self._states.compiled(language)
        self._layers: list[Layer] = [{} if start == NONE else {start: []}]
        self._following: dict[tuple[int, ...], Layer] = {}

    def words(self, shortest: int, longest: int | None, most: int) -> Iterator[str]:
        """The words of a length within the bounds, shortest first; needs to give no more than `most`."""
        length = max(shortest, 0)
        while longest is None or length <= longest:
            self._extend(length)
            more = self._nearest(self._layers[-1], None if longest is None else longest - length)
            if more is None:
                return
            length += more
            self._extend(length)
            for path in self._paths():
                yield from self._spelt(path, most)
            length += 1

    def _extend(self, length: int) -> None:
        """Read on until so many letters are read; stops early where no letter can follow."""
        while len(self._layers) <= length:
            last = self._layers[-1]
            key = tuple(last)
            following = self._following.get(key)
            if len(self._layers) % CHEAP == 0:
                self._states.budget.spend()
            if following is None:
                following = {}
                for state in last:
                    for mask, to in self._states.moves(state):
                        following.setdefault(to, []).append((state, mask))
                self._following[key] = following
            self._layers.append(following)

    def _nearest(self, layer: Layer, limit: int | None) -> int | None:
        """How many letters lead at least from a layer to the end of a word; None where none of up to `limit` do."""
        seen, edge, steps = set(layer), list(layer), 0
        while edge and (limit is None or steps <= limit):
            if any(self._states.nullable[state] for state in edge):
                return steps
            reached = (to for state in edge for _, to in self._states.moves(state))
            edge = [to for to in reached if not (to in seen or seen.add(to))]  # type: ignore[func-returns-value]
            self._states.budget.spend(1 + len(edge))
            steps += 1
        return None

    def _paths(self) -> Iterator[Path]:
        """Every way through the layers to the end of a word; no two ways have a word in common."""
        depth = len(self._layers) - 1
        waiting: list[tuple[int, int, _Tail]] = [
            (depth, state, None) for state in reversed(self._layers[depth]) if self._states.nullable[state]
        ]
        while waiting:
            depth, state, tail = waiting.pop()
            if depth % CHEAP == 0:
                self._states.budget.spend()
            if depth == 0:
                path = []
                while tail is not None:
                    mask, tail = tail
                    path.append(mask)
                yield path
                continue
            waiting.extend((depth - 1, before, (mask, tail)) for before, mask in reversed(self._layers[depth][state]))

    def _spelt(self, path: Path, most: int) -> Iterator[str]:
        """The words of a path, up to `most` of them; the last letters vary first."""
        alphabet = self._states.alphabet
        choices: list[list[str]] = []
        ways = 1
        known: dict[tuple[int, int], list[str]] = {}
        for mask in reversed(path):
            wanted = -(-most // ways)
            letters = known.get((mask, wanted))
            if letters is None:
                letters = [letter for letter, _ in zip(alphabet.letters(mask), range(wanted), strict=False)]
                known[mask, wanted] = letters
            choices.append(letters)
            ways *= len(letters)
        for number, word in enumerate(product(*reversed(choices))):
            if number == most:
                return
            yield "".join(word)


_Tail: TypeAlias = "tuple[int, _Tail] | None"
