"""Strategies from schemas: all that is drawn conforms, and all that may be is drawn."""

import json
import subprocess
import sys
from decimal import Decimal
from typing import Any

import jsonschema
import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

from truemirror.core.schema.reading import SchemaError
from truemirror.errors import UsageError
from truemirror.testing import breaking_values_of, values_of

QUICK = settings(max_examples=60, deadline=None, database=None, derandomize=True)
CHECKER = jsonschema.Draft202012Validator.FORMAT_CHECKER
ORDER: dict[str, Any] = {
    "type": "object",
    "required": ["id", "state", "lines"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "string", "pattern": r"^ord-[0-9a-f]{4,8}$"},
        "state": {"enum": ["open", "paid", "sent", None]},
        "note": {"type": ["string", "null"], "maxLength": 5},
        "price": {"type": "number", "multipleOf": 0.01, "minimum": 0, "exclusiveMaximum": 100},
        "paid_at": {"type": "string", "format": "date-time"},
        "lines": {
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {"type": "integer", "minimum": -3, "maximum": 30},
        },
    },
}
TREE: dict[str, Any] = {
    "$ref": "#/$defs/node",
    "$defs": {
        "node": {
            "type": "object",
            "required": ["name", "children"],
            "properties": {
                "name": {"type": "string"},
                "children": {"type": "array", "items": {"$ref": "#/$defs/node"}},
            },
        }
    },
}
PAYMENT: dict[str, Any] = {
    "oneOf": [
        {"type": "object", "required": ["kind", "iban"], "properties": {"kind": {"const": "bank"}}},
        {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "cash"}}},
    ]
}
SCHEMAS: dict[str, Any] = {
    "an order": ORDER,
    "a tree": TREE,
    "variants": PAYMENT,
    "a map": {"type": "object", "additionalProperties": {"type": "boolean"}, "minProperties": 2, "maxProperties": 4},
    "names": {"type": "object", "propertyNames": {"pattern": "^[a-z]{1,3}$"}, "minProperties": 1},
    "patterns": {"type": "object", "patternProperties": {"^x-": {"const": 1}}, "additionalProperties": {"const": 2}},
    "contains": {"type": "array", "items": {"type": "integer"}, "contains": {"minimum": 5}, "minContains": 2},
    "at most": {"type": "array", "contains": {"const": 1}, "minContains": 1, "maxContains": 2, "maxItems": 6},
    "a tuple": {"type": "array", "prefixItems": [{"const": "a"}, {"type": "null"}], "items": False, "minItems": 1},
    "a condition": {
        "type": "object",
        "required": ["vat"],
        "properties": {"vat": {"type": "boolean"}},
        "if": {"properties": {"vat": {"const": True}}},
        "then": {"required": ["number"], "properties": {"number": {"type": "string", "minLength": 3}}},
    },
    "not": {"type": "object", "properties": {"a": {"type": "integer"}}, "not": {"required": ["b"]}},
    "unevaluated": {
        "allOf": [{"properties": {"a": {"type": "null"}}}],
        "unevaluatedProperties": False,
        "type": "object",
    },
    "dependent": {"type": "object", "properties": {"a": True, "b": True}, "dependentRequired": {"a": ["b"]}},
    "an intersection": {"type": "string", "allOf": [{"pattern": "^[a-f]*$"}, {"pattern": "ee"}], "minLength": 6},
    "far bounds": {"type": "integer", "minimum": 10**20},
    "a narrow gap": {"type": "number", "exclusiveMinimum": 0.1, "exclusiveMaximum": 0.2},
    "long": {"type": "string", "pattern": "^[0-9]+$", "minLength": 60, "maxLength": 70},
    "a few": {"type": "array", "items": {"enum": [1, 2, 3]}, "uniqueItems": True, "minItems": 3},
    "anything": True,
}


def _exact(value: Any) -> Any:
    """A value as it is written: 8.77 is a multiple of 0.01, which floats cannot tell."""
    return json.loads(json.dumps(value), parse_float=Decimal)


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_drawn_value_conforms(name: str) -> None:
    """The independent validator accepts it, and it is JSON."""
    validator = jsonschema.Draft202012Validator(_exact(SCHEMAS[name]), format_checker=CHECKER)

    @QUICK
    @given(values_of(SCHEMAS[name]))
    def law(value: Any) -> None:
        validator.validate(_exact(value))

    law()


@pytest.mark.parametrize("name", [name for name in SCHEMAS if name != "anything"])
def test_every_broken_value_is_refused(name: str) -> None:
    """The independent validator refuses it."""
    validator = jsonschema.Draft202012Validator(SCHEMAS[name], format_checker=CHECKER)

    @QUICK
    @given(breaking_values_of(SCHEMAS[name], formats=False))
    def law(value: Any) -> None:
        assert not validator.is_valid(value)

    law()


FORMATS = ["date", "date-time", "duration", "email", "hostname", "ipv4", "ipv6", "json-pointer", "regex", "time", "uri"]


