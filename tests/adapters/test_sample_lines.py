"""Samples from a file, one JSON value a line."""

import io
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from truemirror.adapters.sample_lines import samples
from truemirror.errors import FormatError, UsageError


def test_each_line_is_a_value(tmp_path: Path) -> None:
    """Empty lines are skipped, and the last line needs no end."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"a": 1}\n\n[2]\r\n "x" \nnull')
    assert list(samples(str(path))) == [{"a": 1}, [2], "x", None]


def test_a_line_that_is_no_json_is_named(tmp_path: Path) -> None:
    """File and line, counted from one."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"a": 1}\n\n{"a": \n')
    with pytest.raises(FormatError) as caught:
        list(samples(str(path)))
    assert caught.value.where == f"{path}, line 3"


@pytest.mark.parametrize("content", [b"", b"\n \n"])
def test_no_samples_are_refused(tmp_path: Path, content: bytes) -> None:
    """A schema from nothing would say anything goes."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(content)
    with pytest.raises(FormatError, match="no samples"):
        list(samples(str(path)))


def test_a_file_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    """So is a folder."""
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(UsageError) as caught:
            list(samples(str(path)))
        assert caught.value.where == str(path)


def test_a_dash_is_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """Samples can be piped in."""
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"1\n2\n")))
    assert list(samples("-")) == [1, 2]
