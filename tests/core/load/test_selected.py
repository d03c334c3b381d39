"""The requests that a target is about."""

from dataclasses import replace

from tests.core.load.tallies import KIND, profile, tally

from truemirror.core.load.profile import Flow, Selection
from truemirror.core.load.selected import declared_mix, seconds_of, selects


def test_an_empty_field_selects_all_and_each_other_one_narrows() -> None:
    """All three have to fit."""
    assert selects(Selection(), KIND)
    assert selects(Selection(("public-api",), ("GET /api/v1/deals",), ("looks",)), KIND)
    assert not selects(Selection(services=("tags",)), KIND)
    assert not selects(Selection(operations=("GET /",)), KIND)
    assert not selects(Selection(flows=("other",)), KIND)


def test_a_window_has_every_second_also_an_empty_one() -> None:
    """Whose mean repeats the one before."""
    found = seconds_of(tally([[10.0, 30.0], [], [50.0]]), Selection(), 0, 4)
    assert found.responses().counts == (2, 0, 1, 0)
    assert found.responses().sums == (40, 0, 50, 0)
    assert found.means() == (20, 20, 50, 50)
    assert found.since(2).whole.count == 1


def test_a_limit_that_was_not_counted_in_some_second_is_none() -> None:
    """Not zero."""
    counted = tally([[10.0, 130.0], [150.0]], limits=(120.0,))
    assert (seconds_of(counted, Selection(), 0, 2).over(120.0) or None) is not None
    found = seconds_of(counted, Selection(), 0, 2).over(120.0)
    assert found is not None
    assert found.sums == (1, 1)
    assert seconds_of(counted, Selection(), 0, 2).over(60.0) is None


def test_the_declared_mix_weighs_flows_and_counts_calls() -> None:
    """Twice in a flow of weight one, once in a flow of weight two."""
    one = profile()
    call = one.flows[0].calls[0]
    other = replace(call, operation="POST /api/v1/deals")
    mixed = replace(one, flows=(Flow("a", (call, call)), Flow("b", (call, other), weight=2.0)))
    mix = declared_mix(mixed, Selection())
    assert {part.operations[0]: share for part, share in mix.items()} == {
        "GET /api/v1/deals": 4 / 6,
        "POST /api/v1/deals": 2 / 6,
    }
