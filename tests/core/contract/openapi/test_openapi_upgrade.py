"""Schemas of OpenAPI 3.0 mean in 3.1 what they meant."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openapi_schema_validator import OAS30Validator, OAS31Validator
from tests.core.contract.openapi.interfaces import get, interface

from truemirror.core.contract.openapi.documents import Documents
from truemirror.core.contract.openapi.interface import Place
from truemirror.core.contract.openapi.upgrade import original, upgraded


def _upgraded(schema: Any) -> Any:
    """A schema of 3.0 as 3.1 has it."""
    content = upgraded(Documents({"openapi.yaml": get(schema, version="3.0.3")}))["openapi.yaml"]
    return content["paths"]["/v1/tags"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        ({"type": "string", "nullable": False}, {"type": "string"}),
        (
            {"type": "string", "nullable": True, "enum": ["a", "b"]},
            {"type": ["string", "null"], "enum": ["a", "b", None]},
        ),
        ({"nullable": True}, {}),
        (
            {"nullable": True, "allOf": [{"type": "string"}]},
            {"anyOf": [{"allOf": [{"type": "string"}]}, {"type": "null"}]},
        ),
        ({"type": "integer", "minimum": 1, "exclusiveMinimum": True}, {"type": "integer", "exclusiveMinimum": 1}),
        ({"type": "integer", "maximum": 1, "exclusiveMaximum": False}, {"type": "integer", "maximum": 1}),
        ({"type": "integer", "exclusiveMaximum": True}, {"type": "integer"}),
        ({"type": "string", "example": "a"}, {"type": "string", "examples": ["a"]}),
        (
            {"type": "object", "properties": {"default": {"nullable": True, "type": "string"}}},
            {"type": "object", "properties": {"default": {"type": ["string", "null"]}}},
        ),
        (
            {"default": {"nullable": True}, "enum": [{"nullable": True}]},
            {"default": {"nullable": True}, "enum": [{"nullable": True}]},
        ),
    ],
)
def test_a_schema_is_rewritten_keyword_by_keyword(old: Any, new: Any) -> None:
    """What 3.1 says in other words is said in those; data is left alone."""
    assert _upgraded(old) == new


def test_what_stands_beside_a_reference_is_not_there() -> None:
    """3.0 ignores it, so 3.1 must not see it."""
    content = get({"$ref": "#/components/schemas/Tag", "nullable": True}, version="3.0.3")
    content["components"] = {"schemas": {"Tag": {"type": "string"}}}
    new = upgraded(Documents({"openapi.yaml": content}))["openapi.yaml"]
    schema = new["paths"]["/v1/tags"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/Tag"}


def test_schemas_in_other_documents_are_rewritten_where_a_reference_says_that_they_are_schemas() -> None:
    """A file that names a dialect of its own is left as it is."""
    content = get({"properties": {"a": {"$ref": "a.json"}, "b": {"$ref": "b.json"}}}, version="3.0.3")
    nullable = {"type": "string", "nullable": True}
    named = {"$schema": "https://json-schema.org/draft/2020-12/schema", **nullable}
    new = upgraded(Documents({"openapi.yaml": content, "a.json": nullable, "b.json": named, "c.json": nullable}))
    assert new["a.json"] == {"type": ["string", "null"]}
    assert new["b.json"] == named
    assert new["c.json"] == nullable


def test_a_place_is_told_as_it_was_before() -> None:
    """What was put around a schema to let null in is not part of its place."""
    schema = {"nullable": True, "allOf": [{"properties": {"a": {"nullable": True, "anyOf": [{"type": "string"}]}}}]}
    place = original({"a.json": schema}, Place("a.json", "/anyOf/0/allOf/0/properties/a/anyOf/0/anyOf/0/type"))
    assert place == Place("a.json", "/allOf/0/properties/a/anyOf/0/type")


_VALUES = st.one_of(st.none(), st.integers(-3, 3), st.text(max_size=2), st.lists(st.integers(-1, 1), max_size=2))
_SCHEMAS = st.fixed_dictionaries(
    {"type": st.sampled_from(["string", "integer", "number", "object", "boolean"])},
    optional={
        "nullable": st.booleans(),
        "minimum": st.integers(-2, 2),
        "exclusiveMinimum": st.booleans(),
        "maximum": st.integers(-2, 2),
        "exclusiveMaximum": st.booleans(),
        "maxLength": st.integers(0, 2),
        "not": st.just({"type": "integer", "minimum": 0, "exclusiveMinimum": True}),
    },
)


@given(_SCHEMAS, _VALUES)
def test_a_rewritten_schema_takes_the_same_values(schema: dict[str, Any], value: Any) -> None:
    """A validator of 3.0 and one of 3.1 agree about every value but null, which `nullable` lets in."""
    old = OAS30Validator(schema).is_valid(value)
    new = OAS31Validator(_upgraded(schema)).is_valid(value)
    assert new == (old or (value is None and bool(schema.get("nullable"))))


def test_a_document_of_three_one_is_left_as_it_is() -> None:
    """`nullable` is no keyword there."""
    content = get({"type": "string", "nullable": True})
    assert interface(content).documents["openapi.yaml"] is content
