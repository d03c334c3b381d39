"""A file is had whole or as it was, whatever the disk says."""

import os
import threading
from pathlib import Path

import pytest

from truemirror.disk import write_whole
from truemirror.errors import StoreError


def _names(folder: Path) -> list[str]:
    """What is in a folder."""
    return [one.name for one in folder.iterdir()]


def test_a_file_is_made_with_its_folders(tmp_path: Path) -> None:
    """And nothing else is beside it."""
    path = tmp_path / "a" / "b.json"
    assert write_whole(path, b"1")
    assert path.read_bytes() == b"1"
    assert _names(path.parent) == ["b.json"]


def test_what_it_holds_already_is_not_written_again(tmp_path: Path) -> None:
    """The file stays the very same one."""
    path = tmp_path / "a"
    write_whole(path, b"1")
    before = path.stat().st_ino
    assert not write_whole(path, b"1")
    assert path.stat().st_ino == before
    assert write_whole(path, b"2")
    assert path.stat().st_ino != before


def test_a_disk_that_refuses_leaves_it_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is named, the old content stays, nothing is left beside it."""
    path = tmp_path / "a"
    write_whole(path, b"old")

    def refuses(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuses)
    with pytest.raises(StoreError) as caught:
        write_whole(path, b"new", "the report cannot be written", "free some space")
    assert caught.value.what == "the report cannot be written: No space left on device"
    assert (caught.value.where, caught.value.fix) == (str(path), "free some space")
    assert path.read_bytes() == b"old"
    assert _names(tmp_path) == ["a"]


def test_threads_do_not_mix_what_they_write(tmp_path: Path) -> None:
    """The file holds what one of them wrote, from beginning to end."""
    path = tmp_path / "a"
    contents = [bytes([65 + number]) * 100_000 for number in range(4)]
    threads = [threading.Thread(target=write_whole, args=(path, content)) for content in contents]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert path.read_bytes() in contents
    assert _names(tmp_path) == ["a"]
