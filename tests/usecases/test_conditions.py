"""What plans and latency make of answers: who moves, what is noted and counted, what a session keeps for itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.mirror.decision import Decision, Forward, Mode, Note, Refuse, Replay
from truemirror.core.mirror.latency import parse_latency
from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.core.mirror.plan_text import parse_plan
from truemirror.core.mirror.timeline import NOWHERE
from truemirror.core.wire.exchange import Chunk, Exchange, Fault, FaultKind, Outcome, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.errors import UsageError
from truemirror.usecases.replay import Replayer

JSON = Headers((("Content-Type", "application/json"), ("Content-Length", "9")))
LIST = Request("GET", "/v1/tags")
MAKE = Request("POST", "/v1/tags")
ERROR = Response(503, "Busy", JSON, b'{"code":7}')


def replayer(*exchanges: Exchange, mode: Mode = Mode.REPLAY) -> Replayer:
    """A mirror of a list that was asked for three times, a write, and more."""
    listed = tuple(Exchange(LIST, Response(200, "OK", JSON, b"answer %d" % number)) for number in (1, 2, 3))
    made = Exchange(MAKE, Response(201, "Created", JSON, b"made it!!"))
    return Replayer(Mirror("tags").with_scenario(Scenario("default", (*listed, made, *exchanges))), mode=mode)


def outcome(decision: Decision) -> Outcome:
    """What a client gets."""
    assert isinstance(decision, Replay)
    return decision.exchange.outcome


def said(decision: Decision) -> str:
    """The body of an answer, or the name of a fault."""
    found = outcome(decision)
    return f"fault {found.kind}" if isinstance(found, Fault) else found.body.decode()


@pytest.mark.parametrize("kind", sorted(set(FaultKind) - {FaultKind.TIMEOUT, FaultKind.TRUNCATED}))
def test_a_fault_of_the_request_leaves_the_session_where_it_stands(kind: FaultKind) -> None:
    """The service never got it, so the next call gets what this one would have got."""
    mirror = replayer()
    mirror.plan(parse_plan(f"call 2: {kind}"))
    assert [said(mirror.answer(LIST)) for _ in range(3)] == ["answer 1", f"fault {kind}", "answer 2"]
    assert (mirror.tally.hits, mirror.tally.planned) == (2, 1)


@pytest.mark.parametrize("kind", [FaultKind.TIMEOUT, FaultKind.TRUNCATED])
def test_a_fault_of_the_answer_moves_the_session(kind: FaultKind) -> None:
    """The service got the request, so what follows is as after an answer."""
    mirror = replayer()
    mirror.plan(parse_plan(f"call 2: {kind}"))
    assert [said(mirror.answer(LIST)) for _ in range(3)] == ["answer 1", f"fault {kind}", "answer 3"]
    assert (mirror.tally.hits, mirror.tally.planned) == (2, 1)
    assert mirror.unused() == [1, 3]


def test_a_truncated_answer_is_the_first_half_under_the_whole_head() -> None:
    """Its length promises all of it."""
    mirror = replayer()
    mirror.plan(parse_plan("call 1: truncated"))
    fault = outcome(mirror.answer(LIST))
    assert isinstance(fault, Fault)
    assert fault.partial is not None
    assert (fault.partial.body, fault.partial.headers.get("content-length")) == (b"answ", "8")


def test_a_fault_of_the_request_needs_no_recording_and_one_of_the_answer_does() -> None:
    """What never reached the service may be unknown to it; what it answered may not."""
    mirror = replayer()
    mirror.plan(parse_plan(["call 1: reset", "call 2: timeout"]))
    unknown = Request("GET", "/v2/never")
    assert said(mirror.answer(unknown)) == "fault reset"
    assert isinstance(mirror.answer(unknown), Refuse)
    assert (mirror.tally.planned, mirror.tally.misses) == (1, 1)


@pytest.mark.parametrize("rule", ["call 1: reset", "call 1: 503", "call 1: timeout", "call 1: truncated"])
def test_a_live_service_is_not_asked_for_a_planned_answer(rule: str) -> None:
    """So nothing planned can be stored as if it were recorded."""
    mirror = replayer(mode=Mode.RECORD)
    mirror.plan(parse_plan(rule))
    first, second = mirror.answer(LIST), mirror.answer(LIST)
    assert isinstance(first, Replay)
    assert first.planned
    assert second == Forward(store=True, compare=False)
    assert (mirror.tally.forwarded, mirror.tally.planned) == (1, 1)


def test_what_was_planned_is_noted_and_stands_at_no_place() -> None:
    """Nobody takes it for a recording."""
    mirror = replayer()
    mirror.plan(parse_plan("call 1 of GET /v1/tags: reset"))
    decision = mirror.answer(LIST)
    assert isinstance(decision, Replay)
    assert decision.planned
    assert decision.place == NOWHERE
    assert decision.notes == ((Note.PLANNED, "call 1 of GET /v1/tags: reset"),)
    assert mirror.unused() == [0, 1, 2, 3]


def test_a_planned_status_takes_the_recorded_error_of_its_operation_first() -> None:
    """Then that of the service, then one of our own that says so."""
    other = Exchange(Request("GET", "/v1/other"), Response(503, "Other", JSON, b"of other!"))
    mirror = replayer(other, Exchange(LIST, ERROR))
    mirror.plan(parse_plan(["call 1: 503", "call 2: 418"]))
    assert outcome(mirror.answer(LIST, "a")) == ERROR
    assert said(mirror.answer(MAKE, "b")) == "of other!"
    assert "planned, not recorded" in said(mirror.answer(MAKE, "b"))


def test_a_planned_body_keeps_the_other_marks_of_the_recorded_error() -> None:
    """Reason and headers are the service's, length and media type are the body's, further headers the plan's."""
    mirror = replayer(Exchange(LIST, Response(503, "Busy", JSON.adding("X-Region", "north"), b'{"code":7}')))
    mirror.plan(parse_plan({"status": 503, "body": "down", "headers": {"Retry-After": "1"}}))
    found = outcome(mirror.answer(LIST))
    assert isinstance(found, Response)
    assert (found.reason, found.body, found.headers.get("x-region")) == ("Busy", b"down", "north")
    assert (found.headers.get("content-length"), found.headers.get("retry-after")) == ("4", "1")
    assert (found.headers.get("content-type") or "").startswith("text/plain")


