"""A regular language as ways to walk: from each state, which letters lead where, and how far the end of a word is.

Rules: every way that is given leads to the end of a word; a language with too many states is not spelt out.
"""

from dataclasses import dataclass
from typing import Final, TypeAlias

from truemirror.core.schema.budget import Budget, OutOfSteps
from truemirror.core.schema.language import Language
from truemirror.core.schema.language_states import States

_STEPS: Final = 20_000
_MOST_STATES: Final = 3_000

Ranges: TypeAlias = tuple[tuple[int, int], ...]
"""Code points, from the first to the last of each range."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """A state: whether a word may end here, how many letters are at least missing, and where letters lead."""

    may_end: bool
    missing: int
    ways: tuple[tuple[Ranges, int], ...]


def crossings(language: Language) -> tuple[Crossing, ...] | None:
    """The states of a language, the first one being the start; None where there are too many, or no words."""
    try:
        moves, ends = _states(language)
    except OutOfSteps:
        return None
    missing = _distances(moves, ends)
    if 0 not in missing:
        return None
    number = {state: place for place, state in enumerate(sorted(missing))}
    return tuple(
        Crossing(
            state in ends,
            missing[state],
            tuple((ranges, number[to]) for ranges, to in moves[state] if to in missing),
        )
        for state in sorted(missing)
    )


def _states(language: Language) -> tuple[list[list[tuple[Ranges, int]]], set[int]]:
    """Where letters lead from each state, counted from the start, and the states in which a word may end."""
    states = States(language, Budget(_STEPS))
    start = states.compiled(language)
    number, order = {start: 0}, [start]
    moves: list[list[tuple[Ranges, int]]] = []
    for state in order:
        found: list[tuple[Ranges, int]] = []
        for mask, to in states.moves(state):
            if to not in number:
                number[to] = len(order)
                order.append(to)
            found.append((_ranges(states, mask), number[to]))
        moves.append(found)
        if len(order) > _MOST_STATES:
            raise OutOfSteps
    return moves, {number[state] for state in order if states.nullable[state]}


def _ranges(states: States, mask: int) -> Ranges:
    """The code points of a set of blocks."""
    blocks = states.alphabet.blocks
    return tuple(one for place, block in enumerate(blocks) if mask >> place & 1 for one in block)


def _distances(moves: list[list[tuple[Ranges, int]]], ends: set[int]) -> dict[int, int]:
    """How many letters are at least missing in each state that leads to the end of a word."""
    before: dict[int, list[int]] = {}
    for state, ways in enumerate(moves):
        for _, to in ways:
            before.setdefault(to, []).append(state)
    found, edge = dict.fromkeys(ends, 0), sorted(ends)
    for state in edge:
        for one in before.get(state, ()):
            if one not in found:
                found[one] = found[state] + 1
                edge.append(one)
    return found
