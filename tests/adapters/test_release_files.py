"""What was published is kept in one file, and remembered by git."""

import json
import subprocess
from pathlib import Path

import pytest

from truemirror.adapters.release_files import ReleaseFiles
from truemirror.core.contract.release import Release
from truemirror.errors import FormatError

ONE = Release("1.0.0", "aa", "2026-01-01")
TWO = Release("1.10.0", "bb", "2026-02-01", "2027-01-01", "use 2.0.0")


def _git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


def _store(root: Path) -> ReleaseFiles:
    (root / "tags").mkdir(parents=True, exist_ok=True)
    return ReleaseFiles(root)


def test_releases_come_back_in_order(tmp_path: Path) -> None:
    """By version, not by the order in which they were written."""
    store = _store(tmp_path)
    assert store.load("tags") == ()
    store.save("tags", [TWO, ONE])
    assert store.load("tags") == (ONE, TWO)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is not JSON"),
        ("[]", "holds no versions"),
        ('{"format": 2, "versions": {}}', "is of format 2"),
        ('{"format": 1, "versions": {"x": {"digest": "a"}}}', "the version 'x' is no release"),
        ('{"format": 1, "versions": {"1.0.0": {}}}', "the version '1.0.0' is no release"),
        ('{"format": 1, "versions": {"1.0.0": {"digest": 3}}}', "the version '1.0.0' is no release"),
    ],
)
def test_a_file_that_is_none_is_refused(tmp_path: Path, text: str, said: str) -> None:
    """With what is wrong and where."""
    store = _store(tmp_path)
    (tmp_path / "tags" / "versions.json").write_text(text)
    with pytest.raises(FormatError, match=said) as caught:
        store.load("tags")
    assert caught.value.where == str(tmp_path / "tags" / "versions.json")


def test_git_remembers_what_was_first_published(tmp_path: Path) -> None:
    """An edited digest and an entry taken out are seen through; a broken state in between is no memory."""
    store = _store(tmp_path)
    _git(tmp_path, "init", "-q")
    for releases in ([ONE], [ONE, TWO], [Release("1.0.0", "edited", "2026-03-01")]):
        store.save("tags", releases)
        _git(tmp_path, "add", ".")
        _git(tmp_path, "commit", "-qm", "published")
    (tmp_path / "tags" / "versions.json").write_text("{")
    _git(tmp_path, "commit", "-qam", "broken")
    assert store.remembered("tags") == (ONE, TWO)


def test_without_git_nothing_is_remembered(tmp_path: Path) -> None:
    """And nothing fails."""
    assert _store(tmp_path).remembered("tags") == ()
    assert ReleaseFiles(tmp_path).remembered("deals") == ()


def test_the_file_is_one_to_review(tmp_path: Path) -> None:
    """A line for each word, and what says nothing is left out."""
    store = _store(tmp_path)
    store.save("tags", [ONE])
    text = (tmp_path / "tags" / "versions.json").read_text()
    assert json.loads(text) == {"format": 1, "versions": {"1.0.0": {"digest": "aa", "published": "2026-01-01"}}}
    assert text.endswith("}\n")
