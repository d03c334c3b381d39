"""What a client makes anew each time: found by what was recorded, answered with what is today."""

import json
from collections.abc import Sequence
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.mirror.decision import Mode, Note, Refuse, Replay
from truemirror.core.mirror.model import Ignore, Link, Mirror, MirrorRules, Noise, Scenario
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.usecases.replay import Replayer

JSON = Headers((("Content-Type", "application/json"),))
ECHO = Link("POST /v1/things", made="body:/id", given="body:/id", kind="uuid")
THEN = "0c1f7c32-5c1f-4b8e-9a51-3f0f3d2f6d01"
NOW = "9d8f2b64-1111-4222-8333-abcdefabcdef"


def create(thing: str, name: str = "lamp") -> Exchange:
    """A thing whose id the client made."""
    body = json.dumps({"id": thing, "name": name, "links": {"self": f"/v1/things/{thing}?full=1"}})
    headers = (*JSON.pairs, ("Location", f"/v1/things/{thing}"), ("ETag", f'"{thing}"'))
    headers = (*headers, ("Content-Length", str(len(body))))
    asked = json.dumps({"id": thing, "name": name}).encode()
    return Exchange(Request("POST", "/v1/things", JSON, asked), Response(201, "", Headers(headers), body.encode()))


def read(thing: str, state: str = "new") -> Exchange:
    """That thing, asked for."""
    body = json.dumps({"id": thing, "state": state}).encode()
    return Exchange(Request("GET", f"/v1/things/{thing}"), Response(200, "", JSON, body))


def asking(exchanges: Sequence[Exchange], *rules: Noise | Link | Ignore, mode: Mode = Mode.REPLAY) -> Replayer:
    """A mirror of one scenario under rules."""
    made = MirrorRules(
        ignores=tuple(rule for rule in rules if isinstance(rule, Ignore)),
        noise=tuple(rule for rule in rules if isinstance(rule, Noise)),
        links=tuple(rule for rule in rules if isinstance(rule, Link)),
    )
    return Replayer(Mirror("things", scenarios=(Scenario("s", tuple(exchanges)),), rules=made), mode=mode)


def answered(replayer: Replayer, request: Request, session: str = "") -> Response:
    """What a session gets, which must be an answer."""
    decision = replayer.answer(request, session)
    assert isinstance(decision, Replay)
    assert isinstance(decision.exchange.outcome, Response)
    return decision.exchange.outcome


def relaxed(replayer: Replayer, request: Request, session: str = "") -> str:
    """What was relaxed for an answer; empty when nothing was."""
    decision = replayer.answer(request, session)
    assert isinstance(decision, Replay)
    return dict(decision.notes).get(Note.RELAXED, "")


def test_without_a_rule_a_client_made_value_is_a_miss() -> None:
    """Strict is the default."""
    assert isinstance(asking([create(THEN)]).answer(create(NOW).request), Refuse)


@pytest.mark.parametrize("rule", [ECHO, Noise("POST /v1/things", "body:/id", "uuid", "request")])
def test_the_answer_echoes_todays_value_wherever_the_recording_echoed_the_recorded_one(rule: Noise | Link) -> None:
    """Body, Location and addresses in texts change; the ETag stays, the length follows."""
    assert answered(asking([create(THEN)], rule), create(NOW).request) == Response(
        201,
        "",
        Headers(tuple((name, value.replace(NOW, THEN) if name == "ETag" else value) for name, value in _headers(NOW))),
        create(NOW).outcome.body,  # type: ignore[union-attr]
    )


def _headers(thing: str) -> tuple[tuple[str, str], ...]:
    """The headers of a creation."""
    outcome = create(thing).outcome
    assert isinstance(outcome, Response)
    return outcome.headers.pairs


def test_such_an_answer_is_reported_as_relaxed() -> None:
    """In its notes and in the tally."""
    replayer = asking([create(THEN), read(THEN)], ECHO)
    assert relaxed(replayer, create(NOW).request) == "body:/id"
    assert relaxed(replayer, read(NOW).request) == "path:2 (value flow)"
    assert replayer.tally.relaxed == 2
    assert replayer.tally.relaxations == {
        "POST /v1/things body:/id": 1,
        "GET /v1/things/{} path:2 (value flow)": 1,
    }


