"""JSON files are read strictly, and mistakes are told with their place."""

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.mirror.strict_json import parse_json
from truemirror.errors import FormatError
from truemirror.testing.strategies import json_values

WRONG = [
    (b"", "line 1, column 1", "is not JSON"),
    (b'{"a": 1,\n "b": tru}', "line 2, column 7", "is not JSON"),
    (b'{"a": 1,\n "b": [1, 2', "line 2, column 12", "is not JSON"),
    (b'{"a": "\xc3"}', "line 1, column 8", "is not UTF-8"),
    (b'{\n"a": "\xff"}', "line 2, column 7", "is not UTF-8"),
    (b"\x89PNG\r\n\x1a\n\x00", "line 1, column 1", "is not UTF-8"),
    (b'{"a": 1, "b": 2, "a": 3}', "", "key 'a' twice"),
    (b'[{"x": {"a": 1, "a" : 1}}]', "", "key 'a' twice"),
    (b'{"a": NaN}', "", "NaN"),
    (b'{"a": -Infinity}', "", "-Infinity"),
    (b'{\n<<<<<<< ours\n"a": 1\n=======\n"a": 2\n>>>>>>> theirs\n}', "line 2, column 1", "merge conflict"),
    (b"[" * 100_000, "", "nested too deeply"),
    (b"[" * 100_000 + b"]" * 100_000, "", "nested too deeply"),
    (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, "", "nested too deeply"),
    (b"1" * 10_000, "", "too long"),
    (b'{"a": 1} {"b": 2}', "line 1, column 10", "Extra data"),
]


@pytest.mark.parametrize(("raw", "where", "what"), WRONG, ids=[repr(one[0][:30]) for one in WRONG])
def test_what_is_no_json_is_refused_with_its_place(raw: bytes, where: str, what: str) -> None:
    """Truncated, binary, repeated, too deep: an error with line and column where there is one."""
    with pytest.raises(FormatError) as caught:
        parse_json(raw)
    assert (caught.value.where, what in str(caught.value)) == (where, True)


@given(json_values, st.sampled_from([None, 2]))
def test_sound_json_is_read_as_it_is(value: Any, indent: int | None) -> None:
    """Strictness costs nothing that is right."""
    raw = json.dumps(value, indent=indent, ensure_ascii=False).encode("utf-8", "surrogatepass")
    try:
        orjson.loads(raw)
    except orjson.JSONDecodeError:
        return
    assert parse_json(raw) == orjson.loads(raw)


@given(st.text(max_size=10), st.text(max_size=10))
def test_texts_that_look_like_keys_are_no_repeats(key: str, value: str) -> None:
    """A text with quotes and colons in it does not count as a key."""
    tricky = {key: f'":"{value}":', "other": '\\":', "a": {"other": '"a":'}}
    assert parse_json(json.dumps(tricky).encode()) == tricky


@pytest.mark.parametrize(
    "raw", [b'{"a":1,"a":2}', b'{"a" :1,"a": 2}', b'{"a":"\\":","a":1}', b'[{"b":{}},{"a":1,"a":1}]']
)
def test_a_repeated_key_is_found_however_it_is_written(raw: bytes) -> None:
    """The quick check by counting colons does not miss what white space or escapes could hide."""
    with pytest.raises(FormatError, match="twice"):
        parse_json(raw)


def test_halves_of_characters_are_read() -> None:
    """A lone surrogate, which the fast parser refuses, is what a target with broken bytes was written as."""
    assert parse_json(b'{"target": "/\\udcff"}') == {"target": "/\udcff"}


def test_a_byte_order_mark_is_passed_over() -> None:
    """Some editors put one in front of every file."""
    assert parse_json(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


def test_white_space_of_an_editor_is_no_mistake() -> None:
    """A file that was formatted otherwise says the same."""
    assert parse_json(b'{ "a" : [ 1 , 2 ] ,\r\n "b" : { } }\r\n') == {"a": [1, 2], "b": {}}
