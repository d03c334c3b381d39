"""Going through a mirror's files without holding them."""

from pathlib import Path

import pytest

from truemirror.adapters.mirror_files import MirrorFiles
from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.errors import FormatError, StoreError


def _store(root: Path, scenarios: int = 2) -> MirrorFiles:
    """A mirror of some scenarios, each of one exchange with a large body."""
    made = [
        Scenario(f"s{number}", (Exchange(Request("GET", f"/{number}"), Response(200, body=b"x" * 70_000)),))
        for number in range(scenarios)
    ]
    store = MirrorFiles(root)
    store.save(Mirror("tags", "0", tuple(made)))
    return store


def test_a_file_is_read_when_its_part_is_asked_for(tmp_path: Path) -> None:
    """So that no more than one is in memory: what is wrong with the second does not show in the first."""
    parts = iter(_store(tmp_path).parts("tags"))
    assert [one.request.target for one in next(parts)] == ["/0"]
    second = next(parts)
    (tmp_path / "tags/0/s1/0001.json").write_text("{")
    with pytest.raises(FormatError) as caught:
        list(second)
    assert "s1/0001.json" in caught.value.where
    assert caught.value.fix


def test_a_mirror_that_changes_meanwhile_is_told(tmp_path: Path) -> None:
    """Two times through it must see the same."""
    store = _store(tmp_path)
    parts = store.parts("tags")
    path = tmp_path / "tags/0/s0/0001.json"
    path.write_text(path.read_text() + "\n")
    with pytest.raises(StoreError, match="changed while it was read"):
        [list(part) for part in parts]


def test_a_missing_part_is_told_before_any_is_read(tmp_path: Path) -> None:
    """With its name."""
    store = _store(tmp_path)
    (tmp_path / "tags/0/s1/0001.json").rename(tmp_path / "tags/0/s1/0002.json")
    with pytest.raises(FormatError) as caught:
        store.parts("tags")
    assert "s1/0001.json" in caught.value.where
