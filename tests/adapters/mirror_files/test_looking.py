"""What a look at a mirror's files sees."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from truemirror.adapters.mirror_files import MirrorFiles
from truemirror.adapters.mirror_files.looking import look
from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.core.wire.exchange import Exchange, Request, Response

ONE = Exchange(Request("GET", "/v1/tags"), Response(200))
MIRROR = Mirror("tags", "1.0.0", (Scenario("ada", (ONE,)),))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with one mirror."""
    MirrorFiles(tmp_path).save(MIRROR)
    return tmp_path


def later(path: Path) -> None:
    """As if a file had been written again a second later."""
    os.utime(path, ns=(0, path.stat().st_mtime_ns + 1_000_000_000))


CHANGES: dict[str, Callable[[Path], object]] = {
    "an edit": lambda folder: (folder / "mirror.json").write_text("{}"),
    "an edit that keeps the size": lambda folder: later(folder / "ada" / "0001.json"),
    "a new file": lambda folder: (folder / "ada" / "0002.json").write_text("{}"),
    "a file that goes": lambda folder: (folder / "ada" / "0001.json").unlink(),
    "a file put in place of another": lambda folder: (folder / "ada" / "0001.json").rename(folder / "mirror.json"),
    "a new scenario": lambda folder: MirrorFiles(folder.parents[1]).save(
        Mirror("tags", "1.0.0", (*MIRROR.scenarios, Scenario("bob", (ONE,))))
    ),
    "a new version": lambda folder: MirrorFiles(folder.parents[1]).save(Mirror("tags", "1.1.0", MIRROR.scenarios)),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_every_change_is_seen(root: Path, change: Callable[[Path], object]) -> None:
    """Whoever makes it."""
    before = look(root, "tags")
    change(root / "tags" / "1.0.0")
    assert look(root, "tags") != before


def test_what_nobody_touches_looks_the_same(root: Path) -> None:
    """Also after somebody read it, and whatever happens to another service."""
    before = look(root, "tags")
    MirrorFiles(root).load("tags")
    MirrorFiles(root).save(Mirror("deals", "1.0.0", MIRROR.scenarios))
    assert look(root, "tags") == before


def test_a_recording_is_seen_once_it_is_folded(root: Path) -> None:
    """Not with every exchange on its way there."""
    before = look(root, "tags")
    with MirrorFiles(root).journal("tags") as journal:
        journal.append("bob", ONE)
        assert look(root, "tags") == before
    assert look(root, "tags") != before


def test_a_link_is_not_followed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing outside the mirrors' folder is looked at, and a circle has an end."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (root / "tags" / "1.0.0" / "circle").symlink_to(root)
    (root / "tags" / "1.0.0" / "away").symlink_to(elsewhere)
    before = look(root, "tags")
    (elsewhere / "new").write_text("")
    assert look(root, "tags") == before


def test_a_service_that_is_gone_has_no_files(root: Path) -> None:
    """Nor one that never was; neither is an error."""
    assert look(root, "nobody") == look(root / "nowhere", "tags") != look(root, "tags")
