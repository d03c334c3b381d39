"""A conversation that is had again with other values is the same conversation, where links or noise say so."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.mirror.again import in_old_values, rules_of_order
from truemirror.core.mirror.links import find_links
from truemirror.core.mirror.merge import Recorded, fold
from truemirror.core.mirror.model import Link, Mirror, MirrorRules, Noise, Scenario
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.core.wire.headers import Headers

JSON = ("Content-Type", "application/json")
UUIDS = st.uuids(version=4).map(str)


def call(line: str, sent: object = None, got: object = None, status: int = 200, asked: tuple[tuple[str, str], ...] = (),
         **answered: str) -> Exchange:  # fmt: skip
    """An exchange of JSON with headers of both sides."""
    method, target = line.split(" ")
    body = b"" if sent is None else json.dumps(sent).encode()
    fields = Headers((JSON, *answered.items()))
    answer = Response(status, "", fields, b"" if got is None else json.dumps(got).encode())
    return Exchange(Request(method, target, Headers((JSON, *asked)), body), answer)


def conversation(number: int, ref: str, cursor: str, tag: str, title: str = "lamp") -> tuple[Exchange, ...]:
    """Create, list, page, read, ask whether it changed, delete; every value of it as a service gives it today."""
    order = {"id": number, "ref": ref, "title": title}
    one = f"/v1/orders/{number}"
    return (
        call("POST /v1/orders", {"ref": ref}, order, 201, Location=one),
        call("GET /v1/orders", None, {"items": [order], "next": cursor}),
        call(f"GET /v1/orders?after={cursor}", None, {"items": [], "next": None}),
        call(f"GET {one}", None, order, ETag=tag),
        call(f"GET {one}", None, None, 304, (("If-None-Match", tag),), ETag=tag),
        call(f"DELETE {one}", None, None, 204),
    )


FIRST = conversation(7, "0c1f7c32-5c1f-4b8e-9a51-3f0f3d2f6d01", "eyJvZmZzZXQiOjEwMDB9", '"a1b2c3"')
AGAIN = conversation(31, "9d8f2b64-1111-4222-8333-abcdefabcdef", "eyJvZmZzZXQiOjIwMDF9", '"f9e8d7"')


def mirror_of(name: str, *exchanges: Exchange) -> Mirror:
    """A mirror of one scenario that keeps every link of it."""
    mirror = Mirror("orders", scenarios=(Scenario(name, exchanges, "2026-01-01"),))
    return replace(mirror, rules=MirrorRules(links=tuple(find_links(mirror))))


def recorded_again(mirror: Mirror, name: str, exchanges: tuple[Exchange, ...]) -> Mirror:
    """The mirror after another recording of the scenario."""
    return fold(mirror, {name: [Recorded(one) for one in exchanges]}, replace=True, today="2026-02-02")


@pytest.mark.parametrize("name", ["default", "test_orders"])
@given(number=st.integers(1, 99_999), ref=UUIDS, cursor=UUIDS, tag=UUIDS)
def test_recording_again_with_fresh_values_changes_nothing(
    name: str, number: int, ref: str, cursor: str, tag: str
) -> None:
    """Ids, what the client made, cursors and entity tags, short numbers too."""
    before = mirror_of(name, *FIRST)
    assert recorded_again(before, name, conversation(number, ref, cursor, f'"{tag}"')).scenarios[0].exchanges == FIRST


def test_without_links_every_value_counts() -> None:
    """What may differ is for the mirror's rules to say."""
    assert in_old_values(FIRST, AGAIN, MirrorRules()) == AGAIN
    assert in_old_values((), AGAIN, mirror_of("a", *FIRST).rules) == AGAIN


def test_what_behaves_otherwise_is_kept_with_the_values_of_before() -> None:
    """So that it fits to those around it that did not change."""
    before = mirror_of("a", *FIRST)
    values = (31, "9d8f2b64-1111-4222-8333-abcdefabcdef", "eyJvZmZzZXQiOjIwMDF9", '"f9e8d7"')
    after = recorded_again(before, "a", conversation(*values, title="desk")).scenarios[0].exchanges
    assert after[3].request == FIRST[3].request
    assert json.loads(after[3].outcome.body) == {  # type: ignore[union-attr]
        "id": 7, "ref": "0c1f7c32-5c1f-4b8e-9a51-3f0f3d2f6d01", "title": "desk"}  # fmt: skip
    assert after[4] == FIRST[4]


def test_merging_what_was_merged_changes_nothing_more() -> None:
    """As after a recorder that was killed."""
    fresh = (*conversation(31, "9d8f2b64-1111-4222-8333-abcdefabcdef", "eyJvZmZzZXQiOjIwMDF9", '"f9"', "desk"),
             call("GET /v1/orders/31/notes", None, {"order": 31}))  # fmt: skip
    once = recorded_again(mirror_of("a", *FIRST), "a", fresh)
    assert recorded_again(once, "a", fresh) == once


def test_nothing_is_renamed_where_a_short_id_of_before_means_something_else_today() -> None:
    """7 was the order that is 31 today, but today's 7 is asked for, too."""
    other = call("GET /v1/orders/7", None, {"id": 7, "title": "of old"})
    today = (*AGAIN, other)
    assert in_old_values(FIRST, today, mirror_of("a", *FIRST).rules) == today


def test_what_stands_in_both_lists_is_the_same_thing_in_another_order() -> None:
    """A list that is sorted otherwise swaps no ids."""
    before = (call("GET /v1/tags", None, {"items": [{"id": 1}, {"id": 2}]}), call("GET /v1/tags/1", None, {"id": 1}))
    today = (call("GET /v1/tags", None, {"items": [{"id": 2}, {"id": 1}]}), call("GET /v1/tags/1", None, {"id": 1}))
    assert in_old_values(before, today, mirror_of("a", *before).rules) == today


def test_an_etag_is_the_same_where_all_it_stands_for_varies() -> None:
    """Made of a time that varies, it varies with it; where something else changed, it is another one."""
    rules = MirrorRules(noise=(Noise("GET /v1/now", "body:/at", "date-time"),), links=(Link("GET /x", made="path:1"),))
    before = call("GET /v1/now", None, {"at": "2026-01-01T00:00:00Z", "rain": 1}, ETag='"1"')
    later = call("GET /v1/now", None, {"at": "2026-01-02T00:00:00Z", "rain": 1}, ETag='"2"')
    wet = call("GET /v1/now", None, {"at": "2026-01-02T00:00:00Z", "rain": 2}, ETag='"2"')
    assert in_old_values([before], [later], rules)[0].outcome.headers.get("etag") == '"1"'  # type: ignore[union-attr]
    assert in_old_values([before], [wet], rules) == (wet,)


def test_values_that_flow_do_not_say_which_of_two_overlapping_requests_comes_first() -> None:
    """The order of what overlapped is the same with other ids."""
    rules = mirror_of("a", *FIRST).rules
    assert rules_of_order(MirrorRules()) == MirrorRules()
    parts = {(one.operation, one.part, one.of) for one in rules_of_order(rules).noise}
    assert ("POST /v1/orders", "body:/ref", "request") in parts
    assert ("POST /v1/orders", "body:/id", "answer") in parts
