"""Values of a goal: a strategy for each kind, each case and each shape, members and items within.

Rules: what a shape says exactly is drawn and given as it is, anything else is checked; a reference is followed a few
times only, deeper down stands the smallest value there is.
"""

from collections.abc import Mapping
from typing import Any, Final

from hypothesis import strategies as st

from truemirror.core.schema.language_alphabet import FRIENDLY
from truemirror.core.schema.membership import distinct_key
from truemirror.core.schema.shapes.arrays import ArrayShape, array_shape
from truemirror.core.schema.shapes.cases import Case, cases
from truemirror.core.schema.shapes.known import Goal, Known
from truemirror.core.schema.shapes.objects import ObjectShape, OtherNames, member_goal, object_shapes
from truemirror.core.schema.shapes.scalars import number_shape, string_shape
from truemirror.core.schema.solve.views import ORDER, is_empty, meet, share
from truemirror.core.schema.terms import EVERYTHING, Both, Either, IsTrue, Kind, Not, Ref, Term
from truemirror.testing.drawing.numbers import drawn_number
from truemirror.testing.drawing.texts import drawn_text
from truemirror.testing.drawing.trying import Draw, Strategy, any_of, tried

DEEPEST: Final = 3
"""How often references are followed in one another."""
_SPARE: Final = 4
_MANY: Final = 4

_scalars = st.none() | st.booleans() | st.integers(-99, 10**6) | st.text(FRIENDLY, max_size=8)
ANYTHING: Strategy = (
    _scalars | st.lists(_scalars, max_size=2) | st.dictionaries(st.text(FRIENDLY, max_size=6), _scalars, max_size=2)
)
"""Any JSON value, small."""


class Drawing:
    """Strategies for the goals of one schema, each made once."""

    def __init__(self, definitions: Mapping[str, Term]) -> None:
        """Nothing made yet."""
        self.known = Known(definitions)
        self._made: dict[tuple[Goal, int], Strategy] = {}

    def of(self, goal: Goal, depth: int = 0) -> Strategy:
        """Values of a goal, met so many references deep."""
        goal = goal - {EVERYTHING}
        if not goal:
            return ANYTHING
        if any(_refers(term) for term in goal):
            depth += 1
        key = (goal, depth)
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = self._smallest(goal) if depth > DEEPEST else self._kinds(goal, depth)
        return found

    def _later(self, goal: Goal, depth: int) -> Strategy:
        """Values of a goal; where it leads on by reference, made when the first is drawn."""
        if not any(_refers(term) for term in goal):
            return self.of(goal, depth)
        return st.deferred(lambda: self.of(goal, depth))

    def _smallest(self, goal: Goal) -> Strategy:
        """The simplest values alone."""
        found = self.known.values(goal).found
        return st.builds(lambda: _copied(found[0])) if found else st.nothing()

    def _kinds(self, goal: Goal, depth: int) -> Strategy:
        """Values of every kind that a goal has."""
        views = self.known.views
        outline = meet(views.outline(EVERYTHING), *(views.outline(term) for term in goal))
        if is_empty(outline):
            return st.nothing()
        kinds = [kind for kind in ORDER if (left := share(outline, kind)) is None or left]
        found = [self._case(case, depth) for kind in kinds for case in cases(self.known, kind, goal)]
        return any_of(found) if found else self._smallest(goal)

    def _case(self, case: Case, depth: int) -> Strategy:
        """Values of one case, checked where its shape is not exact."""
        goal = case.goal
        drawn, is_exact = self._shape(case, depth)
        if is_exact and not case.rest:
            return drawn
        spare = self.known.values
        if drawn.is_empty:
            return self._spares(goal)
        return tried(drawn, lambda value: self.known.holds(goal, value), lambda: spare(goal, _SPARE).found)

    def _spares(self, goal: Goal) -> Strategy:
        """The values that the solver knows."""
        found = self.known.values(goal, _SPARE).found or self.known.values(goal).found
        return st.sampled_from(found).map(_copied) if found else st.nothing()

    def _shape(self, case: Case, depth: int) -> tuple[Strategy, bool]:
        """Values of a case as its shape has them, and whether that says all."""
        match case.kind:
            case Kind.NULL:
                return st.none(), True
            case Kind.BOOLEAN:
                denied = any(isinstance(atom, Not) for atom in case.atoms)
                return (st.just(IsTrue() in case.atoms) if denied or IsTrue() in case.atoms else st.booleans()), True
            case Kind.NUMBER:
                numbers = number_shape(case.atoms)
                return drawn_number(numbers), not numbers.rest
            case Kind.STRING:
                texts = string_shape(case.atoms)
                bounded = texts.language is not None and (texts.shortest > 0 or texts.longest is not None)
                return drawn_text(texts), not (texts.rest or bounded)
            case Kind.ARRAY:
                items = array_shape(self.known, case)
                return (st.nothing(), False) if items is None else (self._array(items, depth), items.is_exact)
            case _:
                shapes = list(object_shapes(self.known, case))
                drawn = [self._object(shape, depth) for shape in shapes]
                return (any_of(drawn) if drawn else st.nothing()), all(shape.is_exact for shape in shapes)

    # -- arrays ------------------------------------------------------------------------------------------------------

    def _array(self, shape: ArrayShape, depth: int) -> Strategy:
        """Arrays of a shape."""
        rest = self._later(shape.rest, depth)
        usual = max(1, _MANY - depth)
        most = shape.fewest + usual if shape.most is None else min(shape.most, shape.fewest + usual)
        if not (shape.first or shape.contains or shape.repeats):
            if most == 0:
                return st.builds(list)
            key = distinct_key if shape.is_distinct else None
            return st.lists(rest, min_size=shape.fewest, max_size=most, unique_by=key)
        first = [self._later(goal, depth) for goal in shape.first]
        if shape.most is None or shape.most > len(first):
            most = max(most, min(len(first) + 1, shape.most or len(first) + 1))
        else:
            most = shape.most
        wanted = [
            (count, [self._later(goal | {values}, depth) for goal in (*shape.first, shape.rest)])
            for count, values in shape.contains
        ]
        return _placed(shape, first, rest, most, wanted)

    # -- objects -----------------------------------------------------------------------------------------------------

    def _object(self, shape: ObjectShape, depth: int) -> Strategy:
        """Objects of a shape."""
        required = {name: self._later(goal, depth) for name, goal in shape.required.items()}
        optional = {name: self._later(goal, depth) for name, goal in shape.optional.items()}
        if shape.most is not None and len(required) >= shape.most:
            optional = {}
        plain = st.fixed_dictionaries(required, optional=optional)
        bounded = shape.fewest > len(required) or shape.most is not None
        if not (shape.others or shape.odd or bounded):
            return plain
        return _membered(self, shape, plain, optional, depth)

    def names(self, goal: Goal) -> Strategy:
        """Names of members."""
        return self.of(goal, 0)

    def member(self, shape: ObjectShape, name: str, more: Goal, depth: int) -> Strategy | None:
        """Values for a member of a drawn name; None where there are none."""
        goal = member_goal(self.known, shape.rules, name) | more
        return None if self.known.is_empty(goal) else self.of(goal, depth)


