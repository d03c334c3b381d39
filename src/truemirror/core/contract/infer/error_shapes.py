"""Errors of a whole service, put together by shape: how many there are, who answers which, and which are rare.

Rules: the shape that most operations answer comes first; one is rare when hardly any operation answers it while another
is common, and undeclared when an existing contract declares none of the answers it was seen in.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from truemirror.core.contract.contract import OPENAPI
from truemirror.core.contract.infer.envelopes import envelope_of
from truemirror.core.contract.infer.evidence import Evidence, Objects
from truemirror.core.contract.infer.gather import OperationEvidence
from truemirror.core.contract.infer.shapes import Shapes

_RARE_SHARE = 0.1
_MOST_SEEN_IN = 5


@dataclass(frozen=True, slots=True)
class ErrorShape:
    """One shape of errors."""

    name: str
    """The document it is kept in (`error`), its media type where it is no JSON, else `other`."""
    envelope: str
    """What it is known as; empty when it is the service's own."""
    attributes: tuple[str, ...]
    operations: int
    answers: int
    statuses: tuple[int, ...]
    seen_in: tuple[str, ...]
    """The first few answers that have it: `GET /v1/deals 404`."""
    rare: bool = False
    undeclared: bool = False

    def __str__(self) -> str:
        """One line for people."""
        marks = [mark for mark, held in (("rare", self.rare), ("undeclared", self.undeclared)) if held]
        known = f" ({self.envelope})" if self.envelope else ""
        noun = "operation" if self.operations == 1 else "operations"
        line = f"{self.name}{known}: {self.operations} {noun}, {', '.join(map(str, self.statuses))}"
        return f"{line}; {' and '.join(marks)}: {', '.join(self.seen_in)}" if marks else line


@dataclass(slots=True)
class _Cluster:
    """A shape while it is counted."""

    envelope: str = ""
    attributes: tuple[str, ...] = ()
    operations: set[str] = field(default_factory=set)
    answers: int = 0
    seen_in: set[tuple[str, int]] = field(default_factory=set)


def error_shapes(
    operations: Iterable[OperationEvidence], shapes: Shapes, old: Mapping[str, Any] | None = None
) -> tuple[ErrorShape, ...]:
    """The shapes of all errors, the commonest first; `old` are the documents of an existing version."""
    clusters: dict[str, _Cluster] = {}
    for operation in operations:
        name = f"{operation.method} {operation.template}"
        for status in sorted(one for one in operation.answers if one >= 400):
            bodies = operation.answers[status].bodies
            for media, count in sorted(bodies.media.items()):
                cluster = _cluster(clusters, shapes, media, bodies.json.get(media))
                cluster.operations.add(name)
                cluster.answers += count
                cluster.seen_in.add((name, status))
    ordered = sorted(clusters.items(), key=lambda one: (-len(one[1].operations), -one[1].answers, one[0]))
    most = len(ordered[0][1].operations) if ordered else 0
    return tuple(_shape(name, one, most, old) for name, one in ordered)


def _cluster(clusters: dict[str, _Cluster], shapes: Shapes, media: str, evidence: Evidence | None) -> _Cluster:
    """The cluster that errors in one place belong to."""
    if evidence is None:
        return clusters.setdefault(media, _Cluster())
    objects = evidence.objects
    if objects is None:
        return clusters.setdefault(" or ".join(sorted(evidence.kinds)), _Cluster())
    shape = shapes.of.get(id(objects))
    whole: Objects = shape.objects if shape else objects
    attributes = tuple(sorted(whole.members or ()))
    name = shape.name if shape else f"{{{', '.join(attributes)}}}"
    return clusters.setdefault(name, _Cluster(envelope_of(whole, media), attributes))


def _shape(name: str, cluster: _Cluster, most: int, old: Mapping[str, Any] | None) -> ErrorShape:
    """A cluster as a value."""
    own = len(cluster.operations)
    seen_in = sorted(cluster.seen_in)
    return ErrorShape(
        name=name,
        envelope=cluster.envelope,
        attributes=cluster.attributes,
        operations=own,
        answers=cluster.answers,
        statuses=tuple(sorted({status for _, status in seen_in})),
        seen_in=tuple(f"{operation} {status}" for operation, status in seen_in[:_MOST_SEEN_IN]),
        rare=own < most and (own == 1 or own <= most * _RARE_SHARE),
        undeclared=old is not None and not any(_declares(old, operation, status) for operation, status in seen_in),
    )


def _declares(old: Mapping[str, Any], operation: str, status: int) -> bool:
    """Whether documents declare a status of an operation, by itself, its class or as the default."""
    node: Any = old.get(OPENAPI)
    method, template = operation.split(" ", 1)
    for step in ("paths", template, method.lower(), "responses"):
        node = node.get(step) if isinstance(node, Mapping) else None
    known = {str(one) for one in node} if isinstance(node, Mapping) else set()
    return bool(known & {str(status), f"{status // 100}XX", "default"})
