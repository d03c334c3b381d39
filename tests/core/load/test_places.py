"""How many requests are in the air."""

from dataclasses import replace

from tests.core.load.tallies import profile

from truemirror.core.load.places import calls_a_flow, places, requests_a_second
from truemirror.core.load.profile import Flow, Stage


def test_a_generator_has_four_times_the_places_of_littles_law() -> None:
    """6,000 a second of 46 ms are 276 at once; two workers share them."""
    assert places(6000, 0.046) == 1104
    assert places(6000, 0.046, workers=2) == 552
    assert places(1, 0.001) == 64


def test_requests_a_second_count_all_calls_of_the_mix_at_the_highest_rate() -> None:
    """Two flows, one of three calls and twice as common."""
    one = profile(rate=10)
    call = one.flows[0].calls[0]
    flows = (Flow("short", (call,)), Flow("long", (call, call, call), weight=2.0))
    mixed = replace(one, flows=flows, stages=(Stage(5, 30),))
    assert calls_a_flow(flows) == 7 / 3
    assert requests_a_second(mixed) == 70
    assert calls_a_flow(()) == 0
