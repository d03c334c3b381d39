"""What is judged, and how it is said."""

import json
from typing import Any

import pytest
from tests.core.contract.deals_contract import (
    JSON,
    answer,
    deal,
    documents,
    error,
    exchange,
    judge,
    page,
)

from truemirror.core.contract.finding import Finding, Level
from truemirror.core.wire.exchange import Exchange, Fault, FaultKind, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.errors import FormatError

HTML = Headers((("Content-Type", "text/html; charset=utf-8"),))
XML = Headers((("Content-Type", "application/xml"),))
PROBLEM = Headers((("Content-Type", "application/problem+json"),))


def _rules(findings: tuple[Finding, ...]) -> list[str]:
    return [one.rule for one in findings]


def test_an_answer_that_keeps_the_contract_gives_no_finding() -> None:
    """Everything declared, in the right types, is silence."""
    assert answer(deal()) == ()
    assert answer(page(deal(), deal()), target="/v1/deals?stage=lead") == ()
    assert answer(error(), 404) == ()


@pytest.mark.parametrize(
    ("body", "rule", "location", "expected", "actual", "schema"),
    [
        (deal(title=...), "response-attribute-missing", "/title", "string", "absent", "properties/title"),
        (deal(title=7), "response-type-changed", "/title", "string", "integer 7", "properties/title"),
        (deal(title=None), "response-null-unexpected", "/title", "string", "null", "properties/title"),
        (
            deal(stage="lost"),
            "response-enum-unknown",
            "/stage",
            'one of "lead", "won"',
            'string "lost"',
            "properties/stage",
        ),
        (
            deal(created_at="yesterday"),
            "response-format-changed",
            "/created_at",
            "a date-time",
            'string "yesterday"',
            "properties/created_at",
        ),
        (
            deal(owner={"id": "u1"}),
            "response-attribute-missing",
            "/owner/name",
            "string or null",
            "absent",
            "properties/owner/properties/name",
        ),
        (deal(tags={}), "response-type-changed", "/tags", "array", "an empty object", "properties/tags"),
        (deal(phone="1"), "response-attribute-extra", "/phone", "not declared", 'string "1"', None),
    ],
)
def test_each_fault_of_an_attribute_has_its_rule(
    body: Any, rule: str, location: str, expected: str, actual: str, schema: str | None
) -> None:
    """Rule, place, expectation and the contract's own line are named."""
    (found,) = answer(body)
    assert (found.rule, found.location) == (rule, f"response 200 body {location}")
    assert (found.expected, found.actual) == (expected, actual)
    assert found.schema_location == (f"schemas/deal.schema.json#/{schema}" if schema else "")
    assert (found.service, found.operation) == ("deals", "GET /v1/deals/{deal_id}")
    assert (found.owner, found.consumers) == ("team-deals", ("public-api",))


def test_an_undeclared_attribute_is_only_worth_knowing() -> None:
    """Schemas are open: more than promised breaks nobody."""
    assert [one.level for one in answer(deal(phone="1"))] == [Level.INFO]


def test_a_renamed_attribute_names_what_is_there_instead() -> None:
    """A missing attribute beside an undeclared one may have a new name."""
    missing, extra = answer(deal(title=..., name="Forty chairs"))
    assert missing.actual == "absent; undeclared beside it: `name`"
    assert extra.rule == "response-attribute-extra"


def test_a_fault_of_all_items_is_told_once() -> None:
    """Items of one list that share a fault are one finding, which says how many there are."""
    (found,) = answer(page(*[deal(title=...)] * 20), target="/v1/deals?stage=lead")
    assert found.location == "response 200 body /items/0/title"
    assert found.message == "`items[0].title` is missing (and 19 more like it)"


def test_what_is_told_of_one_exchange_is_bounded() -> None:
    """A body with thousands of different faults does not flood the report."""
    found = answer({**deal(), "tags": [{"id": {f"k{n}": 1}} for n in range(5_000)], "owner": []})
    assert 0 < len(found) < 60


def test_references_are_followed_to_the_document_that_says_so() -> None:
    """The place in the contract is that of the referenced document."""
    (found,) = answer(deal(tags=[{"id": 5}]))
    assert found.schema_location == "schemas/tag.schema.json#/properties/id"


