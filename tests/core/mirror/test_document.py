"""Exchanges become JSON documents and come back as they were."""

import json
from typing import Any

import orjson
import pytest
from hypothesis import given

from truemirror.core.mirror.bodies import plain_body
from truemirror.core.mirror.document import Reading, decode_exchange, encode_exchange
from truemirror.core.mirror.strict_json import parse_json
from truemirror.core.wire.exchange import Chunk, Coding, Exchange, Fault, FaultKind, Framing, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.errors import FormatError
from truemirror.testing.strategies import exchanges


def no_file(name: str, size: int) -> bytes:
    """There are no large bodies here."""
    raise AssertionError(name)


def there_and_back(exchange: Exchange) -> Exchange:
    """An exchange after it was written into a file and read from it."""
    files: dict[str, bytes] = {}
    raw = orjson.dumps(encode_exchange(exchange, "0" * 16, files), option=orjson.OPT_INDENT_2)
    return decode_exchange(parse_json(raw), Reading(lambda name, size: files[name]))


@given(exchanges)
def test_every_exchange_comes_back_as_it_was(exchange: Exchange) -> None:
    """decode(encode(x)) == x, whatever the exchange holds."""
    assert there_and_back(exchange) == exchange


@given(exchanges)
def test_every_exchange_comes_back_from_a_journal(exchange: Exchange) -> None:
    """The same holds for the quick form with plain bodies on one line."""
    raw = orjson.dumps(encode_exchange(exchange, "", {}, lambda body, _: plain_body(body)))
    assert b"\n" not in raw
    assert decode_exchange(parse_json(raw), Reading(no_file)) == exchange


def keys_in_order(value: Any, inside_body: bool = False) -> bool:
    """Whether all objects of our frame have sorted keys."""
    if isinstance(value, dict):
        return (inside_body or list(value) == sorted(value)) and all(
            keys_in_order(inner, inside_body or key == "json") for key, inner in value.items()
        )
    return not isinstance(value, list) or all(keys_in_order(inner, inside_body) for inner in value)


@given(exchanges)
def test_the_frame_has_sorted_keys(exchange: Exchange) -> None:
    """Two people's recordings merge, because every key has its one place."""
    raw = orjson.dumps(encode_exchange(exchange, "0" * 16, {}))
    assert keys_in_order(json.loads(raw))


LIVELY = Exchange(
    Request("POST", "/v1/tags", Headers.of([("Accept", "*/*")]), b'{"b": 1}', (Coding("gzip"),)),
    Response(
        200,
        "OK",
        Headers.of([("Set-Cookie", "a=1"), ("set-cookie", "b=ü")]),
        b"<p>\n</p>",
        (Coding("br", 4),),
        Framing.CHUNKED,
        (Chunk(3, 1.5), Chunk(5, 20.0)),
        Headers.of([("Checksum", "1")]),
    ),
    12.3,
)

WRITTEN = """{
  "elapsed_ms": 12.3,
  "id": "0123456789abcdef",
  "request": {
    "body": {
      "json": {
        "b": 1
      },
      "style": "spaced"
    },
    "codings": [
      ["gzip"]
    ],
    "headers": [
      ["Accept", "*/*"]
    ],
    "method": "POST",
    "target": "/v1/tags"
  },
  "response": {
    "body": {
      "lines": [
        "<p>",
        "</p>"
      ]
    },
    "chunks": [
      [3, 1.5],
      [5, 20.0]
    ],
    "codings": [
      ["br", 4]
    ],
    "framing": "chunked",
    "headers": [
      ["Set-Cookie", "a=1"],
      ["set-cookie", "b=ü"]
    ],
    "reason": "OK",
    "status": 200,
    "trailers": [
      ["Checksum", "1"]
    ]
  }
}"""


def test_a_document_reads_like_a_conversation() -> None:
    """This is what people review: one line for a header field, bodies as they are, nothing that goes without saying."""
    document = encode_exchange(LIVELY, "0123456789abcdef", {})
    assert orjson.dumps(document, option=orjson.OPT_INDENT_2).decode() == WRITTEN


def test_defaults_are_left_out() -> None:
    """A bare exchange is a bare document."""
    document = encode_exchange(Exchange(Request("GET", "/"), Response(204)), "", {})
    assert document == {"request": {"method": "GET", "target": "/"}, "response": {"status": 204}}


def test_a_fault_keeps_what_had_arrived() -> None:
    """A torn answer is written beside what the transport said."""
    fault = Fault(FaultKind.TRUNCATED, "closed after 2 bytes", Response(200, body=b"ab"), b"")
    document = encode_exchange(Exchange(Request("GET", "/"), fault), "", {})
    assert document["fault"] == {
        "detail": "closed after 2 bytes",
        "kind": "truncated",
        "partial": {"body": {"text": "ab"}, "status": 200},
    }


