"""Rules about single values: types, listed values, bounds, texts.

Rules: each row has the row of the change undone as its mirror.
"""

from typing import Any, Final

from truemirror.core.contract.compat.policy import Direction
from truemirror.core.contract.compat.row import Row

_S: Final[dict[str, Any]] = {"type": "string"}
_ALL = (Direction.BACKWARD, Direction.FORWARD, Direction.REQUEST, Direction.RESPONSE, Direction.EVENT)
_TAKE = "Go on taking what was taken, or release a new major version."
_GIVE = "Go on giving no more than was promised, or release a new major version."
_BOTH = "Release a new major version."
_ENUM = {"type": "string", "enum": ["a", "b"]}
_MORE = {"type": "string", "enum": ["a", "b", "c"]}


def _narrow(id_: str, says: str, meaning: str, old: Any, new: Any, mirror: str) -> Row:
    """A rule about allowing less."""
    return Row(id_, "values", "bibi", says, meaning, _TAKE, old, new, mirror)


def _widen(id_: str, says: str, meaning: str, old: Any, new: Any, mirror: str) -> Row:
    """A rule about allowing more."""
    return Row(id_, "values", "ibib", says, meaning, _GIVE, old, new, mirror)


def _turn(id_: str, says: str, meaning: str, old: Any, new: Any) -> Row:
    """A rule about allowing something else."""
    return Row(id_, "values", "bbbb", says, meaning, _BOTH, old, new, id_)


_MEET = "Readers meet values that they were never promised."
_REFUSE = "Senders of what was allowed are refused."

ROWS: Final = (
    _widen(
        "type-widened",
        "{path} may now be {after}; it was {before}",
        _MEET,
        {"type": "integer"},
        {"type": "number"},
        "type-narrowed",
    ),
    _narrow(
        "type-narrowed",
        "{path} may only be {after} now; it was {before}",
        _REFUSE,
        {"type": "number"},
        {"type": "integer"},
        "type-widened",
    ),
    _turn(
        "type-changed",
        "{path} is now {after}; it was {before}",
        "Neither side understands the other.",
        _S,
        {"type": "integer"},
    ),
    _widen(
        "null-added",
        "{path} may now be null",
        "Readers that need a value meet null.",
        _S,
        {"type": ["string", "null"]},
        "null-removed",
    ),
    _narrow(
        "null-removed",
        "{path} may no longer be null",
        "Senders of null are refused.",
        {"type": ["string", "null"]},
        _S,
        "null-added",
    ),
    _widen(
        "values-added",
        "{path} may now also be {after}",
        "Readers that branch on the value meet one they do not know.",
        _ENUM,
        _MORE,
        "values-removed",
    ),
    _narrow("values-removed", "{path} may no longer be {before}", _REFUSE, _MORE, _ENUM, "values-added"),
    _narrow("values-listed", "{path} may only be {after} now", _REFUSE, _S, _ENUM, "values-freed"),
    _widen(
        "values-freed",
        "{path} may now be any value; it was {before}",
        "Readers that branch on the value meet others.",
        _ENUM,
        _S,
        "values-listed",
    ),
    _narrow(
        "bounds-tightened",
        "{path} is bounded more tightly: {keyword} is {after}, was {before}",
        _REFUSE,
        {"type": "integer", "maximum": 9},
        {"type": "integer", "maximum": 5},
        "bounds-loosened",
    ),
    _widen(
        "bounds-loosened",
        "{path} is bounded more loosely: {keyword} is {after}, was {before}",
        _MEET,
        {"type": "integer", "maximum": 5},
        {"type": "integer", "maximum": 9},
        "bounds-tightened",
    ),
    _narrow(
        "step-tightened",
        "{path} has to be a multiple of {after} now",
        _REFUSE,
        {"type": "integer"},
        {"type": "integer", "multipleOf": 2},
        "step-loosened",
    ),
    _widen(
        "step-loosened",
        "{path} need no longer be a multiple of {before}",
        _MEET,
        {"type": "integer", "multipleOf": 2},
        {"type": "integer"},
        "step-tightened",
    ),
    _turn(
        "step-changed",
        "{path} has to be a multiple of {after} now, of {before} before",
        "Senders are refused and readers meet other values.",
        {"type": "integer", "multipleOf": 2},
        {"type": "integer", "multipleOf": 3},
    ),
    _narrow(
        "length-tightened",
        "the length of {path} is bounded more tightly: {keyword} is {after}, was {before}",
        _REFUSE,
        {"type": "string", "maxLength": 9},
        {"type": "string", "maxLength": 5},
        "length-loosened",
    ),
    _widen(
        "length-loosened",
        "the length of {path} is bounded more loosely: {keyword} is {after}, was {before}",
        _MEET,
        {"type": "string", "maxLength": 5},
        {"type": "string", "maxLength": 9},
        "length-tightened",
    ),
    _narrow(
        "pattern-added",
        "{path} now has to match {after}",
        _REFUSE,
        _S,
        {"type": "string", "pattern": "^a"},
        "pattern-removed",
    ),
    _widen(
        "pattern-removed",
        "{path} need no longer match {before}",
        _MEET,
        {"type": "string", "pattern": "^a"},
        _S,
        "pattern-added",
    ),
    _turn(
        "pattern-changed",
        "{path} has to match {after} now, {before} before",
        "What one pattern allows the other may not; the languages of both are compared.",
        {"type": "string", "pattern": "^a"},
        {"type": "string", "pattern": "^b"},
    ),
    Row(
        "format-added",
        "values",
        "wwbw",
        "{path} is now in the format {after}",
        "Contracts hold values to a format; between bare schemas it is a word to people, which some validators check.",
        _TAKE,
        _S,
        {"type": "string", "format": "date"},
        "format-removed",
        warns=_ALL,
    ),
    Row(
        "format-removed",
        "values",
        "wwwb",
        "{path} is no longer in the format {before}",
        "Readers that parse the text may meet another.",
        _GIVE,
        {"type": "string", "format": "date"},
        _S,
        "format-added",
        warns=_ALL,
    ),
    Row(
        "format-changed",
        "values",
        "wwbb",
        "{path} is in the format {after} now, in {before} before",
        "Readers that parse the text may fail.",
        _BOTH,
        {"type": "string", "format": "date"},
        {"type": "string", "format": "date-time"},
        "format-changed",
        warns=_ALL,
    ),
    _narrow(
        "schema-closed",
        "{path} is held to a schema now where any value would do",
        _REFUSE,
        {"type": "array", "items": True},
        {"type": "array", "items": False},
        "schema-opened",
    ),
    _widen(
        "schema-opened",
        "{path} may now be any value",
        _MEET,
        {"type": "array", "items": False},
        {"type": "array", "items": True},
        "schema-closed",
    ),
)
