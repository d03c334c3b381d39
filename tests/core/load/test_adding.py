"""Requests become cells, and cells add up."""

from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.load.adding import add_cells, add_instruments, add_tallies, counted_ms, measured, total
from truemirror.core.load.tally import Cell, Instrument, Kind, Tally

_KIND = Kind("auth", "POST /v1/token", "log in")
_TIMES = st.floats(0, 20_000)
_ERRORS = st.sampled_from(["", "", "status 503", "timeout"])
_REQUESTS = st.tuples(_TIMES, _TIMES, _ERRORS)
_CELLS = st.builds(lambda one: measured(*one, (46.0, 120.0), 10_000.0), _REQUESTS)
_INSTRUMENTS = st.builds(
    Instrument,
    planned=st.integers(0, 9),
    begun=st.integers(0, 9),
    lag=st.dictionaries(st.integers(0, 5), st.integers(1, 5)),
    cpu=st.floats(0, 1),
)
_TALLIES = st.builds(
    Tally,
    cells=st.dictionaries(st.tuples(st.integers(0, 3), st.just(_KIND)), _CELLS),
    instrument=st.dictionaries(st.integers(0, 3), _INSTRUMENTS),
    spectrum=st.dictionaries(st.tuples(st.just(_KIND), st.integers(0, 5)), st.integers(1, 5)),
    workers=st.lists(st.sampled_from("abc"), unique=True).map(lambda names: tuple(sorted(names))),
)


@given(st.lists(_CELLS, max_size=20), st.randoms(use_true_random=False))
def test_cells_add_up_exactly_in_any_order(cells: list[Cell], chance: object) -> None:
    """To the last bit: that is what the rounding to 1/1024 ms is for."""
    mixed = list(cells)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    half = len(mixed) // 2
    assert total(cells) == total(mixed) == add_cells(total(mixed[:half]), total(mixed[half:]))


@given(_TALLIES, _TALLIES, _TALLIES)
def test_tallies_of_workers_add_up_in_any_order(one: Tally, other: Tally, third: Tally) -> None:
    """Grouping and order change nothing."""
    assert add_tallies(one, other) == add_tallies(other, one)
    assert add_tallies(add_tallies(one, other), third) == add_tallies(one, add_tallies(other, third))
    assert add_tallies(one, Tally()) == one


@given(_TIMES, _TIMES, st.floats(1, 60_000))
def test_a_failure_never_improves_latency(response: float, service: float, timeout: float) -> None:
    """It counts at least the timeout, at least what it took, and over every limit."""
    right = measured(response, service, "", (46.0, 120.0), timeout)
    failed = measured(response, service, "reset", (46.0, 120.0), timeout)
    assert failed.response_sum >= right.response_sum
    assert failed.response_squares >= right.response_squares
    assert failed.over == {46.0: 1, 120.0: 1}
    assert counted_ms(response, "reset", timeout) >= timeout - 1 / 1024


def test_a_limit_that_one_worker_did_not_count_is_in_no_sum() -> None:
    """So it cannot be taken for a zero."""
    both = add_cells(measured(1, 1, "", (46.0, 120.0), 10), measured(1, 1, "", (46.0,), 10))
    assert both.over == {46.0: 0}


def test_of_what_cannot_add_the_worse_is_kept() -> None:
    """Two workers of one second."""
    one, other = Instrument(5, 4, 1, {3: 4}, 2.0, 0.5, 0.9, 0.0), Instrument(5, 5, 0, {3: 1, 9: 4}, 1.0, 7.0, 0.2, 0.01)
    assert add_instruments(one, other) == Instrument(10, 9, 1, {3: 5, 9: 4}, 3.0, 7.0, 0.9, 0.01)


@given(st.lists(_REQUESTS, max_size=10))
def test_every_request_is_in_the_sum(requests: list[tuple[float, float, str]]) -> None:
    """Counts and errors."""
    cell = reduce(add_cells, (measured(*one, (), 10.0) for one in requests), Cell())
    assert cell.count == len(requests)
    assert sum(cell.errors.values()) == sum(bool(error) for *_, error in requests)
