"""Questions that evidence leaves open, for a person to answer and lock.

Rules: what was decided all the same is said with the number it rests on; the same evidence asks the same questions.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from truemirror.core.contract.infer.evidence import Evidence, Objects
from truemirror.core.contract.infer.gather import OperationEvidence
from truemirror.core.contract.infer.kinds import is_map, novelty, tag_of
from truemirror.core.contract.infer.named import NOBODY, Named
from truemirror.core.contract.infer.places import answered
from truemirror.core.contract.infer.schema import closed_choices
from truemirror.core.contract.infer.shapes import Shapes, evidence_of
from truemirror.core.contract.infer.texts import Texts
from truemirror.core.contract.infer.variants import variants_of
from truemirror.core.mirror.operation import looks_like_parameter

WEAK = 5
"""Objects below which an attribute that was always there may as well be optional."""

_FEWEST_KEYS, _SOME_NOVELTY = 5, 0.1
_FEWEST_CANDIDATES, _MOST_CANDIDATES = 10, 12
_SHOWN = 6
_ANY_KEYWORDS = ("items", "additionalProperties")


@dataclass(frozen=True, slots=True)
class Question:
    """One decision that a person could make better."""

    place: str
    """Where: a document and the way down from there, `schemas/deal.schema.json /owner/name`."""
    kind: str
    """required, map, choices, variants, items or type."""
    text: str
    seen: int
    """How many samples the decision rests on."""

    def __str__(self) -> str:
        """One line for people."""
        return f"{self.place}: {self.text}, n={self.seen}"


def questions_of(
    operations: tuple[OperationEvidence, ...], shapes: Shapes, locked: Iterable[str] = (), named: Named = NOBODY
) -> tuple[Question, ...]:
    """All questions about the answers of a service, in the order of their places; what is locked was answered."""
    known = {_place_of(one) for one in locked}
    found: list[Question] = []
    for shape in shapes.shapes:
        place = f"schemas/{shape.name}.schema.json"
        found.extend(questions(evidence_of(shape.objects), place, shapes, named, inside=True))
    for operation in operations:
        for status, evidence in answered(operation):
            place = f"{operation.method} {operation.template} {status}"
            found.extend(questions(evidence, place, shapes, named))
    asked = [one for one in found if one.place not in known]
    return tuple(sorted(asked, key=lambda one: (one.place, one.kind, one.text)))


def _place_of(locked: str) -> str:
    """The place of a lock as questions name it: `schemas/deal.schema.json/owner` for `...#/properties/owner`."""
    document, _, way = locked.partition("#")
    steps = way.split("/")[1:]
    names = [
        "*" if step in _ANY_KEYWORDS else step
        for before, step in zip(["", *steps], steps, strict=False)
        if before == "properties" or step != "properties"
    ]
    return "/".join([document, *names])


def questions(
    evidence: Evidence, place: str, shapes: Shapes | None = None, named: Named = NOBODY, *, inside: bool = False
) -> Iterator[Question]:
    """The questions about one place and all below it; what is a shape by itself is not asked about twice."""
    objects = evidence.objects
    if not inside and shapes is not None and objects is not None and id(objects) in shapes.of:
        return
    if set(evidence.kinds) == {"null"}:
        yield Question(place, "type", "always null: what is it when it is there?", evidence.count)
    if "array" in evidence.kinds and evidence.items is None:
        yield Question(place, "items", "always empty: what are its items?", evidence.kinds["array"])
    if evidence.texts:
        yield from _choices(evidence.texts, place, named)
    if objects is not None:
        yield from _objects(objects, place)
        for name in sorted(objects.members or ()) if not is_map(objects) else ():
            yield from questions((objects.members or {})[name].evidence, f"{place}/{name}", shapes, named)
    if evidence.items:
        yield from questions(evidence.items, f"{place}/*", shapes, named)


def _choices(texts: Texts, place: str, named: Named) -> Iterator[Question]:
    """Texts of which there were few, but not for sure all."""
    values = texts.values
    if not values or texts.stand_ins or texts.formats or texts.count < _FEWEST_CANDIDATES:
        return
    if any(looks_like_parameter(text) or text in named for text in values):
        return
    if 1 < len(values) <= min(_MOST_CANDIDATES, texts.count // 3) and not closed_choices(texts):
        listed = ", ".join(sorted(values)[:_SHOWN])
        yield Question(place, "choices", f"are these all values: {listed}?", texts.count)


def _objects(objects: Objects, place: str) -> Iterator[Question]:
    """What objects are, and which attributes they must have."""
    members = objects.members or {}
    if objects.decided:
        return
    counts = [member.count for member in members.values()]
    if not members and objects.members is not None:
        yield Question(place, "map", "always empty: an object, or a map whose keys are data?", objects.count)
        return
    if is_map(objects):
        if members and len(members) < _FEWEST_KEYS:
            yield Question(place, "map", f"taken for a map by its keys: {_listed(objects)}", objects.count)
        return
    if len(members) >= _FEWEST_KEYS and max(counts) < objects.count and novelty(objects) >= _SOME_NOVELTY:
        yield Question(place, "map", f"an object, or a map whose keys are data: {_listed(objects)}?", objects.count)
    tag, _ = variants_of(objects)
    tag = tag or tag_of(objects)
    if tag:
        yield Question(place, "variants", f"told apart by {tag}: are these all variants?", objects.count)
    always = sorted(name for name, member in members.items() if member.count == objects.count)
    if always and not tag and objects.count < WEAK:
        more = f" and {len(always) - _SHOWN} more" if len(always) > _SHOWN else ""
        yield Question(place, "required", f"weak: required {', '.join(always[:_SHOWN])}{more}", objects.count)


def _listed(objects: Objects) -> str:
    """The first few names."""
    return ", ".join(sorted(objects.members or ())[:_SHOWN])
