"""An object for which facts hold: members for what is demanded, values for what is required, more to fill it up.

Rules: every name that is mentioned is looked at by itself; all other names are told apart only by the patterns that
speak of them, in or out, one after the other. All ways are tried before it is said that there is no such object. Fewer
members come first.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from truemirror.core.schema.solve.harvest import EMPTY, Gathering, Harvest, unsure
from truemirror.core.schema.solve.object_facts import ObjectFacts, Rule, beyond_words
from truemirror.core.schema.terms import EVERYTHING, NOTHING, Json, Kind, Kinds, Not, Term, Words

if TYPE_CHECKING:
    from truemirror.core.schema.solve.solver import Solver

_MOST: Final = 2_000
"""Members up to which an object is built."""
_STRING: Final = Kinds(frozenset((Kind.STRING,)))

Goal: TypeAlias = frozenset[Term]
Members: TypeAlias = dict[str, Json]


def find_object(facts: ObjectFacts, solver: "Solver") -> Harvest:
    """An object for which all facts hold."""
    if facts.has & facts.lacks or (facts.high is not None and max(facts.low, len(facts.has)) > facts.high):
        return EMPTY
    if facts.low > _MOST:
        return unsure(f"only an object of {facts.low:,} members would do")
    search = _Search(facts, solver)
    members = search.run()
    if members is None:
        return search.notes.failed()
    if facts.opaque:
        return unsure(f"nobody can say whether an object conforms to {', '.join(sorted(facts.opaque))}")
    return Harvest(({name: members[name] for name in sorted(members)},))


@dataclass(frozen=True, slots=True)
class _Plan:
    """Which member meets which demands: by a name that is mentioned, or in groups whose names are still to be found."""

    extra: dict[str, Goal]
    groups: tuple[tuple[Rule, ...], ...]

    def size(self, has: set[str]) -> int:
        """How many members there are at least."""
        return len(has | self.extra.keys()) + len(self.groups)


class _Search:
    """The search for one object."""

    def __init__(self, facts: ObjectFacts, solver: "Solver") -> None:
        """Nothing tried yet."""
        self.facts = facts
        self.solver = solver
        self.notes = Gathering()
        self._explicit: list[str] | None = None
        self._patterns: list[Rule] | None = None

    def run(self) -> Members | None:
        """Members for which the facts hold, or None."""
        facts = self.facts
        if not all(self._can_meet(demand) for demand in facts.demands):
            return None
        single = len(facts.demands) == 1 and self._first_name(facts.demands[0])
        required: Members = {}
        for name in sorted(facts.has):
            if name != single:
                value = self._value(name, frozenset())
                if value is None:
                    return None
                required[name] = value[0]
        return self._place(0, _Plan({}, ()), required)

    def _first_name(self, demand: Rule) -> str | None:
        """The name of a demand that speaks of one only: its value is found with the demand."""
        names = demand[0]
        return next(iter(names.values)) if isinstance(names, Words) and len(names.values) == 1 else None

    def _value(self, name: str, extra: Goal) -> tuple[Json] | None:
        """A value of a member under further terms, or None; what failed is noted."""
        goal, doubtful = self.facts.goal(name)
        found = self.solver.harvest(goal | extra)
        if found.values:
            return (found.values[0],)
        self.notes.note(found)
        if doubtful:
            self.notes.doubt(f"nobody can say which rules hold for a member named {name!r}")
        return None

    # Demands.

    def _can_meet(self, demand: Rule) -> bool:
        """Whether there is any way to meet a demand, seen by itself."""
        names, values = demand
        if any(self._value(name, frozenset((values,))) is not None for name in self._named_by(names, {})):
            return True
        return any(True for _ in self._regions((demand,)))

    def _place(self, number: int, plan: _Plan, required: Members) -> Members | None:
        """Meet the demands from `number` on, in every way until one works out."""
        facts = self.facts
        self.solver.budget.spend()
        if facts.high is not None and plan.size(facts.has) > facts.high:
            return None
        if number == len(facts.demands):
            return self._finish(plan, required)
        demand = facts.demands[number]
        names, values = demand
        for name in self._named_by(names, plan.extra):
            extra = plan.extra.get(name, frozenset()) | {values}
            if self._value(name, extra) is None:
                continue
            found = self._place(number + 1, _Plan({**plan.extra, name: extra}, plan.groups), required)
            if found is not None:
                return found
        if isinstance(names, Words):
            return None
        return self._place_in_group(number, demand, plan, required)

    def _place_in_group(self, number: int, demand: Rule, plan: _Plan, required: Members) -> Members | None:
        """Meet a demand by a member whose name nobody mentions: one that meets others, too, or one of its own."""
        for place in range(len(plan.groups) + 1):
            group = (*(plan.groups[place] if place < len(plan.groups) else ()), demand)
            if next(self._regions(group), None) is None:
                continue
            groups = (*plan.groups[:place], group, *plan.groups[place + 1 :])
            found = self._place(number + 1, _Plan(plan.extra, groups), required)
            if found is not None:
                return found
        return None

    def _named_by(self, names: Term, used: dict[str, Goal]) -> list[str]:
        """Mentioned names that a term speaks of and that may be there: required ones first, then used ones."""
        facts = self.facts
        if isinstance(names, Words):
            found = [name for name in names.values if name not in facts.lacks]
        else:
            found = []
            for name in self._mentioned():
                answer = None if name in facts.lacks else facts.speaks_of(names, name)
                if answer:
                    found.append(name)
                elif answer is None and name not in facts.lacks:
                    self.notes.doubt(f"nobody can say which rules hold for a member named {name!r}")
        return sorted(found, key=lambda name: (name not in facts.has, name not in used, name))

    def _mentioned(self) -> list[str]:
        """Every name that a fact mentions."""
        if self._explicit is None:
            self._explicit = sorted(self.facts.explicit())
        return self._explicit

    # Names that nobody mentions.

    def _regions(self, group: tuple[Rule, ...]) -> Iterator[tuple[Goal, Goal]]:
        """Sets of unmentioned names told apart by the patterns, each with what values there are in, all with both."""
        names = {_STRING, Not(Words(frozenset(self._mentioned()))), *(beyond_words(one) for one, _ in group)}
        if NOTHING in names:
            return
        yield from self._split(0, frozenset(names), frozenset(values for _, values in group))

    def _split(self, number: int, names: Goal, values: Goal) -> Iterator[tuple[Goal, Goal]]:
        """Split by the patterns from `number` on."""
        self.solver.budget.spend()
        patterns = self._all_patterns()
        if number == len(patterns):
            if self._has_any(values) and self._has_any(names):
                yield names, values
            return
        pattern, inside = patterns[number]
        ways = [(pattern, values | {inside})]
        if pattern != EVERYTHING:
            outside = self.solver.views.negation(pattern)
            ways.insert(len(ways) if isinstance(pattern, Not) else 0, (outside, values))
        for part, below in ways:
            if self.solver.views.negation(part) not in names and NOTHING not in below:
                yield from self._split(number + 1, names | {part}, below)

    def _all_patterns(self) -> list[Rule]:
        """What the rules say of names that nobody mentions."""
        if self._patterns is None:
            beyond = ((beyond_words(names), values) for names, values in self.facts.rules)
            self._patterns = [rule for rule in beyond if rule[0] != NOTHING]
        return self._patterns

    def _has_any(self, goal: Goal) -> bool:
        """Whether a goal has a value; what failed is noted."""
        found = self.solver.harvest(goal)
        if not found.values:
            self.notes.note(found)
        return bool(found.values)

    # The whole object.

    def _finish(self, plan: _Plan, required: Members) -> Members | None:
        """All members: required ones, those that meet demands, and more until there are enough."""
        members = dict(required)
        for name in sorted(self.facts.has | plan.extra.keys()):
            if name in plan.extra or name not in members:
                value = self._value(name, plan.extra.get(name, frozenset()))
                if value is None:
                    return None
                members[name] = value[0]
        return self._name_groups(0, plan, members)

    def _name_groups(self, number: int, plan: _Plan, members: Members) -> Members | None:
        """Find a name and a value for each group, different ones."""
        if number == len(plan.groups):
            return self._fill(members)
        for names, values in self._regions(plan.groups[number]):
            found = self.solver.harvest(names, len(plan.groups))
            value = self.solver.harvest(values).values[0]
            for name in found.values:
                if name not in members:
                    whole = self._name_groups(number + 1, plan, {**members, name: value})
                    if whole is not None:
                        return whole
            if len(found.values) < len(plan.groups):
                self.notes.note(found)
        return None

    def _fill(self, members: Members) -> Members | None:
        """Add members until there are enough."""
        if len(members) >= self.facts.low:
            return members
        members = dict(members)
        for name in self._mentioned():
            if name not in members and name not in self.facts.lacks:
                value = self._value(name, frozenset())
                if value is not None:
                    members[name] = value[0]
                    if len(members) == self.facts.low:
                        return members
        return self._fill_with_new_names(members)

    def _fill_with_new_names(self, members: Members) -> Members | None:
        """Add members with names that nobody mentions until there are enough."""
        for names, values in self._regions(()):
            value = self.solver.harvest(values).values[0]
            wanted = self.facts.low
            found = self.solver.harvest(names, wanted)
            if len(found.values) < wanted:
                self.notes.note(found)
            for name in found.values:
                if name not in members:
                    members[name] = value
                    if len(members) == self.facts.low:
                        return members
        return None
