"""Fault plans: how they are written, and which calls they change."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.mirror.plan import ANY, Course, Effect, Plan, Rule, Which
from truemirror.core.mirror.plan_text import parse_plan, rule_line
from truemirror.core.wire.exchange import FaultKind
from truemirror.errors import UsageError

whichs = st.one_of(
    st.integers(1, 9).map(lambda number: Which(number, number)),
    st.tuples(st.integers(1, 9), st.integers(0, 5)).map(lambda pair: Which(pair[0], pair[0] + pair[1])),
    st.integers(1, 9).map(lambda number: Which(number)),
    st.integers(1, 9).map(lambda number: Which(number, None, number)),
)
effects = st.one_of(
    st.sampled_from(FaultKind).map(lambda kind: Effect(fault=kind)),
    st.integers(200, 599).map(lambda status: Effect(status=status)),
    st.integers(1, 9_999).map(lambda ms: Effect(delay_ms=float(ms))),
    st.tuples(st.sampled_from(FaultKind), st.integers(1, 99)).map(
        lambda pair: Effect(fault=pair[0], delay_ms=float(pair[1]))
    ),
)
operations = st.sampled_from([ANY, "GET /v1/tags", "POST /v1/deals/{}", "* /v1/tags/{}"])
calls = st.lists(
    st.tuples(st.sampled_from(["GET", "POST"]), st.sampled_from(["/v1/tags", "/v1/tags/7", "/v1/deals/d1"])),
    max_size=20,
)
plans = st.lists(st.builds(Rule, whichs, effects, operations), max_size=4).map(lambda rules: Plan(tuple(rules)))


def met(plan: Plan, asked: list[tuple[str, str]]) -> list[Effect | None]:
    """What each call of a session meets."""
    course = Course().with_plan(plan)
    effects = []
    for method, path in asked:
        course, one = course.called(method, path)
        effects.append(one.effect if one else None)
    return effects


@given(whichs, operations, effects)
def test_a_rule_that_tells_itself_is_read_as_the_same_rule(which: Which, operation: str, effect: Effect) -> None:
    """What is shown to people can be typed again."""
    line = rule_line(which, operation, effect)
    assert parse_plan(line) == Plan((Rule(which, effect, operation),))


@given(plans, calls, calls)
def test_each_session_counts_for_itself(plan: Plan, one: list[tuple[str, str]], other: list[tuple[str, str]]) -> None:
    """Calls of another session in between change nothing: a course is a value."""
    mine, theirs = Course().with_plan(plan), Course().with_plan(plan)
    seen = []
    for number, call in enumerate(one):
        for their_call in other[number : number + 1]:
            theirs, _ = theirs.called(*their_call)
        mine, found = mine.called(*call)
        seen.append(found.effect if found else None)
    assert seen == met(plan, one)


@given(whichs, calls)
def test_a_rule_of_an_operation_counts_its_calls_only(which: Which, asked: list[tuple[str, str]]) -> None:
    """The third call of an operation is the third, however many other calls came before it."""
    rule = Rule(which, Effect(status=503), "GET /v1/tags")
    numbers = [number for number, one in enumerate(asked) if one == ("GET", "/v1/tags")]
    expected = [asked[:at].count(("GET", "/v1/tags")) + 1 in which for at in numbers]
    found = met(Plan((rule,)), asked)
    assert [found[at] is not None for at in numbers] == expected
    assert all(found[at] is None for at in range(len(asked)) if at not in numbers)


@given(plans, plans, calls)
def test_rules_of_two_plans_count_as_those_of_one(one: Plan, other: Plan, asked: list[tuple[str, str]]) -> None:
    """Given together or one after the other, before the first call, they do the same."""
    assert met(Plan(one.rules + other.rules), asked) == met_in_turn(one, other, asked)


def met_in_turn(one: Plan, other: Plan, asked: list[tuple[str, str]]) -> list[Effect | None]:
    """What calls meet after two plans were given."""
    course = Course().with_plan(one).with_plan(other)
    found = []
    for call in asked:
        course, effect = course.called(*call)
        found.append(effect.effect if effect else None)
    return found


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("call 3", [3]),
        ("calls 2-4", [2, 3, 4]),
        ("calls 5-", [5, 6]),
        ("every call", [1, 2, 3, 4, 5, 6]),
        ("every 2nd call", [2, 4, 6]),
        ("every 3rd call", [3, 6]),
    ],
)
def test_a_line_says_which_calls(text: str, numbers: list[int]) -> None:
    """Numbers begin at 1."""
    found = met(parse_plan(f"{text}: reset"), [("GET", "/v1/tags")] * 6)
    assert [number for number, effect in enumerate(found, 1) if effect] == numbers


def test_the_first_rule_that_answers_wins_and_delays_add_up() -> None:
    """Three rules on one call: one answer, all the waiting."""
    plan = parse_plan(["every call: delay 100ms", "call 1: delay 1s, reset", "call 1: 503"])
    assert met(plan, [("GET", "/v1/tags")]) == [Effect(fault=FaultKind.RESET, delay_ms=1_100.0)]


def test_a_step_in_braces_stands_for_any_step_and_no_more() -> None:
    """Whatever the parameter is called, and however the step is written."""
    plan = parse_plan("every call of GET /v1/cities/{name}: reset")
    calls = [
        ("get", "/v1/cities/Bergen"),
        ("GET", "/v1/c%69ties/Bergen"),
        ("GET", "/v1/cities"),
        ("GET", "/v1/cities/Bergen/rain"),
        ("POST", "/v1/cities/Bergen"),
    ]
    assert [bool(effect) for effect in met(plan, calls)] == [True, True, False, False, False]


@pytest.mark.parametrize("text", ["1\r\nSet-Cookie: a=b", "1\n", "a\x00b"])
def test_a_planned_header_that_would_break_the_message_is_refused(text: str) -> None:
    """No plan can write a second header or an end of the head."""
    with pytest.raises(UsageError, match="would break the message"):
        parse_plan({"status": 503, "headers": {"Retry-After": text}})


def test_a_body_reaches_to_the_end_of_its_line() -> None:
    """Colons and commas in it mean nothing."""
    effect = parse_plan('calls 2-4 of POST /v1/deals: delay 5ms, 503 {"error": "a: b", "c": [1, 2]}').rules[0].effect
    assert effect == Effect(status=503, body=b'{"error": "a: b", "c": [1, 2]}', delay_ms=5.0)


@pytest.mark.parametrize(
    ("written", "line"),
    [
        ({"calls": 3, "fault": "reset"}, "call 3: reset"),
        ({"calls": "2-4", "operation": "POST /v1/deals/{id}", "status": 503}, "calls 2-4 of POST /v1/deals/{}: 503"),
        ({"every": 2, "operation": "GET /v1/tags", "fault": "timeout"}, "every 2nd call of GET /v1/tags: timeout"),
        ({"fault": "empty", "delay": "1s"}, "every call: delay 1000ms, empty"),
    ],
)
def test_an_object_says_the_same_as_a_line(written: dict[str, Any], line: str) -> None:
    """Both ways lead to one plan."""
    assert parse_plan(written) == parse_plan([line])
    assert parse_plan(written).rules[0].text == line


def test_an_object_brings_a_body_and_headers() -> None:
    """Text is sent as it is, anything else as JSON."""
    effect = parse_plan({"status": 429, "body": {"a": "ü"}, "headers": {"Retry-After": 1}}).rules[0].effect
    assert effect == Effect(status=429, body='{"a": "ü"}'.encode(), headers=(("Retry-After", "1"),))
    assert parse_plan({"status": 500, "body": "down"}).rules[0].effect.body == b"down"


@pytest.mark.parametrize(
    ("written", "near"),
    [
        ("call 3: rest", "reset"),
        ("call 3: time out", "timeout"),
        ("cal 3: reset", "call 3"),
        ("evry 2nd call: reset", "every 2nd call"),
        ("3: reset", "call 3"),
        ("reset", "call 1: reset"),
        ("call 1 of get /v1/tags: reset", "GET /v1/tags"),
        ("call 1 of /v1/tags: reset", "* /v1/tags"),
        ("call 1: delay 20", "20ms"),
        ({"call": 3, "fault": "reset"}, "calls"),
        ({"calls": 3, "fault": "refsued"}, "refused"),
        ({"calls": "2--4", "fault": "reset"}, "calls 2-4"),
        ({"status": "503"}, "503"),
        (7, "call 3: reset"),
    ],
)
def test_what_is_not_understood_names_what_was_meant(written: object, near: str) -> None:
    """The error says where, and the nearest thing that would have worked."""
    with pytest.raises(UsageError) as raised:
        parse_plan(written, "plan.toml: deals")
    assert near in raised.value.nearest
    assert raised.value.where == "plan.toml: deals"


@pytest.mark.parametrize(
    "written",
    [
        {"calls": 3},
        {"calls": 3, "every": 2, "fault": "reset"},
        {"fault": "reset", "status": 503},
        {"every": 0, "fault": "reset"},
        {"every": True, "fault": "reset"},
        {"status": 503, "headers": ["Retry-After"]},
        {"status": 503, "headers": {"Retry\r\nAfter": "1"}},
        "call 0: reset",
        "calls 4-2: reset",
        "call 1: 199",
        ["call 1: reset"] * 1_001,
    ],
)
def test_what_makes_no_sense_is_refused(written: object) -> None:
    """With an error of ours, never another."""
    with pytest.raises(UsageError):
        parse_plan(written)


keys = st.sampled_from(["calls", "every", "operation", "fault", "status", "body", "headers", "delay"])
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(keys, inner)
)


@given(anything)
def test_whatever_is_written_is_a_plan_or_an_error_of_ours(written: object) -> None:
    """Nothing else comes out."""
    with suppress(UsageError):
        assert isinstance(parse_plan(written), Plan)
