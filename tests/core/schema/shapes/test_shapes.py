"""Shapes: what values of a term look like, spelt out."""

from typing import Any

import pytest

from truemirror.core.schema.language import ANY, Language, exactly
from truemirror.core.schema.language_reading import read_pattern
from truemirror.core.schema.reading import Dialect, Source, meaning
from truemirror.core.schema.shapes.arrays import array_shape
from truemirror.core.schema.shapes.breaking import breaks
from truemirror.core.schema.shapes.cases import MOST, cases
from truemirror.core.schema.shapes.known import Known
from truemirror.core.schema.shapes.objects import object_shapes
from truemirror.core.schema.shapes.scalars import number_shape, string_shape
from truemirror.core.schema.shapes.walk import crossings
from truemirror.core.schema.terms import Kind, Term


def known(schema: Any) -> tuple[Known, Term]:
    """What is known of a schema, and its term."""
    meant = meaning(Source(schema, Dialect.DRAFT202012))
    return Known(meant.definitions), meant.term


def cases_of(schema: Any, kind: Kind) -> Any:
    """The cases of a schema within a kind."""
    found, term = known(schema)
    return found, cases(found, kind, frozenset((term,)))


def test_variants_told_apart_by_a_tag_are_one_case_each() -> None:
    """What one variant says of the other follows from the tag, and leaves nothing open."""
    variants = [
        {
            "type": "object",
            "required": ["kind", name],
            "properties": {"kind": {"const": name}, name: {"type": "string"}},
        }
        for name in ("card", "cash", "bank")
    ]
    _, found = cases_of({"oneOf": variants}, Kind.OBJECT)
    assert len(found) == 3
    assert not any(case.rest for case in found)


def test_alternatives_beyond_the_limit_stay_open() -> None:
    """Many alternatives beside each other do not explode."""
    parts = [{"anyOf": [{"required": [f"a{number}"]}, {"required": [f"b{number}"]}]} for number in range(12)]
    _, found = cases_of({"type": "object", "allOf": parts}, Kind.OBJECT)
    assert 0 < len(found) <= MOST
    assert any(case.rest for case in found)


def test_a_kind_without_values_has_no_case() -> None:
    """An impossible object is no case."""
    _, found = cases_of({"required": ["a"], "properties": {"a": False}}, Kind.OBJECT)
    assert found == ()


def test_an_object_that_breaks_a_rule_has_a_shape_for_each_way() -> None:
    """Either of two attributes may be the one that is wrong."""
    schema = {
        "type": "object",
        "properties": {"a": {"type": "string"}, "b": {"type": "string"}},
        "required": ["a", "b"],
        "not": {"additionalProperties": {"type": "string", "minLength": 3}},
    }
    found, (case,) = cases_of(schema, Kind.OBJECT)
    shapes = list(object_shapes(found, case))
    assert len(shapes) >= 2
    assert not any(shape.is_exact for shape in shapes)


def test_an_array_ends_where_nothing_can_stand() -> None:
    """A place without values bounds the length."""
    found, (case,) = cases_of({"prefixItems": [True, True], "items": False}, Kind.ARRAY)
    shape = array_shape(found, case)
    assert shape is not None
    assert shape.most == 2


def test_steps_of_numbers_are_joined_and_counted_within_the_bounds() -> None:
    """Multiples of 4 and 6 above 12 and up to 40 are the second and the third multiple of 12."""
    _, (case,) = cases_of(
        {"type": "number", "allOf": [{"multipleOf": 4}, {"multipleOf": 6}], "exclusiveMinimum": 12, "maximum": 40},
        Kind.NUMBER,
    )
    shape = number_shape(case.atoms)
    assert (shape.step, shape.steps) == (12, (2, 3))


def test_a_short_length_becomes_part_of_the_language() -> None:
    """A pattern and a length are one language."""
    _, (case,) = cases_of({"type": "string", "pattern": "^a+$", "maxLength": 3}, Kind.STRING)
    language = string_shape(case.atoms).language
    assert language is not None
    ways = crossings(language)
    assert ways is not None
    assert ways[0].missing == 1


@pytest.mark.parametrize(("language", "missing"), [(ANY, 0), (exactly("abc"), 3), (read_pattern("^(ab|cde)$"), 2)])
def test_every_crossing_leads_to_the_end_of_a_word(language: Language, missing: int) -> None:
    """From each state the nearest end is as far as it says."""
    ways = crossings(language)
    assert ways is not None
    assert ways[0].missing == missing
    for one in ways:
        nearest = min((1 + ways[to].missing for _, to in one.ways), default=0)
        assert one.missing == (0 if one.may_end else nearest)


def test_a_language_without_words_is_not_walked() -> None:
    """There is no way through nothing."""
    assert crossings(read_pattern("a^")) is None


def test_every_promise_of_an_object_is_broken_at_its_place() -> None:
    """Presence, kind and bound of an attribute are promises of their own."""
    schema = {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer", "minimum": 1}}}
    found, term = known(schema)
    told = {(one.place, one.what) for one in breaks(found, term)}
    assert told == {
        ("", "is no object"),
        ("", "has no n"),
        ("/n", "is no number"),
        ("/n", "is no whole number"),
        ("/n", "is too small"),
    }


def test_what_breaks_a_promise_keeps_all_others() -> None:
    """Values of a broken promise are in every other part of the term."""
    schema = {"type": "object", "required": ["a", "b"], "properties": {"a": {"type": "string"}, "b": {"type": "null"}}}
    found, term = known(schema)
    for one in breaks(found, term):
        (value,) = found.values(frozenset((one.term,))).found
        assert not found.holds(frozenset((term,)), value)
        if one.place == "/a":
            assert value["b"] is None


def test_a_schema_that_promises_nothing_has_nothing_to_break() -> None:
    """Everything conforms to it."""
    found, term = known(True)
    assert breaks(found, term) == ()
