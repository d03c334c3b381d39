"""A mirror refuses what the contract says the service refuses."""

import json
from typing import Any

from tests.core.contract.deals_contract import documents

from truemirror.core.contract.conformance import Conformance
from truemirror.core.contract.reading import parse_contract
from truemirror.core.mirror.decision import Refuse, Replay
from truemirror.core.mirror.miss import Miss
from truemirror.core.mirror.model import Ignore, Mirror, MirrorRules, Scenario
from truemirror.core.mirror.report import miss_document, miss_lines
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.errors import FormatError
from truemirror.usecases.check import RequestJudge
from truemirror.usecases.replay import Replayer

JSON = Headers((("Content-Type", "application/json"),))
ANY_BODY = MirrorRules(ignores=(Ignore("POST /v1/deals", "body", "any deal will do"),))


def _documents() -> dict[str, Any]:
    made = documents()
    schema = {"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]}
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    created = {"201": {"description": ""}, "422": {"description": ""}}
    made["openapi.yaml"]["paths"]["/v1/deals"]["post"] = {"requestBody": body, "responses": created}
    return made


def _load() -> Conformance:
    return Conformance(parse_contract("deals", "1.0.0", _documents()))


def _request(body: Any, target: str = "/v1/deals") -> Request:
    return Request("POST", target, JSON, json.dumps(body).encode())


def _replayer(status: int = 201, recorded: Any = None, judge: RequestJudge | None = None) -> Replayer:
    exchange = Exchange(_request(recorded or {"title": "recorded"}), Response(status))
    mirror = Mirror("deals", "1.0.0", (Scenario("s", (exchange,)),), rules=ANY_BODY)
    return Replayer(mirror, judge=judge or RequestJudge(_load))


def _miss(replayer: Replayer, request: Request) -> Miss:
    decision = replayer.answer(request)
    assert isinstance(decision, Refuse)
    return decision.miss


def test_a_relaxed_success_is_refused_where_the_contract_refuses_the_request() -> None:
    """Any deal will do, but not one that the service would never take."""
    replayer = _replayer()
    assert isinstance(replayer.answer(_request({"title": "another"})), Replay)
    miss = _miss(replayer, _request({"titel": "another"}))
    assert miss.refused == ("`title` is missing (request-attribute-missing)",)
    assert "  the contract refuses it, too: `title` is missing (request-attribute-missing)" in miss_lines(miss)
    assert miss_document(miss)["error"]["contract"] == list(miss.refused)


def test_what_was_recorded_to_the_letter_answers_whatever_the_contract_says() -> None:
    """A recording is evidence; `check` tells where the contract does not hold."""
    replayer = _replayer(recorded={"titel": "recorded"})
    assert isinstance(replayer.answer(_request({"titel": "recorded"})), Replay)


def test_a_recorded_refusal_answers_what_the_contract_refuses() -> None:
    """That is what the service says to it."""
    replayer = _replayer(status=422)
    assert isinstance(replayer.answer(_request({"titel": "another"})), Replay)


def test_a_miss_says_what_the_contract_thinks_of_it() -> None:
    """Whoever asked wrongly need not record it; an operation that the contract does not know is not judged."""
    mirror = Mirror("deals", "1.0.0", (Scenario("s", (Exchange(Request("GET", "/v1/deals/d1"), Response(200)),)),))
    replayer = Replayer(mirror, judge=RequestJudge(_load))
    assert _miss(replayer, _request({"title": 3})).refused
    assert _miss(replayer, _request({"title": "fine"})).refused == ()
    assert _miss(replayer, _request({}, "/v1/other")).refused == ()


def test_a_contract_that_cannot_be_read_refuses_nothing() -> None:
    """It is read once, and `check` tells what is wrong with it."""
    asked: list[int] = []

    def load() -> Conformance:
        asked.append(1)
        raise FormatError("is not YAML")

    replayer = _replayer(judge=RequestJudge(load))
    for number in range(3):
        assert isinstance(replayer.answer(_request({"titel": number})), Replay)
    assert asked == [1]
