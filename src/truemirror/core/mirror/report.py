"""A miss, told: as a JSON document for programs and as lines for people.

Rules: every miss names the operation, the nearest recordings with what differs, the line that accepts the difference
and the command that records the request. What is shown was redacted before it came here.
"""

import json
from collections.abc import Iterator
from typing import Any

from truemirror.core.mirror.difference import Difference
from truemirror.core.mirror.miss import Miss, NearMiss

CODE = "mirror_miss"
"""The error code of a miss, in the shape of error that the document has."""
_IGNORABLE = frozenset({"query", "header", "body", "credentials"})
_WHY = "say here why it does not count"


def miss_document(miss: Miss) -> dict[str, Any]:
    """The miss as a JSON document: `{"error": {"code", "message", ...}}`."""
    return {
        "error": {
            "code": CODE,
            "message": miss_message(miss),
            "service": miss.service,
            "operation": miss.operation,
            "request": miss.request,
            "reason": miss.reason,
            "recordings": miss.recordings,
            "nearest": [_near_document(miss, near) for near in miss.nearest],
            "known_operations": list(miss.known_operations),
            "accept": list(accept_lines(miss)),
            "record": record_command(miss.service),
        }
    }


def miss_message(miss: Miss) -> str:
    """The miss in one sentence."""
    if miss.reason:
        return f"the recording of {miss.request} in the mirror of {miss.service} may not answer: {miss.reason}"
    if miss.recordings:
        count = "1 recording" if miss.recordings == 1 else f"{miss.recordings} recordings"
        return f"no recording answers {miss.request}: {miss.service} has {count} of {miss.operation}, all different"
    return f"no recording answers {miss.request}: {miss.operation} of {miss.service} was never recorded"


def miss_lines(miss: Miss) -> list[str]:
    """The miss for a terminal or a test report, a line each, without colours."""
    lines = [miss_message(miss)]
    if miss.reason:
        return lines
    for near in miss.nearest:
        lines.append(f"  nearest: {near.request}  (scenario {near.scenario}, exchange {near.number})")
        lines.extend(f"    {one.part}: recorded {one.recorded}, got {one.got}" for one in near.differences)
    if miss.known_operations:
        lines.append(f"  recorded operations with similar names: {', '.join(miss.known_operations)}")
    accept = list(accept_lines(miss))
    if accept:
        lines.append(f'  accept the difference: paste into "ignore" of the mirror.json of {miss.service}')
        lines.extend(f"    {line}" for line in accept)
    lines.append(f"  record it: {record_command(miss.service)}")
    return lines


def accept_lines(miss: Miss) -> Iterator[str]:
    """The rules, each a line of JSON, that would let the nearest recording answer; none if no rule could."""
    nearest = miss.nearest[0].differences if miss.nearest else ()
    if not all(_is_ignorable(difference) for difference in nearest):
        return
    for part in dict.fromkeys(difference.part for difference in nearest):
        yield json.dumps({"operation": miss.operation, "part": part, "why": _WHY}, ensure_ascii=False)


def record_command(service: str) -> str:
    """The command that records what is missing."""
    return f"truemirror serve {service} --mode record-missing --upstream {service}=URL"


def _is_ignorable(difference: Difference) -> bool:
    """Whether a rule may say that this part does not count."""
    return difference.part.partition(":")[0] in _IGNORABLE


def _near_document(miss: Miss, near: NearMiss) -> dict[str, Any]:
    """A near miss as a JSON object."""
    return {
        "request": near.request,
        "scenario": near.scenario,
        "exchange": near.number,
        "differences": [
            {"part": one.part, "recorded": one.recorded, "got": one.got, "ignorable": _is_ignorable(one)}
            for one in near.differences
        ],
    }
