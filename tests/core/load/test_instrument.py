"""Whether the generator can be believed."""

from dataclasses import replace

import pytest
from tests.core.load.tallies import generator, profile, steady, tally

from truemirror.core.load.instrument import Doubt, doubts, lag_of, most_lag_ms, said
from truemirror.core.load.tally import Instrument, Tally

_RUN = tally(steady(70, 30.0))


def _doubts(run: Tally, tightest_ms: float = 46.0) -> tuple[Doubt, ...]:
    """Of the first look."""
    return doubts(profile(), run, 10, 70, tightest_ms)


def _with(one: Instrument) -> Tally:
    """The run with another second 20."""
    return replace(_RUN, instrument={**_RUN.instrument, 20: one})


def test_a_generator_that_did_well_is_not_doubted() -> None:
    """Its numbers are told."""
    assert _doubts(_RUN) == ()
    told = said(_RUN, 10, 70, None)
    assert (told.planned, told.begun, told.dropped, told.workers) == (3000, 3000, 0, 1)
    assert told.lag_mean_ms == pytest.approx(0.2)
    assert told.lag_p99_ms == pytest.approx(0.2, rel=0.01)
    assert sum(lag_of(_RUN, 10, 70).values()) == 3000


@pytest.mark.parametrize(
    ("run", "reason", "stands"),
    [
        (_with(generator(50, dropped=4)), "4 flows (0.1%) found no free place", True),
        (_with(Instrument(90, 50, 0, {}, 0.0)), "only 3,000 of 3,040 planned flows began", True),
        (tally(steady(70, 30.0), lag_ms=6.0), "1 flow in 100 began", True),
        (replace(_RUN, lost=("w7",)), "worker w7 was lost", False),
        (tally(steady(70, 30.0, rate=40)), "2,400 flows were planned where the rate makes 3,000", False),
        (tally(steady(70, 30.0, rate=60)), "3,600 flows were planned where the rate makes 3,000", False),
        (replace(_RUN, instrument={**_RUN.instrument, -3: generator(1)}), "the clock went back", False),
        (
            replace(_RUN, instrument={at: one for at, one in _RUN.instrument.items() if at != 33}),
            "second 33 of the run is missing",
            False,
        ),
        (
            replace(_RUN, instrument={at: replace(one, steal=0.03) for at, one in _RUN.instrument.items()}),
            "3.0% of the machine's time",
            False,
        ),
    ],
)
def test_each_doubt_is_told_with_its_number(run: Tally, reason: str, stands: bool) -> None:
    """And whether a failure may stand under it."""
    found = _doubts(run)
    assert any(reason in one.reason and one.failure_may_stand is stands for one in found), found


def test_flows_whose_first_request_was_never_counted_are_missed() -> None:
    """40 of 3,000 vanished."""
    (found,) = _doubts(replace(_RUN, cells={key: one for key, one in _RUN.cells.items() if key[0] != 33}))
    assert found.reason == "of 3,000 flows that began, 50 were never heard of again"


def test_the_lag_may_be_a_tenth_of_a_loose_limit() -> None:
    """And 5 ms of a tight one."""
    assert most_lag_ms(23.1) == 5
    assert most_lag_ms(300) == 30
    assert not _doubts(tally(steady(70, 30.0), lag_ms=6.0), 300)
