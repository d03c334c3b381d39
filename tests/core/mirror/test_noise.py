"""What asking twice shows: what varies by itself gets a typed rule, and nothing else is silenced."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from truemirror.core.mirror.drift import drift
from truemirror.core.mirror.exchange_id import exchange_id
from truemirror.core.mirror.model import Mirror, MirrorRules, Noise, Scenario
from truemirror.core.mirror.noise import STATE, WRITTEN, FoundNoise, NoiseFinder, with_noise
from truemirror.core.mirror.noise_walk import COOKIE, FAILED, KEYED, LENGTH, MEANING, ORDER, RENAMED, REPEATED, TYPE
from truemirror.core.mirror.noise_where import NO_JSON, OUTCOME
from truemirror.core.wire.exchange import Exchange, Fault, FaultKind, Framing, Outcome, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.testing.strategies import exchanges, json_values

UUIDS = "0b7e1c9a-6a53-4f0e-9d5e-3a1f6f3b7c11", "5d0c2b1e-97f1-4f60-8a43-0d8f9c1b2a77"
TIMES = "2026-03-02T09:00:00Z", "2026-03-02T09:00:01.5Z"


def answer(body: Any = None, status: int = 200, **headers: str) -> Response:
    """A JSON answer."""
    raw = json.dumps(body).encode()
    fields = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return Response(status, "OK", Headers.of([("Content-Length", str(len(raw))), *fields]), raw)


def asked(outcome: Outcome, target: str = "/v1/tags/7") -> Exchange:
    """A request and its outcome."""
    return Exchange(Request("GET", target), outcome)


def found(
    *pairs: tuple[Outcome, Outcome], known: tuple[Noise, ...] = (), wrote: bool = False, target: str = "/v1/tags/7"
) -> FoundNoise:
    """What pairs of answers show."""
    finder = NoiseFinder(MirrorRules(noise=known), wrote)
    for one, other in pairs:
        finder.compare(asked(one, target), asked(other, target))
    return finder.found()


def rules(seen: FoundNoise) -> list[tuple[str, str]]:
    """The parts and kinds that were found."""
    assert {rule.operation for rule in seen.rules} <= {"GET /v1/tags/{}"}
    return [(rule.part, rule.kind) for rule in seen.rules]


NOISE: dict[str, tuple[Any, Any, list[tuple[str, str]]]] = {
    "a time": ({"at": TIMES[0]}, {"at": TIMES[1]}, [("body:/at", "date-time")]),
    "a day": ({"on": "2026-03-02"}, {"on": "2026-03-03"}, [("body:/on", "date")]),
    "a uuid": ({"id": UUIDS[0]}, {"id": UUIDS[1]}, [("body:/id", "uuid")]),
    "a counter": ({"n": 1}, {"n": 2}, [("body:/n", "integer")]),
    "a measure": ({"load": 1}, {"load": 0.25}, [("body:/load", "number")]),
    "a nonce": ({"nonce": "x7q1"}, {"nonce": "k2m9"}, [("body:/nonce", "string")]),
    "the whole body": ("x7q1", "k2m9", [("body:", "string")]),
    "what is there at times": ({"a": 1}, {"a": 1, "hint": "x"}, [("body:/hint", "absent-or-present")]),
    "a key with a slash": ({"a/b~": 1}, {"a/b~": 2}, [("body:/a~1b~0", "integer")]),
    "each member of a list": (
        {"items": [{"at": TIMES[0]}, {"at": TIMES[0]}]}, {"items": [{"at": TIMES[1]}, {"at": TIMES[1]}]},
        [("body:/items/*/at", "date-time")],
    ),
    "a member whose neighbours may vary": (
        {"items": [{"at": TIMES[0]}, {"at": TIMES[0]}, {}]}, {"items": [{"at": TIMES[1]}, {"at": TIMES[0]}, {}]},
        [("body:/items/*/at", "date-time")],
    ),
    "a member whose neighbour is of another kind": (
        {"items": [{"at": TIMES[0]}, {"at": None}]}, {"items": [{"at": TIMES[1]}, {"at": None}]},
        [("body:/items/0/at", "date-time")],
    ),
    "a member whose neighbours are words": (
        {"items": [{"v": "x7q1"}, {"v": "open"}]}, {"items": [{"v": "k2m9"}, {"v": "open"}]},
        [("body:/items/0/v", "string")],
    ),
    "one number of several": ([1, 17, 3], [2, 17, 3], [("body:/0", "integer")]),
    "all numbers of several": ([1, 17, 3], [2, 18, 4], [("body:/*", "integer")]),
    "lists in lists": ([[1, 2], [3, 4]], [[5, 6], [7, 8]], [("body:/*/*", "integer")]),
    "members of two number kinds": (
        [{"v": 1}, {"v": 1.5}], [{"v": 2}, {"v": 2.5}], [("body:/*/v", "number")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NOISE)
def test_what_varies_and_keeps_its_kind_is_noise(name: str) -> None:
    """It gets the narrowest kind, at the most general place; the order of the two does not matter."""
    one, other, expected = NOISE[name]
    seen = found((answer(one), answer(other)))
    assert (rules(seen), seen.unlike) == (expected, ())
    assert found((answer(other), answer(one))).rules == seen.rules


REAL: dict[str, tuple[Outcome, Outcome, str, str]] = {
    "status": (answer({"n": 1}), answer({"n": 2}, 500), "status", OUTCOME),
    "reason": (answer(), replace(answer(), reason="Fine"), "reason", OUTCOME),
    "framing": (answer(), replace(answer(), framing=Framing.CHUNKED), "framing", OUTCOME),
    "fault": (answer(), Fault(FaultKind.RESET), "outcome", OUTCOME),
    "type": (answer({"id": 1}), answer({"id": "a1"}), "body:/id", TYPE),
    "null": (answer({"at": TIMES[0]}), answer({"at": None}), "body:/at", TYPE),
    "flag": (answer({"on": True}), answer({"on": False}), "body:/on", TYPE),
    "shape": (answer({"a": {}}), answer({"a": []}), "body:/a", TYPE),
    "length": (answer({"items": [1]}), answer({"items": [1, 2]}), "body:/items", LENGTH),
    "order": (answer(["a1", "b2"]), answer(["b2", "a1"]), "body:", ORDER),
    "renamed": (answer({"label": "x7"}), answer({"name": "x7"}), "body:/label", RENAMED),
    "varying keys": (answer({}), answer({UUIDS[0]: 1}), "body:/" + UUIDS[0], KEYED),
    "failed": (answer({"a": 1}), answer({"a": 1, "error": "x7"}), "body:/error", FAILED),
    "word": (answer({"state": "open"}), answer({"state": "closed"}), "body:/state", MEANING),
    "word of a header": (answer(1, x_cache="HIT"), answer(1, x_cache="MISS"), "header:x-cache", MEANING),
    "no JSON": (Response(200, body=b"<a>1</a>"), Response(200, body=b"<a>2</a>"), "body", NO_JSON),
    "style": (Response(200, body=b"[1,2]"), Response(200, body=b"[1, 2]"), "answer", WRITTEN),
    "order of keys": (answer({"a": 1, "b": 2}), answer({"b": 2, "a": 1}), "answer", WRITTEN),
    "repeated": (
        Response(200, headers=Headers.of([("A", "1")])), Response(200, headers=Headers.of([("A", "1"), ("A", "2")])),
        "header:a", REPEATED,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REAL)
def test_a_real_difference_is_reported_and_never_silenced(name: str) -> None:
    """No rule is made of it."""
    one, other, part, why = REAL[name]
    for pair in ((one, other), (other, one)):
        seen = found(pair)
        assert seen.rules == ()
        assert (part, why) in {(real.part, real.why) for real in seen.unlike}


def test_noise_beside_a_real_difference_is_found_and_the_difference_is_told() -> None:
    """One does not hide the other."""
    seen = found((answer({"at": TIMES[0], "n": [1]}), answer({"at": TIMES[1], "n": []})))
    assert rules(seen) == [("body:/at", "date-time")]
    assert [(real.part, real.why) for real in seen.unlike] == [("body:/n", LENGTH)]


def test_headers_vary_too_and_may_come_and_go() -> None:
    """What differs by its nature (Date, X-Request-Id) needs no rule."""
    one = answer(1, etag='"a1"', x_rate="17", date="Mon", last_modified="Mon, 02 Mar 2026 09:00:00 GMT")
    other = answer(1, etag='"b2"', x_rate="18", x_hint="7", last_modified="Tue, 03 Mar 2026 09:00:00 GMT")
    assert rules(found((one, other))) == [
        ("header:etag", "etag"),
        ("header:last-modified", "http-date"),
        ("header:x-hint", "absent-or-present"),
        ("header:x-rate", "integer"),
    ]


def test_the_value_of_a_cookie_may_vary_but_not_whose_it_is() -> None:
    """When it expires does not count at all."""

    def cookie(value: str) -> Response:
        """An answer that sets it."""
        return answer(1, set_cookie=value)

    one = cookie("visit=17; expires=Mon, 02 Mar 2026 09:00:00 GMT; Path=/")
    assert rules(found((one, cookie("visit=18; Expires=Tue, 03 Mar 2026 09:00:00 GMT; Path=/")))) == [
        ("header:set-cookie", "string")
    ]
    for other in ("visit=18; expires=Mon, 02 Mar 2026 09:00:00 GMT; Path=/v1", "seen=18; expires=1; Path=/"):
        seen = found((one, cookie(other)))
        assert (seen.rules, [real.why for real in seen.unlike]) == ((), [COOKIE])


def test_where_somebody_wrote_only_what_no_state_explains_is_noise() -> None:
    """A counter that the first run moved is told with its rule, which a person may take."""
    seen = found((answer({"total": 3, "at": TIMES[0]}), answer({"total": 4, "at": TIMES[1]})), wrote=True)
    assert rules(seen) == [("body:/at", "date-time")]
    assert [(real.why, real.rule) for real in seen.unlike] == [
        (STATE, Noise("GET /v1/tags/{}", "body:/total", "integer"))
    ]


def test_several_pairs_widen_a_kind_and_a_rule_is_found_once() -> None:
    """Of one part there is one rule."""
    seen = found(
        (answer({"v": 1}), answer({"v": 2})),
        (answer({"v": 1.5}), answer({"v": 2.5})),
        (answer({"v": 1}), answer({"v": 3})),
    )
    assert rules(seen) == [("body:/v", "number")]
    assert seen.pairs == 3


@pytest.mark.parametrize(
    "known",
    [
        Noise("*", "body:/items/*/at", "date-time"),
        Noise("GET /v1/tags/{}", "body:/*/*/at", "string"),
        Noise("GET /v1/tags/{}", "body:/items", "absent-or-present"),
    ],
)
def test_what_a_rule_says_already_is_not_found_again(known: Noise) -> None:
    """Nor anything where nothing differs besides."""
    pair = answer({"items": [{"at": TIMES[0]}]}), answer({"items": [{"at": TIMES[1]}]})
    assert found(pair, known=(known,)) == FoundNoise((), (), 1)
    also = answer({"items": [{"at": TIMES[0]}], "n": 1}), answer({"items": [{"at": TIMES[1]}], "n": 2})
    assert rules(found(also, known=(known,))) == [("body:/n", "integer")]


def test_a_rule_of_a_narrower_kind_does_not_hold_what_left_it() -> None:
    """The wider rule is added; the person's stays."""
    known = Noise("GET /v1/tags/{}", "body:/at", "date-time")
    seen = found((answer({"at": TIMES[0]}), answer({"at": "at 10"})), known=(known,))
    assert rules(seen) == [("body:/at", "string")]
    assert with_noise(MirrorRules(noise=(known,)), seen.rules).noise == (known, *seen.rules)


