"""Shapes that several places share: one resource in list and detail, one error for all operations.

Rules: two places share a shape when each has what the other always has, in the same types; their evidence is put
together, so that the shape holds for all of them. Places that only happen to look alike stay apart: a nested object is
shared under its own attribute name only. Requests never share with answers, which may change in other directions.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from truemirror.core.contract.infer.evidence import Evidence, Objects, nested
from truemirror.core.contract.infer.kinds import is_map, tag_of
from truemirror.core.contract.infer.names import distinct, shape_name, singular, words
from truemirror.core.contract.infer.variants import variants_of

_FEWEST_NAMES = 2
_FEWEST_NAMES_ACROSS = 4
_ROUNDS = 20


@dataclass(frozen=True, slots=True)
class Place:
    """A place where a resource or an error stands by itself."""

    hint: str
    """What to call the shape, from the path."""
    operation: str
    objects: Objects
    is_item: bool = False
    """Whether it is an item of a collection."""


@dataclass(slots=True)
class Shape:
    """A shape, and everything it was seen in."""

    hint: str
    objects: Objects
    places: list[Place] = field(default_factory=list)
    name: str = ""

    @property
    def operations(self) -> int:
        """How many operations show it by itself."""
        return len({place.operation for place in self.places})


@dataclass(slots=True)
class Shapes:
    """All shapes of one service, and which evidence each stands for."""

    shapes: list[Shape] = field(default_factory=list)
    of: dict[int, Shape] = field(default_factory=dict)
    """The shape of a place, by the identity of its objects' evidence."""
    kept: list[Objects] = field(default_factory=list)
    """The evidence that `of` speaks of, kept so that identities stay unique."""

    def assign(self, objects: Objects, shape: Shape) -> None:
        """Let a place have a shape, and the shape its evidence."""
        self.of[id(objects)] = shape
        self.kept.append(objects)
        apart = objects.copy()  # it may be a part of the shape, which a shape that holds itself has
        shape.objects.absorb(apart)
        self._hand_on(shape.objects, apart)

    def _hand_on(self, target: Objects, source: Objects) -> None:
        """Give evidence that a shape took in also to the shapes that it refers to."""
        for name, member in (source.members or {}).items():
            own = (target.members or {}).get(name)
            if own is not None:
                self._hand_on_place(own.evidence, member.evidence)

    def _hand_on_place(self, target: Evidence, source: Evidence) -> None:
        """The same, for one place."""
        if target.objects and source.objects:
            shape = self.of.get(id(target.objects))
            if shape is None:
                self._hand_on(target.objects, source.objects)
            else:
                shape.objects.absorb(source.objects)
                self._hand_on(shape.objects, source.objects)
        if target.items and source.items:
            self._hand_on_place(target.items, source.items)


def is_shareable(objects: Objects, fewest: int = _FEWEST_NAMES) -> bool:
    """Whether objects are a resource with attributes, not a map or a group of variants."""
    if len(objects.members or {}) < fewest or is_map(objects):
        return False
    return not tag_of(objects) and not variants_of(objects)[0]


def alike(one: Objects, other: Objects) -> bool:
    """Whether each has what the other always has, in the same types."""
    return _covers(one, other) and _covers(other, one)


def _covers(one: Objects, other: Objects) -> bool:
    """Whether one has all that the other always has; what both have must agree in type."""
    members, others = one.members or {}, other.members or {}
    for name, member in others.items():
        if name not in members:
            if member.count == other.count:
                return False
        elif not _same_kind(members[name].evidence, member.evidence):
            return False
    return True


def _same_kind(one: Evidence, other: Evidence) -> bool:
    """Whether two places may hold the same thing; null says nothing about that."""
    kinds = {"number" if kind == "integer" else kind for kind in one.kinds} - {"null"}
    others = {"number" if kind == "integer" else kind for kind in other.kinds} - {"null"}
    return not kinds or not others or bool(kinds & others)


def share(resources: Iterable[Place], errors: Iterable[Place], roots: Iterable[Evidence]) -> Shapes:
    """Find the shapes of a service. `roots` are all bodies of answers, where nested objects are looked for."""
    found = Shapes()
    taken: set[str] = set()
    _name_errors(_cluster(found, errors), taken)
    groups = _join_hints(found, _cluster(found, resources))
    _name_resources(groups, taken)
    bodies = list(roots)
    for _ in range(_ROUNDS):
        if not _share_nested(found, bodies, taken):
            break
    found.shapes.sort(key=lambda shape: shape.name)
    return found


def _cluster(found: Shapes, places: Iterable[Place]) -> list[Shape]:
    """Put places of one hint together that are alike, the best known first."""
    made: list[Shape] = []
    for place in sorted(places, key=_strength):
        shape = next((one for one in made if one.hint == place.hint and alike(one.objects, place.objects)), None)
        if shape is None:
            shape = Shape(place.hint, Objects(0))
            made.append(shape)
            found.shapes.append(shape)
        shape.places.append(place)
        found.assign(place.objects, shape)
    return made


def _strength(place: Place) -> tuple[object, ...]:
    """An order of places that the order of samples cannot change."""
    return (place.hint, -len(place.objects.members or {}), -place.objects.count, place.operation, place.is_item)


