"""Recursive meanings have names made from their content."""

from typing import Any

from truemirror.core.schema.membership import holds
from truemirror.core.schema.reading import Dialect, Source, meaning
from truemirror.core.schema.terms import Meaning, Ref

NEW = Dialect.DRAFT202012
TREE = {"properties": {"v": {"type": "integer"}, "next": {"$ref": "#"}}}


def _tree(name: str, value: str = "integer") -> dict[str, Any]:
    """A tree by a definition of some name."""
    there = f"#/$defs/{name}"
    one = {"properties": {"v": {"type": value}, "next": {"$ref": there}}}
    return {"$ref": there, "$defs": {name: one}}


def _read(schema: Any) -> Meaning:
    """What a schema means."""
    return meaning(Source(schema, NEW))


def test_a_recursive_schema_is_a_reference_to_its_definition() -> None:
    """It judges values of any depth."""
    said = _read(TREE)
    assert isinstance(said.term, Ref)
    assert holds(said.term, said.definitions, {"next": {"next": {"v": 1}}})
    assert not holds(said.term, said.definitions, {"next": {"next": {"v": "x"}}})


def test_equal_recursive_schemas_have_equal_names_whatever_they_are_called() -> None:
    """Names of definitions, order of attributes and the way of referring do not count."""
    assert _read(TREE) == _read(_tree("node")) == _read(_tree("other"))


def test_recursive_schemas_that_differ_have_different_names() -> None:
    """The name is made from all that is in it."""
    assert _read(_tree("node")).term != _read(_tree("node", "string")).term


def test_a_reference_that_leads_to_no_circle_after_all_is_expanded() -> None:
    """What says nothing about itself has no name."""
    said = _read({"properties": {"a": {"anyOf": [{"$ref": "#"}, True]}}})
    assert said == _read({})
