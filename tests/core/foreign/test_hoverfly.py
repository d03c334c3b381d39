"""Simulations of Hoverfly."""

from typing import Any

import pytest

from truemirror.core.foreign.carried import Carried, Source
from truemirror.core.foreign.hoverfly import read_hoverfly
from truemirror.core.wire.exchange import Response
from truemirror.errors import FormatError


def is_(value: str, matcher: str = "exact", **more: Any) -> list[dict[str, Any]]:
    """A field with one matcher."""
    return [{"matcher": matcher, "value": value, **more}]


def pair(request: dict[str, Any] | None = None, response: dict[str, Any] | None = None) -> dict[str, Any]:
    """A pair with some parts."""
    asked = {"method": is_("GET"), "path": is_("/v1/tags"), "destination": is_("tags.example"), **(request or {})}
    return {"request": asked, "response": {"status": 200, "body": "hello", **(response or {})}}


def read(*pairs: dict[str, Any], version: str = "v5.2", **data: Any) -> Carried:
    """What a simulation carries."""
    document = {"data": {"pairs": list(pairs), **data}, "meta": {"schemaVersion": version}}
    return read_hoverfly(Source("s", document, lambda name: f"the body of {name}".encode()))


def bodies(found: Carried) -> list[bytes]:
    """What is answered, in order."""
    return [one.exchange.outcome.body for one in found.exchanges if isinstance(one.exchange.outcome, Response)]


def test_equality_makes_a_request() -> None:
    """Path, method, host, query, headers, body."""
    asked = {
        "query": {"a": is_("1;2"), "b": is_("x", "glob")}, "headers": {"Accept": is_("text/plain")},
        "body": is_('{"a": 1}', "json"), "method": is_("POST"),
    }  # fmt: skip
    found = read(pair(asked, {"fixedDelay": 30}))
    assert found.left_out == ()
    (one,) = found.exchanges
    request = one.exchange.request
    assert (request.method, request.target, request.body) == ("POST", "/v1/tags?a=1&a=2&b=x", b'{"a": 1}')
    assert (one.host, request.headers.get("accept"), one.exchange.elapsed_ms) == ("tags.example", "text/plain", 30)


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        ({"body": "/wA=", "encodedBody": True}, b"\xff\x00"),
        ({"bodyFile": "a.json"}, b"the body of a.json"),
        ({}, b"hello"),
    ],
)
def test_a_body_is_read_in_all_its_forms(answer: dict[str, Any], body: bytes) -> None:
    """Text, bytes, or a file."""
    assert bodies(read(pair(response=answer))) == [body]


@pytest.mark.parametrize(
    "matcher", ["glob", "regex", "jsonpath", "jsonPartial", "xpath", "negate", "array", "form", "jwt"]
)
def test_a_matcher_that_is_not_equality_is_listed(matcher: str) -> None:
    """With an ignore rule for the part on offer."""
    found = read(pair({"body": is_("a*", matcher), "method": is_("PUT")}))
    assert [(one.part, one.whole) for one in found.left_out] == [("request.body", False)]
    assert ("PUT /v1/tags", "body") in {(one.operation, one.part) for one in found.ignores}


@pytest.mark.parametrize(
    ("one", "part"),
    [
        (pair({"path": is_("/v1/*", "glob")}), "request.path"),
        (pair({"path": None}), "request.path"),
        (pair({"path": is_("/a", doMatch={"matcher": "exact", "value": "b"})}), "request.path"),
        (pair(response={"templated": True}), "response.templated"),
        (pair({"requiresState": {"a": "1", "b": "2"}}), "request.requiresState"),
    ],
)
def test_what_stands_for_many_answers_is_left_whole(one: dict[str, Any], part: str) -> None:
    """A recording is of one request and one answer."""
    found = read(one)
    assert (found.exchanges, [(told.part, told.whole) for told in found.left_out]) == ((), [(part, True)])


def test_a_sequence_is_an_order() -> None:
    """As Hoverfly captures with state."""
    key = "sequence:1"
    two = pair({"requiresState": {key: "2"}}, {"body": "two"})
    one = pair({"requiresState": {key: "1"}}, {"body": "one", "transitionsState": {key: "2"}})
    assert bodies(read(two, one)) == [b"one", b"two"]


def test_the_first_of_equals_answers() -> None:
    """The other is listed."""
    found = read(pair(response={"body": "first"}), pair(response={"body": "second"}))
    assert bodies(found) == [b"first"]
    assert [one.whole for one in found.left_out] == [True]


def test_a_body_at_a_url_is_not_fetched() -> None:
    """It is listed."""
    found = read(pair(response={"bodyFile": "https://a.example/b"}))
    assert "not fetched" in found.left_out[0].why


def test_delays_for_all_are_listed() -> None:
    """They are of no exchange."""
    found = read(pair(), globalActions={"delays": [{"urlPattern": ".", "delay": 10}]})
    assert [one.entry for one in found.left_out] == ["globalActions"]


@pytest.mark.parametrize("version", ["v4", "", "v1"])
def test_an_older_simulation_is_refused_with_a_way_on(version: str) -> None:
    """Hoverfly itself brings it to v5."""
    with pytest.raises(FormatError, match="Hoverfly"):
        read(pair(), version=version)