@pytest.mark.parametrize(
    ("status", "body", "headers", "rules"),
    [
        (404, error("gone"), JSON, ["error-code-unknown"]),
        (404, {"error": {"code": "not_found"}}, JSON, ["error-shape-broken"]),
        (404, {"detail": "none"}, JSON, ["error-shape-broken", "response-attribute-extra"]),
        (404, b"<h1>Not found</h1>", HTML, ["response-not-json"]),
        (500, error("internal_error"), JSON, ["status-undeclared"]),
        (500, b"<h1>Oops</h1>", HTML, ["status-undeclared", "error-shape-broken"]),
        (503, {"detail": "none"}, JSON, ["status-undeclared", "error-shape-broken", "response-attribute-extra"]),
        (201, deal(), JSON, ["status-undeclared"]),
        (204, b"", Headers(), ["status-undeclared"]),
        (200, b"<deal/>", XML, ["response-not-json"]),
        (200, b"{", JSON, ["response-not-json"]),
        (200, b"", JSON, ["response-body-missing"]),
        (200, b"[" * 3_000, JSON, ["response-not-json"]),
        (200, deal(), PROBLEM, ["media-type-undeclared"]),
        (200, deal(), Headers(), ["response-not-json"]),
    ],
)
def test_each_fault_of_an_answer_has_its_rule(status: int, body: Any, headers: Headers, rules: list[str]) -> None:
    """Errors, statuses and media types are held as strictly as attributes."""
    assert _rules(answer(body, status, headers=headers)) == rules


def test_an_operation_that_is_not_declared_breaks() -> None:
    """What a service serves beyond its contract is told."""
    (found,) = answer({"ok": True}, target="/v1/secrets")
    assert (found.rule, found.level, found.operation) == ("operation-unknown", Level.BREAK, "GET /v1/secrets")


def test_a_preflight_is_no_operation_that_a_contract_lacks() -> None:
    """A browser asks for permission; `OPTIONS` without that question is asked of the service, and told."""
    asks = Headers((("Access-Control-Request-Method", "PATCH"),))
    assert judge().check(exchange("OPTIONS", "/v1/deals/d1", 204, headers=asks)) == ()
    assert judge().check(exchange("OPTIONS", "/v1/deals/d1", 204)) != ()


def test_a_refusal_of_what_is_not_offered_is_no_fault_of_the_service() -> None:
    """404 and 405 outside the contract are right, as long as they have the error shape."""
    assert _rules(answer(error("not_found"), 404, target="/nowhere")) == ["operation-unserved"]
    assert _rules(answer(b"<h1>no</h1>", 404, target="/nowhere", headers=HTML)) == [
        "operation-unserved",
        "error-shape-broken",
    ]


def test_a_method_without_a_word_in_openapi_is_only_told() -> None:
    """No contract can hold PROPFIND, so it cannot break one."""
    assert _rules(answer(b"", 207, method="PROPFIND")) == ["operation-inexpressible"]
    assert _rules(answer(b"", 200, method="OPTIONS", target="*")) == ["operation-inexpressible"]


def test_head_is_held_as_get_without_a_body() -> None:
    """HEAD is declared by GET and never has a body."""
    assert answer(b"", method="HEAD") == ()
    assert _rules(answer(b"", 500, method="HEAD")) == ["status-undeclared"]


def test_a_broken_connection_is_no_answer() -> None:
    """A fault in a recording is told, and breaks nothing."""
    (found,) = judge().check(Exchange(Request("GET", "/v1/deals/d1"), Fault(FaultKind.RESET)), "mirrors/deals")
    assert (found.rule, found.level, found.evidence) == ("mirror-fault", Level.INFO, "mirrors/deals")


def test_declared_headers_are_held() -> None:
    """A promised header is missing, an optional one is no number."""
    found = answer(deal(), 201, "POST", "/v1/deals", Headers((*JSON, ("Retry-After", "soon"))))
    assert _rules(found) == ["response-header-missing", "response-header-invalid"]
    good = Headers((*JSON, ("location", "/v1/deals/d1"), ("retry-after", "5")))
    assert answer(deal(), 201, "POST", "/v1/deals", good) == ()


def test_a_body_that_nobody_declared_is_told() -> None:
    """A body comes where none was promised."""
    documented = documents()
    documented["openapi.yaml"]["paths"]["/v1/deals/{deal_id}"]["delete"]["responses"]["200"] = {"description": ""}
    found = judge(documented).check_response("DELETE", "/v1/deals/d1", 200, JSON, b"{}")
    assert [(one.rule, one.level) for one in found] == [("response-body-undeclared", Level.WARN)]


