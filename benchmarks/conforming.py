"""Holding one collection of 20 items against its contract: ours, plain jsonschema-rs, fastjsonschema and jsonschema.

Ours is the whole judgement of an answer: finding the operation, the media type, parsing the body, the schema, and
undeclared attributes. The plain libraries are given the parsed document and say only whether it is valid; parsing
with orjson is measured beside them. Microseconds of processor time, median of several rounds.
"""

import statistics
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import jsonschema
import jsonschema_rs
import orjson

from benchmarks.table import machine, markdown, number
from truemirror.core.contract.conformance import Conformance
from truemirror.core.contract.reading import parse_contract
from truemirror.core.wire.headers import Headers

ITEM = {
    "type": "object",
    "required": ["id", "name", "price", "tags", "owner"],
    "properties": {
        "id": {"type": "string"},
        "name": {"type": "string"},
        "price": {"type": ["string", "null"]},
        "tags": {"type": "array", "items": {"type": "string"}},
        "owner": {
            "type": "object",
            "required": ["id", "email"],
            "properties": {"id": {"type": "string"}, "email": {"type": "string"}},
        },
    },
}
COLLECTION = {
    "type": "object",
    "required": ["items", "metadata"],
    "properties": {
        "items": {"type": "array", "items": ITEM},
        "metadata": {"type": "object", "required": ["total"], "properties": {"total": {"type": "integer"}}},
    },
}
_ROUNDS, _CALLS = 7, 400


def main() -> int:
    """Measure each and print the table; gives back the exit code."""
    item = {"name": "Ада", "price": "12.50", "tags": ["new", "blue"], "owner": {"id": "7", "email": "ada@example.org"}}
    document = {"items": [{"id": str(n), **item} for n in range(20)], "metadata": {"total": 20}}
    body = orjson.dumps(document)
    plain = jsonschema_rs.Draft202012Validator(COLLECTION)
    slow = jsonschema.Draft202012Validator(COLLECTION)
    ways: dict[str, Callable[[], Any]] = {
        "orjson.loads": lambda: orjson.loads(body),
        "jsonschema-rs, parsed document": lambda: plain.is_valid(document),
        "jsonschema-rs and parsing": lambda: plain.is_valid(orjson.loads(body)),
        "truemirror, whole answer": _ours(body),
        "jsonschema, parsed document": lambda: slow.is_valid(document),
    }
    if find_spec("fastjsonschema"):
        import fastjsonschema

        ways["fastjsonschema, parsed document"] = _calling(fastjsonschema.compile(COLLECTION), document)
    figures = {name: _microseconds(call) for name, call in ways.items()}
    base = figures["jsonschema-rs and parsing"]
    print(f"Measured on: {machine()}; microseconds of processor time for one collection of 20 items.\n")
    print(markdown(["with", "µs", ": jsonschema-rs"], [[n, number(f), f"{f / base:.2f}"] for n, f in figures.items()]))
    return 0


def _calling(function: Callable[[Any], Any], value: Any) -> Callable[[], Any]:
    """A call without arguments."""
    return lambda: function(value)


def _ours(body: bytes) -> Callable[[], Any]:
    """The judgement of an answer by a contract."""
    answer = {"description": "", "content": {"application/json": {"schema": COLLECTION}}}
    operation = {"operationId": "list", "responses": {"200": answer}}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "items", "version": "1.0.0"},
        "paths": {"/v1/items": {"get": operation}},
    }
    conformance = Conformance(parse_contract("items", "1.0.0", {"openapi.yaml": document}))
    headers = Headers((("Content-Type", "application/json"),))
    found = conformance.check_response("GET", "/v1/items", 200, headers, body)
    assert not [one for one in found if one.level == "break"], found
    return lambda: conformance.check_response("GET", "/v1/items", 200, headers, body)


def _microseconds(call: Callable[[], Any]) -> float:
    """The median of several rounds."""
    call()
    rounds = []
    for _ in range(_ROUNDS):
        begun = time.process_time()
        for _ in range(_CALLS):
            call()
        rounds.append((time.process_time() - begun) / _CALLS * 1e6)
    return statistics.median(rounds)


if __name__ == "__main__":
    sys.exit(main())
