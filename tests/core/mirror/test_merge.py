"""Recording again: what is replaced, what is merged, what stays, and in which order."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.mirror.exchange_id import exchange_id, identity_of
from truemirror.core.mirror.merge import Recorded, fold, in_order, merge
from truemirror.core.mirror.model import Ignore, Mirror, MirrorRules, Noise, Scenario
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.core.wire.headers import Headers


def got(target: str, body: str = "", elapsed_ms: float = 1.0) -> Exchange:
    """A GET and what it gave."""
    headers = Headers.of([("Date", f"at {elapsed_ms}")])
    return Exchange(Request("GET", target), Response(200, "OK", headers, body.encode()), elapsed_ms)


def said(exchanges: tuple[Exchange, ...]) -> list[str]:
    """Exchanges in short: target, body and elapsed time."""
    assert all(isinstance(one.outcome, Response) for one in exchanges)
    return [f"{one.request.target} {one.outcome.body.decode()} {one.elapsed_ms:g}" for one in exchanges]  # type: ignore[union-attr]


def merged(name: str, old: list[Exchange], new: list[Exchange], *, replaced: bool = True) -> list[str]:
    """What a scenario holds after it was recorded again."""
    result = merge(name, Scenario(name, tuple(old), "2026-01-01"), new, replace=replaced, today="2026-01-02")
    return said(result.exchanges)


few = st.builds(got, st.sampled_from(["/a", "/b", "/c"]), st.sampled_from(["", "x", "y"]), st.sampled_from([1.0, 2.0]))
conversations = st.lists(few, max_size=8)
names = st.sampled_from(["default", "ada"])


def test_a_labelled_scenario_is_the_new_conversation() -> None:
    """What was not said again is gone, what is new is there, in the new order."""
    old = [got("/a"), got("/b"), got("/c")]
    assert merged("ada", old, [got("/c", "x", 2), got("/a", "x", 2)]) == ["/c x 2", "/a x 2"]


def test_what_behaves_as_before_keeps_its_old_document() -> None:
    """Times and dates of the first recording stay where nothing else changed, wherever it now stands."""
    old = [got("/a", "x", 1), got("/b", "y", 1)]
    assert merged("ada", old, [got("/new", "", 2), got("/b", "y", 2), got("/a", "z", 2)]) == [
        "/new  2",
        "/b y 1",
        "/a z 2",
    ]


@given(conversations, conversations, st.data())
def test_reads_that_fell_in_another_order_change_no_line(
    before: list[Exchange], after: list[Exchange], data: st.DataObject
) -> None:
    """A page asks for several things at once: whatever comes first, as long as each is answered as before."""
    write = Exchange(Request("POST", "/a"), Response(201))
    old = [*before, write, *after]
    new = [*in_another_order(before, data), write, *in_another_order(after, data)]
    assert merged("ada", old, new) == said(tuple(old))


def in_another_order(reads: list[Exchange], data: st.DataObject) -> list[Exchange]:
    """The same reads in some order, those of one address in the order they have."""
    left = [one.request.target for one in reads]
    waiting = {target: [one for one in reads if one.request.target == target] for target in left}
    return [waiting[target].pop(0) for target in data.draw(st.permutations(left))]


def test_a_stretch_that_says_something_else_is_the_new_one() -> None:
    """Another answer, another order of answers to one question, or a read on the other side of a write."""
    write = Exchange(Request("POST", "/a"), Response(201))
    old = [got("/a", "x"), got("/b"), write, got("/b", "y")]
    for new in (
        [got("/b"), got("/a", "z"), write, got("/b", "y")],
        [got("/b", "y"), got("/a", "x"), write, got("/b")],
        [got("/b"), write, got("/a", "x"), got("/b", "y")],
    ):
        assert merged("ada", old, new) == said(tuple(new))


def test_repeated_behaviour_keeps_its_documents_in_order() -> None:
    """The k-th of equal exchanges keeps the k-th document."""
    old = [got("/poll", "wait", 1), got("/poll", "wait", 2), got("/poll", "done", 3)]
    new = [got("/poll", "wait", 7), got("/poll", "wait", 8), got("/poll", "wait", 9), got("/poll", "done", 9)]
    assert merged("ada", old, new) == ["/poll wait 1", "/poll wait 2", "/poll wait 9", "/poll done 3"]


@given(names, conversations, st.booleans())
def test_recording_the_same_again_changes_nothing(name: str, conversation: list[Exchange], replaced: bool) -> None:
    """The same behaviour at another time leaves every exchange as it was."""
    old = Scenario(name, tuple(conversation), "2026-01-01")
    later = [replace(one, elapsed_ms=99.0) for one in conversation]
    new = merge(name, old, later, replace=replaced, today="2026-01-01")
    assert new == old


@given(names, conversations, conversations, st.booleans())
def test_merging_twice_is_the_same_as_once(
    name: str, before: list[Exchange], new: list[Exchange], replaced: bool
) -> None:
    """A killed recorder's journal may be folded again without doubling or changing anything."""
    old = Scenario(name, tuple(before), "2026-01-01")
    once = merge(name, old, new, replace=replaced, today="2026-01-02")
    assert merge(name, once, new, replace=replaced, today="2026-01-02") == once


