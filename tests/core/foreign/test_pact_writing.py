"""Pact files of the third and the fourth specification are written, and read back as the same."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.foreign.carried import Gathering, Source
from truemirror.core.foreign.pact import Interaction, Matcher, interactions_of
from truemirror.core.foreign.pact_writing import Parties, spelled, write_pact
from truemirror.core.usage.patterns import pattern_of, regex_of
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.core.wire.headers import Headers

WEB = Parties("web", "pets")
SHOWN = b'{"items": [{"name": "Tom"}]}'


def of(kind: str) -> Headers:
    """The fields of a body of a media type."""
    return Headers((("Content-Type", kind),)) if kind else Headers()


def interaction(request: Request | None = None, **more: Any) -> Interaction:
    """An interaction with an answer in JSON."""
    response = Response(200, headers=of("application/json"), body=SHOWN)
    asked = request or Request("GET", "/pets?page=1&tag=a&tag=b")
    settings = {"states": ("Tom is there",), "status": "200", **more}
    return Interaction("pets", "pets are shown", exchange=Exchange(asked, response), **settings)


def written(one: Interaction, specification: int) -> tuple[Any, list[str]]:
    """The document, and what is left out of it."""
    gathering = Gathering()
    document = write_pact(WEB, [one], specification, "1", gathering)
    return json.loads(json.dumps(document)), [each.part for each in gathering.left_out]


@pytest.mark.parametrize("specification", [3, 4])
def test_what_is_written_is_read_back(specification: int) -> None:
    """Parties, description, state, request, answer and matchers."""
    matchers = (
        Matcher((), "type"),
        Matcher(("items", "*", "name"), "regex", "T.m"),
        Matcher(("it's",), "include", "x"),
    )
    one = interaction(matchers=matchers)
    document, left = written(one, specification)
    pact = interactions_of(Source("x", document), Gathering())
    (back,) = pact.interactions
    assert (pact.consumer, pact.provider, left) == ("web", "pets", [])
    assert (back.description, back.states, back.status, back.matchers) == (
        "pets are shown",
        one.states,
        "200",
        matchers,
    )
    assert back.exchange.request.target == "/pets?page=1&tag=a&tag=b"
    assert json.loads(back.exchange.outcome.body) == json.loads(SHOWN)  # type: ignore[union-attr]
    assert write_pact(WEB, [back], specification, "1", Gathering()) == document


def test_each_specification_has_its_own_form() -> None:
    """Fields in lists, bodies with their type, and the kind of interaction are of the fourth."""
    third, fourth = (written(interaction(after=3), number)[0] for number in (3, 4))
    assert third["metadata"]["pactSpecification"] == {"version": "3.0.0"}
    assert fourth["metadata"]["pactSpecification"] == {"version": "4.0"}
    (old,), (new,) = third["interactions"], fourth["interactions"]
    state = [{"name": "Tom is there", "params": {"after": 3}}]
    assert (set(old), set(new) - set(old)) == ({"description", "providerStates", "request", "response"}, {"type"})
    assert old["providerStates"] == new["providerStates"] == state
    assert old["request"] == new["request"] == {
        "method": "GET", "path": "/pets", "query": {"page": ["1"], "tag": ["a", "b"]},
    }  # fmt: skip
    assert old["response"]["headers"] == {"Content-Type": "application/json"}
    assert new["response"]["headers"] == {"Content-Type": ["application/json"]}
    assert old["response"]["body"] == new["response"]["body"]["content"] == json.loads(SHOWN)


@pytest.mark.parametrize(
    ("kind", "body", "in_third"),
    [
        ("application/json", b'{"a": [1, null]}', True),
        ("application/json", b'"text"', True),
        ("application/json", b"{broken", False),
        ("application/json", b"null", False),
        ("application/x-www-form-urlencoded", b"a=1&b=%20", True),
        ("text/plain", "Grüße".encode(), True),
        ("application/octet-stream", b"\xff\x00", False),
        ("", b"\xff\x00", False),
    ],
)
def test_bodies_of_requests_come_back_or_are_listed(kind: str, body: bytes, in_third: bool) -> None:
    """The fourth specification holds any of them, the third only JSON and text."""
    one = interaction(Request("POST", "/pets", of(kind), body))
    for specification in (3, 4):
        document, left = written(one, specification)
        holds = specification == 4 or in_third
        assert (len(document["interactions"]), left) == ((1, []) if holds else (0, ["request.body"]))


def test_a_class_of_statuses_is_of_the_fourth_specification() -> None:
    """The third tells the example's and says so."""
    one = interaction(status="2XX")
    document, left = written(one, 4)
    assert interactions_of(Source("x", document), Gathering()).interactions[0].status == "2XX"
    assert left == []
    assert written(one, 3)[1] == ["response.status"]


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ((), [], "$"),
        (("*", "id"), [{"id": 1}], "$[*].id"),
        (("rates", "*", "*"), {"rates": {"EUR": [1]}}, "$.rates.*[*]"),
        (("odd name", 0, "it's"), {}, "$['odd name'][0][\"it's\"]"),
    ],
)
def test_a_path_is_spelled_as_the_body_has_it(path: Any, value: Any, expected: str) -> None:
    """Items and members are different stars."""
    assert spelled(path, value) == expected


@given(st.text("a()[]|\\.^$:?", max_size=8))
def test_a_regex_is_had_back_from_its_pattern(regex: str) -> None:
    """Where it is a whole one by itself; a pattern that only looks so is looked for anywhere."""
    back = regex_of(pattern_of(regex))
    assert back in (regex, rf"[\s\S]*(?:{pattern_of(regex)})[\s\S]*")
    assert regex_of(pattern_of("(a|b)[)]\\)")) == "(a|b)[)]\\)"
    assert regex_of("^(?:a)|(?:b)$") == r"[\s\S]*(?:^(?:a)|(?:b)$)[\s\S]*"