def test_times_that_are_no_numbers_are_left_out() -> None:
    """A clock that went wrong does not make a file that cannot be read."""
    odd = Exchange(Request("GET", "/"), Response(200, chunks=(Chunk(1, float("inf")),)), float("nan"))
    assert there_and_back(odd) == Exchange(Request("GET", "/"), Response(200, chunks=(Chunk(1, 0.0),)))


def test_equal_header_fields_are_one_object_in_memory() -> None:
    """Ten thousand times `Accept: */*` costs as much as once."""
    reading = Reading(no_file)
    document = {
        "request": {"method": "GET", "target": "/", "headers": [["A", "b"], ["A", "b"]]},
        "response": {"status": 1},
    }
    first, second = decode_exchange(document, reading).request.headers.pairs
    assert first is second


def changed(path: str, value: object) -> dict[str, Any]:
    """A sound document with one field set, or taken out where the value is `...`."""
    document: dict[str, Any] = json.loads(WRITTEN)
    *steps, last = path.split(".")
    inner = document
    for step in steps:
        inner = inner.setdefault(step, {})
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    return document


WRONG = [
    ("request", ..., "request", "expected an object"),
    ("request", [], "request", "a list"),
    ("response", ..., "response", "either a response or a fault"),
    ("fault", {"kind": "reset"}, "response", "either a response or a fault"),
    ("request.method", ..., "request.method", "is missing"),
    ("request.method", 7, "request.method", "expected a text"),
    ("request.target", None, "request.target", "found null"),
    ("request.metod", "GET", "request.metod", "nearest: method"),
    ("request.headers", {}, "request.headers", "expected a list"),
    ("request.headers", ["ab"], "request.headers[0]", "name and value"),
    ("request.headers", [["a", "b"], ["a"]], "request.headers[1]", "name and value"),
    ("request.headers", [["a", 1]], "request.headers[0]", "name and value"),
    ("request.headers", [["a", []]], "request.headers[0]", "name and value"),
    ("request.body", "text", "request.body", "expected an object"),
    ("request.codings", [["gzip", True]], "request.codings[0]", "level"),
    ("request.codings", ["gzip"], "request.codings[0]", "level"),
    ("response.status", "200", "response.status", "whole number"),
    ("response.status", True, "response.status", "whole number"),
    ("response.status", 1000, "response.status", "from 0 to 999"),
    ("response.status", ..., "response.status", "is missing"),
    ("response.framing", "wild", "response.framing", "chunked"),
    ("response.chunks", [[1]], "response.chunks[0]", "milliseconds"),
    ("response.chunks", [[True, 1.0]], "response.chunks[0]", "milliseconds"),
    ("response.chunks", [[1, None]], "response.chunks[0]", "milliseconds"),
    ("response.chunks", 3, "response.chunks", "a list"),
    ("response.trailers", [["a"]], "response.trailers[0]", "name and value"),
    ("elapsed_ms", "fast", "elapsed_ms", "a number"),
    ("elapsed_ms", True, "elapsed_ms", "a number"),
    ("elapsed_ms", 2**70, "elapsed_ms", "a number"),
    ("elapsd_ms", 1, "elapsd_ms", "nearest: elapsed_ms"),
]


@pytest.mark.parametrize(("path", "value", "where", "what"), WRONG, ids=[f"{one[0]}-{one[1]}" for one in WRONG])
def test_what_is_wrong_is_named_by_its_path(path: str, value: object, where: str, what: str) -> None:
    """A field that is missing, unknown or of another type is refused with its place and what was expected."""
    with pytest.raises(FormatError) as caught:
        decode_exchange(changed(path, value), Reading(no_file))
    assert caught.value.where == where
    assert what in str(caught.value)


FAULTS = [
    ({"kind": "sad"}, "fault.kind", "refused"),
    ({}, "fault.kind", "is missing"),
    ({"kind": "reset", "partial": {"status": "x"}}, "fault.partial.status", "whole number"),
    ({"kind": "garbage", "received": {"text": 1}}, "fault.received", "text"),
]


@pytest.mark.parametrize(("fault", "where", "what"), FAULTS, ids=[one[1] for one in FAULTS])
def test_a_wrong_fault_is_named_by_its_path(fault: object, where: str, what: str) -> None:
    """Faults are read as carefully as answers."""
    with pytest.raises(FormatError) as caught:
        decode_exchange({"request": {"method": "GET", "target": "/"}, "fault": fault}, Reading(no_file))
    assert caught.value.where == where
    assert what in str(caught.value)


@pytest.mark.parametrize("document", [None, 1, "x", [], True])
def test_only_an_object_is_an_exchange(document: object) -> None:
    """Whatever stands in the list of exchanges, it is refused without a traceback."""
    with pytest.raises(FormatError, match="expected an object"):
        decode_exchange(document, Reading(no_file))