@given(names, conversations, conversations, st.integers(0, 8), st.booleans())
def test_folding_in_between_and_again_after_a_kill_loses_nothing(
    name: str, before: list[Exchange], new: list[Exchange], cut: int, replaced: bool
) -> None:
    """First a part of a recording, then all of it: the same exchanges, by their ids, as all of it at once."""
    old = Scenario(name, tuple(before), "2026-01-01")
    part = merge(name, old, new[:cut], replace=replaced, today="2026-01-02")
    twice = merge(name, part, new, replace=replaced, today="2026-01-02")
    once = merge(name, old, new, replace=replaced, today="2026-01-02")
    assert [exchange_id(one) for one in twice.exchanges] == [exchange_id(one) for one in once.exchanges]


@given(conversations, conversations)
def test_merging_loses_no_identity_and_takes_in_everything_new(before: list[Exchange], new: list[Exchange]) -> None:
    """Old identities stay as often as they were or as they were recorded again; every new answer is there."""

    def identities(exchanges: tuple[Exchange, ...]) -> Counter[bytes]:
        return Counter(identity_of(one.request, one.outcome) for one in exchanges)

    result = merge("default", Scenario("default", tuple(before)), new, replace=True, today="2026-01-02")
    assert identities(result.exchanges) == identities(tuple(before)) | identities(tuple(new))
    assert {exchange_id(one) for one in new} <= {exchange_id(one) for one in result.exchanges}


def test_the_default_scenario_is_merged_in_place() -> None:
    """The k-th new exchange of a request takes the place of the k-th old one, the rest comes at the end."""
    old = [got("/a", "x"), got("/b", "x"), got("/a", "y"), got("/c", "x")]
    new = [got("/a", "x", 2), got("/a", "z", 2), got("/a", "!", 2), got("/d", "", 2)]
    assert merged("default", old, new) == ["/a x 1", "/b x 1", "/a z 2", "/c x 1", "/a ! 2", "/d  2"]


def test_without_replace_a_labelled_scenario_is_merged_too() -> None:
    """Adding to a recording takes nothing away."""
    assert merged("ada", [got("/a"), got("/b")], [got("/c", "", 2)], replaced=False) == ["/a  1", "/b  1", "/c  2"]


DAYS = [
    ("2026-01-01", "x", "2026-01-05", "2026-01-05"),
    ("2026-01-09", "x", "2026-01-05", "2026-01-09"),
    ("2026-01-09", "changed", "2026-01-05", "2026-01-05"),
    ("", "x", "2026-01-05", "2026-01-05"),
]


@pytest.mark.parametrize(("before", "body", "today", "after"), DAYS)
def test_the_day_of_recording_goes_forward(before: str, body: str, today: str, after: str) -> None:
    """It is today; only a recording that changed nothing leaves a later day alone."""
    old = Scenario("ada", (got("/a", "x"),), before)
    assert merge("ada", old, [got("/a", body)], replace=True, today=today).recorded == after


def test_a_first_recording_is_taken_as_it_is() -> None:
    """Where nothing was, the new conversation is all."""
    assert merge("ada", None, [got("/a")], replace=False, today="2026-01-02") == Scenario(
        "ada", (got("/a"),), "2026-01-02"
    )


def test_noise_and_ignores_decide_what_is_the_same() -> None:
    """What is declared to vary by itself does not make an exchange new."""
    rules = MirrorRules((Ignore("*", "query:ts"),), (Noise("*", "body:/at", "integer"),))
    old = Scenario("default", (got("/a?ts=1", '{"at":1}'),), "2026-01-02")
    assert merge("default", old, [got("/a?ts=2", '{"at":2}')], replace=True, today="2026-01-02", rules=rules) == old
    assert len(merge("default", old, [got("/a?ts=2", '{"at":2}')], replace=True, today="2026-01-02").exchanges) == 2


