"""Bodies are written readably and come back byte for byte."""

import json

import orjson
import pytest
from hypothesis import given

from truemirror.core.mirror.bodies import LARGE, decode_body, encode_body, plain_body, serialiser
from truemirror.errors import FormatError
from truemirror.testing.strategies import ODD_BODIES, bodies


def there_and_back(body: bytes) -> bytes:
    """A body after it was written into a file and read from it."""
    files: dict[str, bytes] = {}
    document = orjson.loads(orjson.dumps([[[[[encode_body(body, files)]]]]], option=orjson.OPT_INDENT_2))[0][0][0][0][0]
    return decode_body(document, lambda name, size: files[name][:size])


@given(bodies)
def test_every_body_comes_back_byte_for_byte(body: bytes) -> None:
    """Decoding what was encoded gives the very same bytes."""
    assert there_and_back(body) == body


@given(bodies)
def test_a_plain_body_comes_back_byte_for_byte(body: bytes) -> None:
    """The quick form that journals use loses nothing either."""
    assert decode_body(orjson.loads(orjson.dumps(plain_body(body))), lambda name, size: b"") == body


@pytest.mark.parametrize("body", ODD_BODIES)
def test_odd_bodies_come_back_byte_for_byte(body: bytes) -> None:
    """What naive storage changes is kept."""
    assert there_and_back(body) == body


STYLES = [
    ("compact", b'{"b":1,"a":[true,null,"\xc3\xa9"]}'),
    ("spaced", b'{"b": 1, "a": [true, null, "\xc3\xa9"]}'),
    ("spaced ascii", json.dumps({"name": "é", "n": 1}).encode()),
    ("compact ascii", json.dumps({"name": "é", "n": 1}, separators=(",", ":")).encode()),
    ("compact newline", b'{"a":1}\n'),
    ("indent2", b'{\n  "a": [\n    1\n  ],\n  "b": {}\n}'),
    ("indent4 ascii newline", (json.dumps({"a": "é"}, indent=4) + "\n").encode()),
    ("tab", b'{\n\t"a": 1\n}'),
    ("compact slashes", b'{"url":"https:\\/\\/x"}'),
    ("compact ascii slashes", b'{"url":"https:\\/\\/\\u00e9"}'),
    ("compact html newline", b'{"page":"\\u003ca\\u003e\xc3\xa9 \\u0026 \\u2028"}\n'),
]


@pytest.mark.parametrize(("style", "body"), STYLES, ids=[style for style, _ in STYLES])
def test_json_of_common_serialisers_is_written_as_json(style: str, body: bytes) -> None:
    """JSON as Python, Go, PHP and others write it is readable in a mirror, with the style named."""
    document = encode_body(body, {})
    assert document["json"] == json.loads(body)
    assert document.get("style", "compact") == style
    assert there_and_back(body) == body


NOT_AS_JSON = [
    b'{"price":1.10}',
    b'{"big":123456789012345678901234567890}',
    b'{"a":1,"a":2}',
    b'{"n":1e+16}',
    b'{"n":0.00001}',
    b'{"n":1000000000000000.5}',
    b'{"a":1} ',
    b'{"half":"\\ud800"}',
    b'{ "a":1}',
]


@pytest.mark.parametrize("body", NOT_AS_JSON)
def test_json_that_a_parser_could_change_is_text(body: bytes) -> None:
    """Numbers, keys and spaces that re-serialising would change, today or with another library, are kept as text."""
    assert encode_body(body, {}) == {"text": body.decode()}


def test_json_deeper_than_the_files_can_hold_is_text() -> None:
    """A body that only just fits the serialiser by itself does not break the file around it."""
    body = b"[" * 250 + b"]" * 250
    assert encode_body(body, {}) == {"text": body.decode()}
    assert "json" in encode_body(b"[" * 240 + b"]" * 240, {})


def test_keys_of_a_body_keep_their_order() -> None:
    """Only our own frame is sorted."""
    assert list(encode_body(b'{"z":1,"a":2}', {})["json"]) == ["z", "a"]


def test_text_of_several_lines_is_a_line_each() -> None:
    """A page of HTML can be reviewed line by line, line ends included."""
    assert encode_body(b"<p>\n</p>\n", {}) == {"lines": ["<p>", "</p>", ""]}


def test_text_with_control_characters_is_base64() -> None:
    """What a terminal or an editor would choke on is not shown as text; line ends of the network are."""
    assert encode_body(b"a\x1b[2Jb", {}) == {"base64": "YRtbMkpi"}
    assert encode_body(b"a\r\nb", {}) == {"lines": ["a\r", "b"]}


def test_only_bodies_beyond_64_kib_get_files() -> None:
    """The limit itself is still inside; one byte more goes into a file named by its hash."""
    files: dict[str, bytes] = {}
    assert "file" not in encode_body(b"x" * LARGE, files)
    assert not files
    document = encode_body(b"x" * (LARGE + 1), files)
    assert files == {document["file"]: b"x" * (LARGE + 1)}
    assert document["size"] == LARGE + 1


WRONG = [
    (None, "", "null"),
    ([], "", "a list"),
    ({}, "", "empty"),
    ({"jsn": 1}, "", "jsn"),
    ({"json": 1, "style": "fancy"}, "style", "fancy"),
    ({"json": 1, "style": ["compact"]}, "style", "expected a text"),
    ({"json": 1, "style": "compact fancy"}, "style", "fancy"),
    ({"json": 1, "text": "x"}, "", "json, text"),
    ({"json": 2**70}, "json", "64-bit"),
    ({"text": 1}, "", "text"),
    ({"text": "\ud800"}, "text", "surrogate"),
    ({"lines": ["a", 1]}, "", "lines"),
    ({"base64": "%%"}, "base64", "base64"),
    ({"file": "../../etc/passwd", "size": 1}, "", "file"),
    ({"file": "a" * 64, "size": True}, "", "file"),
    ({"file": "a" * 64}, "", "file"),
]


@pytest.mark.parametrize(("document", "where", "what"), WRONG, ids=[repr(one[0])[:40] for one in WRONG])
def test_what_is_no_body_is_refused_with_its_place(document: object, where: str, what: str) -> None:
    """A body of an unknown form names the field and what was found."""
    with pytest.raises(FormatError) as caught:
        decode_body(document, lambda name, size: b"")
    assert caught.value.where == where
    assert what in str(caught.value)


def test_a_document_deeper_than_json_can_be_written_is_refused() -> None:
    """Depth that a person (or an attacker) put into a file is an error of the file, not a crash."""
    value: object = 1
    for _ in range(100_000):
        value = [value]
    for style in ("compact", "spaced", "indent4"):
        with pytest.raises(FormatError, match="written as JSON"):
            decode_body({"json": value, "style": style}, lambda name, size: b"")
    while isinstance(value, list):  # take it apart here: the interpreter's own way would go as deep
        value = value.pop()


def test_a_style_is_made_once() -> None:
    """Reading thousands of bodies looks the style up only."""
    assert serialiser("spaced ascii") is serialiser("spaced ascii")
