"""Pact files of all specifications are read."""

import json
from typing import Any

import pytest

from truemirror.core.foreign.carried import Gathering, Source
from truemirror.core.foreign.pact import Matcher, interactions_of, path_steps, read_pact
from truemirror.core.wire.exchange import Response
from truemirror.errors import FormatError


def interaction(request: Any = None, response: Any = None, **more: Any) -> dict[str, Any]:
    """One interaction of the third specification."""
    return {
        "description": "a pet is shown",
        "request": {"method": "get", "path": "/v1/pets/tom", **(request or {})},
        "response": {"status": 200, **(response or {})},
        **more,
    }


def pact(*interactions: Any, **more: Any) -> dict[str, Any]:
    """A file."""
    named = {"consumer": {"name": "web"}, "provider": {"name": "pets"}}
    return {**named, "interactions": list(interactions), **more}


def read(*interactions: Any, **more: Any) -> tuple[Any, Gathering]:
    """What a file says, and what is left."""
    gathering = Gathering()
    return interactions_of(Source("web-pets", pact(*interactions, **more)), gathering).interactions, gathering


def matchers(rules: Any) -> tuple[Matcher, ...]:
    """The matchers of an answer."""
    ((one,), _) = read(interaction(response={"body": {}, "matchingRules": rules}))
    found: tuple[Matcher, ...] = one.matchers
    return found


def test_a_request_and_its_answer_become_an_exchange() -> None:
    """Query and headers in both forms, states as the scenario."""
    body = {"headers": {"Content-Type": "application/json"}, "body": {"name": "Tom"}}
    old = interaction({"query": "a=1&b=x%20y"}, body, providerState="Tom is there")
    new = interaction(
        {"query": {"a": ["1", "2"]}, "headers": {"Accept": ["a", "b"]}},
        body,
        providerStates=[{"name": "x"}, {"name": "y"}],
    )
    carried = read_pact(Source("web-pets", pact(old, new)))
    first, second = carried.exchanges
    assert (first.exchange.request.method, first.exchange.request.target) == ("GET", "/v1/pets/tom?a=1&b=x%20y")
    assert (first.scenario, second.scenario) == ("Tom is there", "x, y")
    assert second.exchange.request.target == "/v1/pets/tom?a=1&a=2"
    assert second.exchange.request.headers.all("accept") == ("a", "b")
    assert isinstance(first.exchange.outcome, Response)
    assert json.loads(first.exchange.outcome.body) == {"name": "Tom"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"content": {"a": 1}, "contentType": "application/json", "encoded": False}, b'{"a": 1}'),
        ({"content": "eA==", "contentType": "text/plain", "encoded": "base64"}, b"x"),
        ({"content": "plain", "contentType": "text/plain", "encoded": False}, b"plain"),
        ({"content": '{"a":1}', "contentType": "application/json", "encoded": "JSON"}, b'{"a":1}'),
        ({"content": "text", "contentType": "application/json", "encoded": False}, b'"text"'),
    ],
)
def test_bodies_of_the_fourth_specification_are_read(body: Any, expected: bytes) -> None:
    """Content, its type and its coding."""
    (one,), _ = read(interaction(response={"body": body}, type="Synchronous/HTTP"))
    assert one.exchange.outcome.body == expected
    assert one.exchange.outcome.headers.get("content-type") == body["contentType"]


def test_matchers_are_read_in_both_forms() -> None:
    """By path, and by category."""
    new = {"body": {"$.a[*]['b c']": {"combine": "AND", "matchers": [{"match": "regex", "regex": "x"}]}}}
    expected = (Matcher(("a", "*", "b c"), "regex", "x"),)
    assert matchers(new) == expected
    assert matchers({"$.body.a[*]['b c']": {"match": "regex", "regex": "x"}}) == expected
    assert matchers({"$.body": {"match": "type"}}) == (Matcher((), "type"),)
    assert matchers({"$.body[0].a": {"match": "integer"}}) == (Matcher((0, "a"), "integer"),)
    assert matchers({"$.headers.X": {"match": "type"}, "header": {"X": {"matchers": []}}}) == ()


def test_a_matcher_of_the_status_is_a_class_of_statuses() -> None:
    """`success` is 2XX."""
    rules = {"status": {"combine": "AND", "matchers": [{"match": "statusCode", "status": "success"}]}}
    ((one,), _) = read(interaction(response={"matchingRules": rules}))
    assert one.status == "2XX"


@pytest.mark.parametrize(
    ("given", "part"),
    [
        (interaction(type="Asynchronous/Messages"), "type"),
        (interaction(type="Synchronous/Messages"), "type"),
        (
            interaction({"matchingRules": {"path": {"matchers": [{"match": "regex"}]}}}),
            "request.matchingRules.path",
        ),
        (interaction({"generators": {"path": {"type": "Uuid"}}}), "request.generators"),
        (interaction(response={"generators": {"body": {"$.a": {"type": "Uuid"}}}}), "response.generators"),
        (interaction(pluginConfiguration={"csv": {}}), "pluginConfiguration"),
        (interaction(response={"matchingRules": {"body": {"$..a": {"match": "type"}}}}), "response.matchingRules.$..a"),
        (interaction({"headers": {"a b": "c"}}), "headers.a b"),
    ],
)
def test_what_is_not_carried_over_is_listed(given: Any, part: str) -> None:
    """With its entry and its part."""
    assert [one.part for one in read(given)[1].left_out] == [part]


def test_messages_are_listed() -> None:
    """They are no interactions over HTTP."""
    assert [one.entry for one in read(messages=[{"description": "born"}])[1].left_out] == ["message 1 (born)"]


@pytest.mark.parametrize("document", [[], {}, {"consumer": {"name": "a"}}, {**pact(), "interactions": {}}, pact(1)])
def test_what_is_no_pact_is_refused(document: Any) -> None:
    """With its place."""
    with pytest.raises(FormatError):
        read_pact(Source("x", document))


def test_paths_are_read() -> None:
    """Those of another kind are none."""
    assert path_steps("$") == ()
    assert path_steps("$.a[0].*[*][\"b\"]['c.d']") == ("a", 0, "*", "*", "b", "c.d")
    assert [path_steps(one) for one in ("a", "$..a", "$.a[", "$.a[?(@.b)]")] == [None] * 4


@pytest.mark.parametrize(
    ("rules", "part"),
    [
        ({"header": {"Location": {"matchers": [{"match": "regex", "regex": "/v1/.*"}]}}}, "header.Location"),
        ({"$.headers.Location": {"match": "type"}}, "header.Location"),
        ({"status": {"matchers": [{"match": "statusCode", "status": [200, 201]}]}}, "status"),
    ],
)
def test_matchers_of_answers_that_are_not_kept_are_listed(rules: Any, part: str) -> None:
    """Those of fields, and of statuses that have no word here."""
    _, gathering = read(interaction(response={"matchingRules": rules}))
    assert [one.part for one in gathering.left_out] == [f"response.matchingRules.{part}"]
