"""A need as a JSON Schema: what every answer has to be so that the consumer can read it.

Rules: a need of a path says nothing of what leads there, for that is a need of its own; each is met or not by itself.
"""

from typing import Any

from truemirror.core.usage.needs import Need
from truemirror.core.usage.paths import Every


def schema_of(need: Need) -> dict[str, Any]:
    """The schema of one need, of the whole body."""
    made: dict[str, Any] = {"type": list(need.kinds)} if need.kinds else {}
    if need.pattern:
        made["pattern"] = need.pattern
    is_last = True
    for step in reversed(need.path):
        if step is Every.ITEM:
            made = {"items": made}
        elif step is Every.MEMBER:
            made = {"additionalProperties": made}
        else:
            made = {"properties": {step: made}, **({"required": [step]} if is_last and need.required else {})}
        is_last = False
    return made


def schema_of_all(needs: tuple[Need, ...]) -> dict[str, Any]:
    """The schema of several needs of one body."""
    return {"allOf": [schema_of(one) for one in needs]}


def merged(needs: tuple[Need, ...]) -> tuple[Need, ...]:
    """The needs of one kind of answer, one for each path, in the order of their paths.

    A kind that the consumer reads in one case it reads in all; what it needs in one case it needs in all.
    """
    found: dict[object, Need] = {}
    for need in needs:
        known = found.get(need.path)
        found[need.path] = _joined(known, need) if known else need
    return tuple(found.values())


def _joined(one: Need, other: Need) -> Need:
    """Two needs of one path as one."""
    kinds = set(one.kinds) | set(other.kinds) if one.kinds and other.kinds else set()
    kinds -= {"integer"} if "number" in kinds else set()
    texts = [need for need in (one, other) if not need.kinds or "string" in need.kinds]
    patterns = {need.pattern for need in texts}
    because = ", ".join(dict.fromkeys(filter(None, (one.because, other.because))))
    return Need(
        one.operation,
        one.status,
        one.path,
        tuple(sorted(kinds)),
        next(iter(patterns)) if len(patterns) == 1 else "",
        one.required or other.required,
        because,
    )