@pytest.mark.parametrize(
    ("request_", "rules"),
    [
        (Request("GET", "/v1/deals?stage=lead&limit=20"), []),
        (Request("GET", "/v1/deals"), ["request-parameter-missing"]),
        (Request("GET", "/v1/deals?stage=lead&limit=ten"), ["request-parameter-invalid"]),
        (Request("GET", "/v1/deals?stage=lead&limit=101"), ["request-parameter-invalid"]),
        (Request("GET", "/v1/deals?stage=lead&page=2"), ["request-parameter-unknown"]),
        (Request("POST", "/v1/deals", JSON, b'{"title": "x"}'), []),
        (
            Request("POST", "/v1/deals", JSON, b'{"titel": "x"}'),
            ["request-attribute-missing", "request-attribute-extra"],
        ),
        (Request("POST", "/v1/deals", JSON, b'{"title": 1}'), ["request-type-changed"]),
        (Request("POST", "/v1/deals", JSON, b'{"title"'), ["request-not-json"]),
        (Request("POST", "/v1/deals", JSON), ["request-body-missing"]),
        (Request("POST", "/v1/deals", XML, b"<a/>"), ["request-media-type-undeclared"]),
        (
            Request("POST", "/v1/deals", Headers((*JSON, ("idempotency-key", "0123456789"))), b'{"title": "x"}'),
            ["request-parameter-invalid"],
        ),
        (Request("GET", "/v2/deals"), ["operation-unknown"]),
    ],
)
def test_each_fault_of_a_request_has_its_rule(request_: Request, rules: list[str]) -> None:
    """Parameters, headers and bodies are held against what the contract asks for."""
    assert _rules(judge().check_request(request_)) == rules


def test_a_request_that_was_refused_is_not_judged_again() -> None:
    """The provider said 422 itself; only one that it accepted shows a wrong contract."""
    wrong = {"target": "/v1/deals", "sent": None}
    assert judge().check(exchange(status=422, body=error("validation_failed"), **wrong)) == ()
    found = judge().check(exchange(status=200, body=page(), **wrong))
    assert _rules(found) == ["request-parameter-missing"]


def test_redacted_texts_break_no_format_and_no_list() -> None:
    """Nobody knows what a stand-in stands for, so it is not judged by its letters."""
    stand_in = "7e57ab1e0a1b2c3d"
    assert answer(deal(stage=stand_in, created_at=stand_in, title=stand_in)) == ()


def test_a_pattern_that_would_never_end_is_judged_at_once() -> None:
    """Patterns are judged by an engine that does not backtrack without end."""
    documented = documents()
    documented["schemas/deal.schema.json"]["properties"]["title"]["pattern"] = "^(a+)+$"
    body = json.dumps(deal(title="a" * 60 + "!")).encode()
    (found,) = judge(documented).check_response("GET", "/v1/deals/d1", 200, JSON, body)
    assert found.rule == "response-format-changed"


def test_a_pattern_that_no_engine_can_read_is_named() -> None:
    """A contract that cannot be compiled says where."""
    documented = documents()
    documented["schemas/deal.schema.json"]["properties"]["title"]["pattern"] = "(?<"
    with pytest.raises(FormatError, match=r"deals 1\.0\.0"):
        judge(documented).compile()


def test_declared_default_and_range_statuses_are_found() -> None:
    """An exact status wins over its class, and the class over the default."""
    documented = documents()
    responses = documented["openapi.yaml"]["paths"]["/v1/deals/{deal_id}"]["get"]["responses"]
    responses |= {"4XX": {"description": ""}, "default": {"description": ""}}
    ready = judge(documented)
    operation = ready.operation_of("GET", "/v1/deals/d1?x=1")
    assert operation is not None
    assert [getattr(operation.answer(status), "status", None) for status in (404, 410, 503)] == [
        "404",
        "4XX",
        "default",
    ]


def test_evidence_names_where_it_was_seen() -> None:
    """Each finding of an exchange carries the place of the exchange."""
    raw = Exchange(Request("GET", "/v1/deals/d1"), Response(200, headers=JSON, body=b"{}"))
    assert {one.evidence for one in judge().check(raw, "mirrors/deals/1.0.0/a, exchange 3")} == {
        "mirrors/deals/1.0.0/a, exchange 3"
    }


def test_what_is_remembered_changes_no_judgement() -> None:
    """A judge says the same the second time, right or wrong."""
    ready = judge()
    right, wrong = Request("GET", "/v1/deals?stage=lead"), Request("GET", "/v1/deals?stage=lead&limit=x")
    for _ in range(2):
        assert ready.check_request(right) == ()
        assert _rules(ready.check_request(wrong)) == ["request-parameter-invalid"]
        assert ready.check_response("GET", "/v1/deals/d1", 200, JSON, json.dumps(deal()).encode()) == ()
        assert _rules(ready.check_response("GET", "/v1/x", 200, JSON, b"{}")) == ["operation-unknown"]
