"""The timeline's laws, seen through a mirror that is being asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.mirror.decision import Forward, Mode, Note, Refuse, Replay
from truemirror.core.mirror.model import Ignore, Mirror, MirrorRules, Scenario
from truemirror.core.mirror.session import session_key
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.usecases.replay import Replayer

steps = st.lists(
    st.tuples(st.sampled_from(["GET", "POST", "DELETE"]), st.sampled_from(["/a", "/b", "/c/1", "/c/2?x=1"])), max_size=8
)


def exchange(method: str, target: str, mark: str) -> Exchange:
    """An exchange whose answer says which recording it is."""
    return Exchange(Request(method, target), Response(200, body=mark.encode()))


def scenario(name: str, calls: list[tuple[str, str]]) -> Scenario:
    """A conversation whose answers are all different."""
    exchanges = (exchange(method, target, f"{name}/{number}") for number, (method, target) in enumerate(calls))
    return Scenario(name, tuple(exchanges))


def mirror(*scenarios: Scenario, rules: MirrorRules | None = None) -> Mirror:
    """A mirror of these scenarios."""
    made = Mirror("deals", rules=rules or MirrorRules())
    for one in scenarios:
        made = made.with_scenario(one)
    return made


def heard(replayer: Replayer, calls: list[tuple[str, str]], session: str = "") -> list[str]:
    """What a session is answered, `miss` where it is refused."""
    answers = []
    for method, target in calls:
        decision = replayer.answer(Request(method, target), session)
        if isinstance(decision, Replay) and isinstance(decision.exchange.outcome, Response):
            answers.append(decision.exchange.outcome.body.decode())
        else:
            answers.append("miss")
    return answers


@given(st.lists(steps, min_size=1, max_size=4))
def test_a_session_that_repeats_its_scenario_gets_exactly_the_recording(
    conversations: list[list[tuple[str, str]]],
) -> None:
    """Each labelled scenario, in its own order, comes back answer by answer."""
    names = [f"s{number}" for number in range(len(conversations))]
    replayer = Replayer(mirror(*map(scenario, names, conversations)))
    for name, calls in zip(names, conversations, strict=True):
        assert heard(replayer, calls, name) == [f"{name}/{number}" for number in range(len(calls))]


@given(st.lists(steps, min_size=1, max_size=3), steps, steps, st.randoms(use_true_random=False))
def test_two_interleaved_sessions_get_what_each_gets_alone(conversations, one, two, random) -> None:  # type: ignore[no-untyped-def]
    """Sessions do not touch each other, whatever they ask and in whichever order."""
    recorded = mirror(*(scenario(f"s{number}", calls) for number, calls in enumerate(conversations)))
    alone = heard(Replayer(recorded), one, "s0"), heard(Replayer(recorded), two, "other")
    together = Replayer(recorded)
    left, right = list(one), list(two)
    got: tuple[list[str], list[str]] = ([], [])
    while left or right:
        mine = bool(left) and (not right or random.random() < 0.5)
        queue, session = (left, "s0") if mine else (right, "other")
        got[0 if mine else 1].extend(heard(together, [queue.pop(0)], session))
    assert got == alone


@given(steps, st.sampled_from(["", "stranger"]))
def test_an_unlabelled_session_that_repeats_the_only_scenario_gets_the_recording(
    calls: list[tuple[str, str]], session: str
) -> None:
    """Without a label the same order still gives the same answers."""
    answers = heard(Replayer(mirror(scenario("only", calls))), calls, session)
    assert answers == [f"only/{number}" for number in range(len(calls))]


def test_polling_gives_each_recorded_answer_in_turn_then_begins_anew() -> None:
    """Identical requests with different answers follow the recording."""
    replayer = Replayer(mirror(scenario("poll", [("GET", "/a")] * 3)))
    assert heard(replayer, [("GET", "/a")] * 4) == ["poll/0", "poll/1", "poll/2", "poll/0"]


def test_a_session_that_can_only_begin_behind_writes_gets_the_commonest_answer() -> None:
    """Headers that differ from call to call make no other answer."""
    calls = [("POST", "/job", "started"), ("GET", "/job", "new"), ("GET", "/job", "done"), ("GET", "/job", "done")]
    exchanges = tuple(
        Exchange(Request(method, target), Response(200, "", Headers((("Date", f"{number}"),)), body.encode()))
        for number, (method, target, body) in enumerate(calls)
    )
    replayer = Replayer(mirror(Scenario("poll", exchanges)))
    assert heard(replayer, [("GET", "/job")]) == ["done"]
    assert heard(replayer, [("POST", "/job"), ("GET", "/job")], "other") == ["started", "new"]


def test_create_read_delete_read_is_told_apart() -> None:
    """The same read before and after a write has the answer of its place."""
    calls = [("GET", "/c/1"), ("POST", "/c"), ("GET", "/c/1"), ("DELETE", "/c/1"), ("GET", "/c/1")]
    assert heard(Replayer(mirror(scenario("s", calls))), calls) == [f"s/{number}" for number in range(5)]


def test_an_answer_behind_writes_that_were_not_made_is_noted_and_strictly_refused() -> None:
    """Ahead is served and reported by default."""
    recorded = mirror(scenario("s", [("POST", "/c"), ("GET", "/c/1")]))
    decision = Replayer(recorded).answer(Request("GET", "/c/1"))
    assert isinstance(decision, Replay)
    assert [note for note, _ in decision.notes] == [Note.AHEAD]
    assert isinstance(Replayer(recorded, strict=True).answer(Request("GET", "/c/1")), Refuse)


def test_what_strictly_may_not_answer_is_asked_for_where_the_live_service_is() -> None:
    """Recording what is missing and refusing what lies behind writes go together."""
    recorded = mirror(scenario("s", [("POST", "/c"), ("GET", "/c/1")]))
    replayer = Replayer(recorded, strict=True, mode=Mode.RECORD_MISSING)
    assert replayer.answer(Request("GET", "/c/1")) == Forward(store=True, compare=False)
    replayer.answer(Request("POST", "/c"))
    assert isinstance(replayer.answer(Request("GET", "/c/1")), Replay)


def test_a_declared_read_with_an_unsafe_method_is_no_write() -> None:
    """`reads` says which POSTs change nothing."""
    rules = MirrorRules(reads=("POST /v1/search",))
    recorded = mirror(scenario("s", [("POST", "/v1/search"), ("GET", "/c/1")]), rules=rules)
    decision = Replayer(recorded).answer(Request("GET", "/c/1"))
    assert isinstance(decision, Replay)
    assert decision.notes == ()


def test_a_declared_ignore_relaxes_and_is_reported() -> None:
    """A strict hit wins; a relaxed one says what was relaxed."""
    rules = MirrorRules(ignores=(Ignore("GET /a", "query:nonce", "random"),))
    recorded = mirror(scenario("s", [("GET", "/a?nonce=1")]), rules=rules)
    replayer = Replayer(recorded)
    strict = replayer.answer(Request("GET", "/a?nonce=1"))
    relaxed = replayer.answer(Request("GET", "/a?nonce=2"))
    assert isinstance(strict, Replay)
    assert strict.notes == ()
    assert isinstance(relaxed, Replay)
    assert relaxed.notes == ((Note.RELAXED, "query:nonce"),)
    assert isinstance(replayer.answer(Request("GET", "/b?nonce=1")), Refuse)


@pytest.mark.parametrize("pointer", ["body:/id", "body:/items/*/at", "body:/items/0/at"])
def test_a_part_of_a_body_can_be_declared_not_to_count(pointer: str) -> None:
    """Pointers reach into JSON, with a star for every index."""
    json_ = Headers((("Content-Type", "application/json"),))
    stored = Request("POST", "/x", json_, b'{"id": 1, "items": [{"at": 1, "n": 1}]}')
    changed = {"body:/id": b'{"id": 2, "items": [{"at": 1, "n": 1}]}'}
    asked = Request("POST", "/x", json_, changed.get(pointer, b'{"items": [{"n": 1, "at": 2}], "id": 1}'))
    rules = MirrorRules(ignores=(Ignore("*", pointer),))
    replayer = Replayer(mirror(Scenario("s", (Exchange(stored, Response(201)),)), rules=rules))
    assert isinstance(replayer.answer(asked), Replay)
    assert isinstance(replayer.answer(Request("POST", "/x", json_, b'{"id": 1, "items": []}')), Refuse)


def test_a_miss_names_the_three_nearest_recordings_of_that_operation_and_what_differs() -> None:
    """The nearest comes first, with the differing part in the grammar of ignore rules."""
    calls = [("GET", f"/c/{number}?x=1&y={number}") for number in range(9)] + [("GET", "/other")]
    decision = Replayer(mirror(scenario("s", calls))).answer(Request("GET", "/c/4?x=2&y=4"))
    assert isinstance(decision, Refuse)
    miss = decision.miss
    assert (miss.operation, miss.recordings, len(miss.nearest)) == ("GET /c/{}", 9, 3)
    assert miss.nearest[0].request == "GET /c/4?x=1&y=4"
    assert [difference.part for difference in miss.nearest[0].differences] == ["query:x"]


def test_a_near_recording_is_named_by_its_number_in_its_own_scenario() -> None:
    """Where a person finds it, however many scenarios stand before."""
    recorded = mirror(scenario("a", [("GET", "/a")] * 5), scenario("b", [("GET", "/a"), ("GET", "/v1/x?y=1")]))
    decision = Replayer(recorded).answer(Request("GET", "/v1/x?y=2"))
    assert isinstance(decision, Refuse)
    assert (decision.miss.nearest[0].scenario, decision.miss.nearest[0].number) == ("b", 2)


def test_a_miss_of_an_operation_never_recorded_names_similar_ones() -> None:
    """A typing error in a path is easy to see."""
    decision = Replayer(mirror(scenario("s", [("GET", "/v1/deals")]))).answer(Request("GET", "/v1/deal"))
    assert isinstance(decision, Refuse)
    assert decision.miss.known_operations == ("GET /v1/deals",)


@given(steps, st.sampled_from(list(Mode)))
def test_every_mode_decides_every_request(calls: list[tuple[str, str]], mode: Mode) -> None:
    """The table has no hole."""
    replayer = Replayer(mirror(scenario("s", calls[:4])), mode=mode)
    for method, target in calls:
        assert replayer.answer(Request(method, target)) is not None


def test_sessions_keep_standing_when_the_mirror_gains_a_recording() -> None:
    """Recording what is missing does not throw a session back."""
    replayer = Replayer(mirror(scenario("b", [("GET", "/a")] * 3)))
    assert heard(replayer, [("GET", "/a")], "x") == ["b/0"]
    replayer.add([("a", exchange("GET", "/new", "a/0"))])
    assert heard(replayer, [("GET", "/a"), ("GET", "/new")], "x") == ["b/1", "a/0"]


def test_what_answered_nobody_is_known() -> None:
    """Unused recordings can be named at the end."""
    replayer = Replayer(mirror(scenario("s", [("GET", "/a"), ("GET", "/b")])))
    heard(replayer, [("GET", "/b")])
    assert replayer.unused() == [0]


def test_a_mirror_remembers_only_so_many_sessions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clients may name sessions for ever; the oldest are let go of, the default one and the newest never."""
    monkeypatch.setattr("truemirror.usecases.replay.SESSIONS_KEPT", 20)
    replayer = Replayer(mirror(scenario("s", [("GET", "/a"), ("GET", "/a"), ("GET", "/a")])))
    assert heard(replayer, [("GET", "/a")]) == ["s/0"]
    for number in range(100):
        assert heard(replayer, [("GET", "/a")], f"client-{number}") == ["s/0"]
        assert len(replayer.sessions()) <= 20
    assert heard(replayer, [("GET", "/a")]) == ["s/1"]
    assert heard(replayer, [("GET", "/a")], "client-99") == ["s/1"]
    assert heard(replayer, [("GET", "/a")], "client-0") == ["s/0"]


def test_a_key_of_any_length_stays_apart_from_others_in_bounded_room() -> None:
    """Two keys that only differ far behind are two sessions."""
    keys = [session_key(Headers((("X-Truemirror-Session", "a" * 60_000 + end),))) for end in "bc"]
    assert keys[0] != keys[1]
    assert all(len(key) <= 2_000 for key in keys)


def test_a_post_that_stands_for_a_get_is_a_read() -> None:
    """It is no write that an answer could lie behind, and a plain POST to the same address is another request."""
    override = Headers((("X-HTTP-Method-Override", "GET"),))
    asked = Request("POST", "/v1/search", override)
    recorded = (
        Exchange(asked, Response(200, body=b"found")),
        Exchange(Request("GET", "/v1/tags"), Response(200, body=b"tags")),
    )
    replayer = Replayer(Mirror("tags", "1.0.0", (Scenario("default", recorded),)), strict=True)
    got = replayer.answer(Request("GET", "/v1/tags"))
    assert isinstance(got, Replay)
    assert got.exchange.outcome == Response(200, body=b"tags")
    assert isinstance(replayer.answer(asked, "other"), Replay)
    assert isinstance(replayer.answer(Request("POST", "/v1/search"), "third"), Refuse)
