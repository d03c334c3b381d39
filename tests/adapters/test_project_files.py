"""A project's files keep every byte, whether on disk or in memory."""

import stat
from pathlib import Path

import pytest

from truemirror.adapters.project_files import ProjectFolder
from truemirror.errors import ConfigError, StoreError
from truemirror.ports import ProjectFiles
from truemirror.testing.project_files import FakeProjectFiles


@pytest.fixture(params=["disk", "memory"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> ProjectFiles:
    """An empty project."""
    return ProjectFolder(tmp_path) if request.param == "disk" else FakeProjectFiles()


def test_what_is_written_is_read(files: ProjectFiles) -> None:
    """Line ends and letters of any kind stay; folders are made."""
    files.write("a/b/c.toml", "x = 'ü漢'\r\n")
    files.write("a/b/c.toml", "x = 'ü漢'\r\ny = 1\n\n")
    assert files.read("a/b/c.toml") == "x = 'ü漢'\r\ny = 1\n\n"


def test_what_is_not_there_is_nothing(files: ProjectFiles) -> None:
    """Neither a missing file nor a missing folder is an error."""
    assert files.read("x") is None
    assert files.read("a/b") is None


def test_permissions_and_links_stay(tmp_path: Path) -> None:
    """A file that was replaced is as executable as before, and a link still leads to it."""
    (tmp_path / "real.toml").write_text("a = 1\n")
    (tmp_path / "real.toml").chmod(0o751)
    (tmp_path / "link.toml").symlink_to("real.toml")
    ProjectFolder(tmp_path).write("link.toml", "b = 2\n")
    assert (tmp_path / "link.toml").is_symlink()
    assert (tmp_path / "real.toml").read_text() == "b = 2\n"
    assert stat.S_IMODE((tmp_path / "real.toml").stat().st_mode) == 0o751


def test_a_refusing_disk_is_told_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    """A file stands where a folder is needed."""
    (tmp_path / "tests").write_text("not a folder")
    with pytest.raises(StoreError) as caught:
        ProjectFolder(tmp_path).write("tests/test_x.py", "x")
    assert caught.value.where == str(tmp_path / "tests" / "test_x.py")
    assert [path.name for path in tmp_path.iterdir()] == ["tests"]


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """A folder, or bytes of another encoding."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "latin").write_bytes(b"\xe9")
    for name in ("folder", "latin"):
        with pytest.raises(ConfigError, match="it cannot be read"):
            ProjectFolder(tmp_path).read(name)
