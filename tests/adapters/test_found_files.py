"""Found failures as files: kept wholly, read carefully."""

from pathlib import Path

import pytest

from truemirror.adapters.found_files import FoundFiles
from truemirror.adapters.mirror_files import MirrorFiles
from truemirror.core.attack import Found
from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.errors import FormatError, StoreError

EXCHANGE = Exchange(Request("POST", "/v1/a", Headers((("A", "b"),)), b'{"a":1}'), Response(500, "", Headers(), b"no"))
FOUND = Found("attack-server-error-post-v1-a-1234", "attack-server-error", "POST /v1/a", "said", (EXCHANGE,), 2**40)


def test_what_is_kept_is_read_again(tmp_path: Path) -> None:
    """And the second time changes nothing."""
    store = FoundFiles(tmp_path)
    path = Path(store.save(FOUND))
    before = path.read_bytes()
    assert store.load() == (FOUND,)
    store.save(FOUND)
    assert path.read_bytes() == before
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_it_is_no_scenario(tmp_path: Path) -> None:
    """A mirror is read and written as if it were not there, and leaves it alone."""
    mirrors = MirrorFiles(tmp_path)
    mirror = Mirror("tags", "1.0.0", (Scenario("made", (EXCHANGE,), "2026-01-01"),))
    mirrors.save(mirror)
    store = FoundFiles(tmp_path / "tags" / "1.0.0")
    store.save(FOUND)
    assert mirrors.load("tags") == mirror
    mirrors.save(Mirror("tags", "1.0.0"))
    assert store.load() == (FOUND,)


@pytest.mark.parametrize(
    "text", ["", "[]", '{"format": 2}', '{"format": 1, "exchanges": [], "found": {}}', '{"format": 1, "exchanges": 3}']
)
def test_a_damaged_file_is_told(tmp_path: Path, text: str) -> None:
    """With its place and what to do."""
    (tmp_path / "found").mkdir()
    (tmp_path / "found" / "attack-a.json").write_text(text)
    with pytest.raises(FormatError) as caught:
        FoundFiles(tmp_path).load()
    assert "attack-a.json" in caught.value.where
    assert caught.value.fix


@pytest.mark.parametrize("name", ["../out", "A", "", "a/b", "0001"])
def test_a_name_never_leads_out(tmp_path: Path, name: str) -> None:
    """Nor becomes a part of a scenario."""
    with pytest.raises(StoreError):
        FoundFiles(tmp_path).save(Found(name, "r", "o", "m", (EXCHANGE,)))
    assert list(tmp_path.iterdir()) == []
