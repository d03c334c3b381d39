"""When each piece of an answer's body is due: at its recorded time, or as fast as a bandwidth allows.

Rules: nothing is copied; a slice is a view of the body, or read from its file, when its time comes, so a slow client
costs no more memory than a fast one. A slice is due when a line of that bandwidth would have brought its last byte.
"""

from collections.abc import Iterator

from truemirror.core.wire.large import Stretch
from truemirror.core.wire.render import Rendered

_SLICES_PER_SECOND = 20
_LARGEST_SLICE = 64 * 1024
_UNHURRIED_SLICE = 256 * 1024
"""Bytes of a slice where no bandwidth is set."""

Due = tuple[float, "memoryview | bytes"]
"""Seconds after the head, and what is sent then."""


def due_pieces(rendered: Rendered, *, paced: bool, rate: float) -> Iterator[Due]:
    """The body in order; `rate` is in bytes a second, 0 for as fast as the client takes it."""
    times = rendered.at_ms if paced else ()
    free_at = 0.0
    for number, piece in enumerate(rendered.pieces):
        due = times[number] / 1000.0 if number < len(times) else 0.0
        if not rate:
            for part in _slices(piece, _UNHURRIED_SLICE):
                yield due, part
            continue
        free_at = max(free_at, due)
        for part in _slices(piece, max(1, min(_LARGEST_SLICE, int(rate / _SLICES_PER_SECOND)))):
            free_at += len(part) / rate
            yield free_at, part


def _slices(piece: bytes | memoryview | Stretch, size: int) -> Iterator[memoryview | bytes]:
    """A piece in slices of so many bytes."""
    if isinstance(piece, Stretch):
        yield from piece.slices(size)
        return
    if len(piece) <= size:
        yield piece
        return
    view = memoryview(piece)
    for start in range(0, len(view), size):
        yield view[start : start + size]