def test_rules_are_sorted_and_writing_them_again_changes_nothing() -> None:
    """The order in which they were found does not matter."""
    three = [Noise("GET /b", "body:/a", "date"), Noise("GET /a", "body:/b", "date"), Noise("GET /a", "body:/a", "date")]
    once = with_noise(MirrorRules(noise=(three[0],)), three[1:])
    assert once.noise == (three[2], three[1], three[0])
    assert with_noise(once, three) is once


def test_a_noisy_attribute_that_changes_its_type_is_drift() -> None:
    """And one that keeps it is none."""

    def recorded(at: Any) -> Mirror:
        """A mirror of one exchange."""
        return Mirror("tags", "0", (Scenario("default", (asked(answer({"at": at})),)),), learned)

    learned = MirrorRules(noise=found((answer({"at": TIMES[0]}), answer({"at": TIMES[1]}))).rules)
    assert list(drift(recorded(TIMES[0]), recorded("2027-01-01T00:00:00Z"))) == []
    for other in (1_772_442_000, "soon", None, "2027-01-01"):
        assert [one.operation for one in drift(recorded(TIMES[0]), recorded(other))] == ["GET /v1/tags/{}"]


noisy_values = st.sampled_from([*TIMES, *UUIDS, "x7q1", "k2m9", 1, 2, 2.5, True, None, "ok", [], {}, "2026-03-02"])
varying = st.recursive(
    noisy_values,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)


