"""Which error codes an operation answers with, status by status.

Rules: a list of codes is closed when every code in it was seen at least twice and there were at least three errors, in
this operation or, when it had too few, in the whole service; otherwise the code is any text.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from truemirror.core.contract.infer.evidence import Evidence, Objects
from truemirror.core.contract.infer.gather import OperationEvidence
from truemirror.core.contract.infer.places import answered
from truemirror.core.contract.infer.shapes import Shapes
from truemirror.core.contract.infer.texts import Texts

PATHS = (("error", "code"), ("code",), ("error", "type"), ("type",), ("error",))
"""Where errors carry their code, in the order in which it is looked for."""

_FEWEST, _FEWEST_IN_SERVICE = 3, 5
_TIMES_EACH = 2


class Codes:
    """The error codes of one service."""

    def __init__(self, operations: Iterable[OperationEvidence], shapes: Shapes) -> None:
        """Find where the code is, and count the codes of each status."""
        error = next((shape for shape in shapes.shapes if shape.name == "error"), None)
        self._path = _path_of(error.objects) if error else ()
        self._by_status: dict[int, Counter[str] | None] = {}
        for operation in operations if self._path else ():
            for status, evidence in answered(operation):
                if status >= 400:
                    self._count(status, _codes(evidence, self._path))

    def _count(self, status: int, codes: Counter[str] | None) -> None:
        """Add the codes of one operation to those of the service; None when they cannot be listed."""
        known = self._by_status.get(status, Counter())
        self._by_status[status] = None if known is None or codes is None else known + codes

    def narrowing(self, operation: OperationEvidence, status: int, evidence: Evidence) -> dict[str, Any]:
        """What to add to the error shape in one place; empty where the evidence closes nothing."""
        own = _codes(evidence, self._path) if self._path else None
        if not own:
            return {}
        listed = _closed(own, _FEWEST) or _closed(self._by_status.get(status), _FEWEST_IN_SERVICE)
        if not set(own) <= set(listed):
            return {}
        schema: dict[str, Any] = {"const": listed[0]} if len(listed) == 1 else {"enum": listed}
        for name in reversed(self._path):
            schema = {"properties": {name: schema}}
        return schema


def _closed(codes: Counter[str] | None, fewest: int) -> list[str]:
    """The codes, when no further one is to be expected; else none."""
    if not codes or sum(codes.values()) < fewest or min(codes.values()) < _TIMES_EACH:
        return []
    return sorted(codes)


def _path_of(error: Objects) -> tuple[str, ...]:
    """Where the code of an error is; empty when there is none."""
    for path in PATHS:
        objects: Objects | None = error
        for name in path[:-1]:
            member = (objects.members or {}).get(name) if objects else None
            objects = member.evidence.objects if member else None
        member = (objects.members or {}).get(path[-1]) if objects else None
        if objects and member and member.count == objects.count and set(member.evidence.kinds) == {"string"}:
            return path
    return ()


def _codes(evidence: Evidence, path: tuple[str, ...]) -> Counter[str] | None:
    """How often each code was seen in one place; None when they cannot be listed."""
    for name in path:
        member = (evidence.objects.members or {}).get(name) if evidence.objects else None
        if member is None:
            return Counter()
        evidence = member.evidence
    texts: Texts | None = evidence.texts
    if texts is None or texts.values is None or texts.stand_ins:
        return None
    return Counter({text: seen.count for text, seen in texts.values.items()})