@pytest.mark.parametrize("rule", ["call 1: 204", "call 1: 304 {}"])
def test_a_planned_status_that_never_has_a_body_comes_without_one(rule: str) -> None:
    """Nor does its head promise one."""
    mirror = replayer()
    mirror.plan(parse_plan(rule))
    answer = outcome(mirror.answer(LIST))
    assert isinstance(answer, Response)
    assert answer.body == b""
    assert "content-length" not in answer.headers
    assert "content-type" not in answer.headers


def test_a_plan_for_all_counts_in_each_session_for_itself() -> None:
    """The second call of each is the second."""
    mirror = replayer()
    mirror.plan(parse_plan("call 2: reset"))
    order = ["a", "b", "a", "b", "a"]
    assert [said(mirror.answer(LIST, one)) for one in order] == [
        "answer 1", "answer 1", "fault reset", "fault reset", "answer 2",
    ]  # fmt: skip


def test_a_plan_of_one_session_touches_no_other() -> None:
    """Not even the default one."""
    mirror = replayer()
    mirror.plan(parse_plan("every call: reset"), "a")
    assert said(mirror.answer(LIST, "a")) == "fault reset"
    assert said(mirror.answer(LIST, "")) == "answer 1"
    assert (mirror.plans("a"), mirror.plans("")) == (("every call: reset",), ())


def test_a_session_that_begins_anew_loses_its_own_plan_and_counts_the_common_one_anew() -> None:
    """A plan of a session lasts as long as the session."""
    mirror = replayer()
    mirror.plan(parse_plan("call 1: reset"))
    mirror.plan(parse_plan("call 2: empty"), "a")
    assert [said(mirror.answer(LIST, "a")) for _ in range(2)] == ["fault reset", "fault empty"]
    mirror.reset("a")
    assert [said(mirror.answer(LIST, "a")) for _ in range(2)] == ["fault reset", "answer 1"]
    mirror.reset()
    assert mirror.plans("a") == ("call 1: reset",)