@given(varying | json_values, varying | json_values)
def test_a_rule_makes_its_pair_the_same_or_the_pair_is_reported(one: Any, other: Any) -> None:
    """Nothing in between; and the order of the two does not matter."""
    first, second = asked(answer(one)), asked(answer(other))
    seen = found((first.outcome, second.outcome))
    assert found((second.outcome, first.outcome)).rules == seen.rules
    learned = MirrorRules(noise=seen.rules)
    if seen.unlike:
        assert exchange_id(first) != exchange_id(second)
    else:
        assert exchange_id(first, learned) == exchange_id(second, learned)
    assert found((first.outcome, second.outcome), known=seen.rules).rules == ()


@given(st.lists(st.tuples(varying, varying), max_size=4))
def test_all_rules_together_make_all_their_pairs_the_same(values: list[tuple[Any, Any]]) -> None:
    """One pair's rules never tell another's two apart; the order of the pairs does not matter."""
    pairs = [(answer(one), answer(other)) for one, other in values]
    pairs = [pair for pair in pairs if not found(pair).unlike]
    seen = found(*pairs)
    assert found(*reversed(pairs)).rules == seen.rules
    learned = MirrorRules(noise=seen.rules)
    for one, other in pairs:
        assert exchange_id(asked(one), learned) == exchange_id(asked(other), learned)


@given(exchanges)
def test_what_is_recorded_twice_the_same_gives_no_rule(exchange: Exchange) -> None:
    """However odd it is."""
    finder = NoiseFinder()
    finder.compare(exchange, replace(exchange, elapsed_ms=7.0))
    assert finder.found() == FoundNoise((), (), 1)


@given(exchanges, exchanges)
def test_any_two_answers_are_the_same_by_rules_or_reported(one: Exchange, other: Exchange) -> None:
    """Whatever travels."""
    other = replace(other, request=one.request)
    assume(exchange_id(one) != exchange_id(other))
    finder = NoiseFinder()
    finder.compare(one, other)
    seen = finder.found()
    learned = MirrorRules(noise=seen.rules)
    assert seen.unlike or exchange_id(one, learned) == exchange_id(other, learned)
