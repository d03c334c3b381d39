"""References stay in the contract's folder and come to an end."""

from typing import Any

import pytest

from truemirror.core.contract.references import References, below, readable, uri_of
from truemirror.errors import FormatError

TAG = "schemas/tag.schema.json"


def _refused(documents: dict[str, Any]) -> FormatError:
    with pytest.raises(FormatError) as caught:
        References(documents, "tags 1.0.0")
    return caught.value


@pytest.mark.parametrize(
    "target", ["http://example.org/x.json", "file:///etc/passwd", "//host/x", "../../../../etc/passwd"]
)
def test_nothing_outside_is_ever_fetched(target: str) -> None:
    """A reference that leaves the folder is a mistake that names its place."""
    error = _refused({TAG: {"properties": {"a": {"$ref": target}}}})
    assert error.where == f"tags 1.0.0 {TAG}#/properties/a"


def test_a_missing_document_names_the_nearest() -> None:
    """A slip in a file's name is answered with the file that was meant."""
    error = _refused({TAG: {}, "openapi.yaml": {"schema": {"$ref": "./schemas/tags.schema.json"}}})
    assert error.nearest == TAG


@pytest.mark.parametrize("fragment", ["/nowhere", "/properties/x", "nowhere"])
def test_a_missing_place_is_named(fragment: str) -> None:
    """A pointer or anchor that leads nowhere is a mistake."""
    assert "no such place" in _refused({TAG: {"$ref": f"#{fragment}", "properties": {}}}).what


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#"},
        {"allOf": [{"$ref": "#"}]},
        {"anyOf": [{"type": "null"}, {"$ref": "#/anyOf/1"}]},
        {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"not": {"$ref": "#/$defs/a"}}}},
    ],
)
def test_a_circle_without_end_is_refused(schema: dict[str, Any]) -> None:
    """A schema that applies itself to the same value would never end."""
    assert "without end" in _refused({TAG: schema}).what


def test_recursion_through_attributes_is_fine() -> None:
    """A tree refers to itself, one level down each time."""
    References({TAG: {"properties": {"children": {"items": {"$ref": "#"}}}}}, "tags 1.0.0")


def test_what_only_looks_like_a_reference_is_none() -> None:
    """An attribute called $ref, and data in examples, are not followed."""
    References(
        {TAG: {"properties": {"$ref": {"type": "string"}}, "examples": [{"$ref": "http://x"}], "const": {"$ref": "y"}}},
        "tags 1.0.0",
    )


def test_an_attribute_called_example_is_looked_into() -> None:
    """Below `properties`, `default` is an attribute like any other."""
    assert "http://x" in _refused({TAG: {"properties": {"default": {"$ref": "http://x"}}}}).what


def test_a_document_that_is_too_deep_is_refused() -> None:
    """Depth is bounded, so that no document can exhaust the stack."""
    deep: dict[str, Any] = {}
    for _ in range(1_000):
        deep = {"items": deep}
    assert "deep" in _refused({TAG: deep}).what


def test_a_documents_own_name_does_not_matter() -> None:
    """References are resolved by path, whatever `$id` says."""
    found = References(
        {TAG: {"$id": "https://crm/tag", "$ref": "./a.schema.json"}, "schemas/a.schema.json": {"x": 1}}, ""
    )
    assert found.dereference({"$ref": "./tag.schema.json"}, uri_of(TAG))[0] == {"x": 1}


def test_places_are_read_back() -> None:
    """A place keeps slashes, tildes, braces and blanks of names."""
    uri = below(uri_of("openapi.yaml") + "#", "paths", "/v1/{id}~ x")
    assert readable(uri) == "openapi.yaml#/paths/~1v1~1{id}~0 x"
    assert References({"openapi.yaml": {"paths": {"/v1/{id}~ x": 7}}}, "").lookup(uri) == 7
