"""Codings come off piece by piece as they come off at once."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.wire.coding import encode
from truemirror.core.wire.exchange import Coding
from truemirror.core.wire.unfolding import Unfolding, Unreadable

NAMES = st.lists(st.sampled_from(["gzip", "deflate", "br", "zstd"]), min_size=1, max_size=3)


def cut(raw: bytes, size: int) -> list[bytes]:
    """Bytes in pieces."""
    return [raw[start : start + size] for start in range(0, len(raw), size)]


@given(st.binary(max_size=3_000), NAMES, st.integers(1, 700))
def test_what_was_put_on_comes_off_however_it_is_cut(content: bytes, names: list[str], size: int) -> None:
    """In the order of the codings, whatever the pieces."""
    unfolding = Unfolding(names)
    got = b"".join(
        one for piece in cut(encode(content, map(Coding, names)), size) for one in unfolding.feed(piece)
    )  # fmt: skip
    assert got == content
    assert unfolding.is_whole


def test_all_members_of_a_gzip_file_count() -> None:
    """RFC 1952 §2.2."""
    unfolding = Unfolding(["gzip"])
    raw = gzip.compress(b"one ") + gzip.compress(b"two")
    assert b"".join(one for piece in cut(raw, 5) for one in unfolding.feed(piece)) == b"one two"
    assert unfolding.is_whole


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd"])
def test_a_bomb_unfolds_in_bounded_pieces(name: str) -> None:
    """However much is in a few bytes."""
    raw = encode(bytes(40_000_000), [Coding(name)])
    unfolding = Unfolding([name])
    sizes = [len(one) for piece in cut(raw, 65_536) for one in unfolding.feed(piece)]
    assert sum(sizes) == 40_000_000
    assert max(sizes) <= 4_000_000


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd"])
def test_bytes_that_are_something_else_are_unreadable(name: str) -> None:
    """A header can lie."""
    with pytest.raises(Unreadable):
        list(Unfolding([name]).feed(b"this is plain text, and quite some of it" * 10))


def test_an_unknown_coding_is_unreadable() -> None:
    """From the beginning."""
    with pytest.raises(Unreadable):
        Unfolding(["gzip", "compress"])


def test_what_ends_too_early_is_not_whole() -> None:
    """All that came is told, and that it is not all."""
    unfolding = Unfolding(["deflate"])
    list(unfolding.feed(zlib.compress(b"abc" * 1_000)[:-3]))
    assert not unfolding.is_whole
