"""Mappings of WireMock."""

from typing import Any

import pytest

from truemirror.core.foreign.carried import Carried, Source
from truemirror.core.foreign.wiremock import read_wiremock
from truemirror.core.wire.exchange import Exchange, Fault, FaultKind, Framing, Response
from truemirror.errors import FormatError


def mapping(
    request: dict[str, Any] | None = None, response: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """A mapping with some parts."""
    return {
        "request": {"method": "GET", "url": "/v1/tags", **(request or {})},
        "response": {"status": 200, "body": "hello", **(response or {})},
        **more,
    }


def read(*mappings: dict[str, Any]) -> Carried:
    """What these mappings carry."""
    return read_wiremock(Source("stubs", {"mappings": list(mappings)}, lambda name: f"the body of {name}".encode()))


def only(one: dict[str, Any]) -> Exchange:
    """The exchange of the one mapping, of which nothing is left out."""
    found = read(one)
    assert found.left_out == ()
    return found.exchanges[0].exchange


def bodies(found: Carried) -> list[bytes]:
    """What is answered, in order."""
    return [one.exchange.outcome.body for one in found.exchanges if isinstance(one.exchange.outcome, Response)]


def test_equality_makes_a_request() -> None:
    """Every part that is said as a value."""
    request = only(
        mapping(
            {
                "method": "POST",
                "url": None,
                "urlPathTemplate": "/v1/users/{id}/tags",
                "pathParameters": {"id": {"equalTo": "u 1"}},
                "queryParameters": {"a": {"equalTo": "1&2"}, "b": {"hasExactly": [{"equalTo": "x"}, {"equalTo": "y"}]}},
                "headers": {"Accept": {"equalTo": "text/plain"}, "X-None": {"absent": True}},
                "cookies": {"c": {"equalTo": "1"}},
                "basicAuthCredentials": {"username": "ada", "password": "x"},
                "bodyPatterns": [{"equalToJson": {"name": "ø"}}],
            }
        )
    ).request
    assert (request.method, request.target) == ("POST", "/v1/users/u%201/tags?a=1%262&b=x&b=y")
    assert request.body == '{"name": "ø"}'.encode()
    assert request.headers.pairs == (
        ("Accept", "text/plain"), ("Cookie", "c=1"), ("Authorization", "Basic YWRhOng="),
        ("Content-Type", "application/json"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        ({"body": "Tromsø"}, "Tromsø".encode()),
        ({"body": None, "jsonBody": {"a": [1, None]}}, b'{"a":[1,null]}'),
        ({"body": None, "base64Body": "/wA="}, b"\xff\x00"),
        ({"body": None, "bodyFileName": "a.json"}, b"the body of a.json"),
    ],
)
def test_a_body_is_read_in_all_its_forms(answer: dict[str, Any], body: bytes) -> None:
    """Text, JSON, bytes, or a file."""
    outcome = only(mapping(response=answer)).outcome
    assert isinstance(outcome, Response)
    assert outcome.body == body


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("CONNECTION_RESET_BY_PEER", FaultKind.RESET),
        ("EMPTY_RESPONSE", FaultKind.EMPTY),
        ("RANDOM_DATA_THEN_CLOSE", FaultKind.GARBAGE),
        ("MALFORMED_RESPONSE_CHUNK", FaultKind.TRUNCATED),
    ],
)
def test_each_fault_has_its_equal(fault: str, kind: FaultKind) -> None:
    """With its delay."""
    exchange = only(mapping(response={"fault": fault, "fixedDelayMilliseconds": 20}))
    assert isinstance(exchange.outcome, Fault)
    assert (exchange.outcome.kind, exchange.elapsed_ms) == (kind, 20)
    assert bool(exchange.outcome.received) == (kind is FaultKind.GARBAGE)
    if kind is FaultKind.TRUNCATED:
        assert exchange.outcome.partial is not None
        assert exchange.outcome.partial.framing is Framing.CHUNKED


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ({"headers": {"Accept": {"matches": ".*"}}}, "request.headers.Accept"),
        ({"queryParameters": {"a": {"contains": "x"}}}, "request.queryParameters.a"),
        ({"bodyPatterns": [{"matchesJsonPath": "$.a"}]}, "request.bodyPatterns[0].matchesJsonPath"),
        ({"multipartPatterns": [{"name": "a"}]}, "request.multipartPatterns"),
        ({"host": {"equalTo": "a"}}, "request.host"),
        ({"customMatcher": {"name": "mine"}}, "request.customMatcher"),
        ({"method": "ANY"}, "request.method"),
        ({"headers": {"Accept": {"equalTo": "a", "caseInsensitive": True}}}, "request.headers.Accept.caseInsensitive"),
    ],
)
def test_a_matcher_that_is_not_equality_is_listed(asked: dict[str, Any], part: str) -> None:
    """The rest of the mapping is carried over."""
    found = read(mapping(asked))
    assert len(found.exchanges) == 1
    assert [(one.part, one.whole) for one in found.left_out] == [(part, False)]
    assert all(one.why for one in found.left_out)


