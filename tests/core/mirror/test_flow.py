"""Values in other messages: renamed where they are whole values, byte for byte as they were everywhere else."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.mirror.fit import fit, followed
from truemirror.core.mirror.flow import MOST_PAIRS, NO_FLOW, Pair, is_telling
from truemirror.core.mirror.flow_rename import Renaming, renamed_json, renamed_request, renamed_response
from truemirror.core.mirror.index import Hit, build_index
from truemirror.core.mirror.model import Ignore, Link, Mirror, MirrorRules, Noise, Scenario
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.core.wire.headers import Headers

THEN, NOW = "0c1f7c32-5c1f-4b8e-9a51-3f0f3d2f6d01", "9d8f2b64-1111-4222-8333-abcdefabcdef"
TO_NOW = Renaming({THEN: NOW})
JSON = ("Content-Type", "application/json")
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6) | st.just(THEN)
    | st.just(f"/v1/things/{THEN}?x={THEN}#{THEN}"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4) | st.just(THEN), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


def renamed(value: object) -> object:
    """What a JSON value becomes, said plainly."""
    if isinstance(value, dict):
        return {key: renamed(one) for key, one in value.items()}
    if isinstance(value, list):
        return [renamed(one) for one in value]
    return value.replace(THEN, NOW) if isinstance(value, str) and (value == THEN or value[:1] == "/") else value


@given(values, st.sampled_from([None, 2]), st.booleans())
def test_a_json_text_keeps_its_style(value: object, indent: int | None, ascii_only: bool) -> None:
    """Whole texts and steps of addresses change; keys, numbers, white space and escapes stay."""
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    expected = json.dumps(renamed(value), indent=indent, ensure_ascii=ascii_only)
    assert renamed_json(text, TO_NOW, []) == expected


@pytest.mark.parametrize(
    "text", [f'"order {THEN} is late"', f'{{"{THEN}": 1}}', f'"x{THEN}"', f'"{THEN[:-1]}"', f'"\\"{THEN}\\""']
)
def test_a_part_of_a_sentence_and_a_key_stay(text: str) -> None:
    """Only whole values flow."""
    assert renamed_json(text, TO_NOW, []) == text


def test_two_values_may_change_places() -> None:
    """All are renamed at once."""
    assert renamed_json(f'["{THEN}","{NOW}"]', Renaming({THEN: NOW, NOW: THEN}), []) == f'["{NOW}","{THEN}"]'


def test_a_value_that_needs_escapes_is_escaped_as_its_place_demands() -> None:
    """In a path, a query, a form, JSON in ASCII or not."""
    to = Renaming({THEN: 'ö/"?& 1'})
    form = Headers((("Content-Type", "application/x-www-form-urlencoded"),))
    request, changed = renamed_request(Request("POST", f"/v1/{THEN}?a={THEN}", form, f"k={THEN}&n=1".encode()), to)
    assert request.target == "/v1/%C3%B6%2F%22%3F%26%201?a=%C3%B6%2F%22%3F%26%201"
    assert request.body == b"k=%C3%B6%2F%22%3F%26%201&n=1"
    assert [part for part, _, _ in changed] == ["path:1", "query:a", "body:/k"]
    assert renamed_json(f'"{THEN}"', to, []) == '"\\u00f6/\\"?& 1"'
    assert renamed_json(f'["ä","{THEN}"]', to, []) == '["ä","ö/\\"?& 1"]'


def test_headers_change_but_for_those_that_must_not() -> None:
    """An ETag, credentials and cookies stay; a value that no header can hold is left out."""
    kept = [("ETag", THEN), ("Set-Cookie", THEN), ("Content-Length", "2"), ("Via", f"x {THEN}")]
    response = Response(200, "", Headers((("X-Id", THEN), ("Location", f"https://a.test/x/{THEN}"), *kept)), b"{}")
    new = renamed_response(response, TO_NOW)
    assert new.headers.pairs == (("X-Id", NOW), ("Location", f"https://a.test/x/{NOW}"), *kept)
    odd = renamed_response(response, Renaming({THEN: "a\r\nX-Bad: 1"}))
    assert odd.headers.get("x-id") == THEN
    assert odd.headers.get("location") == "https://a.test/x/a%0D%0AX-Bad%3A%201".replace("%3A", ":")


def test_an_etag_becomes_another_one_as_a_whole_entity_tag() -> None:
    """As a live service gave another one; what is no entity tag stays."""
    response = Response(304, "", Headers((("ETag", '"v-0001"'), ("X-Tag", "a"))))
    assert renamed_response(response, Renaming({'"v-0001"': '"v-0009"'})).headers.get("etag") == '"v-0009"'
    assert renamed_response(response, Renaming({"v-0001": "v-0009"})) is response


@pytest.mark.parametrize("media", ["application/octet-stream", "text/plain", "image/png", "multipart/form-data"])
def test_a_body_that_is_neither_json_nor_a_form_stays(media: str) -> None:
    """Whatever it seems to hold."""
    response = Response(200, "", Headers((("Content-Type", media),)), f'"{THEN}"'.encode())
    assert renamed_response(response, TO_NOW) is response


def test_the_length_and_the_last_chunk_follow() -> None:
    """A body of another length is announced with it."""
    body = json.dumps({"id": THEN}).encode()
    response = Response(200, "", Headers((JSON, ("Content-Length", str(len(body))))), body)
    new = renamed_response(response, Renaming({THEN: "short-1"}))
    assert new.headers.get("content-length") == str(len(new.body)) == str(len(b'{"id": "short-1"}'))


@pytest.mark.parametrize(
    ("value", "telling"),
    [(NOW, True), ("ada@x.org", True), ("Ada Lovelace", True), ("key-0042", True), ("d4", False), ("Ada", False),
     ("closed", False), ("12345678", False), ("-12345.75", False), ("", False)],
)  # fmt: skip
def test_a_telling_value_says_which_one_is_meant(value: str, telling: bool) -> None:
    """Everything else changes only where a link leads."""
    assert is_telling(value) == telling
    assert not is_telling(value, "date-time")


def test_a_session_keeps_a_bounded_number_of_values() -> None:
    """The newest."""
    flow = NO_FLOW
    link = Link("POST /a", given="body:/id", to="GET /a/{}", used="path:1")
    for number in range(MOST_PAIRS + 10):
        flow = flow.learned([Pair(f"then-{number}", f"now-0{number}", link), Pair(f"{number}", f"{number}0", link)])
    assert {len(flow.recorded), len(flow.today), len(flow.linked)} == {MOST_PAIRS}
    assert f"now-0{MOST_PAIRS + 9}" in flow.recorded
    assert "now-01" not in flow.recorded


PARTS = ["path:1", "path:9", "query:a", "header:x-a", "cookie:a", "body:/a", "body:/*/a", "body:", "odd", "query:"]
RULES = st.builds(Noise, st.just("*"), st.sampled_from(PARTS), st.sampled_from(["string", "uuid"]), st.just("request"))
LINKS = st.builds(Link, st.just("*"), made=st.sampled_from(PARTS), given=st.sampled_from(PARTS)) | st.builds(
    Link, st.just("*"), made=st.sampled_from(PARTS), to=st.just("*"), used=st.sampled_from(PARTS)
)
DEEP = b"[" * 900 + b'"abc 123"' + b"]" * 900
BODIES = st.sampled_from([b"", b'{"a":"abc 123"}', b'{"a":"\xff"}', b'{"a":"\\ud800 12345"}', b"a=%ff+12345", DEEP]) | (
    st.binary(max_size=20)
)
REQUESTS = st.builds(
    lambda target, value, media, body: Request(
        "POST", f"/{target}", Headers((("Content-Type", media), ("X-A", value), ("Cookie", f"a={value}"))), body
    ),
    st.sampled_from(["x/%ff%20abc123", "x?a=%ff%2012345", "a/b?a=abc+123", "%", "a/1//?a", ""]),
    st.sampled_from(["abc 123", "\xff 12345", ""]),
    st.sampled_from(["application/json", "application/x-www-form-urlencoded", "text/plain", ";"]),
    BODIES,
)


@given(REQUESTS, st.lists(REQUESTS, max_size=4), st.lists(RULES, max_size=3), st.lists(LINKS, max_size=3))
def test_no_request_is_too_odd(recorded: Request, asked: list[Request], noise: list[Noise], links: list[Link]) -> None:
    """Whatever clients send, following and fitting give something."""
    exchange = Exchange(recorded, Response(200, "", recorded.headers, recorded.body))
    rules = MirrorRules(noise=tuple(noise), links=tuple(links))
    index = build_index(Mirror("odd", scenarios=(Scenario("s", (exchange,)),), rules=rules))
    flow = NO_FLOW
    for request in asked:
        found, follow = followed(index, index.find(request), flow)
        if isinstance(found, Hit):
            flow = fit(exchange, found, follow, flow).flow


@pytest.mark.parametrize("asked", ["/v1/x?q=&ts=1", "/v1/x?q=b&ts=1"])
def test_what_makes_no_pair_is_reported_beside_what_is_ignored(asked: str) -> None:
    """An empty value is none that flows; that it was let pass is told all the same."""
    rules = MirrorRules((Ignore("*", "query:ts"),), (Noise("*", "query:q", "string", "request"),))
    recorded = Exchange(Request("GET", "/v1/x?q=a"), Response(200, "OK"))
    hit = build_index(Mirror("tags", "1", (Scenario("default", (recorded,)),), rules)).find(Request("GET", asked))
    assert isinstance(hit, Hit)
    assert set(fit(recorded, hit, None, NO_FLOW).relaxed) == {"query:ts", "query:q"}
