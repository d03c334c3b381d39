"""Pairs of schemas that comparisons of keywords get wrong, judged as sets of values."""

import pytest

from truemirror.core.schema.budget import Budget
from truemirror.core.schema.inclusion import Answer, Proven, Refuted, included
from truemirror.core.schema.reading import Dialect, Source, meaning
from truemirror.core.schema.terms import Json

_INTEGER = {"type": "integer"}
_NUMBER = {"type": "number"}
_STRING = {"type": "string"}
_LIST = {
    "$ref": "#/$defs/list",
    "$defs": {"list": {"type": ["object", "null"], "properties": {"next": {"$ref": "#/$defs/list"}}}},
}


def _of(*, dialect: Dialect = Dialect.DRAFT202012, inner: Json, outer: Json) -> Answer:
    """The answer for two schemas."""
    sides = (meaning(Source(side, dialect)) for side in (inner, outer))
    return included(*sides, Budget())


def _node(value: Json) -> Json:
    """A tree whose nodes have a value and up to two trees below."""
    below = {"$ref": "#/$defs/node"}
    node = {"type": "object", "required": ["v"], "properties": {"v": value, "l": below, "r": below}}
    return {"$ref": "#/$defs/node", "$defs": {"node": node}}


def _tagged(*tags: str, **changed: Json) -> Json:
    """One of several shapes told apart by a tag."""
    shapes = [
        {
            "type": "object",
            "required": ["kind"],
            "properties": {"kind": {"const": tag}, "value": changed.get(tag, {"type": "string", "maxLength": 20})},
        }
        for tag in tags
    ]
    return {"oneOf": shapes}


_TAGS = [f"k{number}" for number in range(31)]

