"""What a finding about two schemas says: the change in words, and the value that shows whom it breaks.

Rules: one sentence, printable whatever the schemas hold, and never long.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from truemirror.core.contract.compat.change import Change
from truemirror.core.contract.compat.policy import Direction
from truemirror.core.contract.compat.row import Row
from truemirror.core.contract.describe import described
from truemirror.core.contract.pointer import clipped, printable

_LONGEST: Final = 160
_TAILS: Final[Mapping[Direction, str]] = {
    Direction.BACKWARD: "the new schema refuses {0}, which the old one accepts",
    Direction.FORWARD: "the old schema refuses {0}, which the new one accepts",
    Direction.REQUEST: "callers that send {0} are refused",
    Direction.RESPONSE: "readers of the old contract break on {0}",
    Direction.EVENT: "readers of the old contract break on {0}",
}
_SCHEMAS: Final = frozenset({"undeclared", "unevaluated"})


def compact(value: Any) -> str:
    """A value as one line of JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def message(row: Row, change: Change, direction: Direction, witness: str, added: str = "") -> str:
    """What happened, and what shows it where there is a witness."""
    said = row.says
    filled = {
        "name": f"`{printable(change.name)}`"
        if change.name and change.keyword in _NAMING
        else change.name or "another kind",
        "path": "the value"
        if change.path == "$"
        else f"`{printable(change.path.removeprefix('$.').removeprefix('$'))}`",
        "before": _told(change, change.before),
        "after": _told(change, change.after),
        "keyword": f"`{change.keyword}`",
    }
    for word, text in filled.items():
        said = said.replace("{" + word + "}", clipped(text, _LONGEST))
    if witness:
        return f"{said}; {tail(direction, witness)}"
    return f"{said}; {added}" if added else said


_NAMING: Final = frozenset({"properties", "required", "dependencies", "dependentRequired", "dependentSchemas"})


def tail(direction: Direction, witness: str) -> str:
    """Whom a witness breaks."""
    return _TAILS[direction].format(clipped(printable(witness), _LONGEST))


def _told(change: Change, value: Any) -> str:
    """One side of a change in words."""
    if change.keyword == "type" and isinstance(value, list):
        return " or ".join(value) if value else "no type"
    if change.kind.partition("-")[0] in _SCHEMAS and not isinstance(value, bool):
        return described(value)
    if change.keyword in ("enum", "const") and isinstance(value, list):
        return " or ".join(_json(one) for one in value[:6]) + (" or more" if len(value) > 6 else "")
    if change.kind == "attribute-renamed":
        return f"`{printable(str(value))}`"
    return "nothing" if value is None else _json(value)


def _json(value: Any) -> str:
    """A value of a schema in one line."""
    try:
        return printable(compact(value))
    except (TypeError, ValueError):
        return printable(str(value))
