"""Imposters of Mountebank."""

from typing import Any

import pytest

from truemirror.core.foreign.carried import Carried, Source
from truemirror.core.foreign.mountebank import read_mountebank
from truemirror.core.wire.exchange import Fault, FaultKind, Response
from truemirror.errors import FormatError

TAGS = {"equals": {"method": "GET", "path": "/v1/tags"}}
HELLO = {"is": {"statusCode": 200, "body": "hello"}}


def read(*stubs: dict[str, Any], **more: Any) -> Carried:
    """What an imposter with these stubs carries."""
    imposter = {"protocol": "http", "port": 4545, "stubs": list(stubs), **more}
    return read_mountebank(Source("s", {"imposters": [imposter]}))


def stub(*predicates: dict[str, Any], responses: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """A stub."""
    return {"predicates": list(predicates or [TAGS]), "responses": responses or [HELLO]}


def bodies(found: Carried) -> list[bytes]:
    """What is answered, in order."""
    return [one.exchange.outcome.body for one in found.exchanges if isinstance(one.exchange.outcome, Response)]


def test_equality_makes_a_request() -> None:
    """From several predicates, joined ones too."""
    found = read(
        stub(
            {"equals": {"method": "POST"}},
            {"and": [{"equals": {"path": "/v1/tags"}}, {"deepEquals": {"query": {"a": ["1", "2"]}}}]},
            {"equals": {"headers": {"Accept": "text/plain"}, "body": "x=1"}},
            {"exists": {"headers": {"X-None": False}}},
        )
    )
    assert found.left_out == ()
    request = found.exchanges[0].exchange.request
    assert (request.method, request.target, request.body) == ("POST", "/v1/tags?a=1&a=2", b"x=1")
    assert (found.exchanges[0].host, request.headers.get("accept")) == ("localhost:4545", "text/plain")


def test_responses_come_in_turn_with_their_waits() -> None:
    """Repeated ones as often as they say."""
    responses = [
        {"is": {"body": {"a": 1}}, "behaviors": [{"wait": 25}]},
        {"is": {"body": "/wA=", "_mode": "binary", "statusCode": "201"}, "repeat": 2},
        {"fault": "CONNECTION_RESET_BY_PEER"},
    ]
    found = read(stub(responses=responses), defaultResponse={"headers": {"X": "1"}})
    assert bodies(found) == [b'{\n    "a": 1\n}', b"\xff\x00", b"\xff\x00"]
    last = found.exchanges[-1].exchange.outcome
    assert isinstance(last, Fault)
    assert (last.kind, found.exchanges[0].exchange.elapsed_ms) == (FaultKind.RESET, 25)
    first = found.exchanges[0].exchange.outcome
    assert isinstance(first, Response)
    assert first.headers.get("x") == "1"


@pytest.mark.parametrize(
    ("predicate", "part"),
    [
        ({"matches": {"body": "^a"}}, "body"),
        ({"contains": {"query": {"a": "b"}}}, "query:a"),
        ({"equals": {"body": "x"}, "jsonpath": {"selector": "$.a"}}, "body"),
        ({"exists": {"headers": {"Accept": True}}}, "header:Accept"),
        ({"not": {"equals": {"path": "/x"}}}, None),
        ({"inject": "function () { return true }"}, None),
        ({"or": [TAGS]}, None),
    ],
)
def test_a_predicate_that_is_not_equality_is_listed(predicate: dict[str, Any], part: str | None) -> None:
    """With an ignore rule on offer where there is an equal."""
    found = read(stub(TAGS, predicate))
    assert len(found.exchanges) == 1
    assert [one.whole for one in found.left_out] == [False]
    assert part is None or part in {one.part for one in found.ignores}


@pytest.mark.parametrize("behaviour", ["decorate", "shellTransform", "copy", "lookup"])
def test_a_behaviour_is_listed_and_never_run(behaviour: str) -> None:
    """Only waits and repeats are data."""
    found = read(stub(responses=[HELLO | {"behaviors": [{behaviour: "touch /tmp/x"}]}]))
    assert [one.part.rpartition(".")[2] for one in found.left_out] == [behaviour]


@pytest.mark.parametrize("response", [{"proxy": {"to": "http://a"}}, {"inject": "() => 1"}, {}])
def test_a_response_that_is_no_answer_is_listed(response: dict[str, Any]) -> None:
    """And so is the stub that has no other."""
    found = read(stub(responses=[response]))
    assert found.exchanges == ()
    assert [one.whole for one in found.left_out] == [False, True]


def test_a_stub_for_any_path_is_left_whole() -> None:
    """Without predicates it answers everything."""
    found = read({"responses": [HELLO]})
    assert (found.exchanges, [(one.part, one.whole) for one in found.left_out]) == ((), [("predicates", True)])


def test_other_protocols_are_listed() -> None:
    """They are not HTTP."""
    assert [(one.part, one.whole) for one in read(stub(), protocol="tcp").left_out] == [("protocol", True)]


@pytest.mark.parametrize("document", [[], {}, {"imposters": 5}, {"imposters": [5]}, {"imposters": [{"port": "x"}]}])
def test_what_is_no_imposter_is_refused(document: object) -> None:
    """Never with a traceback."""
    with pytest.raises(FormatError):
        read_mountebank(Source("s", document))