PROVEN = {
    "an integer is a number": (_INTEGER, _NUMBER),
    "an integer is a multiple of one": (_INTEGER, {"type": "number", "multipleOf": 1}),
    "a multiple of one is an integer": ({"type": "number", "multipleOf": 1}, _INTEGER),
    "below eleven is at most ten for integers": (
        {"type": "integer", "exclusiveMaximum": 11},
        {"type": "integer", "maximum": 10},
    ),
    "a multiple of six is one of three": ({"type": "number", "multipleOf": 6}, {"multipleOf": 3}),
    "not a number is not an integer": ({"not": _NUMBER}, {"not": _INTEGER}),
    "a disjoint branch may be added": ({"oneOf": [_INTEGER]}, {"oneOf": [_INTEGER, _STRING]}),
    "a tagged branch may be added": (_tagged(*_TAGS[:30]), _tagged(*_TAGS)),
    "an attribute may be added to a closed object": (
        {"type": "object", "properties": {"a": _STRING}, "additionalProperties": False},
        {"type": "object", "properties": {"a": _STRING, "b": _INTEGER}, "additionalProperties": False},
    ),
    "nullable may be spelt as a choice": (
        {"type": ["string", "null"], "maxLength": 3},
        {"anyOf": [{"type": "null"}, {"type": "string", "maxLength": 3}]},
    ),
    "a choice is what it was": (
        {"anyOf": [{"type": "null"}, {"type": "string", "maxLength": 3}]},
        {"type": ["string", "null"], "maxLength": 3},
    ),
    "a pattern inside a larger one": (
        {"type": "string", "pattern": "^[a-f]{2}$"},
        {"type": "string", "pattern": "^[a-z]+$"},
    ),
    "a list that contains itself is itself": (_LIST, _LIST),
    "a tree with tighter values": (_node(_INTEGER), _node(_NUMBER)),
    "a value that would have to contain itself is none": (
        {
            "$ref": "#/$defs/a",
            "$defs": {
                "a": {"type": "object", "required": ["b"], "properties": {"b": {"$ref": "#/$defs/b"}}},
                "b": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/a"}},
            },
        },
        False,
    ),
    "a const beside its enum": ({"const": {"a": [1, None]}}, {"enum": [{"a": [1.0, None]}, 3]}),
    "conditions that say the same": (
        {"if": {"required": ["a"]}, "then": {"required": ["b"]}},
        {"dependentRequired": {"a": ["b"]}},
    ),
    "three different truth values do not exist": (
        {"type": "array", "uniqueItems": True, "minItems": 3, "items": {"type": "boolean"}},
        False,
    ),
    "an enum that a pattern covers": ({"enum": ["a1", "b2"]}, {"type": "string", "pattern": "^[ab][0-9]$"}),
    "at least two of three": (
        {"type": "array", "prefixItems": [{"const": 1}, {"const": 1}, {"const": 2}], "minItems": 3, "maxItems": 3},
        {"contains": {"const": 1}, "minContains": 2},
    ),
}
REFUTED = {
    "a number need not be an integer": (_NUMBER, _INTEGER),
    "a required name outside the attributes": ({"required": ["foo"]}, {"required": ["bar"]}),
    "an overlapping branch takes values away": ({"oneOf": [_INTEGER]}, {"oneOf": [_INTEGER, _NUMBER]}),
    "not an integer may be a number": ({"not": _INTEGER}, {"not": _NUMBER}),
    "a typed attribute may not be added to an open object": (
        {"type": "object", "properties": {"a": _STRING}},
        {"type": "object", "properties": {"a": _STRING, "b": _INTEGER}},
    ),
    "a choice over something nullable refuses null": (
        {"type": ["string", "null"]},
        {"oneOf": [{"type": "null"}, {"type": ["string", "null"]}]},
    ),
    "one tagged branch of thirty is changed": (
        _tagged(*_TAGS[:30]),
        _tagged(*_TAGS[:30], k7={"type": "string", "maxLength": 19}),
    ),
    "a default does not make a member": (
        {"type": "object"},
        {"type": "object", "required": ["a"], "properties": {"a": {"default": 1}}},
    ),
    "a tree with wider values": (_node(_NUMBER), _node(_INTEGER)),
    "a step is no other step": ({"type": "number", "multipleOf": 2}, {"multipleOf": 3}),
    "a shorter text": ({"type": "string"}, {"minLength": 2}),
    "a pattern that is no longer anchored": ({"pattern": "a"}, {"pattern": "^a"}),
    "a name that a pattern forbids": ({"type": "object"}, {"propertyNames": {"pattern": "^[a-z]+$"}}),
    "an object with more members": ({"minProperties": 3}, {"maxProperties": 3}),
    "absent is not null": (
        {"type": "object", "properties": {"a": {"type": ["string", "null"]}}},
        {"type": "object", "required": ["a"], "properties": {"a": {"type": ["string", "null"]}}},
    ),
}


@pytest.mark.parametrize("name", PROVEN)
def test_every_value_of_the_one_is_proven_to_be_one_of_the_other(name: str) -> None:
    """Each pair is inside, and the answer says so."""
    inner, outer = PROVEN[name]
    assert _of(inner=inner, outer=outer) == Proven()


@pytest.mark.parametrize("name", REFUTED)
def test_a_value_of_the_one_is_shown_that_is_none_of_the_other(name: str) -> None:
    """Each pair is not inside, and the answer shows a value."""
    inner, outer = REFUTED[name]
    assert isinstance(_of(inner=inner, outer=outer), Refuted)


def test_items_beyond_no_tuple_are_not_looked_at_in_draft_7() -> None:
    """`additionalItems` without an array in `items` says nothing."""
    answer = _of(
        dialect=Dialect.DRAFT7, inner={"type": "array"}, outer={"additionalItems": False, "items": {"minimum": 0}}
    )
    assert isinstance(answer, Refuted)
    assert _of(dialect=Dialect.DRAFT7, inner={"type": "array", "items": False}, outer={"additionalItems": False}) == (
        Proven()
    )


def test_the_witness_is_small() -> None:
    """A witness has no more members than it needs."""
    inner = {"type": "object", "required": ["a"], "properties": {"a": _NUMBER, "b": _STRING}}
    outer = {"type": "object", "required": ["a"], "properties": {"a": _INTEGER, "b": _STRING}}
    assert _of(inner=inner, outer=outer) == Refuted({"a": 0.1})
