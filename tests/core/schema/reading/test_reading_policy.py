"""What a policy changes: undeclared members, sides, formats."""

from typing import Any

import pytest

from truemirror.core.schema.membership import holds
from truemirror.core.schema.reading import Dialect, Reading, Side, Source, Undeclared, meaning

CLOSED, OPEN = Reading(undeclared=Undeclared.CLOSED), Reading(undeclared=Undeclared.OPEN)
REQUEST, RESPONSE = Reading(side=Side.REQUEST), Reading(side=Side.RESPONSE)
OBJ = {"properties": {"a": {"type": "integer"}}}
AB = {"allOf": [OBJ, {"properties": {"b": {}}}]}
RO = {"properties": {"id": {"readOnly": True, "type": "string"}, "n": {}}, "required": ["id", "n"]}
ONE_OF_TWO = {"oneOf": [{**OBJ, "additionalProperties": False}, {**OBJ, "required": ["b"]}]}
OB = {"properties": {"b": {}}}
NESTED = {"allOf": [{"properties": {"o": OBJ}}, {"properties": {"o": OB}}]}
BESIDE_REF = {"$ref": "#/$defs/n", "properties": {"o": OB}, "$defs": {"n": {"properties": {"o": OBJ}}}}
DEEP = {"allOf": [{"properties": {"p": {"properties": {"o": OBJ}}}}, {"properties": {"p": {"properties": {"o": OB}}}}]}
ROWS_AB = {"allOf": [{"items": OBJ}, {"prefixItems": [OB]}]}
ONE_NESTED = {
    "properties": {"o": OBJ},
    "oneOf": [
        {"properties": {"k": {"const": 1}, "o": OB}, "required": ["k"]},
        {"properties": {"k": {"const": 2}, "o": {"properties": {"c": {}}}}, "required": ["k"]},
    ],
}
BY_PATTERN = {"properties": {"oo": OBJ}, "patternProperties": {"^o": OB}}
WHEN_NESTED = {"properties": {"o": OBJ}, "if": {"required": ["k"]}, "then": {"properties": {"k": {}, "o": OB}}}
OLD_REF = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "$ref": "#/definitions/n",
    "properties": {"o": OB},
    "definitions": {"n": {"properties": {"o": OBJ}}},
}

