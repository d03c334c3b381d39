"""Which of several recordings answers next, as laws."""

from collections.abc import Callable, Sequence
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.mirror.timeline import NOWHERE, Begin, Spans, Standing, beginning, step, writes_between

KINDS = st.lists(st.sampled_from(["read", "other", "write"]), min_size=1, max_size=20)
"""A conversation: which of three requests each exchange is, the last of which changes something."""


def spans_of(conversations: Sequence[Sequence[str]]) -> Spans:
    """The spans of scenarios in order."""
    scenario_of, starts, writes = [], [], [0]
    for number, kinds in enumerate(conversations):
        starts.append(len(scenario_of))
        for kind in kinds:
            scenario_of.append(number)
            writes.append(writes[-1] + (kind == "write"))
    return Spans(scenario_of, starts, writes)


def places_of(conversations: Sequence[Sequence[str]], kind: str) -> list[int]:
    """Where a request was recorded."""
    return [place for place, one in enumerate(kind for kinds in conversations for kind in kinds) if one == kind]


def begin_with(spans: Spans, answer_of: Callable[[int], str]) -> Begin:
    """Where sessions begin when these are the answers."""
    return partial(beginning, spans=spans, answer_of=answer_of)


@given(
    st.lists(KINDS, min_size=1, max_size=4),
    st.functions(like=lambda place: "", returns=st.sampled_from("xyz"), pure=True),
)
def test_a_session_that_repeats_everything_in_order_gets_exactly_that(conversations, answer_of) -> None:  # type: ignore[no-untyped-def]
    """Whatever is answered how often, and without a label."""
    spans, standing = spans_of(conversations), Standing()
    for place, kind in enumerate(kind for kinds in conversations for kind in kinds):
        taken = step(standing, places_of(conversations, kind), spans, begin_with(spans, answer_of))
        assert (taken.place, taken.ahead) == (place, 0)
        standing = Standing(taken.place)


@given(st.lists(KINDS, min_size=1, max_size=4), st.data())
def test_a_session_with_a_namesake_walks_its_scenario_whatever_is_common_elsewhere(
    conversations: list[list[str]], data: st.DataObject
) -> None:
    """The first request is no guess for it."""
    home = data.draw(st.sampled_from(range(len(conversations))))
    spans, standing = spans_of(conversations), Standing(home=home)
    for number, kind in enumerate(conversations[home]):
        taken = step(standing, places_of(conversations, kind), spans, begin_with(spans, lambda _: "the same"))
        assert taken.place == spans.starts[home] + number
        standing = Standing(taken.place, home)


@given(st.lists(KINDS, min_size=1, max_size=4), st.sampled_from(["read", "other", "write"]))
def test_a_session_begins_before_all_writes_where_that_was_recorded(conversations: list[list[str]], kind: str) -> None:
    """It is answered from behind writes only when there is nothing else."""
    spans, places = spans_of(conversations), places_of(conversations, kind)
    if not places:
        return
    taken = step(Standing(), places, spans, begin_with(spans, str))
    before = [place for place in places if not writes_between(NOWHERE, place, spans)]
    assert taken.place == (before[0] if before else places[0])


def test_where_only_recordings_behind_writes_can_begin_the_commonest_answer_does() -> None:
    """The first of those that gave it; without a commonest one, the first of all."""
    kinds = [["write", "read", "read", "read"]]
    answers = {1: "new", 2: "done", 3: "done"}
    spans = spans_of(kinds)
    by_answer, all_different = begin_with(spans, answers.__getitem__), begin_with(spans, str)
    assert step(Standing(), [1, 2, 3], spans, by_answer).place == 2
    assert step(Standing(), [1, 2, 3], spans, all_different).place == 1
    assert step(Standing(0), [1, 2, 3], spans, by_answer).place == 1


def test_after_the_last_occurrence_comes_the_first() -> None:
    """As in polling that goes on longer than it was recorded."""
    spans = spans_of([["read", "read", "other"]])
    assert [step(Standing(place), [0, 1], spans).place for place in (NOWHERE, 0, 1, 2)] == [0, 1, 0, 0]


@given(st.lists(KINDS, min_size=1, max_size=3), st.data())
def test_reads_between_two_writes_may_come_in_any_order(conversations: list[list[str]], data: st.DataObject) -> None:
    """A page asks for several things at once: each is answered as recorded, however they fall, and nothing twice."""
    home = data.draw(st.sampled_from(range(len(conversations))))
    spans, standing = spans_of(conversations), Standing(home=home)
    kinds = conversations[home]
    order = shuffled_between_writes(kinds, data)
    walked = []
    for number in order:
        taken = step(standing, places_of(conversations, kinds[number]), spans)
        walked.append((kinds[number], taken.place - spans.starts[home]))
        standing = Standing(taken.stands, home, taken.skipped)
    assert sorted(place for _, place in walked) == list(range(len(kinds)))
    for kind in set(kinds):
        assert [place for one, place in walked if one == kind] == [n for n, one in enumerate(kinds) if one == kind]


def shuffled_between_writes(kinds: list[str], data: st.DataObject) -> list[int]:
    """The numbers of exchanges, with the reads of each stretch without a write in some order."""
    order: list[int] = []
    stretch: list[int] = []
    for number, kind in enumerate([*kinds, "write"]):
        if kind != "write":
            stretch.append(number)
            continue
        order += data.draw(st.permutations(stretch))
        order += [number] if number < len(kinds) else []
        stretch = []
    return order


def test_what_was_stepped_over_is_forgotten_with_the_next_write() -> None:
    """Its answer tells of a state that is over."""
    spans = spans_of([["other", "read", "write", "other"]])
    standing = Standing(home=0)
    for places, chosen in (([1], 1), ([2], 2), ([0, 3], 3)):
        taken = step(standing, places, spans)
        assert taken.place == chosen
        standing = Standing(taken.stands, 0, taken.skipped)
