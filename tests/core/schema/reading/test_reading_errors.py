"""Bad schemas end in an error with its place, what is too hard in a refusal; nothing hangs and nothing overflows."""

from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest

from truemirror.core.schema.budget import Budget, OutOfSteps
from truemirror.core.schema.reading import Dialect, SchemaError, Source, Unreadable, dialect_of, meaning

NEW = Dialect.DRAFT202012


def _error(schema: Any, dialect: Dialect = NEW, pointer: str = "") -> SchemaError:
    """The error that a schema ends in."""
    with pytest.raises(SchemaError) as caught:
        meaning(Source(schema, dialect, pointer, uri="old.json"))
    return caught.value


def test_a_misspelt_type_is_named_with_its_place_and_the_nearest() -> None:
    """The error has document, pointer, keyword and what would have worked."""
    error = _error({"properties": {"a": {"type": "strin"}}})
    assert (error.pointer, error.keyword, error.nearest) == ("/properties/a", "type", '"string"')
    assert error.where == "old.json#/properties/a/type"


@pytest.mark.parametrize(
    "schema",
    [
        7,
        "x",
        None,
        [],
        {"minimum": "1"},
        {"properties": []},
        {"required": "a"},
        {"anyOf": []},
        {"items": [{}]},
        {"minLength": -1},
    ],
)
def test_what_is_no_schema_is_refused(schema: Any) -> None:
    """What the meta-schema refuses is an error."""
    assert "is no schema of 2020-12" in _error(schema).what


def test_a_boolean_schema_is_none_of_draft_4() -> None:
    """Draft 4 has no boolean schemas, but for the additional ones."""
    assert "draft4" in _error({"properties": {"a": True}}, Dialect.DRAFT4).what
    assert meaning(Source({"additionalProperties": False}, Dialect.DRAFT4))


def test_an_empty_required_or_enum_has_a_clear_meaning() -> None:
    """Nothing is demanded, nothing is allowed."""
    assert meaning(Source({"required": []}, Dialect.DRAFT4)) == meaning(Source({}, Dialect.DRAFT4))
    assert meaning(Source({"enum": []}, Dialect.DRAFT4)) == meaning(Source(False, NEW))


def test_a_reference_that_leads_nowhere_names_the_nearest() -> None:
    """The error names what is there."""
    error = _error({"$ref": "#/$defs/Adress", "$defs": {"Address": {}}})
    assert error.nearest == "old.json#/$defs/Address"
    assert error.keyword == "$ref"


def test_a_remote_reference_is_never_fetched() -> None:
    """The error says so."""
    assert "nothing is fetched" in _error({"$ref": "https://example.com/x.json"}).what


def test_other_documents_are_reached_by_their_uris() -> None:
    """A relative reference is relative to the document's URI."""
    source = Source({"$ref": "b.json#/x"}, NEW, uri="http://h/a.json", documents={"http://h/b.json": {"x": False}})
    assert meaning(source) == meaning(Source(False, NEW))


def test_the_error_in_another_document_names_it() -> None:
    """The place is in the document where the fault is."""
    with pytest.raises(SchemaError) as caught:
        meaning(Source({"$ref": "b.json"}, NEW, documents={"b.json": {"type": "nul"}}))
    assert caught.value.where == "b.json#/type"


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#"},
        {"allOf": [{"$ref": "#"}]},
        {"not": {"$ref": "#"}},
        {"if": {"$ref": "#"}},
        {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}},
    ],
)
def test_a_reference_that_never_ends_names_its_circle(schema: Any) -> None:
    """A schema that means only itself is an error."""
    assert "never ends" in _error(schema).what
    assert " -> " in _error(schema).what


def test_a_reference_to_what_is_no_schema_is_refused() -> None:
    """What a reference leads to is held against the meta-schema as well."""
    assert "is no schema" in _error({"$ref": "#/x", "x": {"type": 7}}).what
    assert "is no schema" in _error({"$ref": "#/x", "x": 7}).what


