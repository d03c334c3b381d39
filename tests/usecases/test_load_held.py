"""Answers under load, held against their contracts."""

import json
from typing import Any

from tests.core.contract.deals_contract import deal, error, exchange, page

from truemirror.core.contract.conformance import Conformance
from truemirror.core.contract.reading import parse_contract
from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.testing.contracts import MemoryContracts
from truemirror.testing.stores import MemoryMirrors
from truemirror.usecases.infer import infer_contract
from truemirror.usecases.load_held import MOST, Answered, Answers, hold

SEEN = (
    exchange("GET", "/v1/deals/d1", 200, deal()),
    exchange("GET", "/v1/deals?limit=1", 200, page(deal())),
    exchange("GET", "/v1/deals/d2", 404, error()),
)


def contract(name: str) -> Conformance | None:
    """The contract of deals, from what was recorded; no other service has one."""
    if name != "deals":
        return None
    contracts = MemoryContracts()
    infer_contract(MemoryMirrors(Mirror("deals", "0", (Scenario("default", SEEN),))), contracts, "deals")
    return Conformance(parse_contract("deals", "1.0.0", contracts.load("deals", "1.0.0")))


def busy(body: Any, status: int = 503, **headers: str) -> Exchange:
    """An answer under stress."""
    fields = Headers((("Content-Type", "application/json"), *headers.items()))
    return Exchange(Request("GET", "/v1/deals/d1"), Response(status, "", fields, json.dumps(body).encode()))


def test_answers_that_keep_the_contract_are_counted() -> None:
    """By status, errors apart."""
    held = hold([Answered("deals", one) for one in SEEN], contract, lambda one: one)
    assert (held.answers, held.errors, held.findings, held.statuses) == (3, 0, (), {200: 2, 404: 1})


def test_an_error_that_nobody_declared_is_a_finding_once() -> None:
    """However often it came."""
    held = hold([Answered("deals", busy({"oops": 1}), "status 503")] * 5, contract, lambda one: one)
    assert (held.answers, held.errors) == (5, 5)
    once = hold([Answered("deals", busy({"oops": 1}), "status 503")], contract, lambda one: one)
    assert held.findings == once.findings
    assert any("503" in one.location for one in held.findings)
    assert all("under load, answer 1, status 503" in one.evidence for one in held.findings)


def test_what_has_no_contract_is_named() -> None:
    """And not passed; nor is what is compressed."""
    held = hold(
        [Answered("tags", SEEN[0]), Answered("deals", busy({}, 200, **{"Content-Encoding": "gzip"}))],
        contract,
        lambda one: one,
    )
    assert (held.answers, held.unjudged) == (0, ("tags",))


def test_secrets_are_gone_before_a_finding_quotes_them() -> None:
    """What is told is of the clean exchange."""
    held = hold([Answered("deals", busy({"id": "hunter2"}, 200))], contract, lambda _: busy({"id": "stand-in"}, 200))
    assert held.findings
    assert all("hunter2" not in str(one) for one in held.findings)


def test_what_is_kept_is_bounded_and_failed_answers_have_their_own_room() -> None:
    """However long the run was."""
    answers = Answers()
    for _ in range(MOST + 1):
        answers.keep("deals", SEEN[0], "")
    answers.keep("deals", SEEN[2], "status 503")
    assert len(answers.all()) == MOST + 1
    assert answers.all()[0].error == "status 503"
