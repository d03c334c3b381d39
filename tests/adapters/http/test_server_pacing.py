"""When pieces of a body are due, as a matter of arithmetic."""

from hypothesis import given
from hypothesis import strategies as st

from truemirror.adapters.http.server.pacing import due_pieces
from truemirror.core.wire.render import Rendered

bodies = st.lists(st.binary(min_size=1, max_size=300), min_size=1, max_size=5)


@given(bodies, st.floats(1.0, 1e6))
def test_nothing_is_due_before_a_line_of_that_bandwidth_has_brought_it(pieces: list[bytes], rate: float) -> None:
    """And all of it comes, in order, the last byte just in time."""
    sent = 0
    last = 0.0
    whole = b""
    for due, part in due_pieces(Rendered(b"", tuple(pieces)), paced=False, rate=rate):
        sent += len(part)
        whole += bytes(part)
        assert due >= last
        assert due >= sent / rate - 1e-6
        last = due
    assert whole == b"".join(pieces)
    assert abs(last - sent / rate) <= 1e-6 * max(1.0, last)


@given(bodies, st.data())
def test_recorded_times_are_kept_where_the_line_is_fast_enough(pieces: list[bytes], data: st.DataObject) -> None:
    """A piece is never early for its time."""
    steps = data.draw(st.lists(st.floats(0, 100), min_size=len(pieces), max_size=len(pieces)))
    times = tuple(sum(steps[: number + 1]) for number in range(len(steps)))
    rendered = Rendered(b"", tuple(pieces), times)
    plain = list(due_pieces(rendered, paced=True, rate=0))
    assert [due for due, _ in plain] == [ms / 1000.0 for ms in times]
    slow = list(due_pieces(rendered, paced=True, rate=500.0))
    assert slow[-1][0] >= plain[-1][0]
    assert slow[-1][0] >= len(b"".join(pieces)) / 500.0 - 1e-6


def test_slices_are_views_of_the_body() -> None:
    """A slow client costs no copy."""
    body = bytes(100_000)
    parts = [part for _, part in due_pieces(Rendered(b"", (body,)), paced=False, rate=10_000.0)]
    assert all(isinstance(part, memoryview) and part.obj is body for part in parts)
