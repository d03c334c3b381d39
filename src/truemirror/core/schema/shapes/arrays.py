"""What an array looks like: what stands at which place, how many items there are, and which there have to be.

Rules: places beyond the last that is spoken of are all alike; a place at which nothing can stand ends the array.
"""

from dataclasses import dataclass
from typing import Final

from truemirror.core.schema.shapes.cases import Case
from truemirror.core.schema.shapes.known import Goal, Known
from truemirror.core.schema.terms import Contains, Distinct, EveryItem, ItemAt, Items, Not, Term

_MOST_PLACES: Final = 200


@dataclass(frozen=True, slots=True)
class ArrayShape:
    """What an array looks like."""

    first: tuple[Goal, ...]
    """What stands at the first places."""
    rest: Goal
    """What stands at all others."""
    fewest: int = 0
    most: int | None = None
    is_distinct: bool = False
    repeats: bool = False
    """Whether two items have to be equal."""
    contains: tuple[tuple[int, Term], ...] = ()
    """How many items at least have to be what."""
    is_exact: bool = True
    """Whether whatever is drawn as it says conforms, but for the case's open rest."""


def array_shape(known: Known, case: Case) -> ArrayShape | None:
    """The shape of a case; None where no array can look like that."""
    atoms = case.atoms
    denied = [atom.term for atom in atoms if isinstance(atom, Not)]
    lacking = [known.views.negation(one.values) for one in denied if isinstance(one, Contains) and one.fewest == 1]
    few = any(isinstance(one, Contains) and one.fewest > 1 for one in denied)
    wrong = {
        one.place if isinstance(one, ItemAt) else one.start: known.views.negation(one.values)
        for one in denied
        if isinstance(one, ItemAt | EveryItem)
    }
    places = [one.place + 1 for one in atoms if isinstance(one, ItemAt)]
    places += [one.start for one in atoms if isinstance(one, EveryItem)] + [place + 1 for place in wrong]
    if max(places, default=0) > _MOST_PLACES:
        return None
    rest = frozenset((*(one.values for one in atoms if isinstance(one, EveryItem)), *lacking))
    first = tuple(_at(atoms, place) | set(lacking) | _only(wrong, place) for place in range(max(places, default=0)))
    bounds = [one for one in atoms if isinstance(one, Items)]
    mosts = [one.most for one in bounds if one.most is not None]
    mosts += [place for place, goal in enumerate((*first, rest)) if known.is_empty(goal)][:1]
    contains = tuple((one.fewest, one.values) for one in atoms if isinstance(one, Contains))
    repeats = any(isinstance(one, Distinct) for one in denied)
    distinct = any(isinstance(one, Distinct) for one in atoms)
    fewest = max(
        *(one.fewest for one in bounds),
        *(place + 1 for place in wrong),
        *(count for count, _ in contains),
        2 if repeats else 0,
        0,
    )
    most = min(mosts, default=None)
    if most is not None and fewest > most:
        return None
    exact = not (contains or few or repeats or (distinct and first))
    return ArrayShape(first, rest, fewest, most, distinct, repeats, contains, exact)


def _at(atoms: tuple[Term, ...], place: int) -> Goal:
    """What stands at a place."""
    return frozenset(
        atom.values
        for atom in atoms
        if (isinstance(atom, ItemAt) and atom.place == place) or (isinstance(atom, EveryItem) and atom.start <= place)
    )


def _only(wrong: dict[int, Term], place: int) -> Goal:
    """What has to be wrong at a place."""
    return frozenset((wrong[place],)) if place in wrong else frozenset()