@pytest.mark.parametrize(
    ("one", "part"),
    [
        (mapping({"url": None, "urlPattern": "/v1/.*"}), "request.urlPattern"),
        (mapping({"url": None, "urlPathPattern": "/v1/[0-9]+"}), "request.urlPathPattern"),
        (mapping({"url": None, "urlPathTemplate": "/v1/{id}"}), "request.urlPathTemplate"),
        (mapping({"url": None}), "request.url"),
        (mapping(response={"proxyBaseUrl": "http://a"}), "response.proxyBaseUrl"),
        (
            mapping(response={"body": "{{request.path}}", "transformers": ["response-template"]}),
            "response.transformers",
        ),
    ],
)
def test_what_stands_for_many_answers_is_left_whole(one: dict[str, Any], part: str) -> None:
    """A recording is of one request and one answer."""
    found = read(one)
    assert found.exchanges == ()
    assert [(told.part, told.whole) for told in found.left_out] == [(part, True)]
    assert found.left_out[0].fix


def test_a_pattern_that_stands_for_one_path_is_that_path() -> None:
    """Escapes alone are no pattern."""
    assert only(mapping({"url": None, "urlPattern": r"/v1\.0/tags\?a=1"})).request.target == "/v1.0/tags?a=1"


def test_what_is_left_open_has_ignore_rules_on_offer() -> None:
    """Once for all operations where it is so for all."""
    found = read(mapping({"urlPath": "/a", "url": None}), mapping({"method": "POST", "url": "/b"}))
    assert {(one.operation, one.part) for one in found.ignores} == {
        ("*", "credentials"), ("*", "header:accept"), ("*", "header:accept-language"),
        ("GET /a", "query"), ("POST /b", "body"),
    }  # fmt: skip


def test_of_two_mappings_the_hidden_one_is_listed() -> None:
    """The newer of equals answers, unless the older has the higher priority."""
    older, newer = mapping(response={"body": "older"}), mapping(response={"body": "newer"})
    assert bodies(read(older, newer)) == [b"newer"]
    assert bodies(read(older | {"priority": 1}, newer)) == [b"older"]
    (left,) = read(older, newer).left_out
    assert (left.whole, left.why.startswith("WireMock never answers with it: mapping 2")) == (True, True)


def test_what_the_admin_api_lists_is_newest_first() -> None:
    """It says of itself how many there are."""
    document = {
        "mappings": [mapping(response={"body": "new"}), mapping(response={"body": "old"})],
        "meta": {"total": 2},
    }
    assert bodies(read_wiremock(Source("stubs", document))) == [b"new"]


def test_which_of_two_files_answers_is_not_known() -> None:
    """WireMock takes them as the file system lists them, and the list says so."""
    (left,) = read_wiremock(Source("stubs", [["a.json", mapping()], ["b.json", mapping()]])).left_out
    assert "as the file system lists a.json, b.json" in left.why


def test_mappings_that_differ_only_in_what_is_left_out_are_told_so() -> None:
    """They would be the same request here."""
    one = mapping({"method": "POST", "bodyPatterns": [{"matchesJsonPath": "$.a"}]})
    two = mapping({"method": "POST", "bodyPatterns": [{"matchesJsonPath": "$.b"}]})
    found = read(one, two)
    assert len(found.exchanges) == 1
    (whole,) = (told for told in found.left_out if told.whole)
    assert "matchesJsonPath" in whole.why


def _state(body: str, needed: str, then: str | None = None, **request: Any) -> dict[str, Any]:
    """A step of a scenario."""
    more = {"newScenarioState": then} if then else {}
    return mapping(request, {"body": body}, scenarioName="s", requiredScenarioState=needed, **more)


def test_a_chain_of_states_is_an_order() -> None:
    """Whatever the order in the file; what repeats beyond it is told."""
    found = read(_state("three", "b"), _state("one", "Started", "a"), _state("two", "a", "b"))
    assert bodies(found) == [b"one", b"two", b"three"]
    assert [(one.part, one.whole) for one in found.left_out] == [("requiredScenarioState", False)]


def test_a_state_machine_that_is_no_chain_is_listed() -> None:
    """Two ways on have no order."""
    branch = [_state("one", "Started", "a", method="PUT"), _state("other", "Started", "b", method="DELETE")]
    found = read(*branch, _state("in a", "a"), _state("in b", "b"))
    assert bodies(found) == [b"one", b"other"]
    assert [one.entry for one in found.left_out if one.whole] == [
        "mapping 3 (GET /v1/tags)",
        "mapping 4 (GET /v1/tags)",
    ]


def test_delays_by_chance_become_their_middle() -> None:
    """And are listed."""
    found = read(mapping(response={"delayDistribution": {"type": "uniform", "lower": 10, "upper": 30}}))
    assert found.exchanges[0].exchange.elapsed_ms == 20
    assert [one.part for one in found.left_out] == ["response.delayDistribution"]


def test_a_dribble_comes_in_pieces() -> None:
    """Evenly over its time."""
    outcome = only(mapping(response={"chunkedDribbleDelay": {"numberOfChunks": 5, "totalDuration": 100}})).outcome
    assert isinstance(outcome, Response)
    assert [(one.size, one.at_ms) for one in outcome.chunks] == [(1, 0.0), (1, 20.0), (1, 40.0), (1, 60.0), (1, 80.0)]


@pytest.mark.parametrize("document", [[], "text", {"a": 1}, {"mappings": 5}, {"mappings": [{"request": 5}]}])
def test_what_is_no_mapping_is_refused(document: object) -> None:
    """Never with a traceback."""
    if document == []:
        assert read_wiremock(Source("s", [])).exchanges == ()
        return
    with pytest.raises(FormatError):
        read_wiremock(Source("s", document))
