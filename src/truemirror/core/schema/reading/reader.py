"""Reads a schema into a term: the walk, what it remembers, and where it stops.

Rules: a schema is read once for each spot; what applies to the same value is expanded in place, what applies to another
value and is met again while it is being read becomes a reference. References that go in a circle without ever reaching
another value are an error.
"""

from dataclasses import replace
from typing import Final

from truemirror.core.schema.budget import Budget
from truemirror.core.schema.reading import applying, items, members, scalars
from truemirror.core.schema.reading.beside import applied, beside_inner, several
from truemirror.core.schema.reading.error import SchemaError, Unreadable
from truemirror.core.schema.reading.evaluating import marks_beside, marks_of
from truemirror.core.schema.reading.hiding import hidden_names
from truemirror.core.schema.reading.marks import Mark, named, rest_of_members
from truemirror.core.schema.reading.naming import settled
from truemirror.core.schema.reading.policy import Reading, Undeclared
from truemirror.core.schema.reading.resources import RECURSIVE, Place, Resources
from truemirror.core.schema.reading.source import Source
from truemirror.core.schema.reading.spot import Fellow, ReadKeyword, Spot
from truemirror.core.schema.reading.vocabulary import knows, refers_alone
from truemirror.core.schema.terms import EVERYTHING, NOTHING, Both, Either, Meaning, Ref, Term, both, either, negate

_MOST_LEVELS: Final = 100
_KEYWORDS: Final[dict[str, ReadKeyword]] = {
    **scalars.KEYWORDS,
    **members.KEYWORDS,
    **items.KEYWORDS,
    **applying.KEYWORDS,
}
_SILENT: Final = frozenset(
    (
        *("$comment", "$defs", "$schema", "definitions", "deprecated", "default", "description", "examples", "title"),
        *("readOnly", "writeOnly"),
    )
)
_POLICY_FREE: Final = Reading()


def meaning(source: Source, policy: Reading = _POLICY_FREE, budget: Budget | None = None) -> Meaning:
    """What a schema means.

    Raises SchemaError where it is invalid or refers to what is not there, Unreadable where a construct cannot be put
    into terms, OutOfSteps where it is too large for the budget.
    """
    reader = Reader(Resources(source), policy, budget or Budget())
    try:
        return settled(reader.top(), reader.definitions, reader.budget)
    except RecursionError:
        raise Unreadable("nesting", "schemas apply schemas too deeply") from None


