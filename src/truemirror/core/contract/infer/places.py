"""Where resources and errors stand by themselves in the answers of a service.

Rules: a body that is an object is a resource, unless it wraps a collection, whose items are the resources then; every
object that an error status brings is an error. A resource is called after the last segment of its path that is no
parameter.
"""

from collections.abc import Iterable, Iterator

from truemirror.core.contract.infer.evidence import Evidence
from truemirror.core.contract.infer.gather import OperationEvidence
from truemirror.core.contract.infer.names import shape_name
from truemirror.core.contract.infer.shapes import Place, Shapes, is_shareable, share

ENVELOPES = ("items", "data", "results", "records", "entries", "rows", "hits")
"""Attributes under which a wrapped collection is found."""


def shapes_of(operations: Iterable[OperationEvidence]) -> Shapes:
    """The shapes of a service."""
    resources: list[Place] = []
    errors: list[Place] = []
    roots: list[Evidence] = []
    for operation in operations:
        for status, evidence in answered(operation):
            roots.append(evidence)
            if status >= 400:
                errors.extend(_error(operation, evidence))
            else:
                resources.extend(_resource(operation, evidence))
    return share(resources, errors, roots)


def answered(operation: OperationEvidence) -> Iterator[tuple[int, Evidence]]:
    """The JSON bodies of an operation's answers, by status."""
    for status in sorted(operation.answers):
        for media in sorted(operation.answers[status].bodies.json):
            yield status, operation.answers[status].bodies.json[media]


def collection_items(evidence: Evidence) -> Evidence | None:
    """The items of a collection, whether wrapped or not; None for everything else."""
    if set(evidence.kinds) == {"array"}:
        return evidence.items
    if set(evidence.kinds) != {"object"} or evidence.objects is None:
        return None
    for name in ENVELOPES:
        member = (evidence.objects.members or {}).get(name)
        if member and set(member.evidence.kinds) <= {"array", "null"}:
            return member.evidence.items or Evidence()
    return None


def _error(operation: OperationEvidence, evidence: Evidence) -> Iterator[Place]:
    """An error, when it is an object."""
    if evidence.objects and is_shareable(evidence.objects, 1):
        yield Place("error", f"{operation.method} {operation.template}", evidence.objects)


def _resource(operation: OperationEvidence, evidence: Evidence) -> Iterator[Place]:
    """The resource that a body is, or that it is a collection of."""
    items = collection_items(evidence)
    objects = (items or evidence).objects
    if objects and is_shareable(objects):
        name = f"{operation.method} {operation.template}"
        yield Place(_hint(operation.template), name, objects, is_item=items is not None)


def _hint(template: str) -> str:
    """What to call the resource of a path."""
    texts = [segment for segment in template.split("/") if segment and not segment.startswith("{")]
    return shape_name(texts[-1]) if texts else "root"