def _join_hints(found: Shapes, shapes: list[Shape]) -> list[Shape]:
    """Put shapes of different hints together that have the very same attributes, and enough of them."""
    joined: list[Shape] = []
    for shape in sorted(shapes, key=lambda one: (-one.operations, one.hint, sorted(one.objects.members or ()))):
        same = next((one for one in joined if _is_same_resource(one.objects, shape.objects)), None)
        if same is None:
            joined.append(shape)
            continue
        found.shapes.remove(shape)
        same.places.extend(shape.places)
        for place in shape.places:
            found.assign(place.objects, same)
    return joined


def _is_same_resource(one: Objects, other: Objects) -> bool:
    """Whether two shapes have the very same attributes, and enough of them for this to be no accident."""
    return len(one.members or ()) >= _FEWEST_NAMES_ACROSS and _has_same_names(one, other)


def _name_errors(shapes: list[Shape], taken: set[str]) -> None:
    """The error shape that most operations have is the error shape."""
    for shape in sorted(shapes, key=_usage):
        shape.name = distinct("error", taken)


def _usage(shape: Shape) -> tuple[object, ...]:
    """An order of shapes, the one that most places and most answers have first."""
    return (-len(shape.places), -shape.objects.count, sorted(shape.objects.members or ()))


def _name_resources(shapes: list[Shape], taken: set[str]) -> None:
    """The fullest shape of a resource has its name; a lesser one that is only listed is its item."""
    taken.add("error")
    for shape in sorted(shapes, key=lambda one: (one.hint, -len(one.objects.members or {}), -one.operations)):
        only_listed = shape.hint in taken and all(place.is_item for place in shape.places)
        shape.name = distinct(f"{shape.hint}-item" if only_listed else shape.hint, taken)


def _share_nested(found: Shapes, bodies: list[Evidence], taken: set[str]) -> bool:
    """Share nested objects that several places have under one name; gives back whether there were any."""
    groups: dict[str, list[list[tuple[str, Objects]]]] = {}
    for owner, name, objects in _nested_objects(found, bodies):
        own = next((shape for shape in found.shapes if shape.name == name), None)
        if own is not None and _has_same_names(own.objects, objects):
            found.assign(objects, own)
            return True
        around = next((shape for shape in found.shapes if shape.name == owner), None)
        if around is not None and holds_itself(around.objects, objects):
            found.assign(objects, around)
            return True
        for group in groups.setdefault(name, []):
            if _has_same_names(group[0][1], objects):
                group.append((owner, objects))
                break
        else:
            groups[name].append([(owner, objects)])
    for name in sorted(groups):
        for group in groups[name]:
            if len(group) > 1:
                _share_group(found, name, group, taken)
                return True
    return False


def _has_same_names(one: Objects, other: Objects) -> bool:
    """Whether two shapes have the very same attributes, in the same types."""
    return set(one.members or ()) == set(other.members or ()) and alike(one, other)


def holds_itself(whole: Objects, part: Objects) -> bool:
    """Whether objects hold their like, as comments hold answers: only nested attributes may be here or there."""
    members, others = whole.members or {}, part.members or {}
    if len(members.keys() & others.keys()) < _FEWEST_NAMES:
        return False
    only = [(members.get(name) or others[name]).evidence for name in members.keys() ^ others.keys()]
    if any(not set(one.kinds) <= {"array", "object", "null"} for one in only):
        return False
    return all(_same_kind(members[name].evidence, others[name].evidence) for name in members.keys() & others.keys())


def _share_group(found: Shapes, name: str, group: list[tuple[str, Objects]], taken: set[str]) -> None:
    """Give nested objects a shape of their own."""
    owner = group[0][0]
    prefixed = f"{owner}-{name}" if name in taken and owner else name
    shape = Shape(name, Objects(0), name=distinct(prefixed, taken))
    found.shapes.append(shape)
    for _, objects in group:
        found.assign(objects, shape)


def _nested_objects(found: Shapes, bodies: list[Evidence]) -> Iterator[tuple[str, str, Objects]]:
    """Objects below bodies and shapes that have no shape yet: whose they are, what they are called, and they."""
    for body in bodies:
        if not (body.objects and id(body.objects) in found.of):
            yield from _below(found, "", "", body)
    for shape in sorted(found.shapes, key=lambda one: one.name):
        for name, member in sorted((shape.objects.members or {}).items()):
            yield from _offered(found, shape.name, name, member.evidence)


def _below(found: Shapes, owner: str, name: str, evidence: Evidence) -> Iterator[tuple[str, str, Objects]]:
    """The objects below a place."""
    for step, inner in nested(evidence):
        yield from _offered(found, owner, step or name, inner)


def _offered(found: Shapes, owner: str, name: str, evidence: Evidence) -> Iterator[tuple[str, str, Objects]]:
    """A place, when it holds a resource without a shape, and everything below it."""
    objects = evidence.objects
    if objects is not None and id(objects) in found.of:
        return
    if objects is not None and name and is_shareable(objects):
        yield owner, shape_name(name), objects
    if objects is None or not is_map(objects):
        yield from _below(found, owner, singular(words(name)), evidence)


def evidence_of(objects: Objects) -> Evidence:
    """A place that holds nothing but these objects."""
    evidence = Evidence(objects.depth, tagging=objects.tagging)
    evidence.count = objects.count
    evidence.kinds = {"object": objects.count}
    evidence.objects = objects
    return evidence
