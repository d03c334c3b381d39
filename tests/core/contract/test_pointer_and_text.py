"""How values and places are shown, and how text is read as values."""

from typing import Any

import pytest
from hypothesis import given
from tests.core.contract.json_strategies import values

from truemirror.core.contract.describe import described
from truemirror.core.contract.json_text import read_json
from truemirror.core.contract.paths import is_writable, tidy
from truemirror.core.contract.pointer import pointer, short, spoken, starred
from truemirror.core.contract.text import readings


def test_places_are_pointers_for_programs_and_paths_for_people() -> None:
    """RFC 6901 escapes slashes and tildes; people read dots and brackets."""
    steps = ("items", 0, "a/b~c")
    assert pointer(steps) == "/items/0/a~1b~0c"
    assert spoken(steps) == "items[0].a/b~c"
    assert starred(steps) == ("items", "*", "a/b~c")
    assert (pointer(()), spoken(()), spoken((0,))) == ("", "the value", "[0]")


@given(values)
def test_values_are_shown_in_a_line(value: Any) -> None:
    """Whatever the value, it is short and says its type."""
    assert 0 < len(short(value)) < 90
    assert short(value).isprintable()


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "string", "format": "date"}, "string (date)"),
        ({"type": ["string", "null"], "format": "date"}, "string (date) or null"),
        ({"enum": ["a", 1]}, 'one of "a", 1'),
        ({"const": None}, "null"),
        ({"$ref": "./deal.schema.json"}, "deal"),
        ({"$ref": "#/$defs/owner"}, "owner"),
        ({"anyOf": [{"$ref": "./deal.schema.json"}, {"type": "null"}]}, "deal or null"),
        (True, "any value"),
        (False, "nothing"),
        ({}, "any value"),
    ],
)
def test_schemas_are_described_in_a_few_words(schema: Any, words: str) -> None:
    """The shortest true thing."""
    assert described(schema) == words


@pytest.mark.parametrize(
    ("texts", "schema", "explode", "found"),
    [
        (["5"], {"type": "integer"}, True, [5, "5"]),
        (["5"], {"type": ["number", "null"]}, True, [5.0, "5"]),
        (["05"], {"type": "integer"}, True, ["05"]),
        (["true"], {"type": "boolean"}, True, [True, "true"]),
        (["TRUE"], {"type": "boolean"}, True, ["TRUE"]),
        ([""], {"type": "null"}, True, [None, ""]),
        (["a", "b"], {"type": "string"}, True, ["b"]),
        (["1", "2"], {"type": "array", "items": {"type": "integer"}}, True, [[1, 2]]),
        (["1,2"], {"type": "array", "items": {"type": "integer"}}, False, [[1, 2]]),
        (["9" * 5_000], {"type": "integer"}, True, ["9" * 5_000]),
        (["x"], True, True, ["x"]),
    ],
)
def test_text_is_read_as_what_it_may_stand_for(texts: list[str], schema: Any, explode: bool, found: list[Any]) -> None:
    """Narrowest first, and always as the text itself."""
    assert list(readings(texts, schema, explode=explode)) == found


@pytest.mark.parametrize(
    ("path", "known"),
    [
        ("/v1/deals", "/v1/deals"),
        ("/k%c3%a4se", "/k%C3%A4se"),
        ("/käse", "/k%C3%A4se"),
        ("/%7e%41", "/~A"),
        ("/{x} y", "/%7Bx%7D%20y"),
        ("/\udcff", "/%FF"),
        ("/\ud800", "/%ED%A0%80"),
        ("/100%", "/100%"),
    ],
)
def test_equal_paths_are_equal_texts(path: str, known: str) -> None:
    """One spelling for each, and spelling it again changes nothing."""
    assert tidy(path) == known
    assert tidy(known) == known
    assert is_writable(known)


def test_numbers_are_read_exactly() -> None:
    """Integers beyond 64 bits keep every digit."""
    assert read_json(b"123456789012345678901234567890") == 123456789012345678901234567890


LONG = b"1234567890123456789012"
NO_JSON = [b"", b"{", b"\xff", b"NaN", b"[" * 100_000, b'["\\ud800"]', LONG + b"[" * 100_000]
NO_JSON += [b"[" + LONG + b", NaN]", b"[" + LONG + b', "\\ud800"]', b"[" + LONG + b"," + b"[" * 100_000]


@pytest.mark.parametrize("text", NO_JSON, ids=range(len(NO_JSON)))
def test_what_is_not_json_is_said_to_be_none(text: bytes) -> None:
    """Whatever is wrong with it, it is a ValueError."""
    with pytest.raises(ValueError):
        read_json(text)
