"""What a worker counts."""

from hypothesis import given
from hypothesis import strategies as st

from truemirror.adapters.locust.counting import Counts
from truemirror.core.load.adding import add_tallies, measured, total
from truemirror.core.load.histogram import bucket_of
from truemirror.core.load.tally import Kind, Tally

KINDS = (Kind("tags", "GET /a", "f"), Kind("deals", "GET /b", "f"))
LIMITS = (20.0, 46.0)
MS = st.floats(0, 100_000)
REQUESTS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 1), MS, MS, st.sampled_from(["", "reset", "status 503"]))
)


@given(REQUESTS, st.integers(0, 50))
def test_requests_are_counted_as_the_core_measures_them(
    requests: list[tuple[int, int, float, float, str]], taken_after: int
) -> None:
    """Cell by cell the very sums, however often parts are taken meanwhile."""
    counts = Counts(KINDS, LIMITS, 10_000, "w")
    tally = Tally()
    for number, (second, kind, response, service, error) in enumerate(requests):
        counts.request(second, kind, response, service, error)
        if number == taken_after:
            tally = add_tallies(tally, counts.taken())
    tally = add_tallies(tally, counts.taken())
    wanted: dict[tuple[int, Kind], list[object]] = {}
    for second, kind, response, service, error in requests:
        wanted.setdefault((second, KINDS[kind]), []).append(measured(response, service, error, LIMITS, 10_000))
    assert {key: total(cells) for key, cells in wanted.items()} == tally.cells  # type: ignore[arg-type]
    assert sum(tally.spectrum.values()) == len(requests)
    assert tally.workers == ("w",)


def test_what_was_taken_is_not_told_again() -> None:
    """Parts never overlap."""
    counts = Counts(KINDS, LIMITS, 10_000, "w")
    counts.request(0, 0, 1.0, 1.0)
    counts.taken()
    assert counts.taken() == Tally(workers=("w",))


def test_a_dropped_flow_was_planned_and_did_not_begin() -> None:
    """And it was late like all others."""
    counts = Counts(KINDS, LIMITS, 10_000, "w")
    counts.begun(1, 0.5)
    counts.begun(1, 2.0, is_dropped=True)
    counts.instrument(1, 3.5, 0.25, 0.01)
    second = counts.taken().instrument[1]
    assert (second.planned, second.begun, second.dropped) == (2, 1, 1)
    assert second.lag == {bucket_of(0.5): 1, bucket_of(2.0): 1}
    assert (second.lag_sum, second.probe_late_ms, second.cpu, second.steal) == (2.5, 3.5, 0.25, 0.01)
