"""A body that is not held stands for its bytes: in comparisons, in copies, and wherever it is sent."""

import copy
import hashlib
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.wire.large import HELD, PIECE, Large, Stretch, held, is_large, known_by_hash, size_of
from truemirror.errors import StoreError


def of(body: bytes) -> Large:
    """A body that could be read."""
    return Large(hashlib.sha256(body).hexdigest(), len(body), lambda start, size: body[start : start + size])


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_two_are_equal_exactly_when_their_bodies_are(one: bytes, other: bytes) -> None:
    """And have one hash then."""
    assert (of(one) == of(other)) is (one == other)
    assert (hash(of(one)) == hash(of(other))) or one != other


@given(st.binary(max_size=60), st.integers(1, 20))
def test_its_bytes_come_in_order(body: bytes, size: int) -> None:
    """Whole, in pieces, and in slices of a stretch."""
    large = of(body)
    assert held(large) == b"".join(large.pieces()) == body
    middle = len(body) // 3
    assert b"".join(Stretch(large, middle, len(body)).slices(size)) == body[middle:]
    assert all(len(one) <= size for one in Stretch(large, middle, len(body)).slices(size))


def test_never_more_than_a_piece_is_read() -> None:
    """Whatever the size."""
    asked: list[int] = []

    def read(start: int, size: int) -> bytes:
        asked.append(size)
        return bytes(size)

    assert sum(map(len, Large("0" * 64, 3 * PIECE + 1, read).pieces())) == 3 * PIECE + 1
    assert max(asked) == PIECE


def test_a_body_that_ends_too_early_is_an_error() -> None:
    """Not a short answer, and not an endless loop."""
    short = Large("0" * 64, 10, lambda start, size: b"abc"[start : start + size])
    with pytest.raises(StoreError, match="too early"):
        held(short)


def test_one_that_nobody_can_read_says_so() -> None:
    """A digest alone gives no bytes."""
    with pytest.raises(StoreError, match="not at hand"):
        held(Large("0" * 64, 1))


def test_a_copy_stands_for_the_same() -> None:
    """Copied, or sent to another process."""
    large = Large("0" * 64, 7)
    for one in (copy.copy(large), copy.deepcopy(large), pickle.loads(pickle.dumps(large))):
        assert (one, one.sha256, one.size, is_large(one)) == (large, large.sha256, 7, True)


def test_what_somebody_holds_is_known_by_the_same_hash() -> None:
    """A body beyond the limit is the same whether it is held or not; a smaller one stays as it is."""
    body = bytes(HELD + 1)
    assert known_by_hash(body) == of(body) == known_by_hash(of(body))
    assert size_of(known_by_hash(body)) == size_of(body) == HELD + 1
    assert held(known_by_hash(body)) == body
    small = bytes(HELD)
    assert known_by_hash(small) is small