@pytest.mark.parametrize("name", [*FORMATS, "uri-reference", "uuid"])
def test_texts_have_their_format(name: str) -> None:
    """A compiled validator that asserts formats takes each."""
    import jsonschema_rs

    schema = {"type": "string", "format": name}
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)

    @settings(QUICK, max_examples=30)
    @given(values_of(schema))
    def law(value: str) -> None:
        assert validator.is_valid(value)

    law()


PROMISES = {
    "an optional attribute is there": lambda value: "note" in value,
    "an optional attribute is not there": lambda value: "note" not in value,
    "it is null": lambda value: value.get("note", "") is None,
    "a member of the enum": lambda value: value["state"] == "sent",
    "null in the enum": lambda value: value["state"] is None,
    "several items": lambda value: len(value["lines"]) > 2,
    "a price with cents": lambda value: value.get("price", 0) % 1 > 0,
    "a longer word of the pattern": lambda value: len(value["id"]) > 10,
}


@pytest.mark.parametrize("what", PROMISES)
def test_all_that_may_be_is_drawn(what: str) -> None:
    """Each alternative is found within the usual number of examples."""
    find(values_of(ORDER), PROMISES[what], settings=settings(QUICK, max_examples=300))


@pytest.mark.parametrize("kind", ["bank", "cash"])
def test_every_variant_is_drawn(kind: str) -> None:
    """Both branches of a oneOf are reached."""
    assert find(values_of(PAYMENT), lambda value: value["kind"] == kind, settings=settings(QUICK, max_examples=200))


def test_an_undeclared_attribute_is_drawn_now_and_then() -> None:
    """A consumer of an open object has to cope with more than is declared."""
    schema = {"type": "object", "properties": {"a": {"type": "null"}}}
    assert find(values_of(schema), lambda value: set(value) - {"a"}, settings=settings(QUICK, max_examples=300))


def test_recursive_values_are_nested_and_end() -> None:
    """Trees have branches, and no example is too large for Hypothesis."""
    found = find(values_of(TREE), lambda value: value["children"] and value["children"][0]["children"], settings=QUICK)
    assert found["children"][0]["children"]


def test_failures_shrink_to_small_values() -> None:
    """The least value that breaks a consumer is what people see."""
    found = find(values_of(ORDER), lambda value: max(value["lines"]) > 6, settings=settings(QUICK, max_examples=500))
    assert found == {"id": found["id"], "state": found["state"], "lines": [7]}
    assert len(found["id"]) == len("ord-0000")


def test_a_schema_without_values_is_an_error_at_once() -> None:
    """Nothing is drawn in vain."""
    with pytest.raises(UsageError) as told:
        values_of({"type": "string", "minLength": 3, "maxLength": 2})
    assert "no value conforms" in str(told.value)


def test_a_schema_that_nothing_breaks_is_an_error_at_once() -> None:
    """There is no promise to break."""
    with pytest.raises(UsageError, match="every value conforms"):
        breaking_values_of({})


def test_a_schema_that_is_none_is_an_error_at_once() -> None:
    """It names what is wrong."""
    with pytest.raises(SchemaError):
        values_of({"type": "text"})


def test_an_unknown_draft_is_told_with_those_that_there_are() -> None:
    """Nobody has to guess their names."""
    with pytest.raises(UsageError) as told:
        values_of({}, dialect="draft5")
    assert "2020-12" in str(told.value)


def test_other_drafts_mean_what_they_say() -> None:
    """A boolean exclusiveMinimum is draft 4."""
    schema = {"type": "integer", "minimum": 3, "exclusiveMinimum": True, "maximum": 4}
    assert find(values_of(schema), lambda value: True) == 4
    assert find(values_of({"type": "array", "items": [{"const": 1}], "minItems": 1}, dialect="draft7"), bool) == [1]


def test_references_lead_to_given_documents() -> None:
    """A schema may be spread over several documents."""
    documents = {"https://schemas.invalid/id": {"const": "x"}}
    schema = {"type": "object", "required": ["id"], "properties": {"id": {"$ref": "https://schemas.invalid/id"}}}
    assert find(values_of(schema, documents=documents), lambda value: True) == {"id": "x"}


def test_a_broken_promise_is_named_beside_a_failing_example() -> None:
    """Whoever reads the failure sees which promise it was."""

    @settings(QUICK, max_examples=20)
    @given(breaking_values_of({"type": "object", "required": ["a"]}))
    def fails(value: Any) -> None:
        raise AssertionError

    with pytest.raises(AssertionError) as told:
        fails()
    assert "breaks one promise" in "\n".join(told.value.__notes__)


@QUICK
@given(st.data(), st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), st.lists, max_leaves=5))
def test_a_constant_is_drawn_as_itself(data: st.DataObject, value: Any) -> None:
    """There is one value of a const."""
    assert data.draw(values_of({"const": value})) == value


def test_without_hypothesis_the_way_to_get_it_is_told() -> None:
    """The rest of the package works without it."""
    code = (
        "import sys; sys.modules['hypothesis'] = None\n"
        "from truemirror.testing import has_attributes, values_of\n"
        "assert has_attributes({'a': 1}, 'a')\n"
        "try: values_of({})\n"
        "except Exception as error: print(error)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "pip install hypothesis" in told.stdout, told.stderr
