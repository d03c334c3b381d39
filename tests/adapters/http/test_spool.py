"""A spool gives back what was written, wherever it kept it."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truemirror.adapters.http.spool import Spool


@given(st.lists(st.binary(max_size=40), max_size=12), st.integers(0, 100))
def test_everything_comes_back(pieces: list[bytes], limit: int) -> None:
    """From memory or from the disk, as often as it is asked for, and also in between."""
    spool = Spool(limit)
    written = b""
    for piece in pieces:
        spool.write(piece)
        written += piece
        assert spool.content() == written
        assert b"".join(spool.pieces()) == written
    assert spool.size == len(written)
    spool.close()


def test_the_file_has_no_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is left of it, whatever ends the process."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    spool = Spool(1)
    spool.write(b"more than one byte")
    assert not list(tmp_path.iterdir())
    spool.close()


def test_what_comes_after_the_end_is_only_counted() -> None:
    """A spool that was closed keeps nothing."""
    spool = Spool()
    spool.write(b"abc")
    spool.close()
    spool.write(b"def")
    assert (spool.size, spool.content()) == (6, b"")


@given(st.binary(min_size=1, max_size=60), st.integers(0, 70), st.integers(0, 70), st.integers(0, 100))
def test_any_part_can_be_read(body: bytes, start: int, size: int, limit: int) -> None:
    """Wherever it is kept."""
    spool = Spool(limit)
    spool.write(body)
    assert spool.read(start, size) == body[start : start + size]
    spool.close()


def test_what_went_to_disk_is_known_by_its_hash() -> None:
    """All of it, what was in memory before included."""
    spool = Spool(5)
    for piece in (b"abc", b"def", b"ghi"):
        spool.write(piece)
    large = spool.large()
    assert (large.sha256, large.size) == (hashlib.sha256(b"abcdefghi").hexdigest(), 9)
    assert large.whole() == b"abcdefghi"
    spool.close()
