"""Every call of a page is mapped to its service and operation, and held against the contract where one has a say."""

from dataclasses import replace
from typing import Any

import pytest
import yaml

from truemirror.core.contract.conformance import Conformance
from truemirror.core.contract.reading import parse_contract
from truemirror.core.flow.holding import Owners, known, page_findings, violations
from truemirror.core.flow.trace import Call, Said
from truemirror.core.wire.exchange import Exchange, Fault, FaultKind, Outcome, Request, Response
from truemirror.core.wire.headers import Headers

JSON = Headers((("Content-Type", "application/json"),))
CONTRACT = """
openapi: 3.1.0
info: {title: tags, version: 1.0.0}
paths:
  /v1/tags/{tag_id}:
    get:
      parameters: [{name: tag_id, in: path, required: true, schema: {type: string}}]
      responses:
        "200":
          description: one
          content: {application/json: {schema: {type: object, required: [label]}}}
"""
OWNERS = Owners({"tags": ("tags.internal",), "web": ("web.internal",)})


@pytest.fixture(scope="module")
def judge() -> Any:
    """Tags has a contract, web has none."""
    contract = parse_contract("tags", "1.0.0", {"openapi.yaml": yaml.safe_load(CONTRACT)})
    return {"tags": Conformance(contract, "team-tags")}.get


def call(url: str, outcome: Outcome, kind: str = "fetch", method: str = "GET") -> Call:
    """A call of a page."""
    target = "/" + url.partition("://")[2].partition("/")[2]
    return Call(url, Exchange(Request(method, target), outcome), 0.0, kind)


GOOD = Response(200, headers=JSON, body=b'{"label": "new"}')
BAD = Response(200, headers=JSON, body=b'{"name": "new"}')
ONE = "http://tags.internal/v1/tags/1"


def test_a_call_is_mapped_by_the_name_of_its_host_and_its_path(judge: Any) -> None:
    """A service without a contract has no operations, a host of nobody has no service."""
    mine = known(call(ONE, GOOD), OWNERS, judge)
    assert (mine.service, mine.operation, mine.findings) == ("tags", "GET /v1/tags/{tag_id}", ())
    page = known(call("http://web.internal/", GOOD), OWNERS, judge)
    assert (page.service, page.operation) == ("web", "")
    assert known(call("http://other.example/", GOOD), OWNERS, judge).service == ""


def test_an_answer_that_breaks_its_contract_is_a_violation(judge: Any) -> None:
    """With the rule, the place and the team; many calls that show one are told once."""
    calls = [known(call(ONE, BAD), OWNERS, judge), known(call(ONE + "?again", BAD), OWNERS, judge)]
    ((first, finding),) = violations(calls)
    assert first is calls[0]
    assert (finding.rule, finding.operation) == ("response-attribute-missing", "GET /v1/tags/{tag_id}")
    assert finding.owner == "team-tags"


def test_an_operation_that_nobody_promised_is_a_violation(judge: Any) -> None:
    """A page must not rely on it."""
    assert violations([known(call("http://tags.internal/v1/secret", GOOD), OWNERS, judge)])


@pytest.mark.parametrize(
    "one",
    [
        call(ONE, Response(204), "preflight", "OPTIONS"),
        call(ONE, Response(204), "fetch", "OPTIONS"),
        call(ONE, Fault(FaultKind.RESET)),
        call("http://tags.internal/logo.png", Response(200), "image"),
        call(ONE, Response(501, headers=Headers((("X-Truemirror", "miss"),)))),
    ],
)
def test_what_no_contract_speaks_of_is_not_held(judge: Any, one: Call) -> None:
    """Preflights, broken connections, pictures, and what a mirror says by itself."""
    assert known(one, OWNERS, judge).findings == ()


def test_errors_of_scripts_and_failed_loads_are_findings_of_the_page() -> None:
    """Each once; what a page broke off itself, warnings, and an icon that nobody made are none."""
    said = [Said("error", "x is undefined", 1.0, "app.js:1:2"), Said("error", "x is undefined", 2.0, "app.js:1:2")]
    calls = [
        call("http://web.internal/app.js", Response(404), "script"),
        call("http://web.internal/data", Fault(FaultKind.RESET, "ERR_CONNECTION_RESET")),
        call("http://web.internal/left", Fault(FaultKind.RESET, "ERR_ABORTED")),
        call("http://web.internal/favicon.ico", Response(404), "image"),
        call("http://web.internal/refused", Response(409)),
        call("http://web.internal/gone", Response(404), "document"),
    ]
    assert page_findings(calls, [*said, Said("warn", "careful", 3.0)]) == (
        "x is undefined (app.js:1:2)",
        "GET http://web.internal/app.js did not load: 404",
        "GET http://web.internal/data did not load: reset: ERR_CONNECTION_RESET",
    )


def test_what_a_flow_allows_is_no_finding() -> None:
    """A part of the text is enough; None allows everything."""
    said = [Said("error", "Payment refused: card", 1.0), Said("error", "other", 2.0)]
    assert page_findings((), said, ("Payment refused",)) == ("other",)
    assert page_findings((), said, None) == ()


def test_what_is_known_already_is_kept(judge: Any) -> None:
    """A call that names its service is not mapped by its host."""
    one = replace(call("http://elsewhere.example/v1/tags/1", GOOD), service="tags")
    assert known(one, OWNERS, judge).operation == "GET /v1/tags/{tag_id}"
