"""A spool gives back what was written, wherever it kept it."""

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