ROWS: list[tuple[str, Any, Reading, Any, bool]] = [
    ("a writer has no member that is not declared", OBJ, CLOSED, {"z": 1}, False),
    ("as declared it may", OBJ, Reading(), {"z": 1}, True),
    ("a writer has what is declared", OBJ, CLOSED, {"a": 1}, True),
    ("what any part of allOf declares is declared", AB, CLOSED, {"a": 1, "b": 1}, True),
    ("and nothing else is", AB, CLOSED, {"a": 1, "c": 1}, False),
    ("an explicit true counts as said", {**OBJ, "additionalProperties": True}, CLOSED, {"z": 1}, True),
    ("also in a part", {"allOf": [OBJ, {"additionalProperties": True}]}, CLOSED, {"z": 1}, True),
    ("a map stays a map", {"type": "object"}, CLOSED, {"z": 1}, True),
    ("patterns declare, too", {"patternProperties": {"^x": {}}}, CLOSED, {"z": 1}, False),
    ("what is required is declared", {**OBJ, "required": ["b"]}, CLOSED, {"b": 1}, True),
    ("objects inside are closed as well", {"properties": {"o": OBJ}}, CLOSED, {"o": {"z": 1}}, False),
    ("and those in arrays", {"items": OBJ}, CLOSED, [{"z": 1}], False),
    ("behind references, too", {"$ref": "#/$defs/o", "$defs": {"o": OBJ}}, CLOSED, {"z": 1}, False),
    ("nothing is closed inside `not`", {"not": {**OBJ, "required": ["a"]}}, CLOSED, {"a": 1, "z": 1}, False),
    ("nothing is closed inside `contains`", {"contains": OBJ}, CLOSED, [{"z": 1}], True),
    ("each alternative declares its own", {"anyOf": [OBJ, {"type": "null"}]}, CLOSED, {"z": 1}, False),
    ("an alternative that names nothing stays open", {"anyOf": [OBJ, {"type": "object"}]}, CLOSED, {"z": 1}, True),
    ("unless its surroundings name", {**OBJ, "anyOf": [{"required": ["a"]}, {}]}, CLOSED, {"z": 1}, False),
    ("draft 7 is closed, too", {"$schema": "http://json-schema.org/draft-07/schema#", **OBJ}, CLOSED, {"z": 1}, False),
    ("parts that speak of one attribute declare it together", NESTED, CLOSED, {"o": {"a": 1, "b": 1}}, True),
    ("and what neither declares is not", NESTED, CLOSED, {"o": {"a": 1, "c": 1}}, False),
    ("what stands beside a reference declares with it", BESIDE_REF, CLOSED, {"o": {"a": 1, "b": 1}}, True),
    ("and closes with it", BESIDE_REF, CLOSED, {"o": {"c": 1}}, False),
    ("at any depth", DEEP, CLOSED, {"p": {"o": {"a": 1, "b": 1}}}, True),
    ("where nothing else is", DEEP, CLOSED, {"p": {"o": {"c": 1}}}, False),
    ("in arrays, too", ROWS_AB, CLOSED, [{"a": 1, "b": 1}], True),
    ("and closed there", ROWS_AB, CLOSED, [{"c": 1}], False),
    (
        "an alternative declares together with its surroundings",
        ONE_NESTED,
        CLOSED,
        {"k": 1, "o": {"a": 1, "b": 1}},
        True,
    ),
    ("but not with the other one", ONE_NESTED, CLOSED, {"k": 1, "o": {"a": 1, "c": 1}}, False),
    ("a pattern declares together with a name", BY_PATTERN, CLOSED, {"oo": {"a": 1, "b": 1}}, True),
    ("a condition declares together with its surroundings", WHEN_NESTED, CLOSED, {"k": 1, "o": {"a": 1, "b": 1}}, True),
    ("what draft 7 hides behind a reference declares nothing", OLD_REF, CLOSED, {"o": {"a": 1, "b": 1}}, False),
    ("a reader does not mind what is forbidden", {**OBJ, "additionalProperties": False}, OPEN, {"z": 1}, True),
    ("nor what is unevaluated", {**OBJ, "unevaluatedProperties": False}, OPEN, {"z": 1}, True),
    ("but it minds a schema", {"additionalProperties": {"type": "null"}}, OPEN, {"z": 1}, False),
    ("inside `not` it reads what is there", {"not": {"additionalProperties": False}}, OPEN, {}, False),
    ("what oneOf excludes is read as it stands", ONE_OF_TWO, OPEN, {"a": 1, "b": 1}, True),
    ("a request need not have what is read only", RO, REQUEST, {"n": 1}, True),
    ("and is not asked about it", RO, REQUEST, {"n": 1, "id": 7}, True),
    ("but needs the others", RO, REQUEST, {"id": "x"}, False),
    ("a response needs it", RO, RESPONSE, {"n": 1}, False),
    ("required in another part, too", {"allOf": [RO, {"required": ["id"]}]}, REQUEST, {"n": 1}, True),
    (
        "marked through a reference",
        {"properties": {"a": {"$ref": "#/$defs/r"}}, "required": ["a"], "$defs": {"r": {"readOnly": True}}},
        REQUEST,
        {},
        True,
    ),
    (
        "a response need not have what is write only",
        {"properties": {"p": {"writeOnly": True}}, "required": ["p"]},
        RESPONSE,
        {},
        True,
    ),
    (
        "hidden and closed: it is declared all the same",
        RO,
        Reading(undeclared=Undeclared.CLOSED, side=Side.REQUEST),
        {"n": 1, "id": 1},
        True,
    ),
    ("a format is an annotation", {"format": "date"}, Reading(), "x", True),
    ("unless it is asserted", {"format": "date"}, Reading(formats=frozenset(("date",))), "x", False),
    ("and only for what it speaks of", {"format": "date"}, Reading(formats=frozenset(("date",))), 7, True),
]


@pytest.mark.parametrize(("fact", "schema", "policy", "value", "valid"), ROWS, ids=[row[0] for row in ROWS])
def test_a_policy_changes_what_a_schema_means(fact: str, schema: Any, policy: Reading, value: Any, valid: bool) -> None:
    """A value is in the meaning under a policy, or not."""
    said = meaning(Source(schema, Dialect.DRAFT202012), policy)
    assert holds(said.term, said.definitions, value) is valid, fact