def test_a_session_that_is_opened_anew_counts_its_calls_anew() -> None:
    """As one that is reset: what the calls before meant is gone with them."""
    mirror = replayer()
    mirror.plan(parse_plan("call 2: reset"))
    mirror.plan(parse_plan("call 3: empty"), "ada")
    assert [said(mirror.answer(LIST, "ada")) for _ in range(2)] == ["answer 1", "fault reset"]
    mirror.begin("ada")
    assert [said(mirror.answer(LIST, "ada")) for _ in range(3)] == ["answer 1", "fault reset", "answer 2"]


def test_a_plan_for_an_operation_that_was_never_recorded_names_the_nearest() -> None:
    """Else a rule would wait for ever for a call that has another name."""
    mirror = replayer()
    with pytest.raises(UsageError) as raised:
        mirror.plan(parse_plan("call 1 of GET /v1/tgas: reset"))
    assert raised.value.nearest == "GET /v1/tags"
    assert not mirror.conditions.is_on


def test_a_plan_may_name_the_path_of_one_recording() -> None:
    """A path that is not recorded as a template is known by its words."""
    mirror = replayer(Exchange(Request("GET", "/v1/cities/Bergen"), ERROR))
    mirror.plan(parse_plan("call 1 of GET /v1/cities/{name}: reset"))
    assert said(mirror.answer(Request("GET", "/v1/cities/Bergen"))) == "fault reset"


def test_a_delay_is_a_hit_that_waits() -> None:
    """The recording answers, late."""
    mirror = replayer()
    mirror.plan(parse_plan("call 1: delay 200ms"))
    decision = mirror.answer(LIST)
    assert isinstance(decision, Replay)
    assert (decision.wait_ms, decision.planned, said(decision)) == (200.0, False, "answer 1")
    assert (mirror.tally.hits, mirror.tally.planned) == (1, 1)


def test_a_live_service_is_asked_after_a_planned_delay() -> None:
    """The delay is the plan's, the answer is live."""
    mirror = replayer(mode=Mode.OFF)
    mirror.plan(parse_plan("call 1: delay 200ms"))
    assert mirror.answer(LIST) == Forward(store=False, compare=False, wait_ms=200.0)


@given(st.lists(st.sampled_from(["a", "b", ""]), max_size=12), st.integers(0, 99))
def test_a_session_waits_as_long_whatever_other_sessions_do(order: list[str], seed: int) -> None:
    """Drawn delays follow the session's own calls alone."""
    together, alone = replayer(), replayer()
    latency = parse_latency("lognormal:median=20ms,p95=80ms")
    together.delay(latency, seed)
    alone.delay(latency, seed)
    waits = [(session, wait(together.answer(LIST, session))) for session in order]
    assert [one for session, one in waits if session == "a"] == [
        wait(alone.answer(LIST, "a")) for _ in range(order.count("a"))
    ]


def wait(decision: Decision) -> float:
    """How long an answer waits."""
    assert isinstance(decision, Replay)
    return decision.wait_ms


def test_recorded_latency_waits_for_the_head_and_paces_the_body() -> None:
    """The head came before the pieces."""
    streamed = Response(200, "OK", JSON, b"123456789", chunks=(Chunk(4, 0.0), Chunk(5, 30.0)))
    mirror = replayer(Exchange(Request("GET", "/v1/stream"), streamed, 75.0), Exchange(MAKE, ERROR, 12.5))
    mirror.delay(parse_latency("recorded"))
    decision = mirror.answer(Request("GET", "/v1/stream"))
    assert isinstance(decision, Replay)
    assert (decision.wait_ms, decision.paced) == (45.0, True)
    assert wait(mirror.answer(MAKE, "s")) == 0.0
    assert wait(mirror.answer(MAKE, "s")) == 12.5


def test_a_miss_does_not_wait() -> None:
    """It is no answer of the service."""
    mirror = replayer()
    mirror.delay(parse_latency("fixed:1s"))
    assert isinstance(mirror.answer(Request("GET", "/v2/never")), Refuse)


def test_what_was_remembered_before_a_plan_is_void() -> None:
    """The short way may not answer past it."""
    mirror = replayer()
    found = mirror.find(LIST).found
    before = mirror.revision
    assert mirror.again(found, "a", before) is not None
    mirror.plan(parse_plan("every call: reset"), "a")
    assert mirror.again(found, "a", before) is None
    assert mirror.conditions.watches("a")
    assert not mirror.conditions.watches("b")
