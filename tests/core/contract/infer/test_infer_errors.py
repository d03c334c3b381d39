"""Errors of a whole service are put together by shape, and known envelopes have names."""

from typing import Any

import pytest
from tests.core.contract.deals_contract import error, exchange

from truemirror.core.contract.infer.envelopes import envelope_of
from truemirror.core.contract.infer.error_shapes import ErrorShape, error_shapes
from truemirror.core.contract.infer.evidence import Evidence
from truemirror.core.contract.infer.gather import gather
from truemirror.core.contract.infer.places import shapes_of
from truemirror.core.wire.exchange import Exchange
from truemirror.core.wire.headers import Headers

HTML = Headers((("Content-Type", "text/html"),))


@pytest.mark.parametrize(
    ("envelope", "body"),
    [
        ("RFC 9457 problem", {"type": "about:blank", "title": "Gone", "status": 410}),
        ("ASP.NET problem", {"type": "x", "title": "Bad", "status": 400, "traceId": "00", "errors": {"A": ["x"]}}),
        ("Spring Boot", {"timestamp": "t", "status": 500, "error": "Internal Server Error", "path": "/a"}),
        ("FastAPI validation", {"detail": [{"loc": ["body", "x"], "msg": "m", "type": "missing"}]}),
        ("detail (FastAPI, Django REST framework)", {"detail": "Not found."}),
        ("Django REST framework validation", {"email": ["Enter a valid address."], "name": ["Required."]}),
        ("NestJS or Fastify", {"statusCode": 404, "message": "Cannot GET /", "error": "Not Found"}),
        ("Litestar", {"status_code": 404, "detail": "Not Found"}),
        ("GraphQL", {"errors": [{"message": "m", "locations": [{"line": 1}]}]}),
        ("JSON:API", {"errors": [{"status": "404", "title": "t"}]}),
        ("Laravel validation", {"message": "m", "errors": {"email": ["x"]}}),
        ("Rails", {"errors": {"email": ["is invalid"]}}),
        ("Rails", {"errors": ["Email is invalid"]}),
        ("Rails", {"status": 404, "error": "Not Found"}),
        ("GitHub", {"message": "Not Found", "documentation_url": "https://docs.example"}),
        ("AWS", {"__type": "ValidationException", "message": "m"}),
        ("Zod", {"name": "ZodError", "issues": [{"path": ["a"], "message": "m", "code": "c"}]}),
        ("OAuth 2.0", {"error": "invalid_grant", "error_description": "m"}),
        ("Google APIs", {"error": {"code": 404, "message": "m", "status": "NOT_FOUND"}}),
        ("error object with a code", {"error": {"code": "not_found", "message": "m"}}),
        ("error object with a type", {"error": {"type": "card_error", "message": "m"}}),
        ("code and message", {"code": 7, "message": "m"}),
        ("message alone", {"message": "m"}),
        ("error alone", {"error": "m"}),
        ("", {"fault": {"faultstring": "m"}}),
        ("", {}),
    ],
)
def test_known_envelopes_have_names(envelope: str, body: dict[str, Any]) -> None:
    """Told by their attributes, since frameworks seldom name a media type for them."""
    evidence = Evidence()
    evidence.add(body)
    assert evidence.objects is not None
    assert envelope_of(evidence.objects) == envelope


def test_a_problem_is_known_by_its_media_type() -> None:
    """Whatever attributes it has."""
    evidence = Evidence()
    evidence.add({"title": "x"})
    assert evidence.objects is not None
    assert envelope_of(evidence.objects, "application/problem+json") == "RFC 9457 problem"


def _shapes(*seen: Exchange, old: Any = None) -> tuple[ErrorShape, ...]:
    operations = gather(seen).operations
    return error_shapes(operations, shapes_of(operations), old)


def _service() -> list[Exchange]:
    paths = [f"/v1/{name}" for name in ("deals", "tags", "users", "notes")]
    seen = [exchange("GET", path, 200, {"items": []}) for path in paths]
    seen += [exchange("GET", path, 401, error("unauthenticated")) for path in paths]
    seen += [exchange("GET", "/v1/deals", 500, b"<html>", answered=HTML), exchange("GET", "/v1/tags", 429, ["slow"])]
    return [*seen, exchange("GET", "/v1/notes", 503, {"message": "busy"})]


def test_errors_are_put_together_by_shape() -> None:
    """The one that most operations answer first; those that hardly any does are rare."""
    found = _shapes(*_service())
    assert [(one.name, one.operations, one.statuses, one.rare) for one in found] == [
        ("error", 4, (401,), False),
        ("array", 1, (429,), True),
        ("error-2", 1, (503,), True),
        ("text/html", 1, (500,), True),
    ]
    assert str(found[0]) == "error (error object with a code): 4 operations, 401"
    assert str(found[2]) == "error-2 (message alone): 1 operation, 503; rare: GET /v1/notes 503"


def test_shapes_that_a_contract_does_not_declare_are_told() -> None:
    """No answer that has them is declared there, by its status, its class or as the default."""
    responses = {"200": {"description": "OK"}, "401": {"description": "Unauthorized"}}
    paths = {path: {"get": {"responses": dict(responses)}} for path in ("/v1/deals", "/v1/tags", "/v1/notes")}
    paths["/v1/tags"]["get"]["responses"]["4XX"] = {"description": "Wrong"}
    found = _shapes(*_service(), old={"openapi.yaml": {"paths": paths}})
    assert [one.name for one in found if one.undeclared] == ["error-2", "text/html"]


def test_without_errors_there_are_no_shapes() -> None:
    """Successes are none."""
    assert _shapes(exchange("GET", "/a", 200, {"message": "fine"})) == ()
