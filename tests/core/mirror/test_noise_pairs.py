"""A conversation that was recorded twice: what its answers, and its client, vary by themselves."""

import json
from typing import Any

from truemirror.core.mirror.drift import DriftKind, drift
from truemirror.core.mirror.exchange_id import exchange_id
from truemirror.core.mirror.merge import merge
from truemirror.core.mirror.model import Mirror, MirrorRules, Noise, Scenario
from truemirror.core.mirror.noise import FLOW
from truemirror.core.mirror.noise_pairs import Twice, recorded_twice
from truemirror.core.mirror.noise_walk import MEANING
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.core.wire.headers import Headers

UUIDS = "0b7e1c9a-6a53-4f0e-9d5e-3a1f6f3b7c11", "5d0c2b1e-97f1-4f60-8a43-0d8f9c1b2a77"
NONCES = "9c1f6f0e-31a4-4a63-9a0b-1d2e3f4a5b6c", "1e7b2d54-0c38-4f6a-8b1d-7f3a9c2e5d40"
TRACES = "c41d7a90-5b2e-4c17-9f68-2a0e6b8d3f15", "77a0e3c2-d9b4-4e05-a6c1-58f21b9d0e34"
TIMES = "2026-03-02T09:00:00Z", "2026-03-02T09:00:01Z"
JSON = Headers((("Content-Type", "application/json"),))


def said(line: str, answer: Any = None, body: Any = None, *, form: str = "", status: int = 200) -> Exchange:
    """An exchange: `POST /v1/tags`, what was answered, what was sent."""
    method, target = line.split()
    raw = form.encode() if form else b"" if body is None else json.dumps(body).encode()
    headers = Headers((("Content-Type", "application/x-www-form-urlencoded"),)) if form else JSON
    return Exchange(Request(method, target, headers, raw), Response(status, "OK", JSON, json.dumps(answer).encode()))


def twice(
    first: list[Exchange], second: list[Exchange], *, scenario: str = "walk", rules: MirrorRules | None = None
) -> Twice:
    """What two runs of one scenario show."""
    kept, again = (
        Mirror("tags", "0", (Scenario(scenario, tuple(run)),), rules or MirrorRules()) for run in (first, second)
    )
    return recorded_twice(kept, again)


def rules(seen: Twice) -> list[tuple[str, str, str]]:
    """What was found, in short."""
    return [(rule.of, rule.part, rule.kind) for rule in seen.found.rules]


def test_answers_are_compared_occurrence_by_occurrence() -> None:
    """The second answer of a polling client against the second."""
    seen = twice(
        [said("GET /v1/job", {"n": 1}), said("GET /v1/job", {"at": TIMES[0]})],
        [said("GET /v1/job", {"n": 1}), said("GET /v1/job", {"at": TIMES[1]})],
    )
    assert (rules(seen), seen.found.unlike, seen.alone) == ([("answer", "body:/at", "date-time")], (), ())


def test_a_client_that_makes_values_up_is_request_noise() -> None:
    """In query, body, form and path."""
    first, second = (
        [
            said(f"GET /v1/tags?nonce={UUIDS[run]}", []),
            said("POST /v1/tags", {}, {"id": UUIDS[run], "at": TIMES[run], "name": "red"}),
            said("POST /v1/forms", {}, form=f"stamp=17724420{run}0&name=red"),
            said(f"PUT /v1/tags/{UUIDS[run]}", {}, {"name": "red"}),
        ]
        for run in (0, 1)
    )
    seen = twice(first, second)
    assert rules(seen) == [
        ("request", "query:nonce", "uuid"),
        ("request", "body:/stamp", "integer"),
        ("request", "body:/at", "date-time"),
        ("request", "body:/id", "uuid"),
        ("request", "path:2", "uuid"),
    ]
    assert (seen.found.unlike, seen.alone) == ((), ())


def test_what_an_answer_gave_is_no_noise_of_the_client() -> None:
    """A word that flows is told; an id that the client made, and the answer only echoes, is noise."""
    made = twice(
        [said("POST /v1/tags", {"id": UUIDS[0]}, {"id": UUIDS[0]})],
        [said("POST /v1/tags", {"id": UUIDS[1]}, {"id": UUIDS[1]})],
    )
    assert rules(made) == [("answer", "body:/id", "uuid"), ("request", "body:/id", "uuid")]
    flowed = twice(
        [said("POST /v1/tags", {"name": "red"}), said("GET /v1/tags?name=red", {"n": 1})],
        [said("POST /v1/tags", {"name": "blue"}), said("GET /v1/tags?name=blue", {"n": 1})],
    )
    assert rules(flowed) == []
    assert {(one.part, one.why) for one in flowed.found.unlike} == {("query:name", FLOW), ("body:/name", MEANING)}


