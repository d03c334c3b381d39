"""The configuration is found from where one stands."""

from pathlib import Path

import pytest

from truemirror.config import load
from truemirror.errors import ConfigError


@pytest.fixture(autouse=True)
def no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody names a file."""
    monkeypatch.delenv("TRUEMIRROR_CONFIG", raising=False)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with a folder deep inside."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "a" / "b").mkdir(parents=True)
    return tmp_path


def refusal(folder: Path) -> ConfigError:
    """Why the configuration of a folder cannot be loaded."""
    with pytest.raises(ConfigError) as caught:
        load(folder)
    return caught.value


def test_without_a_file_everything_has_its_default(repository: Path) -> None:
    """The working directory is the root then."""
    config = load(repository / "a")
    assert (config.root, config.source, config.mirrors) == (repository / "a", None, repository / "a" / "mirrors")


def test_the_nearest_file_upwards_holds(repository: Path) -> None:
    """A folder inside belongs to the configuration around it; paths follow the file."""
    (repository / "truemirror.toml").write_text('service = "outer"\n')
    (repository / "a" / "truemirror.toml").write_text('service = "inner"\nmirrors = "m"\n')
    config = load(repository / "a" / "b")
    assert (config.service, config.root, config.mirrors) == ("inner", repository / "a", repository / "a" / "m")


def test_pyproject_without_the_table_is_passed_by(repository: Path) -> None:
    """A Python project inside another repository may have its own pyproject.toml."""
    (repository / "pyproject.toml").write_text('[tool.truemirror]\nservice = "outer"\n')
    (repository / "a" / "pyproject.toml").write_text('[project]\nname = "x"\n')
    assert load(repository / "a").service == "outer"


def test_the_search_ends_at_the_repository(tmp_path: Path) -> None:
    """What lies around the repository is somebody else's."""
    (tmp_path / "truemirror.toml").write_text('service = "stranger"\n')
    (tmp_path / "mine" / ".git").mkdir(parents=True)
    assert load(tmp_path / "mine").service == ""


def test_a_work_tree_is_a_repository_too(tmp_path: Path) -> None:
    """In a git work tree .git is a file."""
    (tmp_path / "truemirror.toml").write_text('service = "stranger"\n')
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / ".git").write_text("gitdir: elsewhere\n")
    assert load(tmp_path / "mine").service == ""


def test_the_variable_names_the_file(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A named file holds instead of any that would be found."""
    (repository / "truemirror.toml").write_text('service = "found"\n')
    (repository / "a" / "ci.toml").write_text('service = "named"\n')
    monkeypatch.setenv("TRUEMIRROR_CONFIG", "a/ci.toml")
    assert (load(repository).service, load(repository).root) == ("named", repository / "a")


def test_a_named_file_that_is_not_there_is_told(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not replaced by a search."""
    monkeypatch.setenv("TRUEMIRROR_CONFIG", "gone.toml")
    error = refusal(repository)
    assert error.where == str(repository / "gone.toml")
    assert "TRUEMIRROR_CONFIG" in error.fix


def test_a_named_pyproject_without_the_table_is_told(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever names a file means that it configures something."""
    (repository / "pyproject.toml").write_text("[project]\n")
    monkeypatch.setenv("TRUEMIRROR_CONFIG", "pyproject.toml")
    assert "no [tool.truemirror]" in refusal(repository).what


def test_two_configurations_in_one_folder_are_refused(repository: Path) -> None:
    """Nobody guesses which of them was meant."""
    (repository / "truemirror.toml").write_text("")
    (repository / "pyproject.toml").write_text("[tool.truemirror]\n")
    error = refusal(repository)
    assert error.where == str(repository)
    assert "not both" in error.fix


def test_a_syntax_error_names_line_and_column(repository: Path) -> None:
    """The parser's place is where editors jump to."""
    (repository / "truemirror.toml").write_text('service = "a"\nmirrors = oops\n')
    error = refusal(repository)
    assert error.where == f"{repository}/truemirror.toml:2:11"
    assert error.what.startswith("it is not TOML: ")


def test_a_text_that_ends_too_early_is_told(repository: Path) -> None:
    """An error at the end of the file has no column, and is told all the same."""
    (repository / "truemirror.toml").write_text("service = [")
    error = refusal(repository)
    assert error.where.startswith(f"{repository}/truemirror.toml")
    assert "not TOML" in error.what


def test_a_file_that_is_not_utf_8_names_its_line(repository: Path) -> None:
    """Bytes of another encoding are found."""
    (repository / "truemirror.toml").write_bytes(b'service = "a"\n# \xe9\n')
    assert refusal(repository).where == f"{repository}/truemirror.toml:2"


def test_a_byte_order_mark_and_windows_line_ends_are_fine(repository: Path) -> None:
    """What some editors write is read."""
    (repository / "truemirror.toml").write_bytes(b'\xef\xbb\xbfservice = "a"\r\nstale = "refuse"\r\n')
    assert (load(repository).service, load(repository).stale) == ("a", "refuse")


def test_a_table_that_is_none_is_told(repository: Path) -> None:
    """`tool.truemirror = 1` is not a configuration."""
    (repository / "pyproject.toml").write_text("[tool]\ntruemirror = 1\n")
    assert refusal(repository).what == "tool.truemirror is not a table"