def test_folding_touches_only_what_was_recorded() -> None:
    """Other scenarios stay the very same objects; new ones come in order of their names."""
    mirror = Mirror("tags", "1", (Scenario("m", (got("/a"),)),))
    folded = fold(mirror, {"z": [Recorded(got("/z"))], "a": [Recorded(got("/a"))]}, replace=True, today="2026-01-02")
    assert [one.name for one in folded.scenarios] == ["a", "m", "z"]
    assert folded.scenarios[1] is mirror.scenarios[0]


timed = st.lists(
    st.builds(
        Recorded,
        st.builds(got, st.sampled_from(["/a", "/b", "/c", "/d"]), st.just(""), st.integers(0, 4).map(float)),
        st.integers(1, 12).map(float),
    ),
    max_size=7,
)


@given(timed)
def test_ordering_keeps_every_exchange(recorded: list[Recorded]) -> None:
    """Nothing is lost or doubled by putting exchanges in order."""
    assert Counter(in_order(recorded)) == Counter(one.exchange for one in recorded)


@given(timed.filter(lambda recorded: len({one.exchange for one in recorded}) == len(recorded)))
def test_what_ended_before_another_began_stays_before_it(recorded: list[Recorded]) -> None:
    """Order never contradicts what really came first."""
    places = {exchange: place for place, exchange in enumerate(in_order(recorded))}
    for one in recorded:
        for other in recorded:
            if one.ended_ms <= other.began_ms:
                assert places[one.exchange] < places[other.exchange]


@given(timed, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter_where_times_are_known(recorded: list[Recorded], random: object) -> None:
    """The same recording in another order of arrival gives the same ids in the same order."""
    shuffled = list(recorded)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert [exchange_id(one) for one in in_order(shuffled)] == [exchange_id(one) for one in in_order(recorded)]


@pytest.mark.parametrize(("twice", "once"), [("/a", "/b"), ("/b", "/a")])
def test_equal_exchanges_of_different_length_do_not_depend_on_arrival(twice: str, once: str) -> None:
    """Two of the same behaviour, one long and one short, around a third: one order, however they came."""
    recorded = [Recorded(got(twice, elapsed_ms=2.0), 1.0), Recorded(got(twice, elapsed_ms=4.0), 2.0)]
    recorded.append(Recorded(got(once, elapsed_ms=1.0), 4.0))
    orders = {tuple(one.request.target for one in in_order(shuffled)) for shuffled in permutations(recorded)}
    assert len(orders) == 1


@given(st.permutations(["/a", "/b", "/c", "/d", "/e"]), st.permutations(["/a", "/b", "/c", "/d", "/e"]))
def test_requests_at_the_same_time_are_in_order_of_their_ids(one: list[str], other: list[str]) -> None:
    """A client that asks five things at once gives the same file whoever was answered first."""
    results = []
    for targets in (one, other):
        recorded = [Recorded(got(target, elapsed_ms=10.0 + n), 100.0 + n) for n, target in enumerate(targets)]
        results.append([exchange_id(exchange) for exchange in in_order(recorded)])
    assert results[0] == results[1] == sorted(results[0])


def test_a_long_request_does_not_mix_up_what_happened_meanwhile() -> None:
    """Requests one after another during a long poll stay one after another."""
    during = [Recorded(got(f"/{n}", elapsed_ms=5.0), 100.0 + 10 * n) for n in range(9)]
    poll = Recorded(got("/poll", elapsed_ms=200.0), 90.0)
    targets = [one.request.target for one in in_order([*during, poll])]
    assert [one for one in targets if one != "/poll"] == [f"/{n}" for n in range(9)]


@given(st.lists(few, max_size=6))
def test_without_times_the_order_of_arrival_stays(conversation: list[Exchange]) -> None:
    """An importer that knows no times gives a conversation in order."""
    assert in_order(map(Recorded, conversation)) == tuple(conversation)


@given(st.lists(st.tuples(few, st.booleans()), max_size=8))
def test_one_after_another_is_kept_as_it_came(conversation: list[tuple[Exchange, bool]]) -> None:
    """Exchanges that did not overlap are in the order of time, those of unknown time where they came."""
    recorded = [Recorded(one, 10.0 * n + 10 if known else 0.0) for n, (one, known) in enumerate(conversation)]
    assert in_order(recorded) == tuple(one for one, _ in conversation)
    assert all(one.ended_ms <= other.began_ms for one, other in pairwise(recorded) if one.began_ms and other.began_ms)