def test_requests_that_carry_what_an_answer_gave_are_followed_and_their_answers_compared() -> None:
    """Long ids and short ones, beside noise of the client's own; what the answer then varies is a rule."""
    for ids in (UUIDS, (7, 8)):
        first, second = (
            [
                said("POST /v1/tags", {"id": ids[run]}),
                said(f"GET /v1/tags/{ids[run]}", {"id": ids[run], "seen": TIMES[run]}),
                said(f"GET /v1/tags/{ids[run]}?nonce={NONCES[run]}", {"id": ids[run], "trace": TRACES[run]}),
            ]
            for run in (0, 1)
        )
        seen = twice(first, second)
        found = {(rule.operation, *short) for rule, short in zip(seen.found.rules, rules(seen), strict=True)}
        assert {
            ("GET /v1/tags/{}", "answer", "body:/seen", "date-time"),
            ("GET /v1/tags/{}", "answer", "body:/trace", "uuid"),
            ("GET /v1/tags/{}", "request", "query:nonce", "uuid"),
        } <= found
        assert not any(operation == "GET /v1/tags/{}" and part == "body:/id" for operation, _, part, _ in found)
        assert {one.part for one in seen.found.unlike} <= {"body:/id"}  # a small number is told beside noise
        assert seen.alone == ()


def test_what_a_followed_request_is_answered_otherwise_is_told() -> None:
    """Following an id hides no other difference."""
    first, second = (
        [said("POST /v1/tags", {"id": one}), said(f"GET /v1/tags/{one}", {"id": one, "state": state})]
        for one, state in zip(UUIDS, ("open", "closed"), strict=True)
    )
    assert ("GET /v1/tags/{}", "body:/state") in {
        (one.operation, one.part) for one in twice(first, second).found.unlike
    }


def test_a_request_that_asks_for_something_else_is_told() -> None:
    """A word in a query is no noise."""
    seen = twice([said("GET /v1/tags?name=red", [])], [said("GET /v1/tags?name=blue", [])])
    assert [(one.part, one.why) for one in seen.found.unlike] == [("query:name", MEANING)]


def test_what_only_the_second_run_asked_is_told() -> None:
    """There is nothing to hold it against."""
    seen = twice([said("GET /v1/tags", [])], [said("GET /v1/tags", []), said("GET /v1/tags?page=2", [])])
    assert (rules(seen), seen.alone) == ([], (("walk", "GET /v1/tags?page=2"),))


def test_the_default_scenario_may_hold_more_than_the_first_run() -> None:
    """Its last requests are those of the first run."""
    old = said(f"GET /v1/tags?nonce={UUIDS[0]}", [])
    seen = twice([old, said("GET /v1/tags?nonce=x7q1", [])], [said("GET /v1/tags?nonce=k2m9", [])], scenario="default")
    assert (rules(seen), seen.alone) == ([("request", "query:nonce", "string")], ())


def test_a_write_that_was_refused_and_a_declared_read_leave_the_state_alone() -> None:
    """Then a counter is noise."""
    for line, status, reads in (
        ("GET /v1/n", 200, ()),
        ("POST /v1/n", 404, ()),
        ("POST /v1/n", 200, ("POST /v1/n",)),
    ):
        seen = twice(
            [said(line, {"n": 1}, status=status)], [said(line, {"n": 2}, status=status)], rules=MirrorRules(reads=reads)
        )
        assert (rules(seen), seen.wrote) == ([("answer", "body:/n", "integer")], False)
    seen = twice([said("POST /v1/n", {"n": 1})], [said("POST /v1/n", {"n": 2})])
    assert (rules(seen), seen.wrote) == ([], True)


def test_two_recordings_that_are_the_same_give_no_rule() -> None:
    """Nor do those that existing rules make the same."""
    run = [said("GET /v1/tags", {"at": TIMES[0]}), said("POST /v1/tags", {"id": 1}, {"name": "red"})]
    seen = twice(run, run)
    assert (rules(seen), seen.found.unlike, seen.alone) == ([], (), ())
    known = MirrorRules(noise=(Noise("*", "body:/at", "date-time"),))
    assert rules(twice([run[0]], [said("GET /v1/tags", {"at": TIMES[1]})], rules=known)) == []


def test_what_a_client_varies_changes_nothing_when_it_is_recorded_again() -> None:
    """Once its rules are known: the id stays, nothing is compared as another request, and merging adds nothing."""
    first, second, third = (
        [said(f"PUT /v1/tags/{one}?nonce={one}", {"id": one}, {"id": one}), said("POST /v1/f", {}, form=f"n={number}1")]
        for number, one in enumerate((*UUIDS, "9c1f6f0e-31a4-4a63-9a0b-1d2e3f4a5b6c"), start=1)
    )
    learned = MirrorRules(noise=twice(first, second).found.rules)
    assert [exchange_id(one, learned) for one in first] == [exchange_id(one, learned) for one in third]
    assert rules(twice(first, third, rules=learned)) == []
    again = merge("default", Scenario("default", tuple(first)), third, replace=True, today="2026-01-01", rules=learned)
    assert again.exchanges == tuple(first)
    kept, fresh = (Mirror("tags", "0", (Scenario("walk", tuple(run)),), learned) for run in (first, third))
    assert list(drift(kept, fresh)) == []
    other = [said(f"PUT /v1/tags/{UUIDS[0]}?nonce=none", {"id": UUIDS[0]}, {"id": UUIDS[0]}), first[1]]
    fresh = Mirror("tags", "0", (Scenario("walk", tuple(other)),), learned)
    assert [one.kind for one in drift(kept, fresh)] == [DriftKind.GONE, DriftKind.NEW]
