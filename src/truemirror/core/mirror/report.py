"""A miss, told: as a JSON document for programs and as lines for people.

Rules: every miss names the operation, the nearest recordings with what differs, the lines that accept the difference
and the command that records the request. What is shown was redacted before it came here.
"""

import json
from collections.abc import Iterator
from typing import Any

from truemirror.core.mirror.difference import Difference
from truemirror.core.mirror.miss import Miss, NearMiss
from truemirror.core.mirror.noise_kinds import is_text_of
from truemirror.core.wire.exchange import is_safe

CODE = "mirror_miss"
"""The error code of a miss, in the shape of error that the document has."""
_IGNORABLE = frozenset({"query", "header", "body", "credentials"})
_BEYOND_DOUBT = ("uuid", "date-time", "http-date", "date")
_WHY = "say here why it does not count"
EMPTY = "(empty)"


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
            "contract": list(miss.refused),
            "recordings": miss.recordings,
            "nearest": [_near_document(miss, near) for near in miss.nearest],
            "known_operations": list(miss.known_operations),
            "accept": list(accept_lines(miss)),
            "accept_noise": list(noise_lines(miss)),
            "record": record_command(miss.service, websocket=miss.websocket),
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
    lines = [miss_message(miss), *(f"  the contract refuses it, too: {one}" for one in miss.refused)]
    if miss.reason:
        return lines
    for near in miss.nearest:
        lines.append(f"  nearest: {near.request}  (scenario {near.scenario}, exchange {near.number})")
        lines.extend(
            f"    {one.part}: recorded {one.recorded or EMPTY}, got {one.got or EMPTY}" for one in near.differences
        )
    if miss.known_operations:
        lines.append(f"  recorded operations with similar names: {', '.join(miss.known_operations)}")
    accept = list(accept_lines(miss))
    if accept:
        lines.append(f'  accept the difference: paste into "ignore" of the mirror.json of {miss.service}')
        lines.extend(f"    {line}" for line in accept)
    noise = list(noise_lines(miss))
    if noise:
        lines.append('  or, where such a value differs each time, say so: paste into "noise" of the same file')
        lines.extend(f"    {line}" for line in noise)
    if not is_safe(miss.operation.partition(" ")[0]) and any('"uuid"' in line for line in noise):
        lines.append(f"  or, where clients make it anew each time, find it: {flow_command(miss.service)}")
    lines.append(f"  record it: {record_command(miss.service, websocket=miss.websocket)}")
    return lines


def accept_lines(miss: Miss) -> Iterator[str]:
    """The rules, each a line of JSON, that would let the nearest recording answer; none if no rule could."""
    nearest = miss.nearest[0].differences if miss.nearest else ()
    if not all(_is_ignorable(difference) for difference in nearest):
        return
    for part in dict.fromkeys(difference.part for difference in nearest):
        yield json.dumps({"operation": miss.operation, "part": part, "why": _WHY}, ensure_ascii=False)


def noise_lines(miss: Miss) -> Iterator[str]:
    """The rules, each a line of JSON, that let values of the nearest recording vary within their kind.

    One for each difference between two values of one kind beyond doubt, as two UUIDs; today's value then also comes
    back in the answer. A step of the path is one, too.
    """
    for difference in miss.nearest[0].differences if miss.nearest else ():
        values = list(_values(difference))
        kinds = [_shared_kind(recorded, got) for _, recorded, got in values]
        if difference.part == "path" and not (kinds and all(kinds)):
            return  # no rule lets a path differ otherwise
        for (part, _, _), kind in zip(values, kinds, strict=True):
            if kind:
                rule = {"operation": miss.operation, "part": part, "kind": kind, "of": "request"}
                yield json.dumps(rule, ensure_ascii=False)


def _values(difference: Difference) -> Iterator[tuple[str, str, str]]:
    """The parts of a difference that may vary, with both values as plain texts."""
    if difference.part != "path":
        if difference.part.startswith(("query:", "header:", "body:")):
            yield difference.part, _plain(difference.recorded), _plain(difference.got)
        return
    then, now = difference.recorded.split("/")[1:], difference.got.split("/")[1:]
    if len(then) == len(now):
        for number, (recorded, got) in enumerate(zip(then, now, strict=True)):
            if recorded != got:
                yield f"path:{number}", recorded, got


def _plain(text: str) -> str:
    """A JSON text without its quotation marks."""
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def _shared_kind(recorded: str, got: str) -> str:
    """The kind that two values show beyond doubt; empty where they do not."""
    return next((kind for kind in _BEYOND_DOUBT if is_text_of(kind, recorded) and is_text_of(kind, got)), "")


def flow_command(service: str) -> str:
    """The command that finds in the recording which values clients make and where they go."""
    return f"truemirror flow {service} --write"


def record_command(service: str, *, websocket: bool = False) -> str:
    """The command that records what is missing; a server passes no WebSocket on."""
    if websocket:
        return f"truemirror record {service} --upstream URL"
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