class Reader:
    """One walk through the schemas of a source."""

    def __init__(self, resources: Resources, policy: Reading, budget: Budget) -> None:
        """Begin with nothing remembered."""
        self.policy = policy
        self.budget = budget
        self.definitions: dict[str, Term] = {}
        self._resources = resources
        self._free = replace(policy, formats=frozenset()) == _POLICY_FREE
        self._values: dict[Spot, Term] = {}
        self._heres: dict[Spot, Term] = {}
        self._marks: dict[tuple[Spot, bool], tuple[Mark, ...]] = {}
        self._together: dict[Spot, frozenset[Fellow]] = {}
        self._negated: dict[Term, Term] = {}
        self._open: dict[Spot, str] = {}
        self._chain: list[Spot] = []
        self._levels = 0

    def top(self) -> Term:
        """The schema of the source."""
        return self.value(self._at(self._resources.start, Spot(self._resources.start, frozenset())))

    def inner(self, spot: Spot, *steps: str) -> Spot:
        """The schema at some steps below a spot's, for another value."""
        inner = self._at(spot.place.down(*steps), spot.bare())
        return replace(inner, beside=beside_inner(self, spot, steps)) if spot.beside and not inner.strict else inner

    def branch(self, spot: Spot, *steps: str) -> Spot:
        """The schema at some steps below a spot's, for the same value, with the attributes that it hides."""
        return self._hiding(self._at(spot.place.down(*steps), spot))

    def plain(self, spot: Spot, *steps: str) -> Spot:
        """The schema at some steps below a spot's, for the same value."""
        return self._at(spot.place.down(*steps), spot)

    def _at(self, place: Place, spot: Spot) -> Spot:
        """Another schema in the surroundings of a spot, its resource taken into the dynamic scope."""
        scope = spot.scope
        met = {name for name, _ in scope}
        new = frozenset((name, place.base) for name in self._resources.dynamic_anchors(place.base) if name not in met)
        return Spot(place, scope | new, spot.strict and not self._free, spot.hidden, spot.beside)

    def _hiding(self, spot: Spot) -> Spot:
        """The spot with the attributes that its schema hides on this side."""
        if not self.policy.hidden or spot.strict:
            return spot
        return replace(spot, hidden=spot.hidden | hidden_names(self, spot, self.policy.hidden))

    def target(self, spot: Spot, keyword: str) -> Spot:
        """Where a reference of a spot's schema leads. Raises SchemaError."""
        place, fragment = self._resources.resolve(spot.place, keyword, spot.node[keyword])
        name = RECURSIVE if keyword == "$recursiveRef" else fragment
        if keyword != "$ref" and name in self._resources.dynamic_anchors(place.base):
            outermost = dict(spot.scope).get(name)
            is_dynamic = self._resources.anchor(place.base, name) == place
            if outermost is not None and is_dynamic:
                place = self._resources.reached(self._resources.anchor(outermost, name))
        return self._at(place, spot)

    def negated(self, term: Term) -> Term:
        """Everything that is not in a term; remembered, since terms share parts."""
        if not isinstance(term, Both | Either):
            return negate(term)
        known = self._negated.get(term)
        if known is None:
            self.budget.spend(len(term.terms))
            join = either if isinstance(term, Both) else both
            known = self._negated[term] = join(*(self.negated(part) for part in term.terms))
        return known

    def value(self, spot: Spot) -> Term:
        """What a value at this spot has to be; a reference where the spot is being read already."""
        spot = self._hiding(self._followed(spot))
        known = self._values.get(spot)
        if known is not None:
            return known
        if spot in self._open:
            name = self._open[spot] = self._open[spot] or f"{len(self.definitions)}?"
            self.definitions.setdefault(name, EVERYTHING)
            return Ref(name)
        self._open[spot] = ""
        chain, self._chain = self._chain, []
        among = self._among(spot)
        term = both(self.here(among), self._closing(spot, among))
        self._chain = chain
        name = self._open.pop(spot)
        if name:
            self.definitions[name] = term
            term = Ref(name)
        self._values[spot] = term
        return term

    def _followed(self, spot: Spot) -> Spot:
        """Where a schema that is nothing but a reference leads; a circle is left to be found where it is read."""
        seen = {spot}
        while _only_refers(spot):
            spot = self.target(spot, "$ref")
            if spot in seen:
                return spot
            seen.add(spot)
        return spot

    def here(self, spot: Spot) -> Term:
        """What a schema demands of a value, all that it applies to the same value expanded. Raises SchemaError."""
        if isinstance(spot.node, bool):
            return EVERYTHING if spot.node else NOTHING
        known = self._heres.get(spot)
        if known is not None:
            return known
        if spot in self._chain:
            raise self._endless(spot)
        self._levels += 1
        if self._levels > _MOST_LEVELS:
            raise Unreadable("nesting", f"schemas apply schemas more than {_MOST_LEVELS} levels deep")
        self._chain.append(spot)
        term = self._heres[spot] = both(*self._demands(spot))
        self._chain.pop()
        self._levels -= 1
        return term

    def _demands(self, spot: Spot) -> list[Term]:
        """What each keyword of a schema demands."""
        node, dialect = spot.node, spot.place.dialect
        self.budget.spend(1 + len(node))
        if "$ref" in node and refers_alone(dialect):
            return [self.here(self.target(spot, "$ref"))]
        names = [name for name in _KEYWORDS if name in node] if len(node) > len(_KEYWORDS) else list(node)
        return [_KEYWORDS[name](self, spot, node[name]) for name in names if name in _KEYWORDS and knows(dialect, name)]

    def marks(self, spot: Spot, own: bool = True) -> tuple[Mark, ...]:
        """What a schema evaluates of a value, and when."""
        if isinstance(spot.node, bool):
            return ()
        if "$ref" in spot.node and refers_alone(spot.place.dialect):
            return self.marks(self.target(spot, "$ref"))
        known = self._marks.get((spot, own))
        if known is None:
            known = self._marks[spot, own] = marks_of(self, spot, own)
        return known

    def together(self, spot: Spot) -> frozenset[Fellow]:
        """A spot and all that it applies to the same value. Raises SchemaError."""
        known = self._together.get(spot)
        if known is None:
            known = self._together[spot] = applied(self, spot)
            self.budget.spend(len(known))
        return known

    def _among(self, spot: Spot) -> Spot:
        """The spot among all that speaks of its value; for itself where nothing has to be closed together."""
        if self._leaves_open(spot):
            return spot
        fellows = spot.beside | self.together(spot.bare())
        return replace(spot, beside=fellows if several(fellows) else frozenset())

    def _leaves_open(self, spot: Spot) -> bool:
        """Whether nothing is closed at a spot that is not said to be."""
        return spot.strict or self.policy.undeclared is not Undeclared.CLOSED

    def _closing(self, spot: Spot, among: Spot) -> Term:
        """What a writer keeps beyond its schema: no member that it, or what else speaks of the value, leaves out."""
        if self._leaves_open(spot):
            return EVERYTHING
        marks = self.marks(among)
        if not any(mark.names for mark in marks):
            return EVERYTHING
        others = (mark for one, _ in spot.beside for mark in marks_beside(self, one))
        return rest_of_members(named((*marks, *dict.fromkeys(others))), NOTHING, self.budget)

    def _endless(self, spot: Spot) -> SchemaError:
        """The error for references that go in a circle, which it names."""
        circle = [str(one.place) for one in self._chain[self._chain.index(spot) :]]
        return SchemaError(
            f"the reference never ends: {' -> '.join((*circle, circle[0]))}",
            where=circle[0],
            fix="let the schema say something else than itself",
            pointer=circle[0].partition("#")[2],
            keyword="$ref",
        )


def _only_refers(spot: Spot) -> bool:
    """Whether a schema is nothing but a reference."""
    node = spot.node
    if isinstance(node, bool) or "$ref" not in node:
        return False
    return refers_alone(spot.place.dialect) or all(name == "$ref" or name in _SILENT for name in node)