def test_a_later_request_with_todays_value_finds_the_recording_of_the_recorded_one() -> None:
    """And is answered with today's value again."""
    replayer = asking([create(THEN), read(THEN)], ECHO)
    assert isinstance(replayer.answer(read(NOW).request), Refuse)
    answered(replayer, create(NOW).request)
    assert answered(replayer, read(NOW).request) == read(NOW).outcome


def test_the_same_value_as_recorded_is_a_strict_hit_without_a_remark() -> None:
    """Nothing is relaxed where nothing differs."""
    replayer = asking([create(THEN), read(THEN)], ECHO)
    assert relaxed(replayer, create(THEN).request) == ""
    assert answered(replayer, read(THEN).request) == read(THEN).outcome
    assert replayer.tally.relaxed == 0


@pytest.mark.parametrize("value", ["not-a-uuid", "", 7, None])
def test_a_value_of_another_kind_does_not_count_as_the_same(value: object) -> None:
    """A uuid for a uuid, nothing else."""
    request = Request("POST", "/v1/things", JSON, json.dumps({"id": value, "name": "lamp"}).encode())
    assert isinstance(asking([create(THEN)], ECHO).answer(request), Refuse)


def test_a_request_that_differs_elsewhere_too_is_a_miss() -> None:
    """Only the named part may vary."""
    assert isinstance(asking([create(THEN)], ECHO).answer(create(NOW, "chair").request), Refuse)


def test_an_idempotency_key_in_a_header_is_echoed_as_it_is_today() -> None:
    """A header that never counted for identity still has its value of today."""
    rule = Noise("POST /v1/pay", "header:Idempotency-Key", "uuid", "request")

    def pay(key: str) -> Exchange:
        """A payment."""
        body = json.dumps({"key": key}, indent=2).encode()
        headers = Headers((*JSON.pairs, ("Idempotency-Key", key)))
        return Exchange(Request("POST", "/v1/pay", headers, b"{}"), Response(200, "", headers, body))

    replayer = asking([pay(THEN)], rule)
    assert answered(replayer, pay(NOW).request) == pay(NOW).outcome
    assert replayer.tally.relaxations == {"POST /v1/pay header:Idempotency-Key": 1}


def test_a_name_is_put_where_the_link_leads_and_nowhere_else() -> None:
    """A value that says nothing by itself is not renamed elsewhere."""
    link = Link("POST /v1/users", made="body:/name", given="body:/user/name")

    def user(name: str, said: str = "Ada") -> Exchange:
        """A user."""
        body = json.dumps({"user": {"name": name}, "greeting": said}).encode()
        return Exchange(
            Request("POST", "/v1/users", JSON, json.dumps({"name": name}).encode()), Response(201, "", JSON, body)
        )

    assert answered(asking([user("Ada")], link), user("Zoë").request) == user("Zoë").outcome


def test_a_value_that_says_nothing_is_followed_where_a_link_leads() -> None:
    """A short name of a thing, in the later request's path and nowhere else."""
    links = (
        Link("PUT /v1/things/{}", made="path:2", to="GET /v1/things/{}", used="path:2"),
        Link("PUT /v1/things/{}", made="path:2", given="body:/id"),
    )
    made = Exchange(Request("PUT", "/v1/things/t1"), Response(200, "", JSON, b'{"id":"t1","rank":"t1"}'))
    replayer = asking([made, read("t1")], *links)
    assert answered(replayer, Request("PUT", "/v1/things/t2")).body == b'{"id":"t2","rank":"t1"}'
    assert relaxed(replayer, read("t2").request) == "path:2 (value flow)"
    assert isinstance(replayer.answer(Request("GET", "/v1/things/t3")), Refuse)
    assert isinstance(replayer.answer(Request("GET", "/v1/other/t2")), Refuse)


def test_creating_twice_keeps_both_values_apart() -> None:
    """The one recording stands for both, each as the request says."""
    other = str(UUID(int=77))
    replayer = asking([create(THEN), read(THEN)], ECHO)
    answered(replayer, create(NOW).request)
    answered(replayer, create(other).request)
    assert answered(replayer, read(NOW).request) == read(NOW).outcome
    assert answered(replayer, read(other).request) == read(other).outcome


