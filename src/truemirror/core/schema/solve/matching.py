"""Chooses a different candidate for each place, where that is possible.

Rules: exact, by augmenting paths, without recursion.
"""

from collections.abc import Hashable, Sequence

from truemirror.core.schema.budget import Budget


def match_up(candidates: Sequence[Sequence[object]], budget: Budget) -> list[int] | None:
    """For each place the number of its candidate, all chosen ones different; None where there is no such choice."""
    taken: dict[object, int] = {}
    chosen: list[int | None] = [None] * len(candidates)
    for place in sorted(range(len(candidates)), key=lambda one: (len(candidates[one]), one)):
        if not _augment(place, candidates, taken, chosen, budget):
            return None
    return [number for number in chosen if number is not None]


def _augment(
    place: int,
    candidates: Sequence[Sequence[object]],
    taken: dict[object, int],
    chosen: list[int | None],
    budget: Budget,
) -> bool:
    """Give a place a candidate, moving others to further ones of theirs where need be."""
    came_from: dict[Hashable, tuple[int, int]] = {}
    waiting = [place]
    for current in waiting:
        for number, value in enumerate(candidates[current]):
            budget.spend()
            if value in came_from:
                continue
            came_from[value] = (current, number)
            owner = taken.get(value)
            if owner is None:
                _move(value, place, candidates, came_from, taken, chosen)
                return True
            waiting.append(owner)
    return False


def _move(
    value: object,
    place: int,
    candidates: Sequence[Sequence[object]],
    came_from: dict[Hashable, tuple[int, int]],
    taken: dict[object, int],
    chosen: list[int | None],
) -> None:
    """Follow the path back to the place, giving each place on it its next candidate."""
    while True:
        owner, number = came_from[value]
        before = chosen[owner]
        chosen[owner] = number
        taken[value] = owner
        if owner == place:
            return
        assert before is not None
        value = candidates[owner][before]
