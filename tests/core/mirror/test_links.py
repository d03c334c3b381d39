"""Links are found where values flow, and nowhere else."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.mirror.links import find_links, may_flow
from truemirror.core.mirror.model import Link, Mirror, Scenario
from truemirror.core.mirror.standin import stand_in
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.core.wire.headers import Headers

JSON = ("Content-Type", "application/json")
UUID = "0c1f7c32-5c1f-4b8e-9a51-3f0f3d2f6d01"
COOKIE = {"Cookie": "sid=s3cret99"}
CURSOR = "eyJvZmZzZXQiOjEwMDB9"
OTHER = "9d8f2b64-1111-4222-8333-abcdefabcdef"


def call(
    line: str, sent: Any = None, got: Any = None, asked: dict[str, str] | None = None, **answered: str
) -> Exchange:
    """An exchange of JSON: `POST /v1/deals`, what was sent, what came, headers of both."""
    method, target = line.split(" ")
    body = b"" if sent is None else json.dumps(sent).encode()
    headers = Headers((JSON, *(asked or {}).items()))
    fields = Headers((JSON, *((name.replace("_", "-"), value) for name, value in answered.items())))
    return Exchange(
        Request(method, target, headers, body), Response(200, "", fields, json.dumps(got).encode() if got else b"")
    )


def links(*exchanges: Exchange) -> list[Link]:
    """What is found in one scenario."""
    return list(find_links(Mirror("deals", scenarios=(Scenario("s", exchanges),))))


CARRIED = {
    "an id in a path": (
        [call("POST /v1/deals", {}, {"id": "d42"}), call("GET /v1/deals/d42")],
        Link("POST /v1/deals", given="body:/id", to="GET /v1/deals/{}", used="path:2"),
    ),
    "an id of a list in a query": (
        [call("GET /v1/deals", None, {"items": [{"id": "d1"}, {"id": "d2"}]}), call("GET /v1/notes?deal=d2")],
        Link("GET /v1/deals", given="body:/items/*/id", to="GET /v1/notes", used="query:deal"),
    ),
    "an id in a body": (
        [call("POST /v1/deals", {}, {"id": 10042}), call("POST /v1/notes", {"deal": {"id": 10042}})],
        Link("POST /v1/deals", given="body:/id", to="POST /v1/notes", used="body:/deal/id"),
    ),
    "a short id that a Location names": (
        [call("POST /v1/deals", {}, {"name": "x"}, Location="http://deals/v1/deals/7"), call("GET /v1/deals/7")],
        Link("POST /v1/deals", given="header:Location", to="GET /v1/deals/{}", used="path:2"),
    ),
    "a short id of what was created": (
        [call("POST /v1/deals", {}, {"id": 7}), call("GET /v1/deals/7/tags")],
        Link("POST /v1/deals", given="body:/id", to="GET /v1/deals/{}/tags", used="path:2"),
    ),
    "a short id of a list": (
        [call("GET /v1/deals?all=1", None, {"items": [{"id": 1}, {"id": 2}]}), call("DELETE /v1/deals/2")],
        Link("GET /v1/deals", given="body:/items/*/id", to="DELETE /v1/deals/{}", used="path:2"),
    ),
    "a cursor": (
        [call("GET /v1/deals", None, {"next": CURSOR}), call(f"GET /v1/deals?after={CURSOR}")],
        Link("GET /v1/deals", given="body:/next", to="GET /v1/deals", used="query:after"),
    ),
    "a cursor of letters alone": (
        [call("GET /v1/deals", None, {"next": "EfIBFrf_mRfQIDmR"}), call("GET /v1/deals?after=EfIBFrf_mRfQIDmR")],
        Link("GET /v1/deals", given="body:/next", to="GET /v1/deals", used="query:after"),
    ),
    "a Location": (
        [call("POST /v1/deals", {}, Location="/v1/deals/d42?x=1"), call("GET /v1/deals/d42")],
        Link("POST /v1/deals", given="header:Location", to="GET /v1/deals/{}", used="path:2"),
    ),
    "an ETag": (
        [call("GET /v1/deals", ETag='"a1"'), call("GET /v1/deals", asked={"If-None-Match": '"a1"'})],
        Link("GET /v1/deals", given="header:ETag", to="GET /v1/deals", used="header:If-None-Match"),
    ),
    "a cookie": (
        [call("POST /v1/login", Set_Cookie="sid=s3cret99; Path=/"), call("GET /v1/me", asked=COOKIE)],
        Link("POST /v1/login", given="cookie:sid", to="GET /v1/me", used="cookie:sid"),
    ),
    "a token": (
        [
            call("POST /v1/login", {}, {"token": "tok_99abc"}),
            call("GET /v1/me", asked={"Authorization": "Bearer tok_99abc"}),
        ],
        Link("POST /v1/login", given="body:/token", to="GET /v1/me", used="header:Authorization"),
    ),
    "an id that the client made": (
        [call(f"PUT /v1/deals/{UUID}", {}), call(f"GET /v1/deals/{UUID}")],
        Link("PUT /v1/deals/{}", made="path:2", kind="uuid", to="GET /v1/deals/{}", used="path:2"),
    ),
    "an echo": (
        [call("POST /v1/deals", {"id": UUID}, {"deal": {"id": UUID}})],
        Link("POST /v1/deals", given="body:/deal/id", made="body:/id", kind="uuid"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CARRIED)
def test_a_value_that_is_carried_on_is_a_link(name: str) -> None:
    """Ids, cursors, tokens, ETags, Locations, cookies, and what clients make."""
    exchanges, link = CARRIED[name]
    assert links(*exchanges) == [link]


@pytest.mark.parametrize(
    "value",
    [
        "7",
        "1042",
        "open",
        "true",
        "1.0.0",
        "v12",
        "12.50",
        "2026-01-01",
        "ab",
        "a b 12",
        "",
        "PaymentMethodTypes",
        "HelloWorldAgainToYou",
        "in_progress_again",
    ],
)
def test_what_says_nothing_does_not_flow(value: str) -> None:
    """Short numbers, words, versions, days."""
    assert not may_flow(value)
    assert links(call("GET /v1/a", None, {"x": value}), call("POST /v1/b", {"y": value})) == []


def test_a_short_id_flows_only_as_the_whole_address_that_an_answer_named() -> None:
    """Not to another collection, not where the client asked first, not from a refusal."""
    created = call("POST /v1/deals", {}, {"id": 7}, Location="/v1/deals/7")
    assert links(created, call("GET /v1/tags/7")) == []
    assert links(call("GET /v1/deals/7"), created, call("GET /v1/deals/7")) == []
    refused = Exchange(created.request, Response(409, "", created.outcome.headers, created.outcome.body))  # type: ignore[union-attr]
    assert links(refused, call("GET /v1/deals/7")) == []
    assert links(call("POST /v1/deals", {}, {"size": 7}), call("GET /v1/deals/7")) == []
    assert links(call("POST /v1/deals", {}, Location="http://[broken/7"), call("GET /v1/deals/7")) == []


def test_what_most_answers_hold_is_a_constant() -> None:
    """An owner that is everywhere is no link."""
    everywhere = [call(f"GET /v1/deals?page={number}", None, {"owner": "u1"}) for number in range(9)]
    assert links(*everywhere, call("GET /v1/users/u1")) == []


def test_what_several_scenarios_bring_was_not_made() -> None:
    """A client makes a value anew each time."""
    scenario = (call("POST /v1/notes", {"deal": UUID}, {"deal": UUID}),)
    fresh = (call("POST /v1/notes", {"deal": OTHER}, {"deal": OTHER}),)
    both = Mirror("deals", scenarios=(Scenario("a", scenario), Scenario("b", scenario)))
    assert not find_links(both)
    assert len(find_links(Mirror("deals", scenarios=(Scenario("a", scenario), Scenario("b", fresh))))) == 1


def test_a_secret_and_what_a_read_asks_for_were_not_made() -> None:
    """Credentials never vary, and a read makes nothing."""
    secret = stand_in("0f8fad5bd9cb469fa165708672895ccc")
    key = {"X-Api-Key": "0f8fad5bd9cb469fa165708672895ccc"}
    assert links(call("POST /v1/a", {"key": secret}, {"key": secret})) == []
    assert links(call("POST /v1/a", {}, asked=key), call("POST /v1/a", {}, asked=key)) == []
    assert links(call(f"GET /v1/a/{UUID}", None, {"id": UUID}), call(f"GET /v1/a/{UUID}")) == []


def test_an_idempotency_key_is_made_even_where_it_was_redacted() -> None:
    """Its name says what it is."""
    key = stand_in("0f8fad5bd9cb469fa165708672895ccc")
    paid = call("POST /v1/pay", {}, {"key": key}, {"Idempotency-Key": key})
    assert links(paid) == [Link("POST /v1/pay", given="body:/key", made="header:Idempotency-Key", kind="string")]


def test_what_a_refused_write_brought_was_not_made() -> None:
    """Only an accepted value may be another one tomorrow."""
    refused = call("POST /v1/a", {"id": UUID}, {"error": UUID})
    assert links(Exchange(refused.request, Response(400, "", refused.outcome.headers, refused.outcome.body))) == []  # type: ignore[union-attr]


def test_a_header_that_many_operations_carry_is_one_link() -> None:
    """A token used everywhere leads to all."""
    asked = {"Authorization": "Bearer tok_99abc"}
    reads = [call(f"GET /v1/{name}", asked=asked) for name in ("me", "deals", "tags")]
    assert links(call("POST /v1/login", {}, {"token": "tok_99abc"}), *reads) == [
        Link("POST /v1/login", given="body:/token", to="*", used="header:Authorization")
    ]


@given(st.lists(st.sampled_from([one for exchanges, _ in CARRIED.values() for one in exchanges]), max_size=12))
def test_recording_again_finds_the_same_links(exchanges: list[Exchange]) -> None:
    """Links name operations and parts, so that other values give the same ones."""
    renamed = [
        Exchange(
            Request(one.request.method, one.request.target.replace(UUID, OTHER), one.request.headers,
                    one.request.body.replace(UUID.encode(), OTHER.encode())),
            Response(200, "", one.outcome.headers, one.outcome.body.replace(UUID.encode(), OTHER.encode())),  # type: ignore[union-attr]
        )
        for one in exchanges
    ]  # fmt: skip
    assert links(*exchanges) == links(*renamed)