@st.composite
def _placed(
    draw: Draw,
    shape: ArrayShape,
    first: list[Strategy],
    rest: Strategy,
    most: int,
    wanted: list[tuple[int, list[Strategy]]],
) -> list[Any]:
    """An array with its first places, and with as many items of each wanted sort as there have to be."""
    length = draw(st.integers(shape.fewest, max(most, shape.fewest)))
    special: dict[int, Strategy] = {}
    for count, ways in wanted:
        free = [place for place in range(length) if place not in special]
        places = draw(st.permutations(free))[:count] if len(free) > count else free
        special.update((place, ways[min(place, len(ways) - 1)]) for place in places)
    items: list[Any] = []
    for place in range(length):
        way = special[place] if place in special else first[place] if place < len(first) else rest
        items.append(_copied(items[0]) if shape.repeats and place == length - 1 else draw(way))
    return items


@st.composite
def _membered(
    draw: Draw, drawing: Drawing, shape: ObjectShape, plain: Strategy, optional: dict[str, Strategy], depth: int
) -> dict[str, Any]:
    """An object with members of names that are not listed, and as many as it has to have."""
    value: dict[str, Any] = draw(plain)
    for names, values in shape.odd:
        _add(draw, drawing, shape, value, OtherNames(names, True), values, depth)
    if shape.most is not None:
        for name in [name for name in value if name in optional][max(0, shape.most - len(shape.required)) :]:
            del value[name]
    if len(value) < shape.fewest:
        for name in [name for name in optional if name not in value][: shape.fewest - len(value)]:
            value[name] = draw(optional[name])
    for other in shape.others:
        room = shape.most is None or len(value) < shape.most
        for _ in range(_how_many(draw, other, max(1, _MANY - depth)) if room else 0):
            _add(draw, drawing, shape, value, other, frozenset(), depth)
    for _ in range(2 * shape.fewest if shape.others else 0):
        if len(value) >= shape.fewest:
            break
        _add(draw, drawing, shape, value, draw(st.sampled_from(shape.others)), frozenset(), depth)
    return value


_SELDOM: Final = st.integers(0, 9)


def _how_many(draw: Draw, other: OtherNames, most: int) -> int:
    """How many members of unlisted names: a few where the schema speaks of them, else seldom one."""
    return draw(st.integers(0, most)) if other.is_usual else int(draw(_SELDOM) == 9)


def _add(
    draw: Draw,
    drawing: Drawing,
    shape: ObjectShape,
    value: dict[str, Any],
    other: OtherNames,
    more: Goal,
    depth: int,
) -> None:
    """One more member of an unlisted name, where there is room for it."""
    if shape.most is not None and len(value) >= shape.most:
        return
    name = draw(drawing.names(other.names))
    values = drawing.member(shape, name, more, depth)
    if name not in value and values is not None:
        value[name] = draw(values)


def _refers(term: Term) -> bool:
    """Whether a term leads on by a reference."""
    match term:
        case Ref() | Not(term=Ref()):
            return True
        case Both(terms=terms) | Either(terms=terms):
            return any(_refers(one) for one in terms)
        case _:
            return False


def _copied(value: Any) -> Any:
    """A value that shares nothing with another."""
    match value:
        case list():
            return [_copied(one) for one in value]
        case dict():
            return {name: _copied(one) for name, one in value.items()}
        case _:
            return value