def test_relaxations_are_tried_in_their_order() -> None:
    """Noise alone before noise with ignores."""
    noise = Noise("GET /v1/x", "query:at", "date-time", "request")
    ignore = Ignore("GET /v1/x", "query:page")

    def get(at: str, page: int) -> Exchange:
        """A page at a time."""
        return Exchange(Request("GET", f"/v1/x?at={at}&page={page}"), Response(200, body=f"{page}".encode()))

    replayer = asking([get("2026-01-01T00:00:00Z", 1), get("2026-01-02T00:00:00Z", 2)], noise, ignore)
    assert answered(replayer, get("2027-01-01T00:00:00Z", 2).request).body == b"2"
    assert relaxed(replayer, get("2027-01-01T00:00:00Z", 9).request) == "query:page, query:at"
    assert relaxed(replayer, get("2026-01-01T00:00:00Z", 1).request) == ""


# laws

uuids = st.lists(st.uuids(version=4).map(str), min_size=3, max_size=3, unique=True)
steps = st.lists(
    st.tuples(st.sampled_from(["create", "read", "list", "pay"]), st.integers(0, 2)), min_size=1, max_size=10
)
RULES = (ECHO, Noise("POST /v1/pay", "body:/key", "uuid", "request"))


def conversation(calls: list[tuple[str, int]], ids: Sequence[str]) -> list[Exchange]:
    """What is said about things that a client named: each created once, before it is spoken of."""
    said: list[Exchange] = []
    known: list[str] = []
    for number, (verb, which) in enumerate(calls):
        if verb == "create" and len(known) < len(ids):
            known.append(ids[len(known)])
            said.append(create(known[-1], f"thing {number}"))
        elif verb == "read" and known:
            said.append(read(known[which % len(known)], f"state {number}"))
        elif verb == "list":
            body = json.dumps({"items": [{"id": one, "up": f"/v1/things/{one}"} for one in known]}).encode()
            said.append(Exchange(Request("GET", "/v1/things"), Response(200, "", JSON, body)))
        elif verb == "pay" and known:
            asked = json.dumps({"thing": known[which % len(known)], "n": number}).encode()
            said.append(Exchange(Request("POST", "/v1/pay", JSON, asked), Response(200, "", JSON, asked)))
    return said


def without_etag(exchanges: Sequence[Exchange]) -> list[object]:
    """The answers, less the ETag, which stays the recorded one."""
    return [
        (one.outcome.status, one.outcome.headers.without("etag"), one.outcome.body)
        for one in exchanges
        if isinstance(one.outcome, Response)
    ]


def heard(replayer: Replayer, requests: Sequence[Request], session: str = "") -> list[object]:
    """What a session is answered to requests."""
    return [heard_one(replayer, request, session) for request in requests]


def heard_one(replayer: Replayer, request: Request, session: str) -> object:
    """What a session is answered."""
    outcome = answered(replayer, request, session)
    return outcome.status, outcome.headers.without("etag"), outcome.body


@given(steps, uuids)
def test_a_recorded_scenario_in_its_own_order_gives_exactly_the_recording(
    calls: list[tuple[str, int]], ids: list[str]
) -> None:
    """With rules as without, and nothing is remarked."""
    said = conversation(calls, ids)
    replayer = asking(said, *RULES)
    assert [answered(replayer, one.request, "s") for one in said] == [one.outcome for one in said]
    assert replayer.tally.relaxed == 0


@given(steps, uuids, uuids)
def test_renaming_every_client_made_value_gives_the_recording_with_these_renamed(
    calls: list[tuple[str, int]], ids: list[str], others: list[str]
) -> None:
    """Consistently renamed requests get consistently renamed answers."""
    today = [one for one in others if one not in ids]
    said = conversation([call for call in calls if len(today) == 3], ids)
    now = conversation(calls, today) if said else []
    assert heard(asking(said, *RULES), [one.request for one in now], "s") == without_etag(now)


@given(steps, uuids, uuids, st.randoms(use_true_random=False))
def test_two_interleaved_sessions_each_get_their_own_values(calls, ids, others, random) -> None:  # type: ignore[no-untyped-def]
    """One with the recorded values turned round, one with fresh ones."""
    mine = [f"a{one[1:8]}-{one[9:]}" for one in others]
    theirs = [f"b{one[1:8]}-{one[9:]}" for one in others]
    replayer = asking(conversation(calls, ids), *RULES)
    talks = [(name, list(conversation(calls, made))) for name, made in (("s", mine), ("other", theirs))]
    while any(left for _, left in talks):
        name, left = random.choice([talk for talk in talks if talk[1]])
        expected = left.pop(0)
        assert [heard_one(replayer, expected.request, name)] == without_etag([expected])
