"""One schema from plain samples, without operations around them.

Rules: read one by one, so that their number does not matter; what holds its like refers to itself.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from truemirror.core.contract.infer.evidence import Evidence, Objects, decide_place, nested
from truemirror.core.contract.infer.named import NOBODY, Named
from truemirror.core.contract.infer.names import distinct, shape_name
from truemirror.core.contract.infer.schema import Style, schema_of
from truemirror.core.contract.infer.shapes import Shape, Shapes, evidence_of, holds_itself, is_shareable
from truemirror.core.contract.reading import DIALECT

_ROUNDS = 12
_STEPS = 4
"""How far below itself a thing that holds its like is looked for: lists and wrappers lie between."""


def infer_schema(samples: Iterable[Any], decisions: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The schema that all samples conform to; their order does not matter.

    `decisions` say by place (`/prices`, `/items/*/labels`) what objects are: `data` for a map, `names` for attributes.
    """
    evidence, named = Evidence(), Named()
    for sample in samples:
        evidence.add(sample)
        named.add_value(sample)
    for place, decided in (decisions or {}).items():
        decide_place(evidence, [step for step in place.split("/") if step], decided)
    return {"$schema": DIALECT, **schema_with_definitions(evidence, named)}


def schema_with_definitions(evidence: Evidence, named: Named = NOBODY) -> dict[str, Any]:
    """The schema of a place; what holds its like is defined once, and referred to; what is `named` is no choice."""
    found = Shapes()
    taken: set[str] = set()
    for _ in range(_ROUNDS):
        roots = [evidence, *(evidence_of(shape.objects) for shape in found.shapes)]
        pair = next((pair for root in roots for pair in _holding(found, root, "node")), None)
        if pair is None:
            break
        name, whole, part = pair
        shape = next((one for one in found.shapes if one.objects is whole), None)
        if shape is None:
            shape = Shape(name, Objects(0), name=distinct(name, taken))
            found.shapes.append(shape)
            found.assign(whole, shape)  # which copies it, so that the part is met again in there
        else:
            found.assign(part, shape)
    style = Style({key: shape.name for key, shape in found.of.items()}, "#/$defs/", "", named=named)
    schema = schema_of(evidence, style)
    if found.shapes:
        kept = sorted(found.shapes, key=lambda one: one.name)
        schema["$defs"] = {one.name: schema_of(evidence_of(one.objects), style) for one in kept}
    return schema


def _holding(found: Shapes, evidence: Evidence, name: str) -> Iterator[tuple[str, Objects, Objects]]:
    """Objects below a place that hold their like, outermost first: a name, they, and what they hold."""
    objects = evidence.objects
    if objects is not None and id(objects) not in found.of and is_shareable(objects):
        for part in _parts(found, evidence, _STEPS):
            if holds_itself(objects, part):
                yield name, objects, part
    if objects is None or id(objects) not in found.of:
        for step, inner in nested(evidence):
            yield from _holding(found, inner, shape_name(step) if step else name)


def _parts(found: Shapes, evidence: Evidence, steps: int) -> Iterator[Objects]:
    """The objects some steps below a place that refer to nothing yet."""
    for _, inner in nested(evidence):
        if inner.objects is not None and id(inner.objects) in found.of:
            continue
        if inner.objects is not None:
            yield inner.objects
        if steps > 1:
            yield from _parts(found, inner, steps - 1)
