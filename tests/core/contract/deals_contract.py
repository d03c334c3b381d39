"""A small contract written by hand, and answers that keep it: what the tests of judging start from."""

import copy
import json
from typing import Any

from truemirror.core.contract.conformance import Conformance
from truemirror.core.contract.contract import Contract
from truemirror.core.contract.finding import Finding
from truemirror.core.contract.reading import parse_contract
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.core.wire.headers import Headers

JSON = Headers((("Content-Type", "application/json"),))
NONE = Headers()

DEAL: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "title": {"type": "string"},
        "stage": {"enum": ["lead", "won"]},
        "created_at": {"type": "string", "format": "date-time"},
        "owner": {
            "type": "object",
            "properties": {"id": {"type": "string"}, "name": {"type": ["string", "null"]}},
            "required": ["id", "name"],
        },
        "tags": {"type": "array", "items": {"$ref": "./tag.schema.json"}},
    },
    "required": ["id", "title", "stage", "created_at", "owner", "tags"],
}
TAG: dict[str, Any] = {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]}
ERROR: dict[str, Any] = {
    "type": "object",
    "properties": {
        "error": {
            "type": "object",
            "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
            "required": ["code", "message"],
        }
    },
    "required": ["error"],
}


def _json(schema: Any) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _error(*codes: str) -> dict[str, Any]:
    narrowed = {"error": {"properties": {"code": {"enum": list(codes)}}}}
    return {
        "description": "",
        "content": _json({"$ref": "./schemas/error.schema.json", "properties": narrowed}),
    }


PAGE = {
    "type": "object",
    "properties": {
        "items": {"type": "array", "items": {"$ref": "./schemas/deal.schema.json"}},
        "metadata": {"type": "object", "properties": {"total": {"type": "integer"}}, "required": ["total"]},
    },
    "required": ["items", "metadata"],
}
NEW_DEAL = {
    "type": "object",
    "properties": {"title": {"type": "string"}, "value": {"type": "string"}},
    "required": ["title"],
}
OPENAPI: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "deals", "version": "1.0.0"},
    "paths": {
        "/v1/deals": {
            "get": {
                "parameters": [
                    {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 100}},
                    {"name": "stage", "in": "query", "required": True, "schema": {"type": "string"}},
                ],
                "responses": {"200": {"description": "", "content": _json(PAGE)}, "422": _error("validation_failed")},
            },
            "post": {
                "parameters": [
                    {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "maxLength": 9}}
                ],
                "requestBody": {"required": True, "content": _json(NEW_DEAL)},
                "responses": {
                    "201": {
                        "description": "",
                        "headers": {
                            "Location": {"required": True, "schema": {"type": "string"}},
                            "Retry-After": {"schema": {"type": "integer"}},
                        },
                        "content": _json({"$ref": "./schemas/deal.schema.json"}),
                    },
                },
            },
        },
        "/v1/deals/{deal_id}": {
            "parameters": [{"name": "deal_id", "in": "path", "required": True, "schema": {"type": "string"}}],
            "get": {
                "responses": {
                    "200": {"description": "", "content": _json({"$ref": "./schemas/deal.schema.json"})},
                    "404": _error("not_found"),
                }
            },
            "delete": {"responses": {"204": {"description": ""}}},
        },
    },
}


def documents() -> dict[str, Any]:
    """The documents of the contract, to be changed at will."""
    return copy.deepcopy(
        {
            "openapi.yaml": OPENAPI,
            "schemas/deal.schema.json": DEAL,
            "schemas/tag.schema.json": TAG,
            "schemas/error.schema.json": ERROR,
        }
    )


def contract(changed: dict[str, Any] | None = None) -> Contract:
    """The contract, or one made of changed documents."""
    return parse_contract("deals", "1.0.0", changed or documents())


def judge(changed: dict[str, Any] | None = None) -> Conformance:
    """The contract, ready to judge."""
    return Conformance(contract(changed), "team-deals", ("public-api",))


def deal(**changes: Any) -> dict[str, Any]:
    """A deal that keeps the contract, with changes; an attribute whose value is `...` is left out."""
    whole = {
        "id": "d1",
        "title": "Forty chairs",
        "stage": "lead",
        "created_at": "2026-01-31T12:00:00Z",
        "owner": {"id": "u1", "name": None},
        "tags": [{"id": "t1"}],
        **changes,
    }
    return {name: value for name, value in whole.items() if value is not ...}


def page(*deals: dict[str, Any]) -> dict[str, Any]:
    """A collection of deals."""
    return {"items": list(deals), "metadata": {"total": len(deals)}}


def error(code: str = "not_found", **more: Any) -> dict[str, Any]:
    """An error in the shape of the contract."""
    return {"error": {"code": code, "message": "There is none.", **more}}


def answer(
    body: Any = None, status: int = 200, method: str = "GET", target: str = "/v1/deals/d1", headers: Headers = JSON
) -> tuple[Finding, ...]:
    """What the contract has to say about an answer; `body` is bytes, or a value to be written as JSON."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return judge().check_response(method, target, status, headers, raw)


def exchange(
    method: str = "GET",
    target: str = "/v1/deals/d1",
    status: int = 200,
    body: Any = None,
    *,
    sent: Any = None,
    headers: Headers = NONE,
    answered: Headers = NONE,
) -> Exchange:
    """An exchange in JSON; bodies that are None are empty."""
    request = Request(method, target, headers, b"")
    if sent is not None:
        request = Request(method, target, Headers((*headers, *JSON)), _written(sent))
    response = Response(status, headers=answered)
    if body is not None:
        typed = answered if "content-type" in answered else Headers((*answered, *JSON))
        response = Response(status, headers=typed, body=_written(body))
    return Exchange(request, response)


def _written(body: Any) -> bytes:
    return body if isinstance(body, bytes) else json.dumps(body).encode()
