"""Rules about schemas that are made of others.

Rules: each row has the row of the change undone as its mirror; `oneOf` is not monotone, so what a branch does is
decided by values, never by counting branches.
"""

from typing import Any, Final

from truemirror.core.contract.compat.policy import Direction
from truemirror.core.contract.compat.row import Row

_TAKE = "Go on taking what was taken, or release a new major version."
_GIVE = "Go on giving no more than was promised, or release a new major version."
_BOTH = "Release a new major version."
_S: Final[dict[str, Any]] = {"type": "string"}
_N: Final[dict[str, Any]] = {"type": "integer"}
_B: Final[dict[str, Any]] = {"type": "boolean"}
_IF = {"if": {"type": "string"}, "then": {"maxLength": 3}}
_TAGGED = {
    "oneOf": [
        {"type": "object", "properties": {"kind": {"const": one}}, "required": ["kind"]} for one in ("card", "cash")
    ]
}

_TWICE = {"anyOf": [{"const": "a"}, {"const": "a"}, _N]}
_ONCE = {"anyOf": [_N]}
_ALL = (Direction.BACKWARD, Direction.FORWARD, Direction.REQUEST, Direction.RESPONSE, Direction.EVENT)


def _pair(
    narrow: str, widen: str, says: tuple[str, str], meaning: tuple[str, str], wide: Any, tight: Any
) -> tuple[Row, Row]:
    """A rule about allowing less, and its mirror."""
    return (
        Row(narrow, "combining", "bibi", says[0], meaning[0], _TAKE, wide, tight, widen),
        Row(widen, "combining", "ibib", says[1], meaning[1], _GIVE, tight, wide, narrow),
    )


_REFUSED = "Senders of what was allowed are refused."
_MET = "Readers meet values that they were never promised."

ROWS: Final = (
    *_pair(
        "any-branch-removed",
        "any-branch-added",
        ("{path} may no longer be {name}", "{path} may now also be {name}"),
        (_REFUSED, "Readers that tell the alternatives apart meet one they do not know."),
        {"anyOf": [_S, _N, _B]},
        {"anyOf": [_S, _N]},
    ),
    *_pair(
        "one-branch-removed",
        "one-branch-added",
        ("{path} may no longer be {name}", "{path} may now also be {name}"),
        (
            "Senders of that alternative are refused; where alternatives overlap, readers may meet more.",
            "Readers meet an alternative they do not know; where it overlaps with another, senders are refused.",
        ),
        {"oneOf": [_S, _N, _B]},
        {"oneOf": [_S, _N]},
    ),
    *_pair(
        "any-of-added",
        "any-of-removed",
        ("{path} now has to be one of several alternatives", "{path} need no longer be one of several alternatives"),
        (_REFUSED, _MET),
        {},
        {"anyOf": [_S, _N]},
    ),
    *_pair(
        "one-of-added",
        "one-of-removed",
        (
            "{path} now has to be exactly one of several alternatives",
            "{path} need no longer be one of several alternatives",
        ),
        (_REFUSED, _MET),
        {},
        {"oneOf": [_S, _N]},
    ),
    *_pair(
        "all-branch-added",
        "all-branch-removed",
        ("{path} has to be {name}, too", "{path} need no longer be {name}, too"),
        (_REFUSED, _MET),
        {"minLength": 1},
        {"minLength": 1, "allOf": [{"minLength": 2}]},
    ),
    *_pair(
        "not-added",
        "not-removed",
        ("{path} must not be of a kind now", "{path} may now be of a kind that was ruled out"),
        (_REFUSED, _MET),
        {},
        {"not": _S},
    ),
    *_pair(
        "condition-added",
        "condition-removed",
        ("{path} is held to a condition now", "{path} is no longer held to a condition"),
        (_REFUSED, _MET),
        {},
        _IF,
    ),
    Row(
        "condition-changed",
        "combining",
        "bbbb",
        "{path} is held to another condition",
        "What the condition asked for changed for some values.",
        _BOTH,
        _IF,
        {"if": {"type": "integer"}, "then": {"maximum": 3}},
        "condition-changed",
    ),
    Row(
        "discriminator-added",
        "combining",
        "iiii",
        "an attribute now tells the alternatives of {path} apart",
        "A help for generated code; which values are valid is said by the alternatives.",
        "Nothing.",
        _TAGGED,
        {**_TAGGED, "discriminator": {"propertyName": "kind"}},
        "discriminator-removed",
    ),
    Row(
        "discriminator-removed",
        "combining",
        "wwww",
        "no attribute tells the alternatives of {path} apart any more",
        "Generated code loses what it told the alternatives apart by.",
        "Keep it.",
        {**_TAGGED, "discriminator": {"propertyName": "kind"}},
        _TAGGED,
        "discriminator-added",
        warns=_ALL,
    ),
    Row(
        "discriminator-changed",
        "combining",
        "wwww",
        "the alternatives of {path} are told apart in another way",
        "Generated code of the other side may take one alternative for another.",
        "Keep the attribute and its values; add values with new alternatives only.",
        {**_TAGGED, "discriminator": {"propertyName": "kind"}},
        {**_TAGGED, "discriminator": {"propertyName": "kind", "mapping": {"c": "#/oneOf/0"}}},
        "discriminator-changed",
        warns=_ALL,
    ),
    *(
        Row(
            f"reference-{word}",
            "combining",
            marks,
            "{path} refers to another place",
            "Where a reference leads is decided while a value is judged; what it comes to is judged as a whole.",
            "Nothing.",
            {"$dynamicAnchor": "a", "type": "array", "items": old},
            {"$dynamicAnchor": "a", "type": "array", "items": new},
            mirror,
        )
        for word, marks, old, new, mirror in (
            ("added", "bibi", {}, {"$dynamicRef": "#a"}, "reference-removed"),
            ("removed", "ibib", {"$dynamicRef": "#a"}, {}, "reference-added"),
            (
                "changed",
                "iiii",
                {"$dynamicRef": "#a", "$defs": {"b": {"$dynamicAnchor": "b", "$ref": "#"}}},
                {"$dynamicRef": "#b", "$defs": {"b": {"$dynamicAnchor": "b", "$ref": "#"}}},
                "reference-changed",
            ),
        )
    ),
    Row(
        "schema-narrowed",
        "combining",
        "b-b-",
        "the changes together refuse what was allowed",
        "No change alone explains it; the witness shows that a value of the old schema is refused.",
        _TAKE,
        _TWICE,
        _ONCE,
        "schema-widened",
    ),
    Row(
        "schema-widened",
        "combining",
        "-b-b",
        "the changes together allow what was refused",
        "No change alone explains it; the witness shows that a value of the new schema was not promised.",
        _GIVE,
        _ONCE,
        _TWICE,
        "schema-narrowed",
    ),
)
