"""What an object looks like: which members it has, which it may have, and under which other names it may have some.

Rules: what a member has to be follows from all rules that speak of its name; a rule that is to be broken is broken by
one member, and each way to do so is a shape of its own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from truemirror.core.schema.shapes.cases import Case
from truemirror.core.schema.shapes.known import Goal, Known
from truemirror.core.schema.terms import (
    NOTHING,
    EveryMember,
    Has,
    Kind,
    Kinds,
    Members,
    Not,
    Words,
    negate,
)

_MOST_WAYS: Final = 24
_TEXTS: Final = Kinds(frozenset((Kind.STRING,)))


@dataclass(frozen=True, slots=True)
class OtherNames:
    """Names that are not listed one by one."""

    names: Goal
    is_usual: bool
    """Whether the schema speaks of such members; else they are merely not forbidden."""


@dataclass(frozen=True, slots=True)
class ObjectShape:
    """What an object looks like."""

    required: Mapping[str, Goal]
    optional: Mapping[str, Goal]
    others: tuple[OtherNames, ...]
    rules: tuple[EveryMember, ...]
    fewest: int = 0
    most: int | None = None
    odd: tuple[tuple[Goal, Goal], ...] = ()
    """Members that there have to be: out of these names, with these values."""
    is_exact: bool = True
    """Whether whatever is drawn as it says conforms, but for the case's open rest."""


def object_shapes(known: Known, case: Case) -> Iterator[ObjectShape]:
    """The shapes of a case; none where a member that is needed cannot be."""
    rules = tuple(atom for atom in case.atoms if isinstance(atom, EveryMember))
    broken = [atom.term for atom in case.atoms if isinstance(atom, Not) and isinstance(atom.term, EveryMember)]
    needed = {atom.name for atom in case.atoms if isinstance(atom, Has)}
    barred = {atom.term.name for atom in case.atoms if isinstance(atom, Not) and isinstance(atom.term, Has)}
    named = {name for rule in (*rules, *broken) if isinstance(rule.names, Words) for name in rule.names.values}
    goals = {name: member_goal(known, rules, name) for name in sorted(needed | named - barred)}
    possible = {name: goal for name, goal in goals.items() if not known.is_empty(goal)}
    if needed & barred or needed - set(possible):
        return
    bounds = [atom for atom in case.atoms if isinstance(atom, Members)]
    fewest = max((one.fewest for one in bounds), default=0)
    most = min((one.most for one in bounds if one.most is not None), default=None)
    listed = frozenset(needed | named | barred)
    shape = ObjectShape(
        {name: goal for name, goal in possible.items() if name in needed},
        {name: goal for name, goal in possible.items() if name not in needed},
        tuple(_others(known, rules, listed)),
        rules,
        fewest,
        most,
        is_exact=not broken and fewest <= len(needed) and most is None,
    )
    yield from _breaking(known, [shape], broken, listed)


def member_goal(known: Known, rules: tuple[EveryMember, ...], name: str) -> Goal:
    """What the member of a name has to be."""
    return frozenset(rule.values for rule in rules if known.holds(frozenset((rule.names,)), name))


def _others(known: Known, rules: tuple[EveryMember, ...], listed: frozenset[str]) -> Iterator[OtherNames]:
    """The names that rules speak of without listing them, and those that no rule speaks of."""
    unlisted = frozenset((_TEXTS, negate(Words(listed)))) if listed else frozenset((_TEXTS,))
    wide = [rule for rule in rules if not isinstance(rule.names, Words)]
    for rule in wide:
        names = unlisted | {rule.names}
        if rule.values != NOTHING and not known.is_empty(names):
            yield OtherNames(names, True)
    free = unlisted | {negate(rule.names) for rule in wide}
    if not known.is_empty(free):
        yield OtherNames(free, False)


def _breaking(
    known: Known, shapes: list[ObjectShape], broken: list[EveryMember], listed: frozenset[str]
) -> list[ObjectShape]:
    """The shapes in which each of these rules is broken by one member."""
    for rule in broken:
        shapes = [way for shape in shapes for way in _ways(known, shape, rule, listed)][:_MOST_WAYS]
    return shapes


def _ways(known: Known, shape: ObjectShape, rule: EveryMember, listed: frozenset[str]) -> Iterator[ObjectShape]:
    """The ways to break a rule."""
    wrong = known.views.negation(rule.values)
    for name, goal in (*shape.required.items(), *shape.optional.items()):
        if known.holds(frozenset((rule.names,)), name) and not known.is_empty(goal | {wrong}):
            optional = {other: one for other, one in shape.optional.items() if other != name}
            yield replace(shape, required={**shape.required, name: goal | {wrong}}, optional=optional)
    names = frozenset((_TEXTS, rule.names, negate(Words(listed))))
    if not isinstance(rule.names, Words) and not known.is_empty(names):
        yield replace(shape, odd=(*shape.odd, (names, frozenset((wrong,)))))
