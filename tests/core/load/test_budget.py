"""Who spends the time of a public call."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.load.budget import Hop, Spent, budget, costliest


def _hop(service: str, began: float, took: float, trace: str = "t1") -> Hop:
    """A call of a service."""
    return Hop(trace, service, "GET /x", began, took)


def test_a_public_call_is_split_over_the_services_behind_it() -> None:
    """Own time is what no inner call was open in."""
    (tree,) = budget(
        [_hop("public", 0, 46), _hop("auth", 2, 10), _hop("deals", 14, 24), _hop("tags", 20, 6)], {"deals": 23.0}
    )
    assert (tree.name, tree.ms, tree.own_ms) == ("public GET /x", 46, 12)
    deals, auth = tree.inside
    assert (deals.name, deals.ms, deals.own_ms, deals.budget_ms, deals.is_over) == ("deals GET /x", 24, 18, 23, True)
    assert (auth.ms, auth.budget_ms, auth.is_over) == (10, None, False)
    assert deals.inside[0].name == "tags GET /x"
    assert costliest(tree) == deals


def test_parallel_calls_share_the_time_in_which_both_are_open() -> None:
    """So nothing is counted twice."""
    (tree,) = budget([_hop("public", 0, 30), _hop("a", 0, 20), _hop("b", 10, 20)], {})
    assert {one.service: one.ms for one in tree.inside} == {"a": 15, "b": 15}
    assert tree.own_ms == 0


def test_several_traces_are_averaged_over_the_calls_of_the_root() -> None:
    """A service that is called every other time has half a call."""
    hops = [_hop("public", 0, 40, "t1"), _hop("auth", 5, 20, "t1"), _hop("public", 100, 20, "t2")]
    (tree,) = budget(hops, {"auth": 30})
    assert (tree.ms, tree.own_ms) == (30, 20)
    assert (tree.inside[0].ms, tree.inside[0].calls, tree.inside[0].budget_ms) == (10, 0.5, 15)


def test_a_service_is_inside_of_one_that_may_call_it() -> None:
    """Two calls that overlap in time are told apart by who consumes whom."""
    hops = [_hop("public", 0, 40), _hop("auth", 5, 30), _hop("tags", 10, 10)]
    (by_time,) = budget(hops, {})
    assert by_time.inside[0].inside[0].service == "tags"
    (by_consumers,) = budget(hops, {}, {"public": ["auth", "tags"]})
    assert {one.service for one in by_consumers.inside} == {"auth", "tags"}


def test_hops_without_a_trace_tell_nothing() -> None:
    """They may belong to anything."""
    assert budget([_hop("public", 0, 40, "")], {}) == ()


def _sum(tree: Spent) -> float:
    """All own times of a tree."""
    return tree.own_ms + math.fsum(_sum(one) for one in tree.inside)


_HOPS = st.builds(
    Hop,
    trace=st.sampled_from(["t1", "t2"]),
    service=st.sampled_from(["public", "a", "b", "c"]),
    operation=st.just("GET /x"),
    began_ms=st.floats(0, 50),
    took_ms=st.floats(0, 50),
)


@given(st.lists(_HOPS, min_size=1, max_size=10))
def test_the_parts_add_up_to_the_whole(hops: list[Hop]) -> None:
    """Whatever overlaps whatever; and nothing is negative."""
    for tree in budget(hops, {}):
        assert _sum(tree) == pytest.approx(tree.ms)
        assert tree.own_ms >= 0
    roof = [Hop(trace, "roof", "GET /", -5, 200) for trace in ("t1", "t2")]
    (tree,) = budget([*hops, *roof], {})
    traces = {"t1", "t2"}
    assert tree.ms * len(traces) == pytest.approx(400)
