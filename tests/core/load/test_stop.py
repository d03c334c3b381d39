"""When a run on a live system ends early."""

from tests.core.load.tallies import steady, tally

from truemirror.core.load.stop import why_stop


def test_a_run_stops_when_too_many_of_its_last_requests_fail() -> None:
    """In words, with the kinds."""
    run = tally(steady(30, 10.0, rate=10), errors=dict.fromkeys(range(20, 30), 3))
    told = why_stop(run, 30, 0.05)
    assert told == "30.0% of the last 100 requests failed, at 5.0% it stops: status 503 (30)"


def test_a_run_goes_on_while_few_fail() -> None:
    """Or failed long ago, or nothing was asked to stop it, or hardly anything was sent."""
    early = tally(steady(30, 10.0, rate=10), errors=dict.fromkeys(range(15), 3))
    assert why_stop(early, 30, 0.05) == ""
    assert why_stop(early, 15, None) == ""
    assert why_stop(tally(steady(30, 10.0, rate=1), errors={29: 1}), 30, 0.05) == ""
