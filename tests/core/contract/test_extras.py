"""Undeclared attributes: found wherever they are, at no cost where there are none."""

from typing import Any

import pytest
from hypothesis import given
from tests.core.contract.deals_contract import documents
from tests.core.contract.json_strategies import samples, values

from truemirror.core.contract.checker import NOTHING, Checkers
from truemirror.core.contract.closing import closed_documents
from truemirror.core.contract.extras import Extras
from truemirror.core.contract.infer import infer_schema
from truemirror.core.contract.reading import SCHEMA_FILE, parse_contract
from truemirror.core.contract.references import References, uri_of

PATH = "schemas/a.schema.json"
A = {"properties": {"a": {}}}
B = {"properties": {"b": {}}}


def _extras(schema: Any, value: Any) -> set[str]:
    found = Extras(References({PATH: schema}, "a 1")).find(uri_of(PATH), value)
    return {"/".join(map(str, steps)) for steps in found}


@pytest.mark.parametrize(
    ("schema", "extras"),
    [
        (A, {"b", "c"}),
        ({"allOf": [A, B]}, {"c"}),
        ({"anyOf": [A, B]}, {"c"}),
        ({"oneOf": [A, {"type": "null"}]}, {"b", "c"}),
        ({"$ref": "#/$defs/a", "properties": {"b": {}}, "$defs": {"a": A}}, {"c"}),
        ({"if": {}, "then": A, "else": B}, {"c"}),
        ({**A, "dependentSchemas": {"a": B}}, {"c"}),
        ({**A, "additionalProperties": True}, set()),
        ({**A, "additionalProperties": B}, {"c/d"}),
        ({**A, "patternProperties": {"^b": {}}}, set()),
        ({}, set()),
        (True, set()),
    ],
)
def test_names_are_compared_with_all_that_are_declared(schema: Any, extras: set[str]) -> None:
    """Every schema that applies to the same value declares names for it."""
    assert _extras(schema, {"a": 1, "b": 2, "c": {"d": 1}}) == extras


def test_items_are_looked_into_and_told_once() -> None:
    """Items of one list that share an undeclared attribute are one place, that of the first."""
    assert _extras({"prefixItems": [B], "items": A}, [{"a": 1}, {"b": 1}, {"b": 2}, {"c": 1}]) == {"0/a", "1/b", "3/c"}


def test_deep_values_do_not_exhaust_the_stack() -> None:
    """A value of any depth is walked."""
    deep: Any = {"x": 1}
    for _ in range(5_000):
        deep = [deep]
    assert _extras({"items": {"$ref": "#"}, "properties": {"a": {}}}, deep)


@pytest.mark.parametrize(
    "schema",
    [
        {"allOf": [A, B]},
        {"not": A},
        {"if": A, "then": B},
        {"oneOf": [A, B]},
        {"contains": A, "maxContains": 1},
        {**A, "unevaluatedProperties": False},
        {**A, "anyOf": [{"required": ["a"]}, {"required": ["b"]}]},
    ],
)
def test_what_cannot_be_closed_soundly_is_not(schema: Any) -> None:
    """Where closing could widen a schema or miss something, the contract is judged the longer way."""
    assert closed_documents({PATH: {"properties": {"x": schema}}}, SCHEMA_FILE) is None


def test_tagged_variants_are_closed() -> None:
    """Variants that no value can share two of stay apart when they are closed."""
    tagged = {"oneOf": [{"properties": {"t": {"const": tag}}, "required": ["t"]} for tag in "xy"]}
    closed = closed_documents({PATH: tagged}, SCHEMA_FILE)
    assert closed is not None
    assert [branch["additionalProperties"] for branch in closed[PATH]["oneOf"]] == [False, False]


def test_a_contract_written_by_hand_is_closed() -> None:
    """References, refinements and envelopes are closed, and what conforms is accepted in one pass."""
    closed = closed_documents(documents(), SCHEMA_FILE)
    assert closed is not None
    assert closed["schemas/deal.schema.json"]["additionalProperties"] is False
    responses = closed["openapi.yaml"]["paths"]["/v1/deals/{deal_id}"]["get"]["responses"]
    refined = responses["404"]["content"]["application/json"]["schema"]
    assert "additionalProperties" not in refined


@given(samples, values)
def test_the_fast_way_and_the_long_way_say_the_same(seen: list[Any], value: Any) -> None:
    """What one compiled pass accepts has nothing undeclared and breaks nothing."""
    contract = parse_contract("a", "1", {PATH: infer_schema(seen)})
    inspection = Checkers(contract).at(uri_of(PATH)).inspect(value)
    extras = Extras(contract.references).find(uri_of(PATH), value)
    assert set(inspection.extras) == set(extras)
    assert (inspection is NOTHING) == (not inspection.violations and not extras)