@pytest.mark.parametrize("step", ["not", "items", "properties"])
def test_ten_thousand_levels_end_in_a_clear_refusal(step: str) -> None:
    """No overflow, whatever nests."""
    schema: Any = {}
    for _ in range(10_000):
        schema = {step: {"a": schema} if step == "properties" else schema}
    assert "levels deep" in _error(schema).what


def test_a_long_chain_of_references_ends_in_a_refusal() -> None:
    """What is flat in the document and deep in its meaning is refused, too."""
    chain = {f"d{n}": {"properties": {"a": {"$ref": f"#/$defs/d{n + 1}"}}} for n in range(5_000)}
    with pytest.raises(Unreadable):
        meaning(Source({"$ref": "#/$defs/d0", "$defs": {**chain, "d5000": {}}}, NEW))


@pytest.mark.parametrize("keyword", ["allOf", "anyOf", "oneOf"])
def test_shared_references_cost_no_power_of_two(keyword: str) -> None:
    """Sixty definitions that each refer twice to the next are read, or end the budget."""
    pair = lambda n: [{"$ref": f"#/$defs/d{n}"}, {"$ref": f"#/$defs/d{n}", "minimum": n}]  # noqa: E731  # a row of a table
    chain = {f"d{n}": {keyword: pair(n + 1), "maxLength": n} for n in range(60)}
    with suppress(Unreadable, OutOfSteps):
        assert meaning(Source({"$ref": "#/$defs/d0", "$defs": {**chain, "d60": {"type": "string"}}}, NEW))


def test_a_large_one_of_spends_the_budget() -> None:
    """Running out is an answer."""
    with pytest.raises(OutOfSteps):
        meaning(Source({"oneOf": [{"const": n} for n in range(1_000)]}, NEW), budget=Budget(10_000))


@pytest.mark.parametrize("number", [Decimal("1e999999999"), Decimal("1e-999999999"), float("inf")])
def test_a_number_without_end_is_refused(number: Any) -> None:
    """A number of a billion digits is not written out."""
    with pytest.raises((Unreadable, SchemaError)):
        meaning(Source({"const": [number]}, NEW))


@pytest.mark.parametrize(
    ("documents", "dialect"),
    [
        ([{"$schema": "http://json-schema.org/draft-06/schema#"}], "draft6"),
        ([{"$schema": "https://json-schema.org/draft/2019-09/schema"}, {}], "2019-09"),
        ([{}, {"minimum": 1, "exclusiveMinimum": True}], "draft4"),
        ([{"items": [{}]}], "draft7"),
        ([{"items": [{}], "$defs": {}}], "2019-09"),
        ([{"dependencies": {}}], "draft7"),
        ([{"definitions": {}}], "2020-12"),
        ([{"id": "http://h/x", "definitions": {}}], "draft4"),
        ([{"properties": {"dependencies": {}, "items": {}, "id": {"type": "string"}}}], "2020-12"),
        ([{"const": {"items": []}}], "2020-12"),
        ([{"prefixItems": []}], "2020-12"),
        ([{"$recursiveRef": "#"}], "2019-09"),
        ([{"$schema": "http://json-schema.org/schema#"}], "2020-12"),
        ([{"definitions": {"a": {"$id": "#a"}}}], "draft7"),
        ([], "2020-12"),
    ],
)
def test_a_dialect_is_told_by_what_documents_say(documents: list[Any], dialect: str) -> None:
    """`$schema` decides, then what only some drafts have."""
    assert dialect_of(*documents) == dialect


@pytest.mark.parametrize("uri", ["http://json-schema.org/draft-03/schema#", "https://example.com/mine"])
def test_an_unknown_meta_schema_is_refused(uri: str) -> None:
    """Draft 3 and meta-schemas of one's own are errors that name what is known."""
    assert "`$schema`" in _error({"$schema": uri}).what
    with pytest.raises(SchemaError):
        dialect_of({"$schema": uri})
